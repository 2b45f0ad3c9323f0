/* SPDX-License-Identifier: MIT */
#include "sqs/base/list.h"
#include "tests/lib/test.h"

struct item {
	int number;
	struct list link;
};

/* The numbers of a list as one decimal number, in order. */
static int digits(const struct list *head)
{
	int all = 0;

	list_each (link, head)
		all = all * 10 + list_entry(link, struct item, link)->number;
	return all;
}

TEST(items_keep_the_order_they_were_put_in)
{
	struct list head = LIST_INIT(head);
	struct item a = {1, {0}}, b = {2, {0}}, c = {3, {0}};

	list_append(&head, &b.link);
	list_append(&head, &c.link);
	list_prepend(&head, &a.link);
	CHECK_NUMBER(digits(&head), 123);
	list_remove(&b.link);
	CHECK_NUMBER(digits(&head), 13);
	list_remove(&b.link);
	CHECK_NUMBER(digits(&head), 13);
}

TEST(the_visited_item_may_be_removed)
{
	struct list head = LIST_INIT(head);
	struct item items[5] = {{1, {0}}, {2, {0}}, {3, {0}}, {4, {0}}, {5, {0}}};

	for (int i = 0; i < 5; i++)
		list_append(&head, &items[i].link);
	list_each_safe (link, &head) {
		if (list_entry(link, struct item, link)->number % 2 == 0)
			list_remove(link);
	}
	CHECK_NUMBER(digits(&head), 135);
}

TEST(splice_moves_all_to_the_end)
{
	struct list a = LIST_INIT(a), b = LIST_INIT(b);
	struct item items[3] = {{1, {0}}, {2, {0}}, {3, {0}}};

	list_append(&a, &items[0].link);
	list_append(&b, &items[1].link);
	list_append(&b, &items[2].link);
	list_splice(&a, &b);
	list_splice(&a, &b);
	CHECK_NUMBER(digits(&a), 123);
	CHECK(list_is_empty(&b));
	CHECK(list_pop(&a) == &items[0].link);
}

TEST_MAIN
