/* SPDX-License-Identifier: MIT */
#include "fs/stock.h"

#include "fs/intake.h"
#include "fs/options.h"
#include "fs/queue.h"
#include "fs/visibility.h"

int stock_wants_locked(const struct queue *queue)
{
	const struct receiving *receiving = &queue->receiving;
	int room = queue->dir.node.mount->options->prefetch - (int)receiving->stock_count;

	if (room <= 0 || !list_is_empty(&receiving->receives))
		return 1;
	return room < SQS_BATCH ? room + 1 : SQS_BATCH;
}

static bool has_room_locked(const struct queue *queue)
{
	const struct mount *mount = queue->dir.node.mount;

	return !mount->is_ending &&
	       (int)queue->receiving.stock_count < mount->options->prefetch;
}

void stock_offer(struct queue *queue, struct message *message)
{
	struct mount *mount = queue->dir.node.mount;
	struct receiving *receiving = &queue->receiving;
	bool is_taken;

	mount_lock(mount);
	is_taken = intake_spare_locked(queue, message);
	if (!is_taken && has_room_locked(queue)) {
		list_append(&receiving->stock, &message->stock_link);
		receiving->stock_count++;
		is_taken = true;
	}
	mount_unlock(mount);
	if (!is_taken)
		visibility_decline(&message, 1);
}

/* Out of its place, whose open is the caller's now. */
static void take_out(struct message *message)
{
	list_remove(&message->stock_link);
	message->queue->receiving.stock_count--;
}

struct message *stock_take_locked(struct queue *queue)
{
	struct list *stock = &queue->receiving.stock;
	struct message *message;

	if (list_is_empty(stock))
		return NULL;
	message = list_entry(stock->next, struct message, stock_link);
	take_out(message);
	return message;
}

void stock_drop_locked(struct message *message)
{
	if (list_is_empty(&message->stock_link))
		return;
	take_out(message);
	message->opens--;
	node_unref_locked(&message->node);
}
