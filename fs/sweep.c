/* SPDX-License-Identifier: MIT */
#include "fs/sweep.h"

#include "fs/deleting.h"
#include "fs/queue.h"
#include "fs/visibility.h"
#include "sqs/base/clock.h"

enum { GRID_MS = 100, STARTS = 100 };

/* Operations made under the lock, to be started without it. */
struct starts {
	struct sqs_op *ops[STARTS];
	size_t count;
};

static void starts_add(struct starts *starts, struct sqs_op *op)
{
	if (op)
		starts->ops[starts->count++] = op;
}

static void run(struct starts *starts)
{
	for (size_t i = 0; i < starts->count; i++)
		sqs_start(starts->ops[i]);
}

static bool wants_renewal(const struct message *message, int64_t now_ms)
{
	return message->state == MESSAGE_HOLDING && !message->changes &&
	       lease_renew_at_ms(&message->lease) <= now_ms;
}

/* Whether a renewal is due; then others go along. */
static bool renews(const struct receiving *receiving, int64_t now_ms)
{
	list_each (link, &receiving->held) {
		if (wants_renewal(list_entry(link, struct message, held_link), now_ms))
			return true;
	}
	return false;
}

/* What time asks of a message; `renews_now`: others are renewed just now. */
static struct sqs_op *attend_locked(
	struct message *message, int64_t now_ms, bool renews_now)
{
	switch (message->state) {
	case MESSAGE_HOLDING:
	case MESSAGE_IN_FLIGHT:
		if (message->changes)
			return NULL;
		if (lease_is_over(&message->lease, now_ms))
			message_enter_locked(message, MESSAGE_EXPIRED);
		else if (message->state == MESSAGE_HOLDING && renews_now &&
			 lease_joins(&message->lease, now_ms))
			return visibility_renew_locked(message, now_ms);
		return NULL;
	case MESSAGE_DELETING:
		return message->retry_at_ms <= now_ms ? deleting_retry_locked(message)
						      : NULL;
	case MESSAGE_EXPIRED:
		if (lease_forgotten_at_ms(&message->lease) <= now_ms)
			message_enter_locked(message, MESSAGE_GONE);
		return NULL;
	case MESSAGE_RETURNING:
	case MESSAGE_GONE:
	case MESSAGE_STATES:
		break;
	}
	return NULL;
}

/* When anything of the queue is due. */
static int64_t first_due_ms(const struct receiving *receiving)
{
	int64_t first_ms = INT64_MAX;

	list_each (link, &receiving->held) {
		int64_t due_ms =
			message_due_ms(list_entry(link, struct message, held_link));

		first_ms = due_ms < first_ms ? due_ms : first_ms;
	}
	return first_ms;
}

static void plan_locked(struct receiving *receiving, int64_t due_ms)
{
	struct timer *timer = &receiving->sweep;

	if (due_ms == INT64_MAX)
		return;
	due_ms = (due_ms / GRID_MS + 1) * GRID_MS;
	if (!timer_is_set_locked(timer) || due_ms < timer->due_ms)
		timer_set_locked(timer, due_ms);
}

static void on_sweep(struct timer *timer)
{
	struct queue *queue = queue_of(timer->node);
	struct mount *mount = timer->node->mount;
	struct receiving *receiving = &queue->receiving;
	struct starts starts = {.count = 0};
	int64_t now_ms = clock_boot_ms();
	bool renews_now;

	mount_lock(mount);
	renews_now = renews(receiving, now_ms);
	list_each_safe (link, &receiving->held) {
		struct message *message = list_entry(link, struct message, held_link);

		/* What does not fit is still due: the timer comes again at once. */
		if (starts.count == STARTS)
			break;
		starts_add(&starts, attend_locked(message, now_ms, renews_now));
	}
	plan_locked(receiving, first_due_ms(receiving));
	mount_unlock(mount);
	run(&starts);
}

void sweep_plan_locked(struct message *message)
{
	struct receiving *receiving = &message->queue->receiving;

	if (!receiving->sweep.node)
		timer_init(&receiving->sweep, &message->queue->dir.node, on_sweep);
	plan_locked(receiving, message_due_ms(message));
}
