/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a received message, with the client's operations in the test's
 * hands: an operation that was started waits here until the test ends it.
 */
#include "fs/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fs/deleting.h"
#include "fs/options.h"
#include "fs/queue.h"
#include "fs/sweep.h"
#include "fs/visibility.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "tests/lib/test.h"

/* -------------------------------------------------------------------------------------
 * In the place of the client and of the queue
 */

enum { NO_CHANGE = -1, OPS = 64 };

struct sqs_op {
	sqs_done_fn *done;
	void *arg;
	int seconds; /* of a change; NO_CHANGE: a delete */
};

static struct sqs_op *started[OPS];
static size_t started_count;

static struct sqs_op *op_new(sqs_done_fn *done, void *arg, int seconds)
{
	struct sqs_op *op = calloc(1, sizeof(*op));

	*op = (struct sqs_op){done, arg, seconds};
	return op;
}

/* The linker gives these for the client's (--wrap). */
struct sqs_op *__wrap_sqs_change_visibility_new(struct sqs_client *client,
	const char *queue_url, const char *receipt_handle, int visibility_s,
	sqs_done_fn *done, void *arg);
struct sqs_op *__wrap_sqs_delete_message_new(struct sqs_client *client,
	const char *queue_url, const char *receipt_handle, sqs_done_fn *done, void *arg);
void __wrap_sqs_start(struct sqs_op *op);
void __wrap_sqs_start_all(struct sqs_op *const *ops, size_t count);

struct sqs_op *__wrap_sqs_change_visibility_new(struct sqs_client *client,
	const char *queue_url, const char *receipt_handle, int visibility_s,
	sqs_done_fn *done, void *arg)
{
	(void)client;
	(void)queue_url;
	(void)receipt_handle;
	return op_new(done, arg, visibility_s);
}

struct sqs_op *__wrap_sqs_delete_message_new(struct sqs_client *client,
	const char *queue_url, const char *receipt_handle, sqs_done_fn *done, void *arg)
{
	(void)client;
	(void)queue_url;
	(void)receipt_handle;
	return op_new(done, arg, NO_CHANGE);
}

void __wrap_sqs_start(struct sqs_op *op)
{
	if (op && started_count < OPS)
		started[started_count++] = op;
}

void __wrap_sqs_start_all(struct sqs_op *const *ops, size_t count)
{
	for (size_t i = 0; i < count; i++)
		__wrap_sqs_start(ops[i]);
}

/* In the place of libfuse's: one request, which nobody interrupts. */
enum { NOT_YET = -1 };
static int replied; /* that, or the error */

void fuse_req_interrupt_func(fuse_req_t req, fuse_interrupt_func_t func, void *data)
{
	(void)req;
	(void)func;
	(void)data;
}

int fuse_reply_err(fuse_req_t req, int error)
{
	(void)req;
	replied = error;
	return 0;
}

int fuse_reply_attr(fuse_req_t req, const struct stat *attr, double timeout_s)
{
	(void)req;
	(void)attr;
	(void)timeout_s;
	replied = 0;
	return 0;
}

/* -------------------------------------------------------------------------------------
 * A queue that holds messages
 */

static struct options options = {
	.visibility_s = UNSET, .uid = UNSET, .gid = UNSET, .umask = 077};
static struct mount mount;
static struct queue *queue;
static int wake_fd;

/* A message received this long ago, open once, listed under its id. */
static struct message *receive(const char *id, int64_t ago_ms, int visibility_s)
{
	struct sqs_message *delivery = calloc(1, sizeof(*delivery));
	struct message *message;

	*delivery = (struct sqs_message){
		.id = id,
		.receipt_handle = "receipt",
		.body = "hello",
		.body_len = 5,
		.taken_at_ms = clock_boot_ms() - ago_ms,
	};
	message = message_of_delivery(queue, delivery);
	message_hold_locked(message, visibility_s);
	message_show_by_id_locked(message);
	return message;
}

/* It was read and closed; the name is all that refers to it. */
static struct message *read_and_closed(const char *id, int64_t ago_ms, int visibility_s)
{
	struct message *message = receive(id, ago_ms, visibility_s);

	message->is_used = true;
	sqs_start(message_close_locked(message));
	return message;
}

/* As if all the time that timers wait for had passed. */
static void let_timers_fire(void)
{
	mount_lock(&mount);
	if (timer_is_set_locked(&queue->receiving.sweep))
		timer_set_locked(&queue->receiving.sweep, 0);
	mount_unlock(&mount);
	timers_run(&mount, 1);
}

static void end_op(struct sqs_op *op, enum sqs_error error)
{
	const struct sqs_failure failure = {
		.error = error, .code = "Code", .message = "why"};
	const struct sqs_result result = {.error = error, .failure = &failure};

	op->done(op->arg, &result);
	free(op);
}

/* Ends the oldest of the operations under way. */
static void end_first(enum sqs_error error)
{
	struct sqs_op *op = started[0];

	memmove(started, started + 1, --started_count * sizeof(*started));
	end_op(op, error);
}

/* Whatever a test left: what is under way ends, nobody has anything open any more. */
static void end(void)
{
	while (started_count > 0)
		end_first(SQS_CANCELLED);
	timer_clear_locked(&queue->receiving.sweep);
	list_each_safe (link, &queue->receiving.held) {
		struct message *message = list_entry(link, struct message, held_link);

		for (; message->opens > 0; message->opens--)
			node_unref_locked(&message->node);
		message_enter_locked(message, MESSAGE_GONE);
	}
	node_unref_locked(&queue->dir.node);
	mount_finish(&mount);
	timers_free(mount.timers);
	close(wake_fd);
	queue = NULL;
}

static void end_last(void)
{
	if (queue)
		end();
}

static void begin(void)
{
	if (queue)
		end();
	else
		atexit(end_last);
	mount_init(&mount, &options);
	wake_fd = eventfd(0, EFD_CLOEXEC);
	mount.timers = timers_new(wake_fd);
	queue = queue_new_locked(&mount, "http://localhost/1/q");
}

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
