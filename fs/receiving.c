/* SPDX-License-Identifier: MIT */
#include "fs/receiving.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/call.h"
#include "fs/caller.h"
#include "fs/deleting.h"
#include "fs/inbox.h"
#include "fs/intake.h"
#include "fs/next.h"
#include "fs/queue.h"
#include "fs/stock.h"
#include "fs/visibility.h"

void receiving_init(struct receiving *receiving)
{
	list_init(&receiving->nexts);
	list_init(&receiving->turns.waiting);
	list_init(&receiving->held);
	list_init(&receiving->finished);
	list_init(&receiving->stock);
	list_init(&receiving->receives);
	list_init(&receiving->barriers);
	list_init(&receiving->return_barriers);
}

/* Messages, intakes and barriers have a reference to the queue, so none is left. */
void receiving_finish_locked(struct receiving *receiving)
{
	list_each (link, &receiving->nexts)
		list_entry(link, struct next, link)->queue = NULL;
	while (!list_is_empty(&receiving->nexts))
		list_pop(&receiving->nexts);
	map_finish(&receiving->names);
	if (receiving->idle)
		node_unref_locked(&receiving->idle->node);
	receiving->idle = NULL;
	inbox_finish_locked(receiving->inbox);
	receiving->inbox = NULL;
}

/* -------------------------------------------------------------------------------------
 * What else can be done to `next`
 */

/* The message that this process last read from `next` to its end; NULL: none. What was
 * read before it began another of the same number has read. */
static struct message *last_read_by_locked(
	struct queue *queue, pid_t tgid, int64_t began_ns)
{
	struct list *finished = &queue->receiving.finished;

	for (struct list *link = finished->prev; link != finished; link = link->prev) {
		struct message *message = list_entry(link, struct message, finished_link);

		if (message->finished_at_ns <= began_ns)
			return NULL;
		if (message->finished_by == tgid && message_is_live_locked(message))
			return message;
	}
	return NULL;
}

void receiving_unlink_next(fuse_req_t req, struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	pid_t tgid = caller_of(fuse_req_ctx(req)->pid).tgid;
	int64_t began_ns = caller_began_ns(tgid);
	struct message *message = NULL;

	mount_lock(mount);
	if (tgid)
		message = last_read_by_locked(queue, tgid, began_ns);
	if (message)
		node_ref_locked(&message->node);
	mount_unlock(mount);
	if (!message) {
		fuse_reply_err(req, EPERM);
		return;
	}
	deleting_unlink(req, message);
	node_unref(&message->node);
}

/* Lock held. */
static int claim_locked(
	struct queue *queue, struct dir *dir, const char *name, struct sqs_op **op)
{
	struct message *message;
	bool is_shown;

	if (dir != &queue->dir)
		return EXDEV;
	if (dir_find_locked(dir, name))
		return EEXIST;
	message = stock_take_locked(queue);
	if (!message)
		return EAGAIN;
	is_shown = message_show_locked(message, dir, name);
	/* Without memory for its name it goes back. */
	message->is_used = is_shown;
	*op = message_close_locked(message);
	return is_shown ? 0 : ENOMEM;
}

void receiving_claim(fuse_req_t req, struct queue *queue, struct dir *new_dir,
	const char *new_name, unsigned flags)
{
	struct mount *mount = queue->dir.node.mount;
	struct sqs_op *op = NULL;
	int error;

	(void)flags;
	mount_lock(mount);
	error = claim_locked(queue, new_dir, new_name, &op);
	mount_unlock(mount);
	fuse_reply_err(req, error);
	if (op)
		sqs_start(op);
}

/* -------------------------------------------------------------------------------------
 * The end
 */

/* What a message that is held needs at the end of the mount. */
static struct sqs_op *let_go_locked(struct message *message)
{
	switch (message->state) {
	case MESSAGE_HOLDING:
	case MESSAGE_IN_FLIGHT:
		return visibility_return_locked(message);
	case MESSAGE_EXPIRED:
		message_enter_locked(message, MESSAGE_GONE);
		return NULL;
	case MESSAGE_DELETING:
		/* One last time, if it waits for its next attempt. */
		return message->retry_at_ms == INT64_MAX ? NULL
							 : deleting_retry_locked(message);
	case MESSAGE_RETURNING:
	case MESSAGE_GONE:
	case MESSAGE_STATES:
		break;
	}
	return NULL;
}

/* Room for one operation a message; without memory leases run out by themselves. */
static struct sqs_op **let_all_go_locked(struct queue *queue, size_t *count)
{
	struct receiving *receiving = &queue->receiving;
	struct sqs_op **ops = calloc(receiving->held_count + 1, sizeof(*ops));

	*count = 0;
	if (!ops)
		return NULL;
	list_each_safe (link, &receiving->held) {
		struct sqs_op *op =
			let_go_locked(list_entry(link, struct message, held_link));

		if (op)
			ops[(*count)++] = op;
	}
	return ops;
}

static void end_queue(struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	struct sqs_op **ops;
	size_t count;

	mount_lock(mount);
	intake_cancel_all_locked(queue);
	timer_clear_locked(&queue->receiving.sweep);
	timer_clear_locked(&queue->receiving.turns.timer);
	ops = let_all_go_locked(queue, &count);
	mount_unlock(mount);
	sqs_start_all(ops, count);
	free(ops);
}

/* The first queue behind `last` with a reference, whose own is dropped. */
static struct queue *queue_behind(struct mount *mount, struct queue *last)
{
	struct list *link;
	struct queue *queue = NULL;

	mount_lock(mount);
	link = last ? last->mount_link.next : mount->queues.next;
	if (link != &mount->queues) {
		queue = list_entry(link, struct queue, mount_link);
		node_ref_locked(&queue->dir.node);
	}
	if (last)
		node_unref_locked(&last->dir.node);
	mount_unlock(mount);
	return queue;
}

void receiving_end(struct mount *mount)
{
	struct queue *queue = NULL;

	call_wait_end_all(mount);
	while ((queue = queue_behind(mount, queue)) != NULL)
		end_queue(queue);
}
