/* SPDX-License-Identifier: MIT */
#include "sqs/local/auth.h"

#include <stdio.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/wire/sigv4.h"
#include "tests/lib/test.h"

#define KEY "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

enum { NOW_S = 1440938160, MINUTE_MS = 60000, MOST_HEADERS = 8 };

static const int64_t now_ms = (int64_t)NOW_S * 1000; /* 2015-08-30T12:36:00Z */

DEFINE_AUTO(auth_free, struct auth *);

static char *file_of(const char *text)
{
	char *path = strdup("/tmp/sqs-local-auth-XXXXXX");
	int fd = path ? mkstemp(path) : -1;

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	return path;
}

static struct auth *auth_of(const char *text, char why[256])
{
	AUTO(free) char *path = file_of(text);
	struct auth *auth = auth_new(path, "us-east-1", why, 256);

	unlink(path);
	return auth;
}

static const char file[] = "# keys of this server\n"
			   "[default]\n"
			   "region = us-east-1\n"
			   "aws_access_key_id = " KEY "\n"
			   "aws_secret_access_key=" SECRET "\n"
			   "\n"
			   "[role]\n"
			   "role_arn = arn:aws:iam::1:role/x\n"
			   "[temporary] ; for an hour\n"
			   "aws_access_key_id = ASIATEMP\n"
			   "aws_secret_access_key = temp=secret==\n"
			   "aws_session_token = token/1\n";

struct signed_request {
	struct http_request request;
	struct wire_pair headers[MOST_HEADERS];
	struct arena arena;
};

static void add(struct signed_request *to, const char *name, struct view value)
{
	to->headers[to->request.header_count++] = (struct wire_pair){
		arena_copy(&to->arena, view_of(name)), arena_copy(&to->arena, value)};
	to->request.headers = to->headers;
}

/* A POST that is signed at a time, as the client signs it. */
static void sign(struct signed_request *to, const char *key, const char *secret,
	const char *token, const char *region, int64_t at_ms)
{
	AUTO(digester_free) struct digester *digester = digester_new();
	AUTO(sigv4_signer_free)
	struct sigv4_signer *signer =
		sigv4_signer_new(digester, view_of(region), VIEW_LITERAL("sqs"));
	const struct wire_credentials credentials = {.access_key = view_of(key),
		.secret_key = view_of(secret),
		.token = view_of(token),
		.expires_ms = INT64_MAX};
	const struct sigv4_post post = {.host = VIEW_LITERAL("localhost"),
		.path = VIEW_LITERAL("/"),
		.content_type = VIEW_LITERAL("application/x-www-form-urlencoded"),
		.body = VIEW_LITERAL("Action=ListQueues")};
	struct sigv4_headers headers;

	*to = (struct signed_request){.request = {.method = VIEW_LITERAL("POST"),
					      .path = post.path,
					      .body = post.body}};
	if (!sigv4_sign_post(signer, &credentials, &post, at_ms, &headers))
		abort();
	add(to, "Host", post.host);
	add(to, "content-type", post.content_type);
	add(to, "X-Amz-Date", headers.date);
	add(to, "Authorization", headers.authorization);
	if (!view_is_absent(headers.token))
		add(to, "X-Amz-Security-Token", headers.token);
}

/* "" when the request is admitted; else the code of the refusal. */
static const char *verdict(struct auth *auth, struct signed_request *request)
{
	static char code[64];
	struct view access_key;
	struct wire_fault fault;
	bool is_admitted = auth_admits(
		auth, &request->request, now_ms, &request->arena, &access_key, &fault);

	snprintf(code, sizeof(code), "%.*s", is_admitted ? 0 : (int)fault.code.len,
		is_admitted ? "" : fault.code.data);
	return code;
}

TEST(a_signature_is_judged_by_key_secret_token_region_and_time)
{
	static const struct {
		const char *key;
		const char *secret;
		const char *token;
		const char *region;
		int minutes_off;
		const char *code;
	} rows[] = {
		{KEY, SECRET, NULL, "us-east-1", 0, ""},
		{KEY, SECRET, NULL, "us-east-1", -14, ""},
		{KEY, SECRET, NULL, "us-east-1", 14, ""},
		{"ASIATEMP", "temp=secret==", "token/1", "us-east-1", 0, ""},
		{"ASIATEMP", "temp=secret==", "token/2", "us-east-1", 0,
			"InvalidClientTokenId"},
		{"ASIATEMP", "temp=secret==", NULL, "us-east-1", 0,
			"InvalidClientTokenId"},
		{KEY, SECRET, "token/1", "us-east-1", 0, "InvalidClientTokenId"},
		{KEY, "wrong", NULL, "us-east-1", 0, "SignatureDoesNotMatch"},
		{"AKIDNOBODY", SECRET, NULL, "us-east-1", 0, "InvalidClientTokenId"},
		{KEY, SECRET, NULL, "eu-west-1", 0, "SignatureDoesNotMatch"},
		{KEY, SECRET, NULL, "us-east-1", -16, "SignatureDoesNotMatch"},
		{KEY, SECRET, NULL, "us-east-1", 16, "SignatureDoesNotMatch"},
	};
	char why[256];
	AUTO(auth_free) struct auth *auth = auth_of(file, why);

	CHECK(auth != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct signed_request request;

		sign(&request, rows[i].key, rows[i].secret, rows[i].token, rows[i].region,
			now_ms + (int64_t)rows[i].minutes_off * MINUTE_MS);
		CHECK_TEXT(verdict(auth, &request), rows[i].code);
		arena_finish(&request.arena);
	}
}

TEST(a_body_that_was_changed_on_the_way_is_refused)
{
	char why[256];
	AUTO(auth_free) struct auth *auth = auth_of(file, why);
	struct signed_request request;

	sign(&request, KEY, SECRET, NULL, "us-east-1", now_ms);
	request.request.body = VIEW_LITERAL("Action=DeleteQueue");
	CHECK_TEXT(verdict(auth, &request), "SignatureDoesNotMatch");
	arena_finish(&request.arena);
}

TEST(an_unsigned_request_is_refused)
{
	char why[256];
	AUTO(auth_free) struct auth *auth = auth_of(file, why);
	struct signed_request request = {
		.request = {.method = VIEW_LITERAL("GET"),
			.path = VIEW_LITERAL("/"),
			.query = VIEW_LITERAL("Action=ListQueues")}};

	CHECK_TEXT(verdict(auth, &request), "MissingAuthenticationToken");
	arena_finish(&request.arena);
}

TEST(the_sender_is_the_key_that_signed)
{
	char why[256];
	AUTO(auth_free) struct auth *auth = auth_of(file, why);
	struct signed_request request;
	struct view access_key;
	struct wire_fault fault;

	sign(&request, KEY, SECRET, NULL, "us-east-1", now_ms);
	CHECK(auth_admits(
		auth, &request.request, now_ms, &request.arena, &access_key, &fault));
	CHECK(view_is(access_key, KEY));
	arena_finish(&request.arena);
}

TEST(a_credentials_file_without_a_key_says_so)
{
	char why[256] = "";

	CHECK(auth_of("[default]\nregion = x\n", why) == NULL);
	CHECK(strstr(why, "has no profile with aws_access_key_id") != NULL);
	CHECK(auth_new("/nonexistent/file", "us-east-1", why, sizeof(why)) == NULL);
	CHECK_TEXT(why, "cannot read the credentials file /nonexistent/file: "
			"No such file or directory");
}

/* docs/local.md, "Web pages": without credentials, a request with an Origin or with a
 * Host that is not a name of this machine is refused. */
TEST(unsigned_requests_of_web_pages_are_refused)
{
	static const struct {
		const char *name;
		const char *value;
		const char *code;
	} rows[] = {
		{"Host", "localhost", ""},
		{"Host", "LOCALHOST:9324", ""},
		{"Host", "sqs.localhost:9324", ""},
		{"Host", "127.0.0.1:9324", ""},
		{"Host", "10.1.2.3", ""},
		{"Host", "[::1]:9324", ""},
		{"X-Other", "without a host", ""},
		{"Host", "evil.example:9324", "AccessDenied"},
		{"Host", "localhost.evil.example", "AccessDenied"},
		{"Host", "evillocalhost", "AccessDenied"},
		{"Host", "127.0.0.1.evil.example", "AccessDenied"},
		{"Origin", "http://evil.example", "AccessDenied"},
		{"Origin", "null", "AccessDenied"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct signed_request request = {
			.request = {.method = VIEW_LITERAL("POST"),
				.path = VIEW_LITERAL("/")}};

		add(&request, rows[i].name, view_of(rows[i].value));
		CHECK_TEXT(verdict(NULL, &request), rows[i].code);
		arena_finish(&request.arena);
	}
}

TEST_MAIN
