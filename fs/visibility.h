/* SPDX-License-Identifier: MIT */
/*
 * Changing how long a message stays invisible: renewals of open ones, touch, giving
 * back.
 *
 * Each function that ends in _locked returns the operation, which the caller starts
 * once the lock is released: so changes decided together are started together, and the
 * client puts them into one request. NULL: there is none.
 */
#ifndef FS_VISIBILITY_H
#define FS_VISIBILITY_H

#include "fs/barrier.h"
#include "fs/message.h"

/* A full term more for a message that is kept open. */
struct sqs_op *visibility_renew_locked(struct message *message, int64_t now_ms);

/* Makes it visible to others now. The message is RETURNING from then on. */
struct sqs_op *visibility_return_locked(struct message *message);

/*
 * `touch`: the lease is to end at this wall clock, INT64_MAX: a full term from now.
 * Replies to the SETATTR of `file`, which is the message or has it open, with the
 * outcome. Changes of one message are made one after another, so this may wait. Lock
 * free.
 */
void visibility_touch(fuse_req_t req, struct message *message, struct node *file,
	int64_t until_wall_ms);

/* Returns messages that the caller has open, and drops those opens: for those that
 * nobody will use. They travel together. Lock free. */
void visibility_decline(struct message *const *messages, size_t count);

/* Calls `done` once no message of the queue is on its way back, with 0; lock free, any
 * thread, perhaps at once. */
void visibility_barrier(struct queue *queue, struct barrier *barrier);

#endif
