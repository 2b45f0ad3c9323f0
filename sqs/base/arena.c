/* SPDX-License-Identifier: MIT */
#include "sqs/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 8000 };

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

static struct arena_block *block_new(size_t size)
{
	struct arena_block *block = NULL;

	if (size <= SIZE_MAX - sizeof(*block))
		block = calloc(1, sizeof(*block) + size);
	if (block)
		block->size = size;
	return block;
}

/* A large object gets a block of its own behind the one that is being filled. */
static struct arena_block *block_with_room(struct arena *arena, size_t size)
{
	struct arena_block *first = arena->blocks;
	struct arena_block *block;

	if (first && first->size - first->used >= size)
		return first;
	block = block_new(size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE);
	if (!block)
		return NULL;
	if (first && size > BLOCK_SIZE / 4) {
		block->next = first->next;
		first->next = block;
	} else {
		block->next = first;
		arena->blocks = block;
	}
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t unit = alignof(max_align_t);
	struct arena_block *block = NULL;
	void *memory;

	if (size <= SIZE_MAX - unit) {
		size = (size + unit - 1) / unit * unit;
		block = block_with_room(arena, size);
	}
	if (!block) {
		arena->failed = true;
		return NULL;
	}
	memory = block->bytes + block->used;
	block->used += size;
	return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		arena->failed = true;
		return NULL;
	}
	return arena_alloc(arena, count * size);
}

char *arena_string(struct arena *arena, struct view text)
{
	char *copy = text.len < SIZE_MAX ? arena_alloc(arena, text.len + 1) : NULL;

	if (copy && text.len)
		memcpy(copy, text.data, text.len);
	return copy;
}

struct view arena_copy(struct arena *arena, struct view text)
{
	char *copy = view_is_absent(text) ? NULL : arena_string(arena, text);

	return (struct view){copy, copy ? text.len : 0};
}

struct view arena_format(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len >= 0)
		text = arena_alloc(arena, (size_t)len + 1);
	if (!text)
		return (struct view){0};
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return (struct view){text, (size_t)len};
}

void arena_finish(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		free(block);
	}
	arena->failed = false;
}
