/* SPDX-License-Identifier: MIT */
/*
 * .sqs/lines: every line written becomes a message.
 *
 * Complete lines leave in batches of ten inside write(2), which answers when the
 * service did; what is less than a batch waits for more, or for close. Empty lines
 * are skipped.
 */
#ifndef FS_LINES_H
#define FS_LINES_H

#include "fs/node.h"

struct queue;

/* The file of this queue; a reference for the caller. NULL: no memory. Lock held. */
struct node *lines_new_locked(struct queue *queue);

#endif
