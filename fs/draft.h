/* SPDX-License-Identifier: MIT */
/*
 * A draft: a file being written, one that could not be sent yet, or the receipt of
 * one that was sent. This is its content and its state; draft_file.c answers the
 * kernel, draft_send.c sends it.
 *
 *	          write           complete             accepted
 *	EMPTY ----------> WRITING ----------> SENDING ----------> SENT
 *	  ^ ^                | ^  \             | | ^               | receipt is over,
 *	  | |  truncate      | |   \ group      | | | group free,   | removed
 *	  | +----------------+ |    \ busy      | | | time, sync    v
 *	  |                    |     +--> WAITING --+              GONE
 *	  | fsync accepted     |            ^   | |
 *	  +--------------------|------------|---+ | failed
 *	                  open |            |     v
 *	             for write +-------- RETRYING, REFUSED
 *
 * KILLED (its writer was) is entered from WRITING and left by a write or a rename,
 * SPOILED (a write failed) from EMPTY and WRITING and left by beginning anew. GONE is entered from each but
 * SENDING: a draft that is removed while it is being sent is in no directory, and is
 * GONE when the outcome is known.
 *
 *	state     bytes  lent  operation  timer    in order  listed  who was told
 *	EMPTY     0      no    no         no       no        yes     -
 *	WRITING   > 0    no    no         no       perhaps   yes     -
 *	WAITING   > 0    no    no         no       yes       yes     perhaps a caller
 *	SENDING   > 0    yes   yes        no       FIFO      yes     -
 *	RETRYING  > 0    no    no         retry    FIFO      yes     nobody  (2)
 *	REFUSED   > 0    no    no         no       FIFO      yes     a caller, or for good
 *	KILLED    > 0    no    no         no       no        yes     -
 *	SPOILED   any    no    no         no       no        yes     its writer
 *	SENT      0      no    no         receipt  no        no      -       (1)
 *	GONE      any    no    no         no       no        -       -
 *
 * (1) Whoever opened a receipt to write begins a new message, however late: it stays
 * until they have closed it, then without a timer.
 *
 * (2) When it was completed. Whoever asked since, with an fsync or a touch, was told of a
 * failure, and it is retried all the same.
 *
 * "Lent": the client reads them, nobody changes them. "In order": has a place in its
 * group's order (send_order.h).
 */
#ifndef FS_DRAFT_H
#define FS_DRAFT_H

#include "fs/attributes.h"
#include "fs/dir.h"
#include "fs/encoding.h"
#include "fs/queue.h"
#include "fs/timer.h"

enum draft_state {
	DRAFT_EMPTY,
	DRAFT_WRITING,
	DRAFT_WAITING,
	DRAFT_SENDING,
	DRAFT_RETRYING,
	DRAFT_REFUSED,
	DRAFT_KILLED,
	DRAFT_SPOILED,
	DRAFT_SENT,
	DRAFT_GONE,
	DRAFT_STATE_COUNT
};

struct send_order;

/* Fields are guarded by the mount's lock, but for what is lent while it is SENDING. */
struct draft {
	struct node node;
	struct queue *queue; /* constant; a reference */
	struct list link;    /* in the queue's drafts, until GONE */
	char *group_id;      /* of the directory it is in; NULL: none */
	bool has_draft_name; /* matches -o draft= */
	enum draft_state state;

	/* The content: `sent` bytes that fsync committed, then these. */
	struct buf bytes;
	size_t sent;
	unsigned parts; /* messages that these were */
	struct text_scan scan;
	struct attributes attributes;
	int64_t written_wall_ms; /* st_mtime */

	unsigned writers;   /* handles that may still write */
	bool has_no_limits; /* the queue's could not be asked for */
	pid_t last_writer;  /* thread of the last write */

	/* Sending: draft_send.c's. */
	char dedup_id[33]; /* of this content; empty: none made yet */
	struct sqs_op *op; /* SENDING, once it is started */
	struct encoded *encoded;
	struct list waiters; /* struct draft_waiter */
	struct timer timer;  /* the retry, or the end of the receipt */
	struct timer watch;  /* the first waiter that is due */
	unsigned attempts;   /* that failed, in a row */
	bool retries;        /* nobody was told when it was completed, or told that it is
				on its way: it is tried until it is accepted */
	struct send_order *order;
	struct list order_link;

	/* Outcomes. */
	struct sqs_failure *failure; /* the last; NULL: none */
	char *message_id;            /* of the last that was accepted; NULL: none */
	char *sequence_number;
	struct saved *saved;   /* its copy on the disk; NULL: none */
	uint64_t spool_number; /* that it was spooled with, in its place; 0: none */
};

extern const struct node_type draft_type; /* draft_file.c */
/* Its handlers that hold the lock. */
void draft_free(struct node *node);
void draft_stat(const struct node *node, struct stat *st);

/* The draft of a node; NULL when it is none. */
struct draft *draft_of(struct node *node);

/*
 * A draft in this directory, EMPTY, one reference for the caller. `name` is free.
 * NULL: no memory. Lock held, as for all below.
 */
struct draft *draft_new_locked(
	struct queue *queue, struct dir *dir, const char *group_id, const char *name);

/* The only function that changes the state. */
void draft_enter_locked(struct draft *draft, enum draft_state next);
const char *draft_state_name(enum draft_state state);

/* Takes it out of its directory and forgets its content, unless it is lent. */
void draft_discard_locked(struct draft *draft);

/* Another name, perhaps another directory of the same queue; both free. */
bool draft_move_locked(
	struct draft *draft, struct dir *dir, const char *group_id, const char *name);

/* Its name, for the log: NAME_MAX + 1 bytes. */
void draft_copy_name_locked(const struct draft *draft, char *name);

/* Bytes that the service has not accepted. */
bool draft_is_unsent(const struct draft *draft);
/* st_size. */
size_t draft_size(const struct draft *draft);

/*
 * Whether a message of up to `len` bytes as a file may be larger than each queue
 * takes, so that the queue's own limit must be known.
 */
bool draft_may_pass_least_limit(const struct draft *draft, size_t len);

/*
 * Writes; holes become zeros. 0 and the state is WRITING, or nothing changed:
 * EFBIG when the message would be larger than max_message, EILSEQ for bytes that
 * format=raw cannot carry, EIO for bytes that were sent, ENOMEM.
 */
int draft_write_locked(struct draft *draft, const char *data, size_t len, off_t offset,
	int64_t max_message);
/* The same for a new size. Size 0 is EMPTY, and a spoiled file is one again. */
int draft_truncate_locked(struct draft *draft, off_t size, int64_t max_message);

/*
 * A write has failed: what is there is not all of the message, and is never sent.
 * Nothing for a draft that is in no writer's hands.
 */
void draft_spoil_locked(struct draft *draft, const struct sqs_failure *failure);

/* The content is accepted: what is written next is another message. */
void draft_consumed_locked(struct draft *draft);

/* The content differs from what was tried: a new message. */
void draft_changed_locked(struct draft *draft);

/* Keeps the words of a failure; NULL forgets them. */
void draft_set_failure_locked(struct draft *draft, const struct sqs_failure *failure);

/* What user.sqs.error says; false: nothing went wrong. */
bool draft_describe_error(const struct draft *draft, char *text, size_t size);

/* MessageGroupId: the xattr, the directory, or -o group= on a FIFO queue; NULL: none. */
const char *draft_group_id(const struct draft *draft);

#endif
