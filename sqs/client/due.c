/* SPDX-License-Identifier: MIT */
#include "sqs/client/due.h"

#include <stdlib.h>

static void place(struct due_heap *heap, struct due *due, size_t position)
{
	heap->items[position] = due;
	due->position = position;
}

/* Moves what is too early for its place towards the top. */
static void rise(struct due_heap *heap, struct due *due)
{
	size_t at = due->position;

	while (at > 1 && heap->items[at / 2]->at_ns > due->at_ns) {
		place(heap, heap->items[at / 2], at);
		at /= 2;
	}
	place(heap, due, at);
}

/* Moves what is too late for its place towards the bottom. */
static void sink(struct due_heap *heap, struct due *due)
{
	size_t at = due->position;

	for (;;) {
		size_t child = 2 * at;

		if (child < heap->count &&
			heap->items[child + 1]->at_ns < heap->items[child]->at_ns)
			child++;
		if (child > heap->count || heap->items[child]->at_ns >= due->at_ns)
			break;
		place(heap, heap->items[child], at);
		at = child;
	}
	place(heap, due, at);
}

static bool has_room(struct due_heap *heap)
{
	size_t cap = heap->cap ? heap->cap * 2 : 64;
	struct due **items;

	if (heap->count + 1 < heap->cap)
		return true;
	items = reallocarray(heap->items, cap, sizeof(struct due *));
	if (!items)
		return false;
	heap->items = items;
	heap->cap = cap;
	return true;
}

bool due_set(struct due_heap *heap, struct due *due, int64_t at_ns)
{
	if (!due_is_set(due)) {
		if (!has_room(heap))
			return false;
		place(heap, due, ++heap->count);
	}
	due->at_ns = at_ns;
	rise(heap, due);
	sink(heap, due);
	return true;
}

void due_clear(struct due_heap *heap, struct due *due)
{
	struct due *last;

	if (!due_is_set(due))
		return;
	last = heap->items[heap->count--];
	if (last != due) {
		place(heap, last, due->position);
		rise(heap, last);
		sink(heap, last);
	}
	due->position = 0;
}

int64_t due_next(const struct due_heap *heap)
{
	return heap->count ? heap->items[1]->at_ns : DUE_NEVER;
}

struct due *due_pop(struct due_heap *heap, int64_t now_ns)
{
	struct due *first = heap->count ? heap->items[1] : NULL;

	if (!first || first->at_ns > now_ns)
		return NULL;
	due_clear(heap, first);
	return first;
}

void due_heap_finish(struct due_heap *heap)
{
	free(heap->items);
	*heap = (struct due_heap){0};
}
