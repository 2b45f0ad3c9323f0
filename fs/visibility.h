/* SPDX-License-Identifier: MIT */
/*
 * Changing how long a message stays invisible: renewals of open ones, touch, giving
 * back.
 *
 * Each function is called with the lock held and returns the operation, which the
 * caller starts once the lock is released: so changes decided together are started
 * together, and the client puts them into one request. NULL: there is none.
 */
#ifndef FS_VISIBILITY_H
#define FS_VISIBILITY_H

#include "fs/barrier.h"
#include "fs/message.h"

/* A full term more for a message that is kept open. */
struct sqs_op *visibility_renew_locked(struct message *message, int64_t now_ms);

/*
 * `touch`: replies to the SETATTR of `file`, which is the message or has it open, with
 * the outcome; to be started with call_start(). NULL is ENOMEM, and the caller replies.
 */
struct sqs_op *visibility_touch_locked(
	struct message *message, fuse_req_t req, struct node *file, int seconds);

/* Makes it visible to others now. The message is RETURNING from then on. */
struct sqs_op *visibility_return_locked(struct message *message);

/* Returns messages that the caller has open, and drops those opens: for those that
 * nobody will use. They travel together. Lock free. */
void visibility_decline(struct message *const *messages, size_t count);

/* Calls `done` once no message of the queue is on its way back, with 0; lock free, any
 * thread, perhaps at once. */
void visibility_barrier(struct queue *queue, struct barrier *barrier);

#endif
