/* SPDX-License-Identifier: MIT */
/*
 * A binary heap of timers, the first due at position 1. Each knows its position,
 * so that one in the middle can be moved or taken out.
 */
#include "fs/timer.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct timers {
	int wake_fd;
	struct timer **heap; /* [1..count] */
	size_t count;
	size_t room;
};

struct timers *timers_new(int wake_fd)
{
	struct timers *timers = calloc(1, sizeof(*timers));

	if (timers)
		timers->wake_fd = wake_fd;
	return timers;
}

static void place(struct timers *timers, struct timer *timer, size_t position)
{
	timers->heap[position] = timer;
	timer->position = position;
}

static void sift_up(struct timers *timers, struct timer *timer, size_t position)
{
	for (; position > 1; position /= 2) {
		struct timer *above = timers->heap[position / 2];

		if (above->due_ms <= timer->due_ms)
			break;
		place(timers, above, position);
	}
	place(timers, timer, position);
}

static void sift_down(struct timers *timers, struct timer *timer, size_t position)
{
	for (size_t below; (below = 2 * position) <= timers->count; position = below) {
		if (below < timers->count &&
			timers->heap[below + 1]->due_ms < timers->heap[below]->due_ms)
			below++;
		if (timer->due_ms <= timers->heap[below]->due_ms)
			break;
		place(timers, timers->heap[below], position);
	}
	place(timers, timer, position);
}

static void settle_at(struct timers *timers, struct timer *timer, size_t position)
{
	sift_up(timers, timer, position);
	sift_down(timers, timer, timer->position);
}

static bool make_room(struct timers *timers)
{
	size_t room = timers->room ? timers->room * 2 : 64;
	struct timer **heap;

	if (timers->count + 1 < timers->room)
		return true;
	heap = reallocarray(timers->heap, room, sizeof(*heap));
	if (!heap)
		return false;
	timers->heap = heap;
	timers->room = room;
	return true;
}

static void take_out(struct timers *timers, struct timer *timer)
{
	size_t position = timer->position;
	struct timer *last = timers->heap[timers->count--];

	timer->position = 0;
	if (last != timer)
		settle_at(timers, last, position);
}

bool timer_set_locked(struct timer *timer, int64_t due_ms)
{
	struct timers *timers = timer->node->mount->timers;

	if (timer->position) {
		timer->due_ms = due_ms;
		settle_at(timers, timer, timer->position);
	} else {
		if (!make_room(timers))
			return false;
		node_ref_locked(timer->node);
		timer->due_ms = due_ms;
		sift_up(timers, timer, ++timers->count);
	}
	if (timers->heap[1] == timer)
		eventfd_write(timers->wake_fd, 1);
	return true;
}

void timer_clear_locked(struct timer *timer)
{
	if (!timer->position)
		return;
	take_out(timer->node->mount->timers, timer);
	node_unref_locked(timer->node);
}

int64_t timers_due(struct mount *mount)
{
	const struct timers *timers = mount->timers;
	int64_t due_ms;

	mount_lock(mount);
	due_ms = timers->count ? timers->heap[1]->due_ms : INT64_MAX;
	mount_unlock(mount);
	return due_ms;
}

/* The first one if it is due, with its reference. */
static struct timer *pop_due(struct mount *mount, int64_t now_ms)
{
	struct timers *timers = mount->timers;
	struct timer *timer = NULL;

	mount_lock(mount);
	if (timers->count && timers->heap[1]->due_ms <= now_ms) {
		timer = timers->heap[1];
		take_out(timers, timer);
	}
	mount_unlock(mount);
	return timer;
}

void timers_run(struct mount *mount, int64_t now_ms)
{
	struct timer *timer;

	while ((timer = pop_due(mount, now_ms)) != NULL) {
		struct node *node = timer->node;

		timer->fire(timer);
		node_unref(node);
	}
}

void timers_free(struct timers *timers)
{
	if (!timers)
		return;
	while (timers->count) {
		struct timer *timer = timers->heap[timers->count];
		struct node *node = timer->node;

		take_out(timers, timer);
		node_unref(node);
	}
	free(timers->heap);
	free(timers);
}
