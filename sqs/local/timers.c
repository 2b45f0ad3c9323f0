/* SPDX-License-Identifier: MIT */
#include "sqs/local/timers.h"

#include <stdlib.h>

static void put(struct timers *timers, size_t place, struct timer *timer)
{
	timers->heap[place - 1] = timer;
	timer->place = place;
}

static int64_t at(const struct timers *timers, size_t place)
{
	return timers->heap[place - 1]->at;
}

static void rise(struct timers *timers, struct timer *timer)
{
	size_t place = timer->place;

	while (place > 1 && at(timers, place / 2) > timer->at) {
		put(timers, place, timers->heap[place / 2 - 1]);
		place /= 2;
	}
	put(timers, place, timer);
}

static void sink(struct timers *timers, struct timer *timer)
{
	size_t place = timer->place;

	while (2 * place <= timers->count) {
		size_t child = 2 * place;

		if (child < timers->count && at(timers, child + 1) < at(timers, child))
			child++;
		if (at(timers, child) >= timer->at)
			break;
		put(timers, place, timers->heap[child - 1]);
		place = child;
	}
	put(timers, place, timer);
}

static bool make_room(struct timers *timers)
{
	size_t room = timers->room ? 2 * timers->room : 64;
	struct timer **heap;

	if (timers->count < timers->room)
		return true;
	heap = reallocarray(timers->heap, room, sizeof(struct timer *));
	if (!heap)
		return false;
	timers->heap = heap;
	timers->room = room;
	return true;
}

bool timers_set(struct timers *timers, struct timer *timer, int64_t when)
{
	if (!timer->place) {
		if (!make_room(timers))
			return false;
		put(timers, ++timers->count, timer);
	}
	timer->at = when;
	rise(timers, timer);
	sink(timers, timer);
	return true;
}

void timers_cancel(struct timers *timers, struct timer *timer)
{
	struct timer *last;

	if (!timer->place)
		return;
	last = timers->heap[--timers->count];
	if (last != timer) {
		put(timers, timer->place, last);
		rise(timers, last);
		sink(timers, last);
	}
	timer->place = 0;
}

int64_t timers_next_due(const struct timers *timers)
{
	return timers->count ? at(timers, 1) : INT64_MAX;
}

struct timer *timers_pop(struct timers *timers, int64_t now)
{
	struct timer *first;

	if (timers_next_due(timers) > now || !timers->count)
		return NULL;
	first = timers->heap[0];
	timers_cancel(timers, first);
	return first;
}

void timers_finish(struct timers *timers)
{
	for (size_t i = 0; i < timers->count; i++)
		timers->heap[i]->place = 0;
	free(timers->heap);
	*timers = (struct timers){0};
}
