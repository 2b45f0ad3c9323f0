/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sqs/wire/sigv4.h"
#include "tests/lib/test.h"

#define NOON 1440938160000 /* 2015-08-30T12:36:00Z */
#define MINUTE 60000
#define BODY "48a38266faf90970d6c7fea9b15e6ba366e5f6397c2970fc893f8a7b5e207bd0"
#define SIGNATURE "12e5e1bc77e6587d25b52c61bb4a7683f81fdc0ead6ca1f283f4e2a73e2c9fd2"
#define SCOPE "20150830/us-east-1/sqs/aws4_request"
#define SIGNED "content-type;host;x-amz-date"
#define CREDENTIAL "Credential=AKIDEXAMPLE/" SCOPE
#define AUTHORIZATION(credential, names, signature) \
	"AWS4-HMAC-SHA256 " credential ", SignedHeaders=" names ", Signature=" signature
#define GOOD AUTHORIZATION(CREDENTIAL, SIGNED, SIGNATURE)

/* A ListQueues whose signature is published; each case changes something of it. */
struct ask {
	const char *authorization;
	const char *date;
	const char *path;
	const char *body;
	int64_t late_ms;

	enum wire_error refused; /* WIRE_ERROR_UNKNOWN: it holds */
	const char *text;        /* part of the message */
};

static const struct ask asks[] = {
	{GOOD, NULL, NULL, NULL, 0, WIRE_ERROR_UNKNOWN, NULL},
	{GOOD, NULL, NULL, NULL, 15 * MINUTE, WIRE_ERROR_UNKNOWN, NULL},
	{GOOD, NULL, NULL, NULL, -15 * MINUTE, WIRE_ERROR_UNKNOWN, NULL},
	/* Without blanks behind the commas, as some write it. */
	{"AWS4-HMAC-SHA256 " CREDENTIAL ",SignedHeaders=" SIGNED ",Signature=" SIGNATURE,
		NULL, NULL, NULL, 0, WIRE_ERROR_UNKNOWN, NULL},

	{NULL, NULL, NULL, NULL, 0, WIRE_MISSING_AUTHENTICATION, NULL},
	{GOOD, NULL, NULL, NULL, 15 * MINUTE + 1000, WIRE_SIGNATURE_DOES_NOT_MATCH,
		"Signature expired: 20150830T123600Z is now earlier than "
		"20150830T123601Z (20150830T125101Z - 15 min.)"},
	{GOOD, NULL, NULL, NULL, -15 * MINUTE - 1000, WIRE_SIGNATURE_DOES_NOT_MATCH,
		"Signature not yet current: 20150830T123600Z is still later than "
		"20150830T123559Z (20150830T122059Z + 15 min.)"},
	{GOOD, "20150830T123601Z", NULL, NULL, 0, WIRE_SIGNATURE_DOES_NOT_MATCH,
		"we calculated"},
	{GOOD, NULL, "/other", NULL, 0, WIRE_SIGNATURE_DOES_NOT_MATCH, "we calculated"},
	{GOOD, NULL, NULL, "00", 0, WIRE_SIGNATURE_DOES_NOT_MATCH, "we calculated"},
	{AUTHORIZATION(CREDENTIAL, "host;x-amz-date", SIGNATURE), NULL, NULL, NULL, 0,
		WIRE_SIGNATURE_DOES_NOT_MATCH, "we calculated"},
	{AUTHORIZATION(CREDENTIAL, SIGNED, "12e5"), NULL, NULL, NULL, 0,
		WIRE_SIGNATURE_DOES_NOT_MATCH, "we calculated"},
	{AUTHORIZATION("Credential=AKIDOTHER/" SCOPE, SIGNED, SIGNATURE), NULL, NULL,
		NULL, 0, WIRE_INVALID_CLIENT_TOKEN, NULL},
	{AUTHORIZATION(CREDENTIAL, SIGNED ";x-amz-target", SIGNATURE), NULL, NULL, NULL,
		0, WIRE_SIGNATURE_DOES_NOT_MATCH,
		"'x-amz-target' is named as a SignedHeader, but it does not exist"},
	{AUTHORIZATION(CREDENTIAL, "content-type;x-amz-date", SIGNATURE), NULL, NULL,
		NULL, 0, WIRE_SIGNATURE_DOES_NOT_MATCH, "'Host'"},
	{AUTHORIZATION("Credential=AKIDEXAMPLE/20150830/eu-west-1/sqs/aws4_request",
		 SIGNED, SIGNATURE),
		NULL, NULL, NULL, 0, WIRE_SIGNATURE_DOES_NOT_MATCH,
		"a valid region, not 'eu-west-1'"},
	{AUTHORIZATION("Credential=AKIDEXAMPLE/20150830/us-east-1/sns/aws4_request",
		 SIGNED, SIGNATURE),
		NULL, NULL, NULL, 0, WIRE_SIGNATURE_DOES_NOT_MATCH, "not 'sns'"},
	{AUTHORIZATION("Credential=AKIDEXAMPLE/20150831/us-east-1/sqs/aws4_request",
		 SIGNED, SIGNATURE),
		NULL, NULL, NULL, 0, WIRE_SIGNATURE_DOES_NOT_MATCH, "not '20150831'"},
	{AUTHORIZATION(
		 "Credential=AKIDEXAMPLE/20150830/us-east-1/sqs/aws4", SIGNED, SIGNATURE),
		NULL, NULL, NULL, 0, WIRE_SIGNATURE_DOES_NOT_MATCH, "not 'aws4'"},
	{AUTHORIZATION("Credential=AKIDEXAMPLE/20150830", SIGNED, SIGNATURE), NULL, NULL,
		NULL, 0, WIRE_INCOMPLETE_SIGNATURE, "five parts"},
	{"AWS4-HMAC-SHA256 " CREDENTIAL ", SignedHeaders=" SIGNED, NULL, NULL, NULL, 0,
		WIRE_INCOMPLETE_SIGNATURE, "'Signature'"},
	{"AWS4-HMAC-SHA256 " CREDENTIAL ", Signature=" SIGNATURE, NULL, NULL, NULL, 0,
		WIRE_INCOMPLETE_SIGNATURE, "'SignedHeaders'"},
	{"Basic dXNlcjpwYXNz", NULL, NULL, NULL, 0, WIRE_INCOMPLETE_SIGNATURE,
		"AWS4-HMAC-SHA256"},
	{"", NULL, NULL, NULL, 0, WIRE_INCOMPLETE_SIGNATURE, NULL},
	{GOOD, "yesterday", NULL, NULL, 0, WIRE_INCOMPLETE_SIGNATURE, "ISO-8601"},
	{GOOD, "", NULL, NULL, 0, WIRE_INCOMPLETE_SIGNATURE, "X-Amz-Date"},
	{GOOD, "9999-12-31T23:59:59-23:00", NULL, NULL, 0, WIRE_INCOMPLETE_SIGNATURE,
		"ISO-8601"},
};

static struct view secret_of(void *arg, struct view access_key)
{
	(void)arg;
	return view_is(access_key, "AKIDEXAMPLE")
		       ? VIEW_LITERAL("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
		       : (struct view){NULL, 0};
}

static struct view either(const char *text, const char *otherwise)
{
	return view_of(text ? text : otherwise);
}

/* Whether the answer is that of the row. */
static bool is_answered(const struct ask *ask, struct digester *digester)
{
	const struct wire_pair headers[] = {
		{VIEW_LITERAL("Host"), VIEW_LITERAL("sqs.us-east-1.amazonaws.com")},
		{VIEW_LITERAL("Content-Type"),
			VIEW_LITERAL("application/x-www-form-urlencoded; charset=utf-8")},
		{VIEW_LITERAL("X-Amz-Date"), either(ask->date, "20150830T123600Z")},
		{VIEW_LITERAL("Authorization"), view_of(ask->authorization)},
	};
	const struct sigv4_request request = {
		.method = VIEW_LITERAL("POST"),
		.path = either(ask->path, "/"),
		.headers = headers,
		.header_count = ask->authorization ? 4 : 3,
		.body_sha256 = either(ask->body, BODY),
	};
	const struct sigv4_rules rules = {
		.region = "us-east-1",
		.service = "sqs",
		.secret = secret_of,
		.now_ms = NOON + ask->late_ms,
	};
	struct arena arena = {0};
	struct view access_key;
	struct wire_fault fault = {0};
	const bool held =
		sigv4_verify(digester, &request, &rules, &arena, &access_key, &fault);
	const bool as_expected =
		ask->refused == WIRE_ERROR_UNKNOWN
			? held && view_is(access_key, "AKIDEXAMPLE")
			: !held && wire_error_find_code(fault.code) == ask->refused;
	const struct view message =
		view_is_absent(fault.message)
			? view_of(wire_error_row(ask->refused)->message)
			: fault.message;
	const bool says = !ask->text ||
			  memmem(message.data, message.len, ask->text, strlen(ask->text));

	arena_finish(&arena);
	return as_expected && says;
}

TEST(a_signature_is_accepted_or_refused_for_the_right_reason)
{
	AUTO(digester_free) struct digester *digester = digester_new();

	for (size_t i = 0; i < ARRAY_SIZE(asks); i++)
		CHECK_NUMBER(is_answered(&asks[i], digester) ? (int)i : -1, i);
}

/* -------------------------------------------------------------------------------------
 * In a query; the signature was worked out with Python's hmac
 */

#define PRESIGNED                                                              \
	"Action=ListQueues&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" \
	"AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fsqs%2Faws4_request&X-Amz-Date="  \
	"20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature="
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static enum wire_error ask_presigned(const char *query, int64_t late_ms)
{
	AUTO(digester_free) struct digester *digester = digester_new();
	const struct wire_pair host = {
		VIEW_LITERAL("host"), VIEW_LITERAL("sqs.us-east-1.amazonaws.com")};
	const struct sigv4_request request = {
		.method = VIEW_LITERAL("GET"),
		.path = VIEW_LITERAL("/"),
		.query = view_of(query),
		.headers = &host,
		.header_count = 1,
		.body_sha256 = VIEW_LITERAL(EMPTY),
	};
	const struct sigv4_rules rules = {
		.service = "sqs",
		.secret = secret_of,
		.now_ms = NOON + late_ms,
	};
	struct arena arena = {0};
	struct view access_key;
	struct wire_fault fault = {0};
	enum wire_error refused = WIRE_ERROR_UNKNOWN;

	if (!sigv4_verify(digester, &request, &rules, &arena, &access_key, &fault))
		refused = wire_error_find_code(fault.code);
	arena_finish(&arena);
	return refused;
}

#define PRESIGNATURE "edecc6e6577e87e37c1a65cbc430eba8b17d32b878d737e1b7a9143514fe2ca2"

TEST(a_signature_in_the_query_holds_until_it_expires)
{
	CHECK_NUMBER(ask_presigned(PRESIGNED PRESIGNATURE, 0), WIRE_ERROR_UNKNOWN);
	CHECK_NUMBER(ask_presigned(PRESIGNED PRESIGNATURE, 60000), WIRE_ERROR_UNKNOWN);
	CHECK_NUMBER(ask_presigned(PRESIGNED PRESIGNATURE, 61000), WIRE_REQUEST_EXPIRED);
	CHECK_NUMBER(ask_presigned(PRESIGNED PRESIGNATURE "&extra=1", 0),
		WIRE_SIGNATURE_DOES_NOT_MATCH);
	CHECK_NUMBER(ask_presigned("X-Amz-Expires=700000&X-Amz-Signature=a", 0),
		WIRE_INCOMPLETE_SIGNATURE);
	CHECK_NUMBER(ask_presigned("X-Amz-Expires=60&X-Amz-Signature=a", 0),
		WIRE_INCOMPLETE_SIGNATURE);
	CHECK_NUMBER(
		ask_presigned("X-Amz-Signature=%zz", 0), WIRE_MALFORMED_QUERY_STRING);
	CHECK_NUMBER(ask_presigned("Action=ListQueues", 0), WIRE_MISSING_AUTHENTICATION);
}

TEST(whether_a_request_is_signed_at_all_is_known)
{
	const struct wire_pair header = {
		VIEW_LITERAL("AUTHORIZATION"), VIEW_LITERAL("x")};

	CHECK(sigv4_is_signed(
		&(struct sigv4_request){.headers = &header, .header_count = 1}));
	CHECK(sigv4_is_signed(
		&(struct sigv4_request){.query = VIEW_LITERAL("X-Amz-Signature=1")}));
	CHECK(!sigv4_is_signed(&(struct sigv4_request){.query = VIEW_LITERAL("a=b")}));
}

TEST_MAIN
