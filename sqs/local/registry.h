/* SPDX-License-Identifier: MIT */
/*
 * All queues of the service, by name and by id.
 *
 * What is here is also in the store; after a transaction was undone the registry is
 * loaded anew. Zeroes are an empty registry.
 */
#ifndef SQS_LOCAL_REGISTRY_H
#define SQS_LOCAL_REGISTRY_H

#include <stddef.h>

#include "sqs/local/queue.h"

struct registry {
	struct queue **by_name; /* sorted */
	struct queue **by_id;   /* sorted */
	size_t count;
	size_t capacity;
};

/* Replaces what is there by what the store has. False when that cannot be read. */
bool registry_load(struct registry *registry, struct store *store);

void registry_finish(struct registry *registry);

/* NULL when there is none. */
struct queue *registry_find(const struct registry *registry, struct view name);
struct queue *registry_find_id(const struct registry *registry, int64_t id);

/* Where in by_name the first queue stands whose name is not before this one. */
size_t registry_position(const struct registry *registry, struct view name);

/* Takes a queue over; false, and not, when there is no memory. */
bool registry_add(struct registry *registry, struct queue *queue);

/* Takes it out and frees it. */
void registry_remove(struct registry *registry, struct queue *queue);

#endif
