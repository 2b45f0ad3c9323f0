/* SPDX-License-Identifier: MIT */
/*
 * The sending half of a queue: files being written, files that could not be sent
 * yet, receipts of what was sent.
 */
#ifndef FS_SENDING_H
#define FS_SENDING_H

#include "fs/barrier.h"
#include "fs/node.h"
#include "sqs/base/map.h"

struct dir;
struct queue;

/* Embedded in a queue; guarded by the lock. */
struct sending {
	struct list drafts;   /* every draft of the queue, its groups' too */
	unsigned writers;     /* handles that may write: does a send expect company? */
	unsigned pending;     /* sends under way */
	struct list barriers; /* who waits for pending to become 0 */
	struct map orders;    /* FIFO: group id -> struct send_order */
	struct list runnable; /* orders in which a file may be waiting to be started */
	bool is_running;      /* somebody starts them: one, so that they leave in order */
	uint64_t last_line;   /* the number of the last line that no close has sent */
	int64_t away_until_ms; /* spool: the service could not be reached before */
	uint64_t last_spooled; /* spool: the number of the last file */
};

/* The rest of the queue is ready: what an earlier mount could not send to it is offered
 * again, soon. Lock held. */
void sending_init(struct sending *sending);

/* CREATE in a queue's or a group's directory; `group_id` may be NULL. */
void sending_create(fuse_req_t req, struct queue *queue, struct dir *dir,
	const char *group_id, const char *name, struct fuse_file_info *fi);

/* How many files of the queue have bytes that the service has not accepted. Lock held. */
unsigned sending_unsent_locked(const struct queue *queue);

/* Takes files without such bytes out of their directories. Lock held. */
void sending_drop_empty_locked(struct queue *queue);

/* Calls `done` once nothing of the queue is under way; lock free, any thread, perhaps at
 * once. */
void sending_barrier(struct queue *queue, struct barrier *barrier);

/*
 * The mount ends: no more retries are planned; `done_by_ms` bounds what is under
 * way. What is unsent after sqs_client_free() is written to the state directory.
 */
void sending_end(struct mount *mount);
void sending_save_unsent(struct mount *mount);
/* Before there is a queue: makes this mount, if no other is, the one that offers what
 * earlier ones kept. False, and why: its spool is another's, or cannot be used. */
bool sending_claim_unsent(struct mount *mount, char *why, size_t size);
/* Waits until everything is there that an earlier mount could not send to the queues
 * known by now. */
void sending_restore_unsent(struct mount *mount);

/*
 * Walks the queues of the mount: the one behind `queue`, or the first, with a
 * reference; NULL: none. Drops the reference to `queue`.
 */
struct queue *sending_next_queue(struct mount *mount, struct queue *queue);

/* Whether this name is a draft's: matches -o draft=. */
bool sending_is_draft_name(const struct mount *mount, const char *name);

#endif
