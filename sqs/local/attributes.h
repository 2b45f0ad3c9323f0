/* SPDX-License-Identifier: MIT */
/*
 * The attributes of a queue: which may be set to what, and setting them.
 */
#ifndef SQS_LOCAL_ATTRIBUTES_H
#define SQS_LOCAL_ATTRIBUTES_H

#include "sqs/local/turn.h"

/*
 * Checks what a request wants to set on a queue of this name, which need not exist
 * yet. False, and the request is refused, for the first that may not be set.
 */
bool attributes_are_good(
	struct turn *turn, struct view queue_name, const struct queue *queue);

/* Sets what attributes_are_good() found good, in memory and in the store. */
bool attributes_apply(struct turn *turn, struct queue *queue);

/* Sets one attribute by name, unchecked; an empty value removes it. */
bool attributes_put(
	struct turn *turn, struct queue *queue, const char *name, struct view value);

/* Whether the queue has this value; booleans are equal in any case. */
bool attributes_match(struct turn *turn, const struct queue *queue,
	const struct limits_attribute *attribute, struct view value);

#endif
