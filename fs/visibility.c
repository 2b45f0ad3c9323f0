/* SPDX-License-Identifier: MIT */
#include "fs/visibility.h"

#include <stdlib.h>

#include "fs/call.h"
#include "fs/failure.h"
#include "fs/queue.h"
#include "fs/sweep.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

/* A change under way; has a reference to its message. */
struct change {
	struct message *message;
	fuse_req_t req;    /* a SETATTR that waits for it; NULL: none */
	struct node *file; /* of that; a reference */
	int seconds;
	int64_t asked_at_ms;
};

static struct sqs_op *change_locked(
	struct message *message, int seconds, sqs_done_fn *done, struct change **out)
{
	struct change *change = calloc(1, sizeof(*change));
	struct sqs_op *op;

	if (!change)
		return NULL;
	op = sqs_change_visibility_new(message->node.mount->client, message->queue->url,
		message->delivery->receipt_handle, seconds, done, change);
	if (!op) {
		free(change);
		return NULL;
	}
	*change = (struct change){
		.message = message,
		.seconds = seconds,
		.asked_at_ms = clock_boot_ms(),
	};
	node_ref_locked(&message->node);
	message->changes++;
	if (out)
		*out = change;
	return op;
}

static void change_free_locked(struct change *change)
{
	node_unref_locked(change->file);
	node_unref_locked(&change->message->node);
	free(change);
}

/* -------------------------------------------------------------------------------------
 * Giving back
 */

/* Takes who waits, once nothing is on its way. Lock held. */
static void take_passed_locked(struct receiving *receiving, struct list *passed)
{
	if (receiving->returning == 0)
		list_splice(passed, &receiving->return_barriers);
}

void visibility_barrier(struct queue *queue, struct barrier *barrier)
{
	struct mount *mount = queue->dir.node.mount;
	struct list passed = LIST_INIT(passed);

	mount_lock(mount);
	list_append(&queue->receiving.return_barriers, &barrier->link);
	take_passed_locked(&queue->receiving, &passed);
	mount_unlock(mount);
	barriers_tell(&passed, 0);
}

static void on_returned(void *arg, const struct sqs_result *result)
{
	struct change *change = arg;
	struct message *message = change->message;
	struct mount *mount = message->node.mount;
	struct list passed = LIST_INIT(passed);

	if (result->error && result->error != SQS_RECEIPT_STALE)
		log_warning("message",
			"%s was not given back (%s); it is visible again when its lease "
			"has run out",
			message->delivery->id, sqs_error_text(result->error));
	mount_lock(mount);
	message->changes--;
	message_enter_locked(message, MESSAGE_GONE);
	take_passed_locked(&message->queue->receiving, &passed);
	change_free_locked(change);
	mount_unlock(mount);
	barriers_tell(&passed, 0);
}

/* No earlier change may still be under way: it could arrive behind this one. */
static struct sqs_op *return_now_locked(struct message *message)
{
	struct sqs_op *op = change_locked(message, 0, on_returned, NULL);

	if (!op)
		message_enter_locked(message, MESSAGE_GONE);
	return op;
}

struct sqs_op *visibility_return_locked(struct message *message)
{
	message_enter_locked(message, MESSAGE_RETURNING);
	return message->changes ? NULL : return_now_locked(message);
}

/* Lock held. */
static struct sqs_op *decline_locked(struct message *message)
{
	struct sqs_op *op = NULL;

	message->opens--;
	if (message->opens == 0 && message->state == MESSAGE_HOLDING)
		op = visibility_return_locked(message);
	node_unref_locked(&message->node);
	return op;
}

/* At most a request's worth of messages, all of one mount. */
static void decline_batch(
	struct mount *mount, struct message *const *messages, size_t count)
{
	struct sqs_op *ops[SQS_BATCH];
	size_t started = 0;

	mount_lock(mount);
	for (size_t i = 0; i < count; i++) {
		ops[started] = decline_locked(messages[i]);
		started += ops[started] != NULL;
	}
	mount_unlock(mount);
	sqs_start_all(ops, started);
}

void visibility_decline(struct message *const *messages, size_t count)
{
	for (size_t i = 0; i < count; i += SQS_BATCH)
		decline_batch(messages[i]->node.mount, messages + i,
			count - i < SQS_BATCH ? count - i : SQS_BATCH);
}

/* -------------------------------------------------------------------------------------
 * More time
 */

/* Whether the service may take the same change later. */
static bool is_worth_a_retry(enum sqs_error error)
{
	return error != SQS_RECEIPT_STALE && error != SQS_NO_SUCH_QUEUE &&
	       error != SQS_INVALID;
}

static void settle_locked(struct change *change, enum sqs_error error)
{
	struct lease *lease = &change->message->lease;
	int64_t now_ms = clock_boot_ms();

	if (error == SQS_OK) {
		lease_renewed(lease, change->asked_at_ms, change->seconds);
	} else if (error == SQS_RECEIPT_STALE || error == SQS_NO_SUCH_QUEUE) {
		lease_lost(lease, now_ms);
	} else {
		lease_doubted(lease, change->asked_at_ms, change->seconds);
		lease_postpone(lease, now_ms);
	}
}

/* What both kinds of change have in common; returns what is to be started, and who is to
 * be told lock free. */
static struct sqs_op *changed_locked(
	struct change *change, enum sqs_error error, struct list *passed)
{
	struct message *message = change->message;

	message->changes--;
	settle_locked(change, error);
	if (message->state == MESSAGE_RETURNING && message->changes == 0) {
		struct sqs_op *op = return_now_locked(message);

		take_passed_locked(&message->queue->receiving, passed);
		return op;
	}
	sweep_plan_locked(message);
	return NULL;
}

static void on_renewed(void *arg, const struct sqs_result *result)
{
	struct change *change = arg;
	struct mount *mount = change->message->node.mount;
	bool goes_on = is_worth_a_retry(result->error);
	struct list passed = LIST_INIT(passed);
	char line[FAILURE_SIZE];
	struct sqs_op *op;

	if (result->error && result->error != SQS_CANCELLED)
		log_warning("message", "%s: its lease was not extended: %s%s",
			change->message->delivery->id,
			goes_on ? failure_line(result->failure, line)
				: failure_advice(result->failure, line),
			goes_on ? "; trying again" : "");
	mount_lock(mount);
	op = changed_locked(change, result->error, &passed);
	change_free_locked(change);
	mount_unlock(mount);
	if (op)
		sqs_start(op);
	barriers_tell(&passed, 0);
}

struct sqs_op *visibility_renew_locked(struct message *message, int64_t now_ms)
{
	int seconds = lease_term_s(&message->lease, now_ms);
	struct sqs_op *op = change_locked(message, seconds, on_renewed, NULL);

	if (!op)
		lease_postpone(&message->lease, now_ms);
	return op;
}

static void on_touched(void *arg, const struct sqs_result *result)
{
	struct change *change = arg;
	struct message *message = change->message;
	struct mount *mount = message->node.mount;
	fuse_req_t req = change->req;
	struct list passed = LIST_INIT(passed);
	struct sqs_op *op;

	call_end(req);
	mount_lock(mount);
	op = changed_locked(change, result->error, &passed);
	mount_unlock(mount);
	if (op)
		sqs_start(op);
	barriers_tell(&passed, 0);
	if (result->error)
		call_reply_failure(req, "touch", message->delivery->id, result->failure);
	else
		message_reply_attr(req, message, change->file);
	mount_lock(mount);
	change_free_locked(change);
	mount_unlock(mount);
}

struct sqs_op *visibility_touch_locked(
	struct message *message, fuse_req_t req, struct node *file, int seconds)
{
	struct change *change;
	struct sqs_op *op = change_locked(message, seconds, on_touched, &change);

	if (!op)
		return NULL;
	message->is_used = true;
	change->req = req;
	change->file = file;
	node_ref_locked(file);
	return op;
}
