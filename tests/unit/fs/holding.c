/* SPDX-License-Identifier: MIT */
#include "tests/unit/fs/holding.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fs/options.h"
#include "sqs/base/clock.h"

/* -------------------------------------------------------------------------------------
 * In the place of the client and of libfuse
 */

struct sqs_op *started[STARTED];
size_t started_count;

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
	if (op && started_count < STARTED)
		started[started_count++] = op;
}

void __wrap_sqs_start_all(struct sqs_op *const *ops, size_t count)
{
	for (size_t i = 0; i < count; i++)
		__wrap_sqs_start(ops[i]);
}

int replied;

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
	.visibility_s = UNSET, .prefetch = 10, .uid = UNSET, .gid = UNSET, .umask = 077};
struct mount mount;
struct queue *queue;
static int wake_fd;

struct message *receive(const char *id, int64_t ago_ms, int visibility_s)
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

struct message *read_and_closed(const char *id, int64_t ago_ms, int visibility_s)
{
	struct message *message = receive(id, ago_ms, visibility_s);

	message->is_used = true;
	sqs_start(message_close_locked(message));
	return message;
}

void let_timers_fire(void)
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

void end_first(enum sqs_error error)
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

void begin(void)
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
