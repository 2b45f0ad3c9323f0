/* SPDX-License-Identifier: MIT */
#include "sqs/base/buf.h"
#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

#include <stdlib.h>

TEST(a_buf_grows_and_keeps_its_bytes)
{
	AUTO(buf) struct buf buf = BUF_INIT(100000);

	for (int i = 0; i < 10000; i++)
		buf_add_string(&buf, "0123456789");
	CHECK(!buf.failed);
	CHECK_NUMBER(buf.len, 100000);
	CHECK_BYTES(buf.data + 99990, 11, "0123456789", 11);
}

TEST(what_passes_the_ceiling_fails_and_changes_nothing)
{
	AUTO(buf) struct buf buf = BUF_INIT(4);

	CHECK(buf_add_string(&buf, "abcd"));
	CHECK(!buf_add_char(&buf, 'e'));
	CHECK(buf.failed);
	CHECK_TEXT(buf.data, "abcd");
}

TEST(a_failure_is_sticky_until_cleared)
{
	AUTO(buf) struct buf buf = BUF_INIT(4);

	buf_add_string(&buf, "abcde");
	CHECK(!buf_add_char(&buf, 'a'));
	buf_clear(&buf);
	CHECK(buf_add_char(&buf, 'a'));
}

TEST(detached_bytes_are_the_callers)
{
	struct buf buf = BUF_INIT(0);
	char *text;

	buf_printf(&buf, "%d-%s", 7, "x");
	text = buf_detach(&buf);
	CHECK_TEXT(text, "7-x");
	CHECK_NUMBER(buf.len, 0);
	free(text);
}

TEST_MAIN
