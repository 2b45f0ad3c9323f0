/* SPDX-License-Identifier: MIT */
#include "sqs/client/due.h"
#include "tests/lib/test.h"

enum { MANY = 1000 };

static struct due dues[MANY];
static struct due_heap heap;

static void fill(void)
{
	for (size_t i = 0; i < MANY; i++) {
		dues[i] = (struct due){0};
		due_set(&heap, &dues[i], (int64_t)(i * 7919 % MANY));
	}
}

/* Whether all that is left comes out in the order of time; how many in *count. */
static bool comes_in_order(size_t *count)
{
	int64_t last_ns = INT64_MIN;
	struct due *due;

	for (*count = 0; (due = due_pop(&heap, DUE_NEVER)); ++*count) {
		if (due->at_ns < last_ns || due_is_set(due))
			return false;
		last_ns = due->at_ns;
	}
	return true;
}

TEST(an_empty_heap_is_never_due)
{
	CHECK_NUMBER(due_next(&heap), DUE_NEVER);
	CHECK(!due_pop(&heap, DUE_NEVER));
}

TEST(what_is_due_comes_in_the_order_of_time)
{
	size_t count;

	fill();
	CHECK_NUMBER(due_next(&heap), 0);
	CHECK(comes_in_order(&count));
	CHECK_NUMBER(count, MANY);
}

TEST(nothing_comes_before_its_time)
{
	struct due due = {0};

	due_set(&heap, &due, 100);
	CHECK(!due_pop(&heap, 99));
	CHECK(due_pop(&heap, 100) == &due);
}

TEST(what_is_cleared_does_not_come)
{
	size_t count;

	fill();
	for (size_t i = 0; i < MANY; i += 3)
		due_clear(&heap, &dues[i]);
	due_clear(&heap, &dues[0]); /* twice is once */
	CHECK(comes_in_order(&count));
	CHECK_NUMBER(count, MANY - (MANY + 2) / 3);
}

TEST(setting_again_moves)
{
	size_t count;

	fill();
	for (size_t i = 0; i < MANY; i += 2)
		due_set(&heap, &dues[i], (int64_t)(MANY - i));
	CHECK_NUMBER(heap.count, MANY);
	CHECK(comes_in_order(&count));
	CHECK_NUMBER(count, MANY);
	due_heap_finish(&heap);
}

TEST_MAIN
