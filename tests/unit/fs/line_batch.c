/* SPDX-License-Identifier: MIT */
#include "fs/line_batch.h"

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

static const struct {
	const char *bytes;
	size_t multiple;
	struct line_cut cut;
} cuts[] = {
	{"", 1, {0, 0}},
	{"a", 1, {0, 0}},
	{"a\n", 1, {1, 2}},
	{"a\nb", 1, {1, 2}},
	{"a\nb\n", 1, {2, 4}},
	{"a\nb\n", 2, {2, 4}},
	{"a\nb\nc\n", 2, {2, 4}},
	{"a\n", 2, {0, 0}},
	/* semantics.md: "Empty lines are skipped by `.sqs/lines`." */
	{"\n\n", 1, {0, 0}},
	{"\na\n\n\nb\n\n", 1, {2, 7}},
	{"\na\n\n\nb\n\n", 2, {2, 7}},
	{"\r\n", 1, {1, 2}},
};

TEST(lines_are_cut_into_whole_batches)
{
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		struct line_cut cut = line_cut(view_of(cuts[i].bytes), cuts[i].multiple);

		CHECK_NUMBER(cut.count, cuts[i].cut.count);
		CHECK_NUMBER(cut.len, cuts[i].cut.len);
	}
}

TEST_MAIN
