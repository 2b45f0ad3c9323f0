/* SPDX-License-Identifier: MIT */
#include "sqs/wire/sigv4.h"

#include <string.h>

#include "sqs/base/text.h"
#include "tests/lib/test.h"

#define SECRET VIEW_LITERAL("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
#define FORM "application/x-www-form-urlencoded; charset=utf-8"
#define HOST "sqs.us-east-1.amazonaws.com"
#define NOON 1440938160000 /* 2015-08-30T12:36:00Z */
#define DAY 86400000

static const struct wire_credentials plain = {
	.access_key = VIEW_LITERAL("AKIDEXAMPLE"),
	.secret_key = VIEW_LITERAL("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
};

static const struct wire_credentials with_token = {
	.access_key = VIEW_LITERAL("AKIDEXAMPLE"),
	.secret_key = VIEW_LITERAL("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
	.token = VIEW_LITERAL("TOKEN/+=EXAMPLE"),
};

static const struct sigv4_post list_queues = {
	.host = VIEW_LITERAL(HOST),
	.path = VIEW_LITERAL("/"),
	.content_type = VIEW_LITERAL(FORM),
	.body = VIEW_LITERAL("Action=ListQueues&Version=2012-11-05"),
};

static const struct sigv4_post send_message = {
	.host = VIEW_LITERAL(HOST),
	.path = VIEW_LITERAL("/123456789012/MyQueue.fifo"),
	.content_type = VIEW_LITERAL(FORM),
	.body = VIEW_LITERAL(
		"Action=SendMessage&Version=2012-11-05&QueueUrl=https%3A%2F%2Fsqs.us-east-1."
		"amazonaws.com%2F123456789012%2FMyQueue.fifo&MessageBody=hello%20world%21"
		"&MessageGroupId=g1&MessageDeduplicationId=d1"),
};

#define SCOPE \
	"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/sqs/aws4_request, "
#define LIST_QUEUES_SIGNED                                   \
	SCOPE "SignedHeaders=content-type;host;x-amz-date, " \
	      "Signature=12e5e1bc77e6587d25b52c61bb4a7683f81fdc0ead6ca1f283f4e2a73e2c9fd2"
#define SEND_MESSAGE_SIGNED                                                       \
	SCOPE "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, " \
	      "Signature=93df76d7b5c0ecf7e6e5c3d41a6b8d1c66d55368d94330a0d7a8d8fc8d533eef"

TEST(the_key_of_a_day_is_derived_in_four_steps)
{
	AUTO(digester_free) struct digester *digester = digester_new();
	unsigned char key[DIGEST_SHA256];
	char hex[DIGEST_SHA256_TEXT];

	CHECK(sigv4_key(digester, SECRET, VIEW_LITERAL("20150830"),
		VIEW_LITERAL("us-east-1"), VIEW_LITERAL("sqs"), key));
	hex_encode(hex, key, sizeof(key));
	CHECK_TEXT(
		hex, "9e65b0be0d065ec1c6ad437e0f495e15797093b99ad6de07a06d7ff044ca5c6a");
}

TEST(a_post_is_signed_as_sqs_wants_it)
{
	AUTO(digester_free) struct digester *digester = digester_new();
	AUTO(sigv4_signer_free)
	struct sigv4_signer *signer = sigv4_signer_new(
		digester, VIEW_LITERAL("us-east-1"), VIEW_LITERAL("sqs"));
	struct sigv4_headers headers;

	CHECK(sigv4_sign_post(signer, &plain, &list_queues, NOON, &headers));
	CHECK_TEXT(headers.authorization.data, LIST_QUEUES_SIGNED);
	CHECK_TEXT(headers.date.data, "20150830T123600Z");
	CHECK(view_is_absent(headers.token));
}

TEST(a_session_token_is_signed)
{
	AUTO(digester_free) struct digester *digester = digester_new();
	AUTO(sigv4_signer_free)
	struct sigv4_signer *signer = sigv4_signer_new(
		digester, VIEW_LITERAL("us-east-1"), VIEW_LITERAL("sqs"));
	struct sigv4_headers headers;

	CHECK(sigv4_sign_post(signer, &with_token, &send_message, NOON, &headers));
	CHECK_TEXT(headers.authorization.data, SEND_MESSAGE_SIGNED);
	CHECK(view_is(headers.token, "TOKEN/+=EXAMPLE"));
}

/* The signatures of list_queues a day later, and with the secret "another". */
#define NEXT_DAY "0ab6a61818bf4c5dea57a3c15f69f4baacc21c4bc659924913c439d86d0234a8"
#define OTHER_SECRET "466077b0cb815378fd48b7b0a2a2b5d019e09e46d8335ff55abbd148ed77b457"

static bool ends_with(struct view text, const char *end)
{
	const size_t len = strlen(end);

	return text.len > len && memcmp(text.data + text.len - len, end, len) == 0;
}

/* The key that a signer keeps is that of the day and the secret of this call. */
TEST(a_signer_forgets_its_key_with_the_day_and_the_secret)
{
	const struct wire_credentials other = {
		.access_key = VIEW_LITERAL("AKIDEXAMPLE"),
		.secret_key = VIEW_LITERAL("another"),
	};
	AUTO(digester_free) struct digester *digester = digester_new();
	AUTO(sigv4_signer_free)
	struct sigv4_signer *signer = sigv4_signer_new(
		digester, VIEW_LITERAL("us-east-1"), VIEW_LITERAL("sqs"));
	struct sigv4_headers headers;

	for (int round = 0; round < 3; round++) {
		CHECK(sigv4_sign_post(signer, &plain, &list_queues, NOON, &headers));
		CHECK_TEXT(headers.authorization.data, LIST_QUEUES_SIGNED);
		CHECK(sigv4_sign_post(
			signer, &plain, &list_queues, NOON + DAY, &headers));
		CHECK(ends_with(headers.authorization, NEXT_DAY));
		CHECK(sigv4_sign_post(signer, &other, &list_queues, NOON, &headers));
		CHECK(ends_with(headers.authorization, OTHER_SECRET));
		CHECK(sigv4_sign_post(
			signer, &with_token, &send_message, NOON, &headers));
		CHECK_TEXT(headers.authorization.data, SEND_MESSAGE_SIGNED);
	}
}

TEST(any_request_is_signed_with_the_headers_it_has)
{
	const struct wire_pair headers[] = {
		{VIEW_LITERAL("X-Amz-Target"), VIEW_LITERAL("AmazonSQS.SendMessage")},
		{VIEW_LITERAL("Host"), VIEW_LITERAL(HOST)},
		{VIEW_LITERAL("User-Agent"), VIEW_LITERAL("curl")},
		{VIEW_LITERAL("x-amzn-query-mode"), VIEW_LITERAL("true")},
		{VIEW_LITERAL("Content-Type"),
			VIEW_LITERAL("application/x-amz-json-1.0")},
		{VIEW_LITERAL("Proxy-Authorization"), VIEW_LITERAL("x")},
		{VIEW_LITERAL("X-Amz-Date"), VIEW_LITERAL("20150830T123600Z")},
	};
	const struct sigv4_request request = {
		.method = VIEW_LITERAL("POST"),
		.path = VIEW_LITERAL("/"),
		.headers = headers,
		.header_count = ARRAY_SIZE(headers),
		.body_sha256 =
			VIEW_LITERAL("9610231062bccf14ec321c990500a8196ca6cb28aa5912c"
				     "0400562c69323976b"),
	};
	AUTO(digester_free) struct digester *digester = digester_new();
	AUTO(sigv4_signer_free)
	struct sigv4_signer *signer = sigv4_signer_new(
		digester, VIEW_LITERAL("us-east-1"), VIEW_LITERAL("sqs"));
	AUTO(buf) struct buf authorization = BUF_INIT(0);

	CHECK(sigv4_sign(signer, &plain, &request, NOON, &authorization));
	CHECK_TEXT(authorization.data,
		SCOPE "SignedHeaders=content-type;host;x-amz-date;x-amz-target;"
		      "x-amzn-query-mode, Signature="
		      "bdab0812f008331ab50287d4eca67b1559cdfbf811b8845ff8fda14ac51f037b");
}

/* -------------------------------------------------------------------------------------
 * The canonical request
 */

static const struct {
	const char *path;
	const char *normalised;
	const char *as_it_is;
} paths[] = {
	{"", "/", "/"},
	{"/", "/", "/"},
	{"/a/b", "/a/b", "/a/b"},
	{"/a/b/", "/a/b/", "/a/b/"},
	{"//a//b//", "/a/b/", "//a//b//"},
	{"/./a/../b", "/b", "/./a/../b"},
	{"/..", "/", "/.."},
	{"/a/..", "/", "/a/.."},
	{"/../a", "/a", "/../a"},
	{"/a b", "/a%20b", "/a%20b"},
	{"/a%20b", "/a%2520b", "/a%2520b"},
	{"/\xe1\x88\xb4", "/%E1%88%B4", "/%E1%88%B4"},
	{"/-_.~", "/-_.~", "/-_.~"},
};

static const struct {
	const char *query;
	const char *canonical;
} queries[] = {
	{"", ""},
	{"b=2&a=1", "a=1&b=2"},
	{"a=2&a=1", "a=1&a=2"},
	{"a", "a="},
	{"a=&&b", "a=&b="},
	{"a=b=c", "a=b%3Dc"},
	{"A=1&a=2&B=3", "A=1&B=3&a=2"},
	{"%61=%7e%2f%20", "a=~%2F%20"},
	{"a=%zz%4", "a=%25zz%254"},
	{"X-Amz-Signature=abc&a=1", "a=1"},
};

static const struct {
	const char *value;
	const char *canonical;
} values[] = {
	{"plain", "plain"},
	{"  a   b\t c  ", "a b c"},
	{"", ""},
	{"   ", ""},
	{"a, b:  c", "a, b: c"},
	{"\"a   b\"", "\"a b\""},
};

static struct sigv4_request request_of(const char *path, const char *query)
{
	return (struct sigv4_request){
		.method = VIEW_LITERAL("GET"),
		.path = view_of(path),
		.query = view_of(query),
		.body_sha256 = VIEW_LITERAL("HASH"),
	};
}

TEST(a_path_is_normalised_and_encoded)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	AUTO(buf) struct buf expected = BUF_INIT(0);

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct sigv4_request request = request_of(paths[i].path, "");
		const enum sigv4_path rules[] = {
			SIGV4_PATH_NORMALISED, SIGV4_PATH_AS_IT_IS};

		for (int k = 0; k < 2; k++) {
			buf_clear(&text);
			buf_clear(&expected);
			buf_printf(&expected, "GET\n%s\n\n\n\nHASH",
				k ? paths[i].as_it_is : paths[i].normalised);
			CHECK(sigv4_canonical_request(
				&text, &request, VIEW_LITERAL(""), rules[k]));
			CHECK_TEXT(text.data, expected.data);
		}
	}
}

TEST(a_query_is_sorted_and_encoded_anew)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	AUTO(buf) struct buf expected = BUF_INIT(0);

	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		const struct sigv4_request request = request_of("/", queries[i].query);

		buf_clear(&text);
		buf_clear(&expected);
		buf_printf(&expected, "GET\n/\n%s\n\n\nHASH", queries[i].canonical);
		CHECK(sigv4_canonical_request(
			&text, &request, VIEW_LITERAL(""), SIGV4_PATH_NORMALISED));
		CHECK_TEXT(text.data, expected.data);
	}
}

TEST(a_header_is_trimmed)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	AUTO(buf) struct buf expected = BUF_INIT(0);

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		const struct wire_pair headers[] = {
			{VIEW_LITERAL("My-Header"), view_of(values[i].value)},
			{VIEW_LITERAL("other"), VIEW_LITERAL("not signed")},
			{VIEW_LITERAL("MY-HEADER"), VIEW_LITERAL("second")},
		};
		struct sigv4_request request = request_of("/", "");

		request.headers = headers;
		request.header_count = ARRAY_SIZE(headers);
		buf_clear(&text);
		buf_clear(&expected);
		buf_printf(&expected,
			"GET\n/\n\nmy-header:%s,second\n\nmy-header;x-missing\nHASH",
			values[i].canonical);
		CHECK(sigv4_canonical_request(&text, &request,
			VIEW_LITERAL("my-header;x-missing"), SIGV4_PATH_NORMALISED));
		CHECK_TEXT(text.data, expected.data);
	}
}

TEST_MAIN
