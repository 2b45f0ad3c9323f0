/* SPDX-License-Identifier: MIT */
/*
 * The receiving half of a queue: readers that wait, messages held, their leases,
 * deletes under way.
 */
#ifndef FS_RECEIVING_H
#define FS_RECEIVING_H

#include "fs/node.h"

struct barrier;
struct listing;
struct message;
struct queue;

/* Embedded in a queue; the fields are of reader.c, message_file.c, lease.c; guarded by
 * the lock. */
struct receiving {
	struct node *idle; /* what LOOKUP of `next` answers until an OPEN takes it */
	uint64_t next_ino; /* st_ino of every `next` of this queue: stat and open agree */
	struct list held;  /* every held message of the queue, by message.h's link */
	unsigned held_count;
	unsigned deleting; /* deletes under way or to be retried */
	int delete_error;  /* errno of a delete that finally failed since the last barrier
			    */
	struct list barriers; /* who waits for deleting to become 0 */
	struct list waiting;  /* readers that wait: to be ended at unmount */
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
