/* SPDX-License-Identifier: MIT */
/*
 * An arena gives memory that is freed all at once.
 *
 * A decoded request or reply lives in one. Not thread-safe: one owner at a time.
 * Zeroes are an empty arena; arena_finish() on zeroes does nothing.
 */
#ifndef SQS_BASE_ARENA_H
#define SQS_BASE_ARENA_H

#include "sqs/base/view.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;
	bool failed; /* an allocation did: sticky, so that callers may check once */
};

/* Zeroed memory for any object; NULL when there is none. */
void *arena_alloc(struct arena *arena, size_t size);

/* Zeroed memory for `count` objects; NULL when there is none or the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy, with a NUL after its end that the view does not count. An absent view stays
 * absent. */
struct view arena_copy(struct arena *arena, struct view text);

/* The same as a C string; NULL when there is no memory. */
char *arena_string(struct arena *arena, struct view text);

/* printf into the arena. */
struct view arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Frees all that the arena gave; it may be used again. */
void arena_finish(struct arena *arena);

#endif
