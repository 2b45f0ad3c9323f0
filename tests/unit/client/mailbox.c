/* SPDX-License-Identifier: MIT */
#include "sqs/client/mailbox.h"

#include <unistd.h>

#include "sqs/base/clock.h"
#include "sqs/client/op.h"
#include "tests/lib/test.h"

enum { OPS = 3 };

#define HOUR_NS (3600 * INT64_C(1000000000))

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
	CHECK(mailbox_sleep(&mailbox, INT64_MAX));
	mailbox_start(&mailbox, ops, 1);
	CHECK(was_woken(&mailbox));
	mailbox_start(&mailbox, ops + 1, 1);
	CHECK(!was_woken(&mailbox));
	CHECK_NUMBER(taken(&mailbox), 2);
	mailbox_finish(&mailbox);
}

TEST(what_has_patience_lets_sleep_who_wakes_within_it)
{
	int64_t now_ns = clock_boot_ns();
	struct mailbox mailbox;

	prepare(&mailbox);
	storage[0].patience_ns = storage[1].patience_ns = HOUR_NS;
	CHECK(mailbox_sleep(&mailbox, now_ns + HOUR_NS / 2));
	mailbox_start(&mailbox, ops, 1);
	CHECK(!was_woken(&mailbox));
	mailbox_start(&mailbox, ops + 1, 2);
	CHECK(was_woken(&mailbox));
	CHECK_NUMBER(taken(&mailbox), 3);
	CHECK(mailbox_sleep(&mailbox, now_ns + 2 * HOUR_NS));
	mailbox_start(&mailbox, ops, 1);
	CHECK(was_woken(&mailbox));
	mailbox_finish(&mailbox);
}

TEST(what_is_started_after_the_closing_is_late)
{
	struct mailbox mailbox;

	prepare(&mailbox);
	mailbox_start(&mailbox, ops, 1);
	mailbox_close(&mailbox);
	CHECK(!mailbox_sleep(&mailbox, INT64_MAX));
	mailbox_start(&mailbox, ops + 1, 1);
	CHECK(!ops[0]->is_late);
	CHECK(ops[1]->is_late);
	CHECK_NUMBER(taken(&mailbox), 2);
	mailbox_finish(&mailbox);
}

TEST_MAIN
