/* SPDX-License-Identifier: MIT */
#include "sqs/base/text.h"
#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

static const struct {
	const char *bytes;
	size_t len;
	const char *text;
} base64[] = {
	/* RFC 4648, section 10 */
	{"", 0, ""},
	{"f", 1, "Zg=="},
	{"fo", 2, "Zm8="},
	{"foo", 3, "Zm9v"},
	{"foob", 4, "Zm9vYg=="},
	{"fooba", 5, "Zm9vYmE="},
	{"foobar", 6, "Zm9vYmFy"},
	{"\0\xff\xfe", 3, "AP/+"},
};

TEST(base64_goes_both_ways)
{
	for (size_t i = 0; i < ARRAY_SIZE(base64); i++) {
		AUTO(buf) struct buf text = BUF_INIT(100), bytes = BUF_INIT(100);

		CHECK(base64_encode(
			&text, (struct view){base64[i].bytes, base64[i].len}));
		CHECK_BYTES(text.data, text.len, base64[i].text, strlen(base64[i].text));
		CHECK(base64_decode(&bytes, view_of(base64[i].text)));
		CHECK_BYTES(bytes.data, bytes.len, base64[i].bytes, base64[i].len);
		buf_finish(&bytes);
	}
}

TEST(what_is_not_base64_is_refused)
{
	static const char *const wrong[] = {
		"Zg=", "Z", "Zg==\n", "Z*==", "=Zg=", "Zm9v Zg", "===="};
	AUTO(buf) struct buf bytes = BUF_INIT(100);

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		CHECK(!base64_decode(&bytes, view_of(wrong[i])));
	CHECK_NUMBER(bytes.len, 0);
}

static const struct {
	const char *text;
	int64_t least, most;
	bool ok;
	int64_t number;
} numbers[] = {
	{"0", 0, 10, true, 0},
	{"10", 0, 10, true, 10},
	{"11", 0, 10, false, 0},
	{"-1", -5, 10, true, -1},
	{"-", -5, 10, false, 0},
	{"", 0, 10, false, 0},
	{" 1", 0, 10, false, 0},
	{"1x", 0, 10, false, 0},
	{"99999999999999999999", 0, INT64_MAX, false, 0},
	{"43200", 0, 43200, true, 43200},
};

TEST(numbers_are_whole_and_in_range)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		int64_t number = 0;

		CHECK_NUMBER(number_parse(view_of(numbers[i].text), numbers[i].least,
				     numbers[i].most, &number),
			numbers[i].ok);
		CHECK_NUMBER(number, numbers[i].number);
	}
}

static const struct {
	const char *bytes;
	size_t len;
	bool carried;
	size_t offset;
} texts[] = {
	{"plain\ttext\r\n", 12, true, 12}, {"", 0, true, 0},
	{"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9, true,
		9}, /* two, three and four bytes */
	{"a\0b", 3, false, 1}, {"ab\x1b", 3, false, 2},
	{"\x7f", 1, true, 1},             /* DEL is in #x20-#xD7FF */
	{"\xff", 1, false, 0},            /* no UTF-8 */
	{"\xc0\x80", 2, false, 0},        /* overlong NUL */
	{"\xed\xa0\x80", 3, false, 0},    /* a surrogate */
	{"\xef\xbf\xbe", 3, false, 0},    /* U+FFFE */
	{"\xef\xbf\xbd", 3, true, 3},     /* U+FFFD */
	{"\xf4\x8f\xbf\xbf", 4, true, 4}, /* U+10FFFF */
	{"\xf4\x90\x80\x80", 4, false, 0}, {"x\xe2\x82", 3, false, 1}, /* cut short */
};

TEST(sqs_carries_the_characters_of_xml)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		size_t offset = 0;

		CHECK_NUMBER(text_is_carried((struct view){texts[i].bytes, texts[i].len},
				     &offset),
			texts[i].carried);
		CHECK_NUMBER(offset, texts[i].offset);
	}
}

TEST(hex_is_lower_case)
{
	char text[7];

	hex_encode(text, "\x00\xaf\x19", 3);
	CHECK_TEXT(text, "00af19");
}

TEST(octal_escapes_are_undone)
{
	char text[] = "a\\040b\\1\\8888\\377\\";

	CHECK_NUMBER(octal_unescape(text), 12);
	CHECK_TEXT(text, "a b\\1\\8888\xff\\");
}

TEST_MAIN
