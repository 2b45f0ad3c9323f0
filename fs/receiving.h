/* SPDX-License-Identifier: MIT */
/*
 * The receiving half of a queue: readers that wait, messages held, their leases,
 * deletes under way.
 *
 *	next.c  turn.c            `next` and `next.NAME` as files; an inode for each open
 *	reader.c  intake.c        an open of one; a request that waits for messages
 *	message.c  message_file.c  message_xattr.c
 *	                          a held message: its states, its file, its attributes
 *	lease.c  sweep.c  visibility.c
 *	                          how long it is held: arithmetic, the timer, the changes
 *	deleting.c                deletes in the background
 *	stock.c  inbox.c  dump.c  -o prefetch=, .sqs/inbox, .sqs/dump
 *	caller.c                  which process asks
 */
#ifndef FS_RECEIVING_H
#define FS_RECEIVING_H

#include "fs/barrier.h"
#include "fs/timer.h"
#include "sqs/base/map.h"

struct inbox;
struct listing;
struct message;
struct next;
struct queue;

/* Opens of `next` that come together; fields of turn.c. */
struct turns {
	struct list waiting; /* OPENs that wait to be invited */
	pid_t invited;       /* the thread for which the idle inode is kept; 0: none */
	pid_t late;          /* one that was, and did not come for a long time; 0: none */
	int64_t invited_at_ms;
	struct timer timer;
};

/* Embedded in a queue; guarded by the lock. */
struct receiving {
	/* next.c */
	struct next *idle; /* what LOOKUP of `next` answers until an OPEN takes it */
	struct list nexts; /* every `next` and `next.NAME` that lives; no references */
	struct map names;  /* next.NAME -> struct next *; no references */
	uint64_t next_ino; /* st_ino of every `next` of this queue: stat and open agree */

	struct turns turns;

	/* message.c, sweep.c */
	struct list held; /* every message that is not GONE, by its held_link */
	unsigned held_count;
	struct timer sweep;

	/* reader.c */
	struct list
		finished; /* what was read through `next` to its end, the latest last */

	/* stock.c */
	struct list stock; /* messages that wait for a reader (-o prefetch=) */
	unsigned stock_count;

	/* intake.c */
	struct list receives; /* intakes with an operation under way */

	/* deleting.c */
	unsigned deleting; /* deletes under way or to be retried */
	int delete_error;  /* errno of a delete that finally failed since the last barrier
			    */
	struct list barriers; /* who waits for deleting to become 0 */

	/* visibility.c */
	unsigned returning;          /* messages that are RETURNING */
	struct list return_barriers; /* who waits for it to become 0 */

	/* inbox.c */
	struct inbox *inbox; /* a reference; NULL until it is looked up */
};

void receiving_init(struct receiving *receiving);
/* Drops what it holds of nodes; part of the queue's free. Lock held. */
void receiving_finish_locked(struct receiving *receiving);

/* `next` and `next.NAME` (NAME not empty). */
bool receiving_is_next(const char *name);

/* The node for LOOKUP of such a name; a reference for the caller. NULL: no memory. Lock
 * held. */
struct node *receiving_lookup_locked(struct queue *queue, const char *name);

/* Adds `next` to a listing unless -o hide_next. Lock held. */
bool receiving_list_locked(struct queue *queue, struct listing *listing);

/* unlink of `next`: deletes what this very process read from it to the end, else EPERM.
 */
void receiving_unlink_next(fuse_req_t req, struct queue *queue);

/* rename of `next`: claims a message that is at hand, else EAGAIN. */
void receiving_claim(fuse_req_t req, struct queue *queue, struct dir *new_dir,
	const char *new_name, unsigned flags);

/* Calls `done` once no delete of the queue is under way; lock free, any thread, perhaps
 * at once. */
void receiving_barrier(struct queue *queue, struct barrier *barrier);

/*
 * The mount ends: every waiting reader gets EINTR, everything held and not deleted
 * is given back (visibility 0). The operations end with sqs_client_free().
 */
void receiving_end(struct mount *mount);

#endif
