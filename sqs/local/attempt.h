/* SPDX-License-Identifier: MIT */
/*
 * ReceiveRequestAttemptId: the same receive asked for again, because its answer was
 * lost, gets the same messages with the same handles.
 *
 * It is remembered for five minutes, and counts only while none of its messages
 * was deleted, changed, or has become visible again.
 */
#ifndef SQS_LOCAL_ATTEMPT_H
#define SQS_LOCAL_ATTEMPT_H

#include "sqs/local/message.h"

/* The messages of the earlier attempt, hidden anew from now on; 0 when there is none that
 * counts. */
size_t attempt_replay(struct turn *turn, struct view attempt_id, int64_t visibility_s,
	struct message *out);

bool attempt_remember(struct turn *turn, struct view attempt_id,
	const struct message *messages, size_t count);

#endif
