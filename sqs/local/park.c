/* SPDX-License-Identifier: MIT */
#include "sqs/local/park.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

enum { KEY = 24 };

static void write_key(char key[KEY], int64_t id)
{
	snprintf(key, KEY, "%" PRId64, id);
}

void park_init(struct park *park, int epoll)
{
	*park = (struct park){.epoll = epoll};
}

void park_finish(struct park *park)
{
	timers_finish(&park->ready);
	map_finish(&park->queues);
}

/* The queue, made if nothing was parked on it; NULL when there is no memory. */
static struct park_queue *queue_of(struct park *park, int64_t id)
{
	char key[KEY];
	struct park_queue *queue;

	write_key(key, id);
	queue = map_get(&park->queues, key);
	if (queue)
		return queue;
	queue = calloc(1, sizeof(*queue));
	if (!queue)
		return NULL;
	queue->id = id;
	list_init(&queue->calls);
	if (!timers_set(&park->ready, &queue->ready, INT64_MAX) ||
		!map_put(&park->queues, key, queue)) {
		timers_cancel(&park->ready, &queue->ready);
		free(queue);
		return NULL;
	}
	return queue;
}

struct park_queue *park_find(struct park *park, int64_t id)
{
	char key[KEY];

	write_key(key, id);
	return map_get(&park->queues, key);
}

/* Each timer has a place in the heap: moving it cannot fail. */
void park_ask_all(struct park *park, int64_t at_ms)
{
	struct park_queue *queue;
	size_t i = 0;

	while ((queue = map_next(&park->queues, &i)) != NULL)
		timers_set(&park->ready, &queue->ready, at_ms);
}

static void drop_if_empty(struct park *park, struct park_queue *queue)
{
	char key[KEY];

	if (!list_is_empty(&queue->calls))
		return;
	write_key(key, queue->id);
	map_remove(&park->queues, key);
	timers_cancel(&park->ready, &queue->ready);
	free(queue);
}

bool park_add(struct park *park, struct call *call)
{
	struct epoll_event event = {.events = EPOLLRDHUP, .data.ptr = call};
	struct park_queue *queue = queue_of(park, call->service.queue);

	if (!queue)
		return false;
	if (epoll_ctl(park->epoll, EPOLL_CTL_ADD, http_peer(call->exchange), &event)) {
		drop_if_empty(park, queue);
		return false;
	}
	call->queue = queue;
	list_append(&queue->calls, &call->link);
	park->count++;
	call_enter(call, CALL_PARKED);
	return true;
}

void park_remove(struct park *park, struct call *call, enum call_state next)
{
	epoll_ctl(park->epoll, EPOLL_CTL_DEL, http_peer(call->exchange), NULL);
	list_remove(&call->link);
	park->count--;
	drop_if_empty(park, call->queue);
	call->queue = NULL;
	call_enter(call, next);
}

bool park_is_only(const struct call *call)
{
	return call->link.next == call->link.prev;
}

struct call *park_oldest(const struct park_queue *queue)
{
	return list_is_empty(&queue->calls)
		       ? NULL
		       : list_entry(queue->calls.next, struct call, link);
}
