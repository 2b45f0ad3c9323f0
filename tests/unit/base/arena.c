/* SPDX-License-Identifier: MIT */
#include "sqs/base/arena.h"
#include "tests/lib/test.h"

TEST(objects_are_zeroed_and_do_not_overlap)
{
	struct arena arena = {0};
	unsigned char *objects[2000];
	bool zeroed = true;

	for (size_t i = 0; i < 2000; i++) {
		size_t size = i % 97 == 0 ? 9000 : i % 60 + 1;

		objects[i] = arena_alloc(&arena, size);
		for (size_t k = 0; k < size; k++)
			zeroed = zeroed && objects[i][k] == 0;
		memset(objects[i], 0xff, size);
	}
	arena_finish(&arena);
	CHECK(zeroed);
}

TEST(a_copy_ends_with_nul_and_absent_stays_absent)
{
	struct arena arena = {0};
	struct view copy = arena_copy(&arena, (struct view){"abcdef", 3});

	CHECK_BYTES(copy.data, copy.len + 1, "abc", 4);
	CHECK(view_is_absent(arena_copy(&arena, (struct view){0})));
	CHECK(!view_is_absent(arena_copy(&arena, VIEW_LITERAL(""))));
	arena_finish(&arena);
}

TEST(an_overflowing_product_fails_and_stays_failed)
{
	struct arena arena = {0};

	CHECK(!arena_array(&arena, SIZE_MAX / 2, 3));
	CHECK(arena.failed);
	arena_finish(&arena);
}

TEST(format_is_printf)
{
	struct arena arena = {0};

	CHECK_TEXT(arena_format(&arena, "%s:%d", "port", 80).data, "port:80");
	arena_finish(&arena);
}

TEST_MAIN
