/* SPDX-License-Identifier: MIT */
/*
 * Whether a queue takes a message, and why not. Pure: no store, no clock.
 */
#ifndef SQS_LOCAL_SEND_RULES_H
#define SQS_LOCAL_SEND_RULES_H

#include "sqs/local/turn.h"

/*
 * The checks of an entry in the order in which SQS makes them. False, and the
 * refusal, for the first that fails. `in_batch` changes a text, and leaves out what
 * send_ids_are_given() has checked for the batch as a whole.
 */
bool send_is_good(const struct queue *queue, const struct wire_entry *entry,
	bool in_batch, struct arena *arena, struct refusal *refusal);

/* What FIFO queues need of each message: a group, and something to deduplicate by. */
bool send_ids_are_given(const struct queue *queue, const struct wire_entry *entry,
	bool in_batch, struct refusal *refusal);

#endif
