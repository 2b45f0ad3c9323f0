/* SPDX-License-Identifier: MIT */
#include "sqs/wire/digest.h"

#include "sqs/base/text.h"
#include "tests/lib/test.h"

#define TEXT(name, type, value)                                                    \
	{                                                                          \
		VIEW_LITERAL(name), VIEW_LITERAL(type), VIEW_LITERAL(value), false \
	}
#define BYTES(name, type, value)                                                  \
	{                                                                         \
		VIEW_LITERAL(name), VIEW_LITERAL(type), VIEW_LITERAL(value), true \
	}

#define HELLO TEXT("Hello", "String", "There")
#define GENERAL TEXT("General", "String", "Kenobi")
#define HELP_ME TEXT("Help.Me", "String", "Me")

/* What SQS answered as MD5OfMessageBody. */
static const struct {
	const char *body;
	const char *md5;
} bodies[] = {
	{"test", "098f6bcd4621d373cade4e832627b4f6"},
	{"foobar", "3858f62230ac3c915f300c664312c63f"},
	{"This is a test message", "fafb00f5732ab283681e124bf8747ed1"},
	{"message-body-1", "19c9e282d65f9733bc6b35d50062c7ee"},
	{"", "d41d8cd98f00b204e9800998ecf8427e"},
};

/* What SQS answered as MD5OfMessageAttributes; the third row is worked out by hand. */
static const struct {
	const char *md5;
	size_t count;
	struct wire_attribute attributes[3];
} attributes[] = {
	{"a311262e065454b75da111d535b8dacd", 1, {HELLO}},
	{"fca026605781cb4126a1e9044df24232", 2, {HELLO, GENERAL}},
	{"362b9a395f7328e355575f0811c8d9f2", 3,
		{TEXT("N", "Number.int", "42"), HELLO,
			BYTES("B", "Binary.x", "\x00\xff")}},
	{"83fee93c1bcd8b9a5a923ffacdc636c7", 2, {HELLO, HELP_ME}},
	{"4c360f3fdafd970e05fae2f149d997f5", 3, {HELP_ME, GENERAL, HELLO}},
	{"4c360f3fdafd970e05fae2f149d997f5", 3, {HELLO, HELP_ME, GENERAL}},
	{"ae7155c6026991b6d54b11589678bf9c", 1, {TEXT("Foo", "String", "Bar")}},
	{"adb59cd4678ea5a855436b949cd07ab6", 1,
		{TEXT("MyAttribute", "String", "foobar")}},
	{"235c5c510d26fb653d073faed50ae77c", 1,
		{TEXT("timestamp", "Number", "1493147359900")}},
	{"8cbe4db156db8a94db8b801b7addb984", 1,
		{BYTES("attr1", "Binary",
			"traceparent\x1e"
			"00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01")}},
	{"5ae4d5d7636402d80f4eb6d213245a88", 1,
		{TEXT("AWSTraceHeader", "String",
			"Root=1-5759e988-bd862e3fe1be46a994272793;"
			"Parent=53995c3f42cd8ad8;Sampled=1")}},
	{"", 0, {{.is_binary = false}}},
};

TEST(the_md5_of_a_body_is_what_sqs_says)
{
	AUTO(digester_free) struct digester *digester = digester_new();
	char hex[DIGEST_MD5_TEXT];

	CHECK(digester);
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		CHECK(digest_md5(digester, view_of(bodies[i].body), hex));
		CHECK_TEXT(hex, bodies[i].md5);
	}
}

TEST(the_md5_of_attributes_is_what_sqs_says)
{
	AUTO(digester_free) struct digester *digester = digester_new();
	char hex[DIGEST_MD5_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		const struct wire_attributes list = {
			(struct wire_attribute *)attributes[i].attributes,
			attributes[i].count,
		};

		CHECK(digest_attributes(digester, &list, hex));
		CHECK_TEXT(hex, attributes[i].md5);
	}
}

TEST(more_attributes_than_a_request_may_have_are_sorted_too)
{
	AUTO(digester_free) struct digester *digester = digester_new();
	static const char names[] = "kjihgfedcbalmnop";
	struct wire_attribute down[16];
	struct wire_attribute up[16];
	char hex[2][DIGEST_MD5_TEXT];

	for (size_t i = 0; i < 16; i++) {
		down[i] = (struct wire_attribute){.name = {names + i, 1},
			.type = VIEW_LITERAL("String"),
			.value = VIEW_LITERAL("v")};
		up[15 - i] = down[i];
	}
	CHECK(digest_attributes(digester, &(struct wire_attributes){down, 16}, hex[0]));
	CHECK(digest_attributes(digester, &(struct wire_attributes){up, 16}, hex[1]));
	CHECK_TEXT(hex[0], hex[1]);
}

TEST(sha256_is_that_of_fips_180)
{
	AUTO(digester_free) struct digester *digester = digester_new();
	char hex[DIGEST_SHA256_TEXT];

	CHECK(digest_sha256(digester, VIEW_LITERAL("abc"), hex));
	CHECK_TEXT(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231, cases 1, 2, 6; and an empty key between two others, which must not inherit
 * one. */
TEST(hmac_is_that_of_rfc_4231)
{
	static char long_key[131];
	const struct {
		struct view key;
		struct view data;
		const char *mac;
	} cases[] = {
		{VIEW_LITERAL("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
			      "\x0b\x0b\x0b\x0b\x0b\x0b"),
			VIEW_LITERAL("Hi There"),
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{{NULL, 0}, VIEW_LITERAL(""),
			"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
		{VIEW_LITERAL("Jefe"), VIEW_LITERAL("what do ya want for nothing?"),
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{{long_key, sizeof(long_key)},
			VIEW_LITERAL(
				"Test Using Larger Than Block-Size Key - Hash Key First"),
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
	};
	AUTO(digester_free) struct digester *digester = digester_new();

	memset(long_key, 0xaa, sizeof(long_key));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned char mac[DIGEST_SHA256];
		char hex[DIGEST_SHA256_TEXT];

		CHECK(digest_hmac(digester, cases[i].key, cases[i].data, mac));
		hex_encode(hex, mac, sizeof(mac));
		CHECK_TEXT(hex, cases[i].mac);
	}
}

TEST_MAIN
