/* SPDX-License-Identifier: MIT */
#include "sqs/base/view.h"

#include "tests/lib/test.h"

/* What view_cut() takes at a comma, what it leaves, and from where. */
static const struct {
	struct view text;
	struct view head;
	struct view rest;
} cuts[] = {
	{VIEW_LITERAL("a,b,c"), VIEW_LITERAL("a"), VIEW_LITERAL("b,c")},
	{VIEW_LITERAL("a"), VIEW_LITERAL("a"), VIEW_LITERAL("")},
	{VIEW_LITERAL("a,"), VIEW_LITERAL("a"), VIEW_LITERAL("")},
	{VIEW_LITERAL(",a"), VIEW_LITERAL(""), VIEW_LITERAL("a")},
	{VIEW_LITERAL(""), VIEW_LITERAL(""), VIEW_LITERAL("")},
	{{NULL, 0}, {NULL, 0}, {NULL, 0}},
};

TEST(a_cut_takes_what_stands_before_the_separator)
{
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct view rest = cuts[i].text;
		struct view head = view_cut(&rest, ',');

		CHECK_BYTES(head.data, head.len, cuts[i].head.data, cuts[i].head.len);
		CHECK_BYTES(rest.data, rest.len, cuts[i].rest.data, cuts[i].rest.len);
		CHECK(view_is_absent(head) == view_is_absent(cuts[i].head));
	}
}

TEST_MAIN
