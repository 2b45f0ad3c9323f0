/* SPDX-License-Identifier: MIT */
/*
 * The public vectors of Signature Version 4, read from where they lie beside the
 * project; skipped where they do not.
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "sqs/base/arena.h"
#include "sqs/wire/sigv4.h"
#include "sqs/wire/stamp.h"
#include "tests/lib/test.h"

#define SUITE SHARED_DATA "/sigv4-suite"

enum { MOST_HEADERS = 20 };

/* A case: its context, and a request as one of its files has it. */
struct vector {
	struct arena arena;
	char name[300];
	struct wire_credentials credentials;
	struct view region;
	struct view service;
	int64_t time_ms;
	bool normalize;
	bool sign_body;
	bool omit_token;
	struct wire_pair headers[MOST_HEADERS];
	struct sigv4_request request;
	char body_sha256[DIGEST_SHA256_TEXT];
};

static struct view read_file(struct vector *vector, const char *file)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	char path[800];
	char chunk[4096];
	size_t n;
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s/%s", SUITE, vector->name, file);
	stream = fopen(path, "r");
	if (!stream)
		return (struct view){NULL, 0};
	while ((n = fread(chunk, 1, sizeof(chunk), stream)) > 0)
		buf_add(&text, chunk, n);
	fclose(stream);
	return arena_copy(&vector->arena, buf_view(&text));
}

static struct view text_of(struct vector *vector, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return arena_copy(&vector->arena, view_of(text));
}

static bool read_context(struct vector *vector)
{
	const struct view text = read_file(vector, "context.json");
	json_t *json = json_loadb(text.data, text.len, 0, NULL);
	const json_t *keys = json_object_get(json, "credentials");

	vector->credentials.access_key = text_of(vector, keys, "access_key_id");
	vector->credentials.secret_key = text_of(vector, keys, "secret_access_key");
	vector->credentials.token = text_of(vector, keys, "token");
	vector->region = text_of(vector, json, "region");
	vector->service = text_of(vector, json, "service");
	vector->normalize = json_is_true(json_object_get(json, "normalize"));
	vector->sign_body = json_is_true(json_object_get(json, "sign_body"));
	vector->omit_token = json_is_true(json_object_get(json, "omit_session_token"));
	if (!stamp_read(text_of(vector, json, "timestamp"), &vector->time_ms))
		vector->time_ms = -1;
	json_decref(json);
	return vector->time_ms >= 0;
}

static void add_header(struct vector *vector, struct view name, struct view value)
{
	vector->headers[vector->request.header_count++] = (struct wire_pair){name, value};
}

/* A line that begins with a blank goes on with the header before it. */
static void read_header(struct vector *vector, struct view line)
{
	if (line.data[0] == ' ') {
		struct wire_pair *last =
			&vector->headers[vector->request.header_count - 1];

		last->value.len = (size_t)(line.data + line.len - last->value.data);
	} else {
		add_header(vector, view_cut(&line, ':'), line);
	}
}

static void read_request(
	struct vector *vector, const char *file, struct digester *digester)
{
	struct view text = read_file(vector, file);
	struct view target = view_cut(&text, '\n');
	struct view line;

	vector->request = (struct sigv4_request){.headers = vector->headers};
	vector->request.method = view_cut(&target, ' ');
	if (target.len > strlen(" HTTP/1.1"))
		target.len -= strlen(" HTTP/1.1");
	vector->request.path = view_cut(&target, '?');
	vector->request.query = target;
	while ((line = view_cut(&text, '\n')).len)
		read_header(vector, line);
	digest_sha256(digester, text, vector->body_sha256);
	vector->request.body_sha256 = view_of(vector->body_sha256);
}

static enum sigv4_path path_of(const struct vector *vector)
{
	return vector->normalize ? SIGV4_PATH_NORMALISED : SIGV4_PATH_AS_IT_IS;
}

/* What a signer adds to the request. */
static void add_signers_headers(struct vector *vector)
{
	char stamp[STAMP_TEXT];

	stamp_write(stamp, vector->time_ms);
	add_header(vector, VIEW_LITERAL("X-Amz-Date"),
		arena_copy(&vector->arena, view_of(stamp)));
	if (vector->credentials.token.len && !vector->omit_token)
		add_header(vector, VIEW_LITERAL("X-Amz-Security-Token"),
			vector->credentials.token);
	if (vector->sign_body)
		add_header(vector, VIEW_LITERAL("x-amz-content-sha256"),
			vector->request.body_sha256);
}

/* -------------------------------------------------------------------------------------
 * The claims, each for one case
 */

static bool canonical_is_right(struct vector *vector, struct digester *digester)
{
	AUTO(buf) struct buf names = BUF_INIT(0);
	AUTO(buf) struct buf text = BUF_INIT(0);

	read_request(vector, "request.txt", digester);
	add_signers_headers(vector);
	return sigv4_signed_headers(&names, &vector->request) &&
	       sigv4_canonical_request(
		       &text, &vector->request, buf_view(&names), path_of(vector)) &&
	       view_equals(buf_view(&text),
		       read_file(vector, "header-canonical-request.txt"));
}

static bool string_is_right(struct vector *vector, struct digester *digester)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	const struct view canonical = read_file(vector, "header-canonical-request.txt");
	char stamp[STAMP_TEXT];

	stamp_write(stamp, vector->time_ms);
	return sigv4_string_to_sign(&text, digester, view_of(stamp),
		       VIEW_LITERAL("20150830/us-east-1/service/aws4_request"),
		       canonical) &&
	       view_equals(
		       buf_view(&text), read_file(vector, "header-string-to-sign.txt"));
}

static bool signature_is_right(struct vector *vector, struct digester *digester)
{
	AUTO(sigv4_signer_free)
	struct sigv4_signer *signer =
		sigv4_signer_new(digester, vector->region, vector->service);
	AUTO(buf) struct buf authorization = BUF_INIT(0);
	const struct view expected = read_file(vector, "header-signature.txt");

	if (!vector->normalize)
		return true; /* a signer of SQS always normalises */
	read_request(vector, "request.txt", digester);
	add_signers_headers(vector);
	return sigv4_sign(signer, &vector->credentials, &vector->request, vector->time_ms,
		       &authorization) &&
	       authorization.len > expected.len &&
	       memcmp(authorization.data + authorization.len - expected.len,
		       expected.data, expected.len) == 0;
}

static struct view secret_of(void *arg, struct view access_key)
{
	const struct vector *vector = arg;

	return view_equals(access_key, vector->credentials.access_key)
		       ? vector->credentials.secret_key
		       : (struct view){NULL, 0};
}

static bool verifies(struct vector *vector, struct digester *digester)
{
	const struct sigv4_rules rules = {
		.region = "us-east-1",
		.service = "service",
		.secret = secret_of,
		.arg = vector,
		.now_ms = vector->time_ms,
		.path = path_of(vector),
	};
	struct view access_key;
	struct wire_fault fault;

	return sigv4_verify(
		digester, &vector->request, &rules, &vector->arena, &access_key, &fault);
}

static bool signed_request_holds(struct vector *vector, struct digester *digester)
{
	read_request(vector, "header-signed-request.txt", digester);
	return verifies(vector, digester);
}

/* A token that was added after signing is not part of what was signed. */
static struct view without_token(struct vector *vector, struct view query)
{
	AUTO(buf) struct buf rest = BUF_INIT(0);

	while (query.len) {
		const struct view part = view_cut(&query, '&');

		if (view_starts_with(part, VIEW_LITERAL("X-Amz-Security-Token=")))
			continue;
		buf_add_view(&rest, part);
		buf_add_char(&rest, '&');
	}
	return arena_copy(&vector->arena, buf_view(&rest));
}

static bool signed_query_holds(struct vector *vector, struct digester *digester)
{
	read_request(vector, "query-signed-request.txt", digester);
	if (vector->omit_token)
		vector->request.query = without_token(vector, vector->request.query);
	return verifies(vector, digester);
}

/* -------------------------------------------------------------------------------------
 * All cases
 */

/* Runs a claim on every case; returns their number, and the first that fails. */
static int run_suite(bool (*holds)(struct vector *, struct digester *), char failed[300])
{
	AUTO(digester_free) struct digester *digester = digester_new();
	DIR *dir = opendir(SUITE);
	struct dirent *entry;
	int count = 0;

	failed[0] = '\0';
	while (dir && (entry = readdir(dir))) {
		struct vector vector = {0};

		if (entry->d_name[0] == '.')
			continue;
		snprintf(vector.name, sizeof(vector.name), "%s", entry->d_name);
		if (!read_context(&vector) || !holds(&vector, digester))
			snprintf(failed, 300, "%s", vector.name);
		arena_finish(&vector.arena);
		count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

static char failed[300];

#define CHECK_SUITE(claim)                                           \
	do {                                                         \
		const int count = run_suite(claim, failed);          \
                                                                     \
		if (count == 0)                                      \
			SKIP("the vectors are not in " SHARED_DATA); \
		CHECK_TEXT(failed, "");                              \
		CHECK(count >= 38);                                  \
	} while (0)

TEST(the_canonical_requests_are_right)
{
	CHECK_SUITE(canonical_is_right);
}

TEST(the_strings_to_sign_are_right)
{
	CHECK_SUITE(string_is_right);
}

TEST(the_signatures_are_right)
{
	CHECK_SUITE(signature_is_right);
}

TEST(the_signed_requests_hold)
{
	CHECK_SUITE(signed_request_holds);
}

TEST(the_signed_queries_hold)
{
	CHECK_SUITE(signed_query_holds);
}

TEST_MAIN
