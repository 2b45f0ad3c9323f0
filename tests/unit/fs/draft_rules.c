/* SPDX-License-Identifier: MIT */
#include "fs/draft.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fs/options.h"
#include "fs/send_order.h"
#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

static char globs[] = ".*:*.tmp:*.part:*.swp:*~", group[] = "default";
static struct options options = {
	.uid = UNSET, .gid = UNSET, .draft = globs, .group = group};
static struct mount mount;
static struct queue *queue;

static void begin(enum body_format format, const char *url)
{
	options.format = (int)format;
	mount_init(&mount, &options);
	mount_lock(&mount);
	queue = queue_new_locked(&mount, url);
}

static struct draft *make(const char *name)
{
	struct draft *draft = draft_new_locked(queue, &queue->dir, NULL, name);

	node_unref_locked(&draft->node);
	return draft;
}

static void end(void)
{
	while (!list_is_empty(&queue->sending.drafts)) {
		struct draft *draft =
			list_entry(queue->sending.drafts.next, struct draft, link);

		if (draft->state == DRAFT_SENDING)
			draft_enter_locked(draft, DRAFT_REFUSED);
		draft_discard_locked(draft);
	}
	node_unref_locked(&queue->dir.node);
	mount_unlock(&mount);
	mount_finish(&mount);
}

static int put(struct draft *draft, const char *text, off_t offset)
{
	return draft_write_locked(draft, text, strlen(text), offset, SQS_LARGEST_MESSAGE);
}

static const char *text_of(const struct draft *draft)
{
	return buf_view(&draft->bytes).data;
}

/* -------------------------------------------------------------------------------------
 * Content
 */

TEST(a_draft_is_written_anywhere)
{
	struct draft *draft;

	begin(FORMAT_AUTO, "http://localhost/1/jobs");
	draft = make("f");
	CHECK_NUMBER(draft->state, DRAFT_EMPTY);
	CHECK_NUMBER(put(draft, "hello", 0), 0);
	CHECK_NUMBER(draft->state, DRAFT_WRITING);
	CHECK_NUMBER(put(draft, "J", 0), 0);
	CHECK_NUMBER(put(draft, "!", 5), 0);
	CHECK_TEXT(text_of(draft), "Jello!");
	CHECK_NUMBER(put(draft, "x", 8), 0);
	CHECK_BYTES(draft->bytes.data, draft->bytes.len, "Jello!\0\0x", 9);
	CHECK_NUMBER(draft_truncate_locked(draft, 2, SQS_LARGEST_MESSAGE), 0);
	CHECK_TEXT(text_of(draft), "Je");
	CHECK_NUMBER(draft_truncate_locked(draft, 0, SQS_LARGEST_MESSAGE), 0);
	CHECK_NUMBER(draft->state, DRAFT_EMPTY);
	end();
}

/* semantics.md: "A write that makes the message larger than the queue's
 * MaximumMessageSize, attributes and encoding included, fails with EFBIG." */
TEST(a_write_that_is_too_large_changes_nothing)
{
	struct draft *draft;

	begin(FORMAT_AUTO, "http://localhost/1/jobs");
	draft = make("f");
	CHECK_NUMBER(draft_write_locked(draft, "12345678", 8, 0, 10), 0);
	CHECK_NUMBER(draft_write_locked(draft, "abc", 3, 8, 10), EFBIG);
	CHECK_NUMBER(draft_write_locked(draft, "abcd", 4, 7, 10), EFBIG);
	CHECK_TEXT(text_of(draft), "12345678");
	CHECK_NUMBER(draft_write_locked(draft, "90", 2, 8, 10), 0);
	/* The same bytes, but one of them makes it base64. */
	CHECK_NUMBER(draft_write_locked(draft, "\xff", 1, 0, 10), EFBIG);
	CHECK_TEXT(text_of(draft), "1234567890");
	CHECK_NUMBER(attributes_set(&draft->attributes, "attr.a", view_of("b")), 0);
	CHECK_NUMBER(draft_write_locked(draft, "x", 1, 0, 10), EFBIG);
	CHECK_NUMBER(draft_write_locked(draft, "x", 1, 0, 18), 0);
	end();
}

/* "With `-o format=raw`, a write of bytes that no message can carry fails with EILSEQ."
 */
TEST(raw_refuses_what_cannot_be_carried)
{
	struct draft *draft;

	begin(FORMAT_RAW, "http://localhost/1/jobs");
	draft = make("f");
	CHECK_NUMBER(put(draft, "caf\xc3", 0), 0); /* the rest may come */
	CHECK_NUMBER(put(draft, "\xa9", 4), 0);
	CHECK_NUMBER(put(draft, "\x01", 5), EILSEQ);
	CHECK_NUMBER(put(draft, "x", 4), EILSEQ); /* cuts the character */
	CHECK_TEXT(text_of(draft), "caf\xc3\xa9");
	end();
}

/* "A file of which a write has failed is not sent: it stays with `user.sqs.error` until it
 * is written anew or removed." */
TEST(what_is_spoiled_is_only_begun_anew)
{
	static const struct sqs_failure failure = {
		.error = SQS_TOO_LARGE, .message = "too large"};
	struct draft *draft;
	char error[64];

	begin(FORMAT_AUTO, "http://localhost/1/jobs");
	draft = make("f");
	CHECK_NUMBER(put(draft, "half", 0), 0);
	draft_spoil_locked(draft, &failure);
	CHECK_NUMBER(draft->state, DRAFT_SPOILED);
	CHECK(draft_describe_error(draft, error, sizeof(error)));
	CHECK_TEXT(error, "too large");
	CHECK_NUMBER(put(draft, "!", 4), EIO);
	CHECK_NUMBER(draft_truncate_locked(draft, 2, SQS_LARGEST_MESSAGE), 0);
	CHECK_NUMBER(draft->state, DRAFT_SPOILED);
	CHECK_NUMBER(draft_truncate_locked(draft, 0, SQS_LARGEST_MESSAGE), 0);
	CHECK_NUMBER(draft->state, DRAFT_EMPTY);
	CHECK(!draft_describe_error(draft, error, sizeof(error)));
	CHECK_NUMBER(put(draft, "whole", 0), 0);
	CHECK_NUMBER(draft->state, DRAFT_WRITING);
	end();
}

/* "Bytes written in sequence after an fsync are the next message. Rewriting bytes that
 * fsync has sent fails with EIO." */
TEST(what_was_sent_cannot_be_written_again)
{
	struct draft *draft;

	begin(FORMAT_AUTO, "http://localhost/1/jobs");
	draft = make("f");
	CHECK_NUMBER(put(draft, "one", 0), 0);
	draft_enter_locked(draft, DRAFT_SENDING);
	CHECK_NUMBER(put(draft, "x", 3), EBUSY);
	CHECK_NUMBER(draft_truncate_locked(draft, 0, SQS_LARGEST_MESSAGE), EBUSY);
	draft_consumed_locked(draft);
	draft_enter_locked(draft, DRAFT_EMPTY);
	CHECK_NUMBER(draft_size(draft), 3);
	CHECK_NUMBER(put(draft, "x", 2), EIO);
	CHECK_NUMBER(draft_truncate_locked(draft, 0, SQS_LARGEST_MESSAGE), EIO);
	CHECK_NUMBER(put(draft, "two", 3), 0);
	CHECK_TEXT(text_of(draft), "two");
	CHECK_NUMBER(draft_size(draft), 6);
	end();
}

/* "Each open for writing of a name whose file was sent begins a new message." */
TEST(a_receipt_that_is_written_to_is_another_message)
{
	struct draft *draft;

	begin(FORMAT_AUTO, "http://localhost/1/jobs");
	draft = make("f");
	CHECK_NUMBER(put(draft, "one", 0), 0);
	CHECK_NUMBER(attributes_set(&draft->attributes, "attr.a", view_of("b")), 0);
	draft_enter_locked(draft, DRAFT_SENDING);
	draft_consumed_locked(draft);
	draft_enter_locked(draft, DRAFT_SENT);
	CHECK(draft->node.is_unlisted);
	CHECK_NUMBER(put(draft, "two", 0), 0);
	CHECK(!draft->node.is_unlisted);
	CHECK_NUMBER(draft_size(draft), 3);
	CHECK(draft->attributes.first == NULL);
	end();
}

TEST(a_change_makes_another_message_of_it)
{
	struct draft *draft;

	begin(FORMAT_AUTO, "http://localhost/1/jobs");
	draft = make("f");
	CHECK_NUMBER(put(draft, "one", 0), 0);
	snprintf(draft->dedup_id, sizeof(draft->dedup_id), "made");
	CHECK_NUMBER(put(draft, "", 3), 0);
	CHECK_TEXT(draft->dedup_id, "made");
	CHECK_NUMBER(put(draft, "!", 3), 0);
	CHECK_TEXT(draft->dedup_id, "");
	end();
}

/* Every message that is small enough for any queue is known to be. */
TEST(the_least_limit_is_never_missed)
{
	struct draft *draft;

	for (int format = FORMAT_AUTO; format <= FORMAT_RFC822; format++) {
		begin((enum body_format)format, "http://localhost/1/jobs");
		draft = make("f");
		for (size_t len = 0; len < 1400; len++) {
			char bytes[1400];

			memset(bytes, format == FORMAT_RAW ? 'x' : '\xff', len);
			if (!draft_may_pass_least_limit(draft, len))
				CHECK_NUMBER(draft_write_locked(draft, bytes, len, 0,
						     SQS_LEAST_MESSAGE_LIMIT),
					0);
		}
		end();
	}
}

/* semantics.md: "Renaming a draft to a name that is not a draft's completes it: it is
 * sent in the background." Which names are a draft's: */
TEST(draft_names_match_the_globs)
{
	static const struct {
		const char *name;
		bool is_draft;
	} names[] = {{"a", false}, {".a", true}, {"a.tmp", true}, {"a.tmp.x", false},
		{"a~", true}, {"~a", false}, {"x.part", true}, {".x.swp", true},
		{"tmp", false}, {":", false}};

	begin(FORMAT_AUTO, "http://localhost/1/jobs");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		CHECK_NUMBER(
			sending_is_draft_name(&mount, names[i].name), names[i].is_draft);
	end();
}

/* -------------------------------------------------------------------------------------
 * Order
 */

static struct draft *complete(const char *name)
{
	struct draft *draft = make(name);

	put(draft, "x", 0);
	send_order_join_locked(draft);
	draft_enter_locked(draft, DRAFT_WAITING);
	return draft;
}

static struct draft *start_next(void)
{
	struct draft *draft = send_order_next_locked(queue);

	if (draft)
		draft_enter_locked(draft, DRAFT_SENDING);
	return draft;
}

/* "Sends to one group through one mount leave in the order in which their closes began. A
 * send that failed holds back later ones of its group until it is sent or removed." */
TEST(a_group_leaves_in_order_and_waits_for_what_failed)
{
	struct draft *a, *b, *c;

	begin(FORMAT_AUTO, "http://localhost/1/jobs.fifo");
	a = complete("a");
	b = complete("b");
	c = complete("c");
	CHECK(start_next() == a);
	CHECK(start_next() == b);
	CHECK(!send_order_blocker_locked(c));
	draft_enter_locked(a, DRAFT_RETRYING);
	CHECK(send_order_blocker_locked(b) == a);
	CHECK(send_order_blocker_locked(c) == a);
	CHECK(!start_next());
	draft_enter_locked(b, DRAFT_WAITING);
	CHECK(!start_next());
	draft_enter_locked(a, DRAFT_WAITING);
	CHECK(start_next() == a);
	CHECK(start_next() == b);
	CHECK(start_next() == c);
	CHECK(!start_next());
	end();
}

TEST(removing_what_failed_lets_the_others_go)
{
	struct draft *a, *b;

	begin(FORMAT_AUTO, "http://localhost/1/jobs.fifo");
	a = complete("a");
	b = complete("b");
	CHECK(start_next() == a);
	draft_enter_locked(a, DRAFT_REFUSED);
	CHECK(!start_next());
	draft_discard_locked(a);
	CHECK(start_next() == b);
	end();
}

TEST(groups_do_not_wait_for_each_other)
{
	struct draft *a, *b;

	begin(FORMAT_AUTO, "http://localhost/1/jobs.fifo");
	a = complete("a");
	CHECK(start_next() == a);
	draft_enter_locked(a, DRAFT_REFUSED);
	b = make("b");
	put(b, "x", 0);
	attributes_set(&b->attributes, "MessageGroupId", view_of("other"));
	send_order_join_locked(b);
	draft_enter_locked(b, DRAFT_WAITING);
	CHECK(start_next() == b);
	end();
}

TEST(a_standard_queue_has_no_order)
{
	struct draft *draft;

	begin(FORMAT_AUTO, "http://localhost/1/jobs");
	draft = make("a");
	CHECK(send_order_join_locked(draft));
	CHECK(!draft->order);
	end();
}

TEST_MAIN
