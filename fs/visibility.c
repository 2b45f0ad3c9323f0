/* SPDX-License-Identifier: MIT */
#include "fs/visibility.h"

#include <errno.h>
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
	struct touch *touch; /* waits for it, and is freed with it; NULL: none does */
	int seconds;
	int64_t asked_at_ms;
};

static struct sqs_op *change_locked(
	struct message *message, int seconds, sqs_done_fn *done, struct touch *touch)
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
		.touch = touch,
		.seconds = seconds,
		.asked_at_ms = clock_boot_ms(),
	};
	node_ref_locked(&message->node);
	message->changes++;
	return op;
}

static void change_free_locked(struct change *change)
{
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
 * Touch
 */

/* A change is given up by the client in half of that. */
enum { TOUCH_WAIT_MS = 60 * 1000 };

/* A SETATTR that waits: for the changes under way, then for its own. */
struct touch {
	struct call_wait wait;   /* in message->touches */
	struct message *message; /* a reference */
	struct node *file;       /* a reference; what is touched */
	int64_t until_wall_ms;   /* INT64_MAX: a full term from when it is asked for */
};

static void touch_free(struct touch *touch)
{
	node_unref(touch->file);
	node_unref(&touch->message->node);
	free(touch);
}

static void on_give_up(struct call_wait *wait, int error)
{
	fuse_reply_err(wait->req, error);
	touch_free(list_entry(wait, struct touch, wait));
}

static void on_touched(void *arg, const struct sqs_result *result);

/* Makes its change. Lock held. */
static int begin_touch_locked(struct touch *touch, struct sqs_op **op)
{
	struct message *message = touch->message;
	const struct lease *lease = &message->lease;
	int64_t now_ms = clock_boot_ms();
	int seconds = touch->until_wall_ms == INT64_MAX
			      ? lease_term_s(lease, now_ms)
			      : lease_seconds_until(lease, now_ms, clock_wall_ms(),
					touch->until_wall_ms);

	if (!message_is_live_locked(message))
		return ESTALE;
	if (seconds < 0)
		return EINVAL;
	*op = change_locked(message, seconds, on_touched, touch);
	if (!*op)
		return ENOMEM;
	message->is_used = true;
	return 0;
}

/* The first that waits, unless a change is under way; NULL: none. Lock held. */
static struct touch *take_touch_locked(struct message *message)
{
	if (message->changes && message_is_live_locked(message))
		return NULL;
	list_each (link, &message->touches) {
		struct call_wait *wait = list_entry(link, struct call_wait, link);

		if (call_wait_take_locked(wait))
			return list_entry(wait, struct touch, wait);
	}
	return NULL;
}

/* Two changes under way could reach the service in one order and end here in another.
 * Lock free. */
static void touches_go_on(struct message *message)
{
	struct mount *mount = message->node.mount;
	struct sqs_op *op = NULL;
	struct touch *touch;
	int error = 0;

	do {
		mount_lock(mount);
		touch = take_touch_locked(message);
		if (touch)
			error = begin_touch_locked(touch, &op);
		mount_unlock(mount);
		if (!touch)
			return;
		call_end(touch->wait.req);
		if (op) {
			call_start(touch->wait.req, op);
		} else {
			fuse_reply_err(touch->wait.req, error);
			touch_free(touch);
		}
	} while (!op);
}

void visibility_touch(
	fuse_req_t req, struct message *message, struct node *file, int64_t until_wall_ms)
{
	struct mount *mount = message->node.mount;
	struct touch *touch = calloc(1, sizeof(*touch));

	if (!touch) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	touch->message = message;
	touch->file = file;
	touch->until_wall_ms = until_wall_ms;
	mount_lock(mount);
	node_ref_locked(file);
	node_ref_locked(&message->node);
	mount_unlock(mount);
	call_wait(&touch->wait, req, &message->node, &message->touches, TOUCH_WAIT_MS,
		on_give_up);
	touches_go_on(message);
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

/* What both kinds of change have in common. Lock free. */
static void changed(struct change *change, enum sqs_error error)
{
	struct message *message = change->message;
	struct mount *mount = message->node.mount;
	struct list passed = LIST_INIT(passed);
	struct sqs_op *op = NULL;

	mount_lock(mount);
	message->changes--;
	settle_locked(change, error);
	if (message->state == MESSAGE_RETURNING && message->changes == 0) {
		op = return_now_locked(message);
		take_passed_locked(&message->queue->receiving, &passed);
	} else {
		sweep_plan_locked(message);
	}
	mount_unlock(mount);
	if (op)
		sqs_start(op);
	barriers_tell(&passed, 0);
	touches_go_on(message);
}

static void change_free(struct change *change)
{
	struct mount *mount = change->message->node.mount;

	mount_lock(mount);
	change_free_locked(change);
	mount_unlock(mount);
}

static void on_renewed(void *arg, const struct sqs_result *result)
{
	struct change *change = arg;
	bool goes_on = is_worth_a_retry(result->error);
	char line[FAILURE_SIZE];

	if (result->error && result->error != SQS_CANCELLED)
		log_warning("message", "%s: its lease was not extended: %s%s",
			change->message->delivery->id,
			goes_on ? failure_line(result->failure, line)
				: failure_advice(result->failure, line),
			goes_on ? "; trying again" : "");
	changed(change, result->error);
	change_free(change);
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
	struct touch *touch = change->touch;
	struct message *message = change->message;
	fuse_req_t req = touch->wait.req;

	call_end(req);
	changed(change, result->error);
	if (result->error)
		call_reply_failure(req, "touch", message->delivery->id, result->failure);
	else
		message_reply_attr(req, message, touch->file);
	change_free(change);
	touch_free(touch);
}
