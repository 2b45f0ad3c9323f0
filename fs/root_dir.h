/* SPDX-License-Identifier: MIT */
/*
 * The root: queues as directories, and .stats, which is not listed.
 *
 *	opendir   ListQueues, at most once in list_ttl, shared by all who open meanwhile
 *	lookup    nothing for a queue that is known, GetQueueUrl for any other
 *	mkdir     CreateQueue
 *	rmdir     DeleteQueue, if the queue is empty (queue_remove.h)
 */
#ifndef FS_ROOT_DIR_H
#define FS_ROOT_DIR_H

#include "fs/queue.h"

/*
 * Makes the root: of all queues, or, for SOURCE_QUEUE, that queue alone; with the
 * queues that -o queue= names. False: no memory. Lock free.
 */
bool root_init(struct mount *mount);

/*
 * Takes what ListQueues answered (or why it did not) as the listing of the next
 * list_ttl seconds: attaches what is new, detaches what is gone and holds nothing.
 */
void root_listed(struct mount *mount, const struct sqs_result *result);

/* Notes that a queue was deleted here: lists may name it for a while. Lock held. */
void root_removed_locked(struct mount *mount, const char *name);

#endif
