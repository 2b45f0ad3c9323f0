/* SPDX-License-Identifier: MIT */
/*
 * Open addressing, linear probing. A removed key leaves a tombstone (key NULL,
 * value TOMBSTONE) so that a probe which passed it still finds what lies behind;
 * a table that is three quarters full of keys and tombstones is rebuilt.
 */
#include "sqs/base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct map_slot {
	char *key;
	void *value;
};

static char tombstone;
#define TOMBSTONE ((void *)&tombstone)

/* FNV-1a, 64 bits. */
static size_t hash_of(const char *key)
{
	uint64_t hash = 14695981039346656037u;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 1099511628211u;
	return (size_t)(hash ^ hash >> 32);
}

/* The slot with the key, or the one where it would go. */
static struct map_slot *find(const struct map *map, const char *key)
{
	struct map_slot *free_slot = NULL;

	for (size_t i = hash_of(key);; i++) {
		struct map_slot *slot = &map->slots[i & (map->size - 1)];

		if (slot->key && strcmp(slot->key, key) == 0)
			return slot;
		if (!slot->key && !free_slot)
			free_slot = slot;
		if (!slot->key && slot->value != TOMBSTONE)
			return free_slot;
	}
}

static bool grow(struct map *map)
{
	struct map bigger = {.size = 16};

	while (bigger.size < map->count * 3)
		bigger.size *= 2;
	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < map->size; i++) {
		if (map->slots[i].key)
			*find(&bigger, map->slots[i].key) = map->slots[i];
	}
	bigger.used = bigger.count = map->count;
	free(map->slots);
	*map = bigger;
	return true;
}

void *map_get(const struct map *map, const char *key)
{
	struct map_slot *slot = map->count ? find(map, key) : NULL;

	return slot && slot->key ? slot->value : NULL;
}

bool map_put(struct map *map, const char *key, void *value)
{
	struct map_slot *slot;
	char *copy;

	if ((map->used + 1) * 4 > map->size * 3 && !grow(map))
		return false;
	slot = find(map, key);
	if (slot->key)
		return slot->value = value, true;
	copy = strdup(key);
	if (!copy)
		return false;
	if (slot->value != TOMBSTONE)
		map->used++;
	*slot = (struct map_slot){copy, value};
	map->count++;
	return true;
}

void *map_remove(struct map *map, const char *key)
{
	struct map_slot *slot = map->count ? find(map, key) : NULL;
	void *value;

	if (!slot || !slot->key)
		return NULL;
	value = slot->value;
	free(slot->key);
	*slot = (struct map_slot){NULL, TOMBSTONE};
	map->count--;
	return value;
}

void *map_next(const struct map *map, size_t *position)
{
	while (*position < map->size) {
		struct map_slot *slot = &map->slots[(*position)++];

		if (slot->key)
			return slot->value;
	}
	return NULL;
}

void map_finish(struct map *map)
{
	for (size_t i = 0; i < map->size; i++)
		free(map->slots[i].key);
	free(map->slots);
	*map = (struct map){0};
}
