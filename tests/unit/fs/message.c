/* SPDX-License-Identifier: MIT */
/* What becomes of a received message. */
#include "fs/message.h"

#include <errno.h>
#include <string.h>

#include "fs/deleting.h"
#include "fs/queue.h"
#include "fs/visibility.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "tests/lib/test.h"
#include "tests/unit/fs/holding.h"

static struct node *child(const char *name)
{
	return dir_find_locked(&queue->dir, name);
}

static bool is_listed(const char *name)
{
	return child(name) && !child(name)->is_unlisted;
}

static int barrier_error;

static void on_barrier(struct barrier *barrier, int error)
{
	(void)barrier;
	barrier_error = error;
}

static struct barrier barrier = {.done = on_barrier};

static void set_barrier(void)
{
	barrier_error = -1;
	receiving_barrier(queue, &barrier);
}

/* -------------------------------------------------------------------------------------
 * Names
 */

TEST(a_foreign_id_is_a_name_only_if_it_is_a_plain_one)
{
	static const struct {
		const char *id;
		bool is_plain;
	} rows[] = {
		{"5fea7756-0ea4-451a-a703-a558b933e274", true},
		{"id with space", true},
		{"nextone", true},
		{"", false},
		{".", false},
		{"..", false},
		{".sqs", false},
		{"../../etc/passwd", false},
		{"a/b", false},
		{"next", false},
		{"next.a", false},
		{"a\nb", false},
		{"a\x7f", false},
		{"\xff", false},
	};
	char long_id[300];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_NUMBER(message_name_is_plain(rows[i].id), rows[i].is_plain);
	memset(long_id, 'a', sizeof(long_id) - 1);
	long_id[sizeof(long_id) - 1] = '\0';
	CHECK(!message_name_is_plain(long_id));
}

/* semantics.md: "A name from the service that is not a plain file name is never shown."
 */
TEST(a_hostile_id_gets_a_safe_name)
{
	struct message *message;

	begin();
	message = receive("../../etc/passwd", 0, 30);
	CHECK(message->node.name);
	CHECK(strncmp(message->node.name, "message-", 8) == 0);
	CHECK(message_name_is_plain(message->node.name));
}

TEST(a_name_that_a_file_has_is_varied)
{
	struct message *first, *second;

	begin();
	first = receive("a", 0, 30);
	second = receive("b", 0, 30);
	dir_detach_locked(&second->node);
	CHECK(message_show_locked(second, &queue->dir, "a"));
	CHECK(child("a") == &first->node);
	CHECK(child("a.2") == &second->node);
}

/* -------------------------------------------------------------------------------------
 * Leases
 */

/* semantics.md: "A message whose opener died before it could read goes back to the
 * queue."
 */
TEST(what_nobody_used_goes_back)
{
	struct message *message;

	begin();
	message = receive("a", 0, 30);
	sqs_start(message_close_locked(message));
	CHECK_NUMBER(message->state, MESSAGE_RETURNING);
	CHECK(!child("a"));
	CHECK_NUMBER(started_count, 1);
	CHECK_NUMBER(started[0]->seconds, 0);
	end_first(SQS_OK);
	CHECK_NUMBER(queue->receiving.held_count, 0);
}

/* semantics.md: "The message read through `next` stays in flight under its MessageId, and
 * is listed until it is deleted or its lease has run out." */
TEST(what_was_read_stays_until_its_lease_has_run_out)
{
	struct message *message;

	begin();
	message = read_and_closed("a", 0, 30);
	CHECK_NUMBER(message->state, MESSAGE_IN_FLIGHT);
	let_timers_fire();
	CHECK(is_listed("a"));
	CHECK_NUMBER(started_count, 0);
}

/* semantics.md: "After its lease has run out a message's file is no longer listed." */
TEST(a_name_whose_lease_is_over_answers_rm_for_one_more_term)
{
	struct message *message;

	begin();
	message = read_and_closed("a", 31000, 30);
	let_timers_fire();
	CHECK_NUMBER(message->state, MESSAGE_EXPIRED);
	CHECK(child("a") && !is_listed("a"));

	message->lease = lease_begin(clock_boot_ms() - 61000, 30);
	let_timers_fire();
	CHECK(!child("a"));
	CHECK_NUMBER(queue->receiving.held_count, 0);
}

/* semantics.md: "While any process has the message open, its lease is extended in time,
 * up to the 12 hours of SQS." */
TEST(an_open_message_is_renewed_at_half_time_and_others_with_it)
{
	struct message *due, *along, *fresh;

	begin();
	due = receive("due", 16000, 30);
	along = receive("along", 10000, 30);
	fresh = receive("fresh", 1000, 30);
	let_timers_fire();
	CHECK_NUMBER(started_count, 2);
	CHECK_NUMBER(started[0]->seconds, 30);
	end_first(SQS_OK);
	end_first(SQS_OK);
	CHECK(lease_left_s(&due->lease, clock_boot_ms()) >= 28);
	CHECK(lease_left_s(&along->lease, clock_boot_ms()) >= 28);
	CHECK(lease_left_s(&fresh->lease, clock_boot_ms()) <= 29);
	let_timers_fire();
	CHECK_NUMBER(started_count, 0);
}

TEST(a_lease_that_could_not_be_renewed_is_tried_again)
{
	begin();
	receive("a", 16000, 30);
	let_timers_fire();
	end_first(SQS_THROTTLED);
	let_timers_fire();
	CHECK_NUMBER(started_count, 0);
	CHECK(is_listed("a"));
}

TEST(a_dead_receipt_ends_the_lease)
{
	struct message *message;

	begin();
	message = receive("a", 16000, 30);
	let_timers_fire();
	end_first(SQS_RECEIPT_STALE);
	let_timers_fire();
	CHECK_NUMBER(message->state, MESSAGE_EXPIRED);
}

/* A short look at a message behind half time costs no request. */
TEST(opening_behind_half_time_does_not_renew_at_once)
{
	struct message *message;

	begin();
	message = read_and_closed("a", 16000, 30);
	message_open_locked(message);
	CHECK_NUMBER(message->state, MESSAGE_HOLDING);
	let_timers_fire();
	CHECK_NUMBER(started_count, 0);
}

TEST(a_message_that_comes_again_replaces_its_older_delivery)
{
	struct message *older, *newer;

	begin();
	older = receive("a", 0, 30);
	newer = receive("a", 0, 30);
	CHECK_NUMBER(older->state, MESSAGE_GONE);
	sqs_start(message_close_locked(older));
	CHECK_NUMBER(started_count, 0);
	CHECK(child("a") == &newer->node);
	CHECK_NUMBER(queue->receiving.held_count, 1);
}

/* Two changes of one receipt in flight could arrive in either order. */
TEST(giving_back_waits_for_a_renewal_under_way)
{
	struct message *message;

	begin();
	message = receive("a", 16000, 30);
	let_timers_fire();
	CHECK_NUMBER(started_count, 1);
	sqs_start(message_close_locked(message));
	CHECK_NUMBER(started_count, 1);
	end_first(SQS_OK);
	CHECK_NUMBER(started_count, 1);
	CHECK_NUMBER(started[0]->seconds, 0);
	end_first(SQS_OK);
	CHECK_NUMBER(queue->receiving.held_count, 0);
}

static void touch_for(struct message *message, int seconds)
{
	replied = NOT_YET;
	visibility_touch(
		NULL, message, &message->node, clock_wall_ms() + seconds * INT64_C(1000));
}

static bool lasts_at_most(const struct message *message, int seconds)
{
	return lease_left_s(&message->lease, clock_boot_ms()) <= seconds;
}

/* semantics.md: "What changes the lease of one message is asked for one after another." */
TEST(a_touch_waits_for_a_renewal_under_way)
{
	struct message *message;

	begin();
	message = receive("a", 16000, 30);
	let_timers_fire();
	touch_for(message, 300);
	CHECK_NUMBER(started_count, 1);
	end_first(SQS_OK);
	CHECK_NUMBER(replied, NOT_YET);
	CHECK_NUMBER(started_count, 1);
	CHECK(started[0]->seconds > 200 && started[0]->seconds <= 300);
	end_first(SQS_OK);
	CHECK_NUMBER(replied, 0);
	CHECK(lasts_at_most(message, 300) && !lasts_at_most(message, 100));
}

TEST(touches_of_one_message_take_turns)
{
	struct message *message;

	begin();
	message = read_and_closed("a", 0, 30);
	touch_for(message, 600);
	touch_for(message, 300);
	CHECK_NUMBER(started_count, 1);
	end_first(SQS_DENIED);
	CHECK_NUMBER(replied, EACCES);
	CHECK_NUMBER(started_count, 1);
	end_first(SQS_OK);
	CHECK(lasts_at_most(message, 300));
}

TEST(a_touch_that_waits_is_told_that_the_message_was_given_back)
{
	struct message *message;

	begin();
	message = receive("a", 16000, 30);
	let_timers_fire(); /* a renewal */
	touch_for(message, 300);
	CHECK(!visibility_return_locked(message));
	end_first(SQS_OK);
	CHECK_NUMBER(replied, ESTALE);
	CHECK_NUMBER(started_count, 1);
	CHECK_NUMBER(started[0]->seconds, 0);
	CHECK(!message_close_locked(message));
}

/* semantics.md: "Where nobody knows whether the service took a change, the earlier of both ends counts." */
TEST(a_touch_of_unknown_outcome_makes_a_lease_no_longer)
{
	struct message *message;

	begin();
	message = read_and_closed("a", 0, 600);
	touch_for(message, 100);
	end_first(SQS_TIMED_OUT);
	CHECK_NUMBER(replied, ETIMEDOUT);
	touch_for(message, 300);
	end_first(SQS_TIMED_OUT);
	CHECK(lasts_at_most(message, 100));
}

/* -------------------------------------------------------------------------------------
 * Deleting
 */

/* semantics.md: "`sync q`, `rmdir q` and unmount wait for the deletions of the queue and
 * report what failed." */
TEST(a_barrier_waits_for_deletes)
{
	begin();
	sqs_start(deleting_begin_locked(read_and_closed("a", 0, 30)));
	CHECK(!child("a"));
	set_barrier();
	CHECK_NUMBER(barrier_error, -1);
	end_first(SQS_OK);
	CHECK_NUMBER(barrier_error, 0);
	CHECK_NUMBER(queue->receiving.held_count, 0);
}

TEST(a_delete_is_retried_after_a_passing_failure)
{
	struct message *message;

	begin();
	message = read_and_closed("a", 0, 30);
	sqs_start(deleting_begin_locked(message));
	end_first(SQS_UNREACHABLE);
	CHECK_NUMBER(started_count, 0);
	CHECK_NUMBER(message->state, MESSAGE_DELETING);
	message->retry_at_ms = 0;
	let_timers_fire();
	CHECK_NUMBER(started_count, 1);
	end_first(SQS_OK);
	CHECK_NUMBER(queue->receiving.held_count, 0);
}

/* semantics.md: "A deletion that finally fails puts the file back, with
 * `user.sqs.error`."
 */
TEST(a_delete_that_is_refused_puts_the_file_back)
{
	struct message *message;

	begin();
	message = read_and_closed("a", 0, 30);
	sqs_start(deleting_begin_locked(message));
	set_barrier();
	end_first(SQS_DENIED);
	CHECK_NUMBER(barrier_error, EACCES);
	CHECK(is_listed("a"));
	CHECK_NUMBER(message->state, MESSAGE_IN_FLIGHT);
	CHECK_TEXT(message->error, "Code: why");
	set_barrier();
	CHECK_NUMBER(barrier_error, 0);
}

TEST(a_refused_delete_behind_the_lease_is_not_listed_again)
{
	begin();
	sqs_start(deleting_begin_locked(read_and_closed("a", 31000, 30)));
	end_first(SQS_RECEIPT_STALE);
	CHECK(child("a") && !is_listed("a"));
}

TEST(a_message_of_a_queue_that_is_gone_is_deleted_with_it)
{
	begin();
	sqs_start(deleting_begin_locked(read_and_closed("a", 0, 30)));
	set_barrier();
	end_first(SQS_NO_SUCH_QUEUE);
	CHECK_NUMBER(barrier_error, 0);
	CHECK_NUMBER(queue->receiving.held_count, 0);
}

TEST_MAIN
