/* SPDX-License-Identifier: MIT */
/*
 * AWS Signature Version 4, for those who sign and those who check.
 *
 * The stages are functions of bytes; time is an argument. A signer keeps the key of
 * the day, so that a signature costs two digests and one HMAC. One owner, one thread
 * at a time, for signers and verifiers alike.
 */
#ifndef SQS_WIRE_SIGV4_H
#define SQS_WIRE_SIGV4_H

#include <stdbool.h>
#include <stdint.h>

#include "sqs/base/arena.h"
#include "sqs/base/buf.h"
#include "sqs/base/cleanup.h"
#include "sqs/wire/credentials.h"
#include "sqs/wire/digest.h"
#include "sqs/wire/error.h"
#include "sqs/wire/message.h"

/* An HTTP request, as much of it as is signed. */
struct sigv4_request {
	struct view method;
	struct view path;  /* as in the request line, without the query; "" is "/" */
	struct view query; /* behind the '?'; may be absent */
	const struct wire_pair *headers; /* any case, any order, repeated ones as they
					    came */
	size_t header_count;
	struct view body_sha256; /* 64 hexadecimal digits */
};

/* -------------------------------------------------------------------------------------
 * The stages
 */

enum sigv4_path {
	SIGV4_PATH_NORMALISED, /* as SQS does: no "." and "..", no "//" */
	SIGV4_PATH_AS_IT_IS,
};

/*
 * Appends the canonical request over the headers that `signed_headers` names: lower
 * case, sorted, "host;x-amz-date". A header that is not there counts as not given:
 * its line is left out, so the signature will not match. X-Amz-Signature is left out
 * of the query. False when the buf failed.
 */
bool sigv4_canonical_request(struct buf *out, const struct sigv4_request *request,
	struct view signed_headers, enum sigv4_path path);

/* Appends the names of all headers of a request in the form above, except those that
 * proxies change and nobody signs. */
bool sigv4_signed_headers(struct buf *out, const struct sigv4_request *request);

/* `stamp` is YYYYMMDDTHHMMSSZ; `scope` is DATE/REGION/SERVICE/aws4_request. */
bool sigv4_string_to_sign(struct buf *out, struct digester *digester, struct view stamp,
	struct view scope, struct view canonical_request);

/* The key of a day (`date` is YYYYMMDD), region and service. */
bool sigv4_key(struct digester *digester, struct view secret, struct view date,
	struct view region, struct view service, unsigned char key[DIGEST_SHA256]);

/* -------------------------------------------------------------------------------------
 * Signing, in headers
 */

struct sigv4_signer;

/* `digester` is borrowed. NULL when there is no memory. Region and service are copied. */
struct sigv4_signer *sigv4_signer_new(
	struct digester *digester, struct view region, struct view service);

/* NULL is allowed. Keys are wiped. */
void sigv4_signer_free(struct sigv4_signer *signer);

DEFINE_AUTO(sigv4_signer_free, struct sigv4_signer *);

/* The POST that is to be signed. `token` of the credentials becomes a header. */
struct sigv4_post {
	struct view host; /* as sent: lower case, with a port unless it is the scheme's */
	struct view path;
	struct view content_type;
	struct view body;
};

/*
 * The headers that a signed request carries besides Host and Content-Type. They live
 * until the signer's next use. `token` is absent when there is none.
 */
struct sigv4_headers {
	struct view authorization; /* value of Authorization; a NUL behind it */
	struct view date;          /* value of X-Amz-Date; a NUL behind it */
	struct view token;         /* value of X-Amz-Security-Token: the credentials' */
};

/*
 * Signs with the time `wall_ms` (milliseconds since 1970). Credentials may change from
 * call to call. False when there is no memory or libcrypto fails.
 */
bool sigv4_sign_post(struct sigv4_signer *signer,
	const struct wire_credentials *credentials, const struct sigv4_post *post,
	int64_t wall_ms, struct sigv4_headers *out);

/*
 * Signs any request with the headers it has, X-Amz-Date among them: what a test or
 * another service needs. Appends the value of Authorization.
 */
bool sigv4_sign(struct sigv4_signer *signer, const struct wire_credentials *credentials,
	const struct sigv4_request *request, int64_t wall_ms, struct buf *authorization);

/* -------------------------------------------------------------------------------------
 * Checking
 */

/* The secret of an access key; absent when there is no such key. */
typedef struct view sigv4_secret_fn(void *arg, struct view access_key);

struct sigv4_rules {
	const char *region;  /* NULL: any that the request names */
	const char *service; /* "sqs" */
	sigv4_secret_fn *secret;
	void *arg;
	int64_t now_ms; /* since 1970 */
	enum sigv4_path path;
};

/* How far a signature's time may be off, either way. */
enum { SIGV4_SKEW_S = 15 * 60, SIGV4_LONGEST_EXPIRY_S = 7 * 24 * 3600 };

/*
 * Checks a signature in the Authorization header, or in the query (X-Amz-Signature).
 * *access_key is whose it claims to be, also in a refusal; absent when it says nothing.
 * True when it holds. Else false: *fault is what SQS would
 * answer, its text in the arena; without memory, InternalError.
 */
bool sigv4_verify(struct digester *digester, const struct sigv4_request *request,
	const struct sigv4_rules *rules, struct arena *arena, struct view *access_key,
	struct wire_fault *fault);

/* Whether a request carries a signature of this kind at all. */
bool sigv4_is_signed(const struct sigv4_request *request);

#endif
