/* SPDX-License-Identifier: MIT */
/*
 * Deleting messages in the background: unlink answers at once, the delete is
 * retried with growing pauses for as long as the name would have answered rm (the
 * lease and one more term), and a barrier waits until none of the queue is under
 * way. One that finally fails puts the file back, with user.sqs.error.
 *
 * Deletes started together travel together; that is the client's doing.
 */
#ifndef FS_DELETING_H
#define FS_DELETING_H

#include "fs/message.h"

/*
 * Begins to delete a message that is HOLDING, IN_FLIGHT or EXPIRED: DELETING from
 * then on, its name gone. Returns the operation, to be started once the lock is
 * released; NULL: there is no memory, and the sweep tries again. Lock held.
 */
struct sqs_op *deleting_begin_locked(struct message *message);

/* The same for a delete whose pause is over. Lock held. */
struct sqs_op *deleting_retry_locked(struct message *message);

/* Deletes and answers the UNLINK: at once, or with -o sync when the outcome is known.
 * The message is referenced by the caller. Lock free. */
void deleting_unlink(fuse_req_t req, struct message *message);

#endif
