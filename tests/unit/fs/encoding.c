/* SPDX-License-Identifier: MIT */
#include "fs/encoding.h"

#include <errno.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

#define TRANSFER "Content-Transfer-Encoding"

/* -------------------------------------------------------------------------------------
 * What a format makes of bytes
 */

struct row {
	enum body_format format;
	const char *bytes;
	int error;
	const char *body;
	const char *attributes; /* "name=value;..." */
};

static const struct row rows[] = {
	{FORMAT_RAW, "hello", 0, "hello", ""},
	{FORMAT_RAW, "hello\n", 0, "hello\n", ""},
	{FORMAT_RAW, "\x01", EILSEQ, NULL, NULL},
	{FORMAT_RAW, "\xff", EILSEQ, NULL, NULL},
	{FORMAT_RAW, "cut \xc3", EILSEQ, NULL, NULL},
	{FORMAT_AUTO, "hello", 0, "hello", ""},
	{FORMAT_AUTO, "h\xc3\xa9", 0, "h\xc3\xa9", ""},
	{FORMAT_AUTO, "\xff", 0, "/w==", TRANSFER "=base64;"},
	{FORMAT_AUTO, "cut \xc3", 0, "Y3V0IMM=", TRANSFER "=base64;"},
	{FORMAT_BASE64, "hello", 0, "aGVsbG8=", ""},
	{FORMAT_RFC822, "\nhello", 0, "hello", ""},
	{FORMAT_RFC822, "A: 1\nB: two words\n\nhello\n", 0, "hello\n",
		"A=1;B=two words;"},
	{FORMAT_RFC822, "A: 1\r\n\r\nhello", 0, "hello", "A=1;"},
	{FORMAT_RFC822, "A:1\n\nhello", 0, "hello", "A=1;"},
	{FORMAT_RFC822, "A: 1\n 2\n\nhello", 0, "hello", "A=1\n2;"},
	{FORMAT_RFC822, "A: 1\n\n\xff", 0, "/w==", "A=1;" TRANSFER "=base64;"},
	/* What is declared to travel as base64 does so, text or not. */
	{FORMAT_RFC822, TRANSFER ": base64\n\nhello", 0, "aGVsbG8=", TRANSFER "=base64;"},
	{FORMAT_RFC822, "hello", EINVAL, NULL, NULL},
	{FORMAT_RFC822, "hello\n\nworld", EINVAL, NULL, NULL},
	{FORMAT_RFC822, " folded\n\nworld", EINVAL, NULL, NULL},
	{FORMAT_RFC822, "A: 1\n", EINVAL, NULL, NULL},
	{FORMAT_RFC822, "A: 1\n\n", EINVAL, NULL, NULL},
	{FORMAT_RFC822, "A: \n\nempty value", EINVAL, NULL, NULL},
	{FORMAT_RFC822, "A b: 1\n\nbad name", EINVAL, NULL, NULL},
	{FORMAT_RFC822, "A: 1\nA: 2\n\ntwice", EINVAL, NULL, NULL},
};

static void describe(const struct encoded *encoded, struct buf *out)
{
	for (size_t i = 0; i < encoded->attribute_count; i++) {
		const struct sqs_attribute *attribute = &encoded->attributes[i];

		buf_printf(out, "%s=%.*s;", attribute->name, (int)attribute->len,
			(const char *)attribute->value);
	}
}

TEST(each_format_makes_its_body_and_attributes)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		AUTO(buf) struct buf attributes = BUF_INIT(0);
		struct encoded encoded;
		const char *why = NULL;
		int error =
			encode(row->format, view_of(row->bytes), NULL, 0, &encoded, &why);

		describe(&encoded, &attributes);
		CHECK_NUMBER(error, row->error);
		if (error)
			CHECK(why != NULL);
		if (!error) {
			CHECK_BYTES(encoded.body.data, encoded.body.len, row->body,
				strlen(row->body));
			CHECK_BYTES(buf_view(&attributes).data, attributes.len,
				row->attributes, strlen(row->attributes));
		}
		encoded_finish(&encoded);
	}
}

/* semantics.md: "`-o format=base64` sends every body as base64 and decodes every body
 * that is base64; one that is not is delivered as it came." */
TEST(a_body_that_does_not_decode_is_delivered_as_it_came)
{
	static const struct sqs_attribute declared = {TRANSFER, "String", "base64", 6};
	static const struct {
		enum body_format format;
		bool is_declared;
		const char *body, *bytes;
	} cases[] = {
		{FORMAT_BASE64, false, "aGVsbG8=", "hello"},
		{FORMAT_BASE64, false, "not base64", "not base64"},
		{FORMAT_AUTO, true, "aGVsbG8=", "hello"},
		{FORMAT_AUTO, true, "not base64", "not base64"},
		{FORMAT_AUTO, false, "aGVsbG8=", "aGVsbG8="},
		{FORMAT_RAW, true, "aGVsbG8=", "aGVsbG8="},
		{FORMAT_RFC822, true, "aGVsbG8=", "\nhello"},
		{FORMAT_RFC822, true, "not base64", TRANSFER ": base64\n\nnot base64"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sqs_message message = {
			.body = cases[i].body,
			.body_len = strlen(cases[i].body),
			.attributes = &declared,
			.attribute_count = cases[i].is_declared,
		};
		AUTO(buf) struct buf text = BUF_INIT(0);
		struct view bytes;

		CHECK(decode(cases[i].format, &message, &text, &bytes));
		CHECK_BYTES(
			bytes.data, bytes.len, cases[i].bytes, strlen(cases[i].bytes));
	}
}

TEST(an_attribute_cannot_forge_a_header)
{
	static const struct sqs_attribute attributes[] = {
		{"A", "String", "1\nB: 2\n\nbody", 12},
		{"C\nD", "String", "x", 1},
		{"E", "Binary", "\xff", 1},
	};
	struct sqs_message message = {.body = "hi",
		.body_len = 2,
		.attributes = attributes,
		.attribute_count = 3};
	AUTO(buf) struct buf text = BUF_INIT(0);
	struct view bytes;

	CHECK(decode(FORMAT_RFC822, &message, &text, &bytes));
	CHECK_TEXT(bytes.data, "A: 1\n B: 2\n \n body\n\nhi");
}

/* -------------------------------------------------------------------------------------
 * Properties
 */

static uint32_t seed = 1;

static uint32_t any(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

/* Bytes that are text, nearly text, or anything. */
static size_t make_bytes(char *bytes, size_t size)
{
	static const char *const pieces[] = {"a", "\n", "h\xc3\xa9", "\xe2\x82\xac",
		"\xf0\x9f\x98\x80", "\xc3", "\xff", "\x01", "A: b\n", ": ", " "};
	uint32_t kinds = 1 + any(ARRAY_SIZE(pieces));
	size_t len = 0;

	for (uint32_t left = any(30); left > 0; left--) {
		const char *piece = pieces[any(kinds)];

		if (len + strlen(piece) > size)
			break;
		memcpy(bytes + len, piece, strlen(piece));
		len += strlen(piece);
	}
	return len;
}

static struct sqs_message message_of(const struct encoded *encoded)
{
	return (struct sqs_message){
		.body = encoded->body.data,
		.body_len = encoded->body.len,
		.attributes = encoded->attributes,
		.attribute_count = encoded->attribute_count,
	};
}

/* semantics.md: "The bytes of the body are the bytes of the file." */
TEST(bytes_in_are_bytes_out)
{
	static const enum body_format formats[] = {
		FORMAT_AUTO, FORMAT_RAW, FORMAT_BASE64};

	for (int turn = 0; turn < 30000; turn++) {
		enum body_format format = formats[any(ARRAY_SIZE(formats))];
		AUTO(buf) struct buf text = BUF_INIT(0);
		char bytes[256];
		size_t len = make_bytes(bytes, sizeof(bytes));
		struct encoded encoded;
		struct sqs_message message;
		struct view out;
		const char *why;

		if (encode(format, (struct view){bytes, len}, NULL, 0, &encoded, &why) ==
			0) {
			message = message_of(&encoded);
			CHECK(decode(format, &message, &text, &out));
			CHECK_BYTES(out.data, out.len, bytes, len);
		}
		encoded_finish(&encoded);
	}
}

TEST(headers_that_were_accepted_come_back)
{
	int accepted = 0;

	for (int turn = 0; turn < 30000; turn++) {
		AUTO(buf) struct buf file = BUF_INIT(0);
		AUTO(buf) struct buf text = BUF_INIT(0);
		char body[256];
		struct encoded encoded;
		struct sqs_message message;
		struct view out;
		const char *why;

		for (uint32_t i = any(4); i > 0; i--)
			buf_printf(&file, "H%u: v%u%s\n", i, any(100),
				any(2) ? "\n folded" : "");
		buf_add_char(&file, '\n');
		buf_add(&file, body, make_bytes(body, sizeof(body)));
		if (encode(FORMAT_RFC822, buf_view(&file), NULL, 0, &encoded, &why) ==
			0) {
			message = message_of(&encoded);
			CHECK(decode(FORMAT_RFC822, &message, &text, &out));
			CHECK_BYTES(out.data, out.len, file.data, file.len);
			accepted++;
		}
		encoded_finish(&encoded);
	}
	CHECK(accepted > 1000);
}

/* What a write is measured by is what the message will have. */
TEST(the_size_is_known_before_encoding)
{
	static const struct sqs_attribute given = {"colour", "String", "red", 3};

	for (int turn = 0; turn < 30000; turn++) {
		enum body_format format = (enum body_format)any(4);
		char bytes[256];
		size_t len = make_bytes(bytes, sizeof(bytes)), count = any(2);
		struct text_scan scan = {0};
		struct encoded encoded;
		const char *why;

		/* In two writes, cut anywhere; the end is known to be one. */
		text_scan_more(&scan, (struct view){bytes, any((uint32_t)len + 1)});
		text_scan_more(&scan, (struct view){bytes, len});
		scan.is_bad |= scan.good < len;
		if (encode(format, (struct view){bytes, len}, &given, count, &encoded,
			    &why) == 0)
			CHECK_NUMBER(encoding_size(format, (struct view){bytes, len},
					     &scan, &given, count),
				sqs_message_size(encoded.body.len, encoded.attributes,
					encoded.attribute_count));
		encoded_finish(&encoded);
	}
}

TEST(a_character_whose_end_is_still_to_come_is_not_bad)
{
	static const struct {
		const char *bytes;
		size_t good;
		bool is_bad;
	} cases[] = {
		{"abc", 3, false}, {"a\xe2", 1, false}, {"a\xe2\x82", 1, false},
		{"a\xe2\x82\xac", 4, false}, {"a\xf0\x9f\x98", 1, false},
		{"a\xe2x", 1, true}, {"a\x80", 1, true}, {"a\xc0", 1, true},
		{"a\xff", 1, true}, {"a\x01", 1, true},
		{"\xef\xbf\xbe", 0, true}, /* U+FFFE */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text_scan scan = {0};

		text_scan_more(&scan, view_of(cases[i].bytes));
		CHECK_NUMBER(scan.good, cases[i].good);
		CHECK_NUMBER(scan.is_bad, cases[i].is_bad);
	}
}

TEST(a_scan_that_forgets_finds_the_same_again)
{
	for (int turn = 0; turn < 20000; turn++) {
		char bytes[256];
		size_t len = make_bytes(bytes, sizeof(bytes));
		struct text_scan fresh = {0}, scan = {0};

		text_scan_more(&scan, (struct view){bytes, len});
		text_scan_forget(&scan, any((uint32_t)len + 1));
		text_scan_more(&scan, (struct view){bytes, len});
		text_scan_more(&fresh, (struct view){bytes, len});
		CHECK_NUMBER(scan.good, fresh.good);
		CHECK_NUMBER(scan.is_bad, fresh.is_bad);
	}
}

TEST_MAIN
