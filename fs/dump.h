/* SPDX-License-Identifier: MIT */
/*
 * .sqs/dump: opening it receives every visible message, reading it tells their
 * bodies, each followed by -o separator=, closing it gives all of them back.
 *
 * While it is open the messages are held as those of any open file, so their leases
 * are extended; they have no name. Of one that comes twice the body is told once.
 */
#ifndef FS_DUMP_H
#define FS_DUMP_H

#include "fs/node.h"

struct queue;

/* The file of a queue, in no directory yet; a reference for the caller. NULL: no memory.
 * Lock held. */
struct node *dump_new_locked(struct queue *queue);

#endif
