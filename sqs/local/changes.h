/* SPDX-License-Identifier: MIT */
/*
 * Which queues have changed: their ids, in the order of the changes.
 *
 * Zeroes are none. One thread.
 */
#ifndef SQS_LOCAL_CHANGES_H
#define SQS_LOCAL_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct changes {
	int64_t *ids;
	size_t first;
	size_t count; /* from the first on */
	size_t room;
};

/* False when there is no memory. */
bool changes_add(struct changes *changes, int64_t id);

/* The first one, taken out; 0 when there is none. */
int64_t changes_take(struct changes *changes);

void changes_finish(struct changes *changes);

#endif
