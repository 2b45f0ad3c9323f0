/* SPDX-License-Identifier: MIT */
/* The tags of a queue: up to 50 names with values. They are kept in the store alone. */
#ifndef SQS_LOCAL_TAGS_H
#define SQS_LOCAL_TAGS_H

#include "sqs/local/turn.h"

/* Whether the request's tags may be set; false, and the request is refused. */
bool tags_are_good(struct turn *turn);

/* Sets the request's tags. False when the store failed. */
bool tags_put(struct turn *turn, struct queue *queue);

#endif
