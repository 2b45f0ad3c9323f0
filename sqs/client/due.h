/* SPDX-License-Identifier: MIT */
/*
 * What is due when: a heap of points in time.
 *
 * A due lives in whatever waits for it and fires once. Setting one that is set
 * moves it, which needs no memory. Times are CLOCK_BOOTTIME in nanoseconds. One
 * thread. Zeroes are an empty heap.
 */
#ifndef SQS_CLIENT_DUE_H
#define SQS_CLIENT_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DUE_NEVER INT64_MAX

struct due {
	int64_t at_ns;
	size_t position;               /* in the heap, from 1; 0: not set */
	void (*fire)(struct due *due); /* it is not set any more */
};

struct due_heap {
	struct due **items; /* from 1 */
	size_t count;
	size_t cap;
};

/* False, and nothing changed, when there is no memory. */
bool due_set(struct due_heap *heap, struct due *due, int64_t at_ns);

/* Does nothing to one that is not set. */
void due_clear(struct due_heap *heap, struct due *due);

static inline bool due_is_set(const struct due *due)
{
	return due->position != 0;
}

/* DUE_NEVER when the heap is empty. */
int64_t due_next(const struct due_heap *heap);

/* Takes out the earliest one if its time has come; else NULL. */
struct due *due_pop(struct due_heap *heap, int64_t now_ns);

void due_heap_finish(struct due_heap *heap);

#endif
