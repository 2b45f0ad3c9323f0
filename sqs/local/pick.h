/* SPDX-License-Identifier: MIT */
/*
 * Which messages a receive takes.
 *
 *	standard   the longest visible first; while a tenant is noisy, others before it
 *	FIFO       of the group that has been receivable longest as many as possible,
 *	           in order, then of the next group
 *
 * On the way, what is past its retention is deleted, and what was received too
 * often goes to the dead-letter queue.
 */
#ifndef SQS_LOCAL_PICK_H
#define SQS_LOCAL_PICK_H

#include "sqs/local/message.h"

enum pick_purpose {
	PICK_TO_RECEIVE,
	PICK_TO_MOVE, /* by a move task: nothing is buried */
};

/* Up to `wanted` (10 at most) messages of the turn's queue that are visible, not yet
 * marked as received. */
size_t pick_messages(
	struct turn *turn, enum pick_purpose purpose, size_t wanted, struct message *out);

/* When a message of the queue can be received without anybody's doing; RULES_NEVER
 * where there is none. */
int64_t pick_receivable_at(struct store *store, const struct queue *queue);

#endif
