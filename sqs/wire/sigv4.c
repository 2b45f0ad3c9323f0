/* SPDX-License-Identifier: MIT */
#include "sqs/wire/sigv4.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "sqs/base/text.h"
#include "sqs/wire/stamp.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TERMINATOR "aws4_request"

enum { DATE = 8 };

bool sigv4_string_to_sign(struct buf *out, struct digester *digester, struct view stamp,
	struct view scope, struct view canonical_request)
{
	char hash[DIGEST_SHA256_TEXT];

	if (!digest_sha256(digester, canonical_request, hash))
		return false;
	buf_add_string(out, ALGORITHM "\n");
	buf_add_view(out, stamp);
	buf_add_char(out, '\n');
	buf_add_view(out, scope);
	buf_add_char(out, '\n');
	return buf_add_string(out, hash);
}

static struct view bytes_of(const unsigned char key[DIGEST_SHA256])
{
	return (struct view){(const char *)key, DIGEST_SHA256};
}

bool sigv4_key(struct digester *digester, struct view secret, struct view date,
	struct view region, struct view service, unsigned char key[DIGEST_SHA256])
{
	AUTO(buf) struct buf first = BUF_INIT(0);
	bool made;

	buf_add_string(&first, "AWS4");
	buf_add_view(&first, secret);
	made = !first.failed && digest_hmac(digester, buf_view(&first), date, key) &&
	       digest_hmac(digester, bytes_of(key), region, key) &&
	       digest_hmac(digester, bytes_of(key), service, key) &&
	       digest_hmac(digester, bytes_of(key), VIEW_LITERAL(TERMINATOR), key);
	if (first.data)
		OPENSSL_cleanse(first.data, first.len);
	return made;
}

/* -------------------------------------------------------------------------------------
 * Signer
 */

struct sigv4_signer {
	struct digester *digester;
	char *region;
	char *service;

	/* The day's key, and what it was made of. */
	unsigned char key[DIGEST_SHA256];
	struct buf secret;
	char date[DATE + 1];

	char stamp[STAMP_TEXT];
	struct buf canonical;
	struct buf string;
	struct buf scope;
	struct buf authorization;
};

struct sigv4_signer *sigv4_signer_new(
	struct digester *digester, struct view region, struct view service)
{
	struct sigv4_signer *signer = calloc(1, sizeof(*signer));

	if (!signer)
		return NULL;
	signer->digester = digester;
	signer->region = strndup(region.len ? region.data : "", region.len);
	signer->service = strndup(service.len ? service.data : "", service.len);
	if (signer->region && signer->service)
		return signer;
	sigv4_signer_free(signer);
	return NULL;
}

static void forget_secret(struct sigv4_signer *signer)
{
	if (signer->secret.data)
		OPENSSL_cleanse(signer->secret.data, signer->secret.len);
	OPENSSL_cleanse(signer->key, sizeof(signer->key));
	signer->date[0] = '\0';
	buf_finish(&signer->secret);
}

void sigv4_signer_free(struct sigv4_signer *signer)
{
	if (!signer)
		return;
	forget_secret(signer);
	buf_finish(&signer->canonical);
	buf_finish(&signer->string);
	buf_finish(&signer->scope);
	buf_finish(&signer->authorization);
	free(signer->service);
	free(signer->region);
	free(signer);
}

/* Sees to it that the key is that of the secret and the day. */
static bool refresh_key(struct sigv4_signer *signer, struct view secret)
{
	const struct view date = {signer->stamp, DATE};

	if (signer->date[0] && memcmp(signer->date, date.data, DATE) == 0 &&
		digest_equals(secret, buf_view(&signer->secret)))
		return true;
	forget_secret(signer);
	if (!sigv4_key(signer->digester, secret, date, view_of(signer->region),
		    view_of(signer->service), signer->key) ||
		!buf_add_view(&signer->secret, secret))
		return false;
	memcpy(signer->date, date.data, DATE);
	return true;
}

/* "DATE/REGION/SERVICE/aws4_request" */
static struct view scope_of(struct sigv4_signer *signer)
{
	buf_clear(&signer->scope);
	buf_add(&signer->scope, signer->stamp, DATE);
	buf_add_char(&signer->scope, '/');
	buf_add_string(&signer->scope, signer->region);
	buf_add_char(&signer->scope, '/');
	buf_add_string(&signer->scope, signer->service);
	buf_add_string(&signer->scope, "/" TERMINATOR);
	return buf_view(&signer->scope);
}

static void add_authorization(struct buf *out, struct view access_key, struct view scope,
	struct view signed_headers, const char *signature)
{
	buf_add_string(out, ALGORITHM " Credential=");
	buf_add_view(out, access_key);
	buf_add_char(out, '/');
	buf_add_view(out, scope);
	buf_add_string(out, ", SignedHeaders=");
	buf_add_view(out, signed_headers);
	buf_add_string(out, ", Signature=");
	buf_add_string(out, signature);
}

/* Signs with the stamp that stands in the signer. */
static bool sign(struct sigv4_signer *signer, const struct wire_credentials *credentials,
	const struct sigv4_request *request, struct view signed_headers, struct buf *out)
{
	const struct view scope = scope_of(signer);
	unsigned char mac[DIGEST_SHA256];
	char signature[DIGEST_SHA256_TEXT];

	buf_clear(&signer->canonical);
	buf_clear(&signer->string);
	if (!refresh_key(signer, credentials->secret_key) ||
		!sigv4_canonical_request(&signer->canonical, request, signed_headers,
			SIGV4_PATH_NORMALISED) ||
		!sigv4_string_to_sign(&signer->string, signer->digester,
			view_of(signer->stamp), scope, buf_view(&signer->canonical)) ||
		!digest_hmac(signer->digester, bytes_of(signer->key),
			buf_view(&signer->string), mac))
		return false;
	hex_encode(signature, mac, sizeof(mac));
	add_authorization(out, credentials->access_key, scope, signed_headers, signature);
	return !out->failed && !signer->scope.failed;
}

bool sigv4_sign(struct sigv4_signer *signer, const struct wire_credentials *credentials,
	const struct sigv4_request *request, int64_t wall_ms, struct buf *authorization)
{
	AUTO(buf) struct buf names = BUF_INIT(0);

	stamp_write(signer->stamp, wall_ms);
	return sigv4_signed_headers(&names, request) &&
	       sign(signer, credentials, request, buf_view(&names), authorization);
}

bool sigv4_sign_post(struct sigv4_signer *signer,
	const struct wire_credentials *credentials, const struct sigv4_post *post,
	int64_t wall_ms, struct sigv4_headers *out)
{
	const bool has_token = credentials->token.len > 0;
	const struct wire_pair headers[] = {
		{VIEW_LITERAL("content-type"), post->content_type},
		{VIEW_LITERAL("host"), post->host},
		{VIEW_LITERAL("x-amz-date"), {signer->stamp, STAMP_TEXT - 1}},
		{VIEW_LITERAL("x-amz-security-token"), credentials->token},
	};
	const struct view names =
		has_token ? VIEW_LITERAL(
				    "content-type;host;x-amz-date;x-amz-security-token")
			  : VIEW_LITERAL("content-type;host;x-amz-date");
	char hash[DIGEST_SHA256_TEXT];
	const struct sigv4_request request = {
		.method = VIEW_LITERAL("POST"),
		.path = post->path,
		.headers = headers,
		.header_count = has_token ? 4 : 3,
		.body_sha256 = {hash, DIGEST_SHA256_TEXT - 1},
	};

	stamp_write(signer->stamp, wall_ms);
	buf_clear(&signer->authorization);
	if (!digest_sha256(signer->digester, post->body, hash) ||
		!sign(signer, credentials, &request, names, &signer->authorization))
		return false;
	*out = (struct sigv4_headers){
		.authorization = buf_view(&signer->authorization),
		.date = {signer->stamp, STAMP_TEXT - 1},
	};
	if (has_token)
		out->token = credentials->token;
	return true;
}
