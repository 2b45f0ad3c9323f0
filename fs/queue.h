/* SPDX-License-Identifier: MIT */
/*
 * A queue as a directory: its children are drafts, held messages and groups;
 * `next`, `next.NAME` and `.sqs` are made up when they are looked up.
 *
 * This file knows who else lives in the directory and routes names to them:
 *
 *	next, next.NAME          reader.c
 *	a held message           message_file.c, through its node type
 *	a draft                  draft.c, through its node type
 *	a group                  group.c, through its node type
 *	.sqs                     control.c
 */
#ifndef FS_QUEUE_H
#define FS_QUEUE_H

#include "fs/dir.h"
#include "fs/receiving.h"
#include "fs/sending.h"

/* What the service says of a queue, as far as the file system needs it. */
struct queue_limits {
	int64_t max_message; /* MaximumMessageSize, bytes */
	int visibility_s;    /* VisibilityTimeout */
	bool content_dedup;  /* ContentBasedDeduplication */
	int64_t known_at_ms; /* CLOCK_BOOTTIME; 0: not known yet */
};

struct queue {
	struct dir dir;
	struct list mount_link;
	char *url;            /* constant */
	char *name;           /* constant */
	bool is_fifo;         /* constant */
	bool is_named;        /* constant: by -o queue= */
	bool is_gone;         /* lock: deleted, here or elsewhere; ENOENT from then on */
	int64_t known_at_ms;  /* constant: since when it is here; CLOCK_BOOTTIME */
	int64_t listed_at_ms; /* lock: when a list last named it; 0: none did */

	struct queue_limits limits; /* lock */
	struct list limits_waiters; /* lock: who waits for them */
	bool limits_asked;          /* lock: an operation is under way */

	/*
	 * What is known without a request: a send or receive was refused for this
	 * reason; creates and opens fail with it until then. lock
	 */
	enum sqs_error refusal;
	int64_t refused_until_ms;

	struct node *controls; /* lock: `.sqs` while somebody refers to it; no reference
				*/

	struct sending sending;     /* sending.h */
	struct receiving receiving; /* receiving.h */
};

extern const struct node_type queue_type;

/* Makes a queue's directory, in no directory yet, one reference. Lock held. NULL: no
 * memory. */
struct queue *queue_new_locked(struct mount *mount, const char *url);

/* The queue is gone: takes it out of the root; what is asked in it is ENOENT. Lock held. */
void queue_gone_locked(struct queue *queue);
/* Groups without files refer to their queue, as its directory does to them. */
void queue_drop_empty_groups_locked(struct queue *queue);

static inline struct queue *queue_of(struct node *node)
{
	return (struct queue *)(void *)node;
}

/*
 * The limits, asked of the service at most once a minute and only when somebody
 * wants them. True: they are in queue->limits now. False: `waiter` is called later,
 * lock free, on the client's thread, with SQS_OK or why they could not be had (who may
 * not ask has those of a new queue);
 * queue_limits_start() must be called after the lock is released. Lock held.
 */
struct limits_waiter {
	struct list link;
	void (*ready)(struct limits_waiter *waiter, const struct sqs_failure *failure);
};
bool queue_limits_locked(struct queue *queue, struct limits_waiter *waiter);
void queue_limits_start(struct queue *queue);
/* Somebody here changed them: they are asked anew. Lock held. */
void queue_limits_forget_locked(struct queue *queue);

/*
 * Notes that the service refused, if that will be so for the next one too (denied, no
 * such queue); SQS_OK ends it. SQS_DENIED is for sends to tell: who may not receive
 * may still send, and an open that receives asks anyway. Lock held.
 */
void queue_refused_locked(struct queue *queue, enum sqs_error error);
/* The errno that a create or open gets now without a request; 0: none. Lock held. */
int queue_refusal_locked(const struct queue *queue, int64_t now_ms);

#endif
