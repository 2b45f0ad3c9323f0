/* SPDX-License-Identifier: MIT */
/*
 * A batch: a request that carries sends, deletes or changes of visibility, and what
 * each of them hears.
 */
#ifndef SQS_CLIENT_BATCH_H
#define SQS_CLIENT_BATCH_H

#include "sqs/client/op.h"

/* Sends `count` operations of one kind, which have left their line; they are RUNNING. */
void batch_begin(struct lane *lane, struct sqs_op *const *ops, size_t count);

/*
 * An operation does not wait for its outcome any more. The batch goes on for the others
 * and keeps the operation's group; without others it is abandoned.
 */
void batch_leave(struct sqs_op *op);

#endif
