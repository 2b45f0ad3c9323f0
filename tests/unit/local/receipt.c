/* SPDX-License-Identifier: MIT */
#include "sqs/local/receipt.h"
#include "sqs/base/cleanup.h"
#include "sqs/local/ids.h"
#include "tests/lib/test.h"

static const struct receipt some[] = {
	{1, 1, 1},
	{7, 1000000, -1},
	{INT64_MAX, INT64_MAX, INT64_MIN},
	{1, 2, 0},
};

TEST(a_handle_says_what_it_was_made_of)
{
	struct arena arena = {0};

	for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
		struct view text = receipt_text(&some[i], &arena);
		struct receipt read;

		CHECK(receipt_parse(text, &read));
		CHECK_NUMBER(read.queue, some[i].queue);
		CHECK_NUMBER(read.message, some[i].message);
		CHECK_NUMBER(read.nonce, some[i].nonce);
		CHECK(text.len <= 1024);
	}
	arena_finish(&arena);
}

/* A handle with one character changed is none, whichever it is. */
TEST(what_was_never_a_handle_is_told_apart)
{
	static const char *const garbage[] = {"", "garbage", "=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
	struct arena arena = {0};
	struct view text = receipt_text(&some[1], &arena);
	char *changed = arena_string(&arena, text);
	struct receipt read;

	for (size_t i = 0; i < ARRAY_SIZE(garbage); i++)
		CHECK(!receipt_parse(view_of(garbage[i]), &read));
	for (size_t i = 0; i < text.len; i++) {
		changed[i] = text.data[i] == 'x' ? 'y' : 'x';
		CHECK(!receipt_parse(view_of(changed), &read));
		changed[i] = text.data[i];
	}
	CHECK(receipt_parse(view_of(changed), &read));
	arena_finish(&arena);
}

TEST(a_seed_and_a_salt_make_the_same_ids_again)
{
	struct ids a, b, c;
	char first[UUID_TEXT], again[UUID_TEXT], other[UUID_TEXT];

	ids_init(&a, 5, 1);
	ids_init(&b, 5, 1);
	ids_init(&c, 5, 2);
	ids_uuid(&a, first);
	ids_uuid(&b, again);
	ids_uuid(&c, other);
	CHECK_TEXT(again, first);
	CHECK(strcmp(first, other) != 0);
	CHECK_NUMBER(strlen(first), 36);
	CHECK(first[14] == '4' && strchr("89ab", first[19]));
}

TEST_MAIN
