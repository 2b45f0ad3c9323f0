/* SPDX-License-Identifier: MIT */
/*
 * rmdir of a queue: DeleteQueue, if nothing is in it.
 */
#ifndef FS_QUEUE_REMOVE_H
#define FS_QUEUE_REMOVE_H

#include "fs/queue.h"

/* Answers the RMDIR within a few seconds: ENOTEMPTY unless visible, in flight, delayed and
 * unsent are all 0. */
void queue_remove(fuse_req_t req, struct queue *queue);

#endif
