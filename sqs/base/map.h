/* SPDX-License-Identifier: MIT */
/*
 * A map from names to pointers.
 *
 * Keys are copied, values are the caller's. Zeroes are an empty map. Not
 * thread-safe. The order of map_each() is not defined.
 */
#ifndef SQS_BASE_MAP_H
#define SQS_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map_slot;

struct map {
	struct map_slot *slots;
	size_t size;  /* slots, a power of two, or 0 */
	size_t used;  /* slots with a key or a tombstone */
	size_t count; /* keys */
};

/* NULL when there is none. */
void *map_get(const struct map *map, const char *key);

/* Adds or replaces; false when there is no memory, and nothing changed. The value is not
 * NULL. */
bool map_put(struct map *map, const char *key, void *value);

/* Takes a key out and returns its value; NULL when there was none. */
void *map_remove(struct map *map, const char *key);

/*
 * Visits each value; the visited one may be removed, none may be added.
 *
 *	for (size_t i = 0; (value = map_next(&map, &i)) != NULL; )
 */
void *map_next(const struct map *map, size_t *position);

/* Frees the keys, not the values; the map is empty and may be used again. */
void map_finish(struct map *map);

#endif
