/* SPDX-License-Identifier: MIT */
/*
 * `next` and `next.NAME` as files: opening one receives.
 *
 * The kernel takes two opens of one inode for the same file, and fstat comes without
 * a handle; so each open of `next` should have an inode of its own. A fresh one for
 * every LOOKUP would cost N squared lookups for N concurrent opens: each invalidates
 * what the others found. So LOOKUP answers the queue's idle inode until an OPEN takes
 * it, and the next LOOKUP makes another:
 *
 *	         LOOKUP                    OPEN                   last close, FORGET
 *	(none) ─────────► idle ──────────────────────► taken ─────────────────────► freed
 *	                   └◄── LOOKUP ──┘
 *
 * An OPEN that finds its inode taken waits for its turn at another: turn.h. The few
 * that share one all the same each have their own message and handle. What comes
 * without a handle then goes to the open of the calling thread, process or its
 * parent process.
 *
 * All opens of one `next.NAME` share one message, so they share an inode too: opens
 * before there is a message wait together for one. As long as the kernel knows the
 * inode LOOKUP goes on answering it, so that the name need not be resolved anew after
 * the open; what comes then is the message's.
 */
#ifndef FS_NEXT_H
#define FS_NEXT_H

#include "fs/node.h"

struct message;
struct queue;

struct next {
	struct node node;
	struct queue *queue; /* lock; no reference; NULL once the queue is freed */
	struct list link;    /* in receiving.nexts */
	char *name;          /* constant: `next.NAME`; NULL for `next` */
	struct list readers; /* lock: opens of this inode, by reader.c */
	unsigned holding;    /* lock: those that have a message */
	struct message
		*common; /* lock: the one that all of these have; NULL: they differ */
	/* Of next.NAME. Lock. */
	struct list followers; /* intakes that wait for who receives for all */
	bool is_receiving;
};

extern const struct node_type next_type;

/* The message that a next.NAME has now; NULL: none. Lock held. */
struct message *next_bound_locked(const struct next *next);

static inline struct next *next_of(struct node *node)
{
	return (struct next *)(void *)node;
}

#endif
