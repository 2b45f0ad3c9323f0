/* SPDX-License-Identifier: MIT */
#include "fs/send_order.h"

#include <stdlib.h>

#include "sqs/base/cleanup.h"

/* One group. It lives while somebody has a place in it. */
struct send_order {
	char *group_id;
	struct list places;        /* struct draft, by order_link */
	struct list runnable_link; /* in the queue's runnable orders, or in none */
};

static struct draft *draft_at(struct list *link)
{
	return list_entry(link, struct draft, order_link);
}

static struct send_order *find_or_add(struct queue *queue, const char *group_id)
{
	struct map *orders = &queue->sending.orders;
	struct send_order *order = map_get(orders, group_id);

	if (order)
		return order;
	order = calloc(1, sizeof(*order));
	if (!order)
		return NULL;
	list_init(&order->places);
	list_init(&order->runnable_link);
	order->group_id = strdup(group_id);
	if (!order->group_id || !map_put(orders, group_id, order)) {
		free(order->group_id);
		free(order);
		return NULL;
	}
	return order;
}

bool send_order_join_locked(struct draft *draft)
{
	if (draft->order || !draft->queue->is_fifo)
		return true;
	draft->order = find_or_add(draft->queue, draft_group_id(draft));
	if (!draft->order)
		return false;
	list_append(&draft->order->places, &draft->order_link);
	return true;
}

static void drop_if_empty(struct queue *queue, struct send_order *order)
{
	struct map *orders = &queue->sending.orders;

	if (!list_is_empty(&order->places))
		return;
	list_remove(&order->runnable_link);
	map_remove(orders, order->group_id);
	if (orders->count == 0)
		map_finish(orders);
	free(order->group_id);
	free(order);
}

void send_order_leave_locked(struct draft *draft)
{
	struct send_order *order = draft->order;

	if (!order)
		return;
	draft->spool_number = 0;
	send_order_changed_locked(draft);
	list_remove(&draft->order_link);
	draft->order = NULL;
	drop_if_empty(draft->queue, order);
}

void send_order_bequeath_locked(struct draft *draft, struct draft *heir)
{
	if (!draft->order)
		return;
	heir->order = TAKE(draft->order);
	draft->spool_number = 0;
	list_insert_before(&draft->order_link, &heir->order_link);
	list_remove(&draft->order_link);
}

void send_order_changed_locked(struct draft *draft)
{
	struct list *runnable = &draft->queue->sending.runnable;

	if (draft->order && list_is_empty(&draft->order->runnable_link))
		list_append(runnable, &draft->order->runnable_link);
}

/* The first that is not under way, if it waits. */
static struct draft *first_waiting(struct send_order *order)
{
	list_each (link, &order->places) {
		struct draft *draft = draft_at(link);

		if (draft->state != DRAFT_SENDING)
			return draft->state == DRAFT_WAITING ? draft : NULL;
	}
	return NULL;
}

struct draft *send_order_next_locked(struct queue *queue)
{
	struct list *runnable = &queue->sending.runnable;

	while (!list_is_empty(runnable)) {
		struct send_order *order =
			list_entry(runnable->next, struct send_order, runnable_link);
		struct draft *draft = first_waiting(order);

		if (draft)
			return draft;
		list_remove(&order->runnable_link);
	}
	return NULL;
}

struct draft *send_order_blocker_locked(const struct draft *draft)
{
	if (!draft->order)
		return NULL;
	list_each (link, &draft->order->places) {
		struct draft *earlier = draft_at(link);

		if (earlier == draft)
			return NULL;
		if (earlier->state != DRAFT_SENDING && earlier->state != DRAFT_WAITING)
			return earlier;
	}
	return NULL;
}

unsigned send_order_position_locked(const struct draft *draft)
{
	unsigned position = 0;

	if (!draft->order)
		return 0;
	list_each (link, &draft->order->places) {
		if (draft_at(link) == draft)
			break;
		position++;
	}
	return position;
}

struct draft *send_order_behind_locked(const struct draft *draft)
{
	if (!draft->order || draft->order_link.next == &draft->order->places)
		return NULL;
	return draft_at(draft->order_link.next);
}
