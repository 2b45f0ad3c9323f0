/* SPDX-License-Identifier: MIT */
#include "sqs/client/mailbox.h"

#include <unistd.h>

#include "sqs/client/op.h"
#include "tests/lib/test.h"

enum { OPS = 3 };

static struct sqs_op storage[OPS];
static struct sqs_op *const ops[OPS] = {&storage[0], &storage[1], &storage[2]};

static size_t length(struct list *list)
{
	size_t count = 0;

	while (list_pop(list))
		count++;
	return count;
}

/* How many started operations the thread is shown now. */
static size_t taken(struct mailbox *mailbox)
{
	struct list started = LIST_INIT(started), cancelled = LIST_INIT(cancelled);

	mailbox_take(mailbox, &started, &cancelled);
	while (list_pop(&cancelled))
		;
	return length(&started);
}

static bool was_woken(struct mailbox *mailbox)
{
	uint64_t number;

	return read(mailbox->wake_fd, &number, sizeof(number)) == sizeof(number);
}

static void prepare(struct mailbox *mailbox)
{
	CHECK(mailbox_init(mailbox));
	for (size_t i = 0; i < OPS; i++) {
		storage[i] = (struct sqs_op){0};
		list_init(&storage[i].link);
		list_init(&storage[i].cancel_link);
	}
}

TEST(who_sleeps_is_woken_once)
{
	struct mailbox mailbox;

	prepare(&mailbox);
	CHECK(mailbox_sleep(&mailbox));
	mailbox_start(&mailbox, ops, 1);
	CHECK(was_woken(&mailbox));
	mailbox_start(&mailbox, ops + 1, 1);
	CHECK(!was_woken(&mailbox));
	CHECK_NUMBER(taken(&mailbox), 2);
	mailbox_finish(&mailbox);
}

TEST(what_is_held_is_shown_at_the_release)
{
	struct mailbox mailbox;

	prepare(&mailbox);
	CHECK(mailbox_sleep(&mailbox));
	mailbox_hold(&mailbox);
	for (size_t i = 0; i < OPS; i++)
		mailbox_start(&mailbox, ops + i, 1);
	CHECK(!was_woken(&mailbox));
	CHECK(mailbox_sleep(&mailbox));
	mailbox_release(&mailbox);
	CHECK(was_woken(&mailbox));
	CHECK_NUMBER(taken(&mailbox), OPS);
	mailbox_finish(&mailbox);
}

TEST(a_release_of_nothing_wakes_nobody)
{
	struct mailbox mailbox;

	prepare(&mailbox);
	CHECK(mailbox_sleep(&mailbox));
	mailbox_hold(&mailbox);
	mailbox_release(&mailbox);
	CHECK(!was_woken(&mailbox));
	mailbox_finish(&mailbox);
}

/* It is admitted before it is cancelled, or nobody would complete it. */
TEST(a_cancel_shows_what_is_held)
{
	struct mailbox mailbox;

	prepare(&mailbox);
	CHECK(mailbox_sleep(&mailbox));
	mailbox_hold(&mailbox);
	mailbox_start(&mailbox, ops, 2);
	mailbox_cancel(&mailbox, ops[1]);
	CHECK(was_woken(&mailbox));
	CHECK_NUMBER(taken(&mailbox), 2);
	mailbox_release(&mailbox);
	mailbox_finish(&mailbox);
}

TEST(closing_shows_what_is_held)
{
	struct mailbox mailbox;

	prepare(&mailbox);
	mailbox_hold(&mailbox);
	mailbox_start(&mailbox, ops, 1);
	mailbox_close(&mailbox);
	CHECK(!mailbox_sleep(&mailbox));
	CHECK_NUMBER(taken(&mailbox), 1);
	CHECK(!ops[0]->is_late);
	mailbox_finish(&mailbox);
}

TEST_MAIN
