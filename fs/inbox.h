/* SPDX-License-Identifier: MIT */
/*
 * .sqs/inbox: a spool directory. Listing it receives: opendir tops up what this mount
 * holds through it to -o inbox=, with a long poll only if it holds nothing. Its files
 * are messages as any other, except that they are named here.
 */
#ifndef FS_INBOX_H
#define FS_INBOX_H

#include "fs/dir.h"

struct inbox;
struct queue;

extern const struct node_type inbox_type;

/* The inbox of a queue, made at the first call; a reference for the caller. NULL: no
 * memory. Lock held. */
struct node *inbox_new_locked(struct queue *queue);

/* The queue is going away. NULL is allowed. Lock held. */
void inbox_finish_locked(struct inbox *inbox);

#endif
