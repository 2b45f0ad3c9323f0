/* SPDX-License-Identifier: MIT */
/*
 * An intake: one FUSE request that waits for messages of a queue.
 *
 * It belongs to nobody while it runs and frees itself. It ends in exactly one call
 * of `done`, lock free, on any thread, perhaps before intake_start() returns, with
 * the request still to be answered.
 *
 *	          intake_start()            limits known
 *	NEW ────────────────────► ASKING ────────────────► RECEIVING ────► DONE
 *	 │                          └── interrupt, no limits ──────────────► ▲
 *	 └── intake_park() ──► PARKED ── resumed: as intake_start()           │
 *	                          └───── given a message, interrupt, time ────┘
 *
 * | state     | in a list          | under way               | leaves by              |
 * | --------- | ------------------ | ----------------------- | ---------------------- |
 * | NEW       | -                  | -                       | its maker              |
 * | PARKED    | the owner's        | a call_wait             | the owner, interrupt,  |
 * |           |                    |                         | time                   |
 * | ASKING    | its own            | a call_wait, the limits | limits, interrupt, time|
 * | RECEIVING | receiving.receives | an operation            | its completion; the    |
 * |           |                    |                         | end of the mount and a |
 * |           |                    |                         | message cancel that    |
 * | DONE      | -                  | -                       | freed                  |
 */
#ifndef FS_INTAKE_H
#define FS_INTAKE_H

#include "fs/call.h"
#include "fs/queue.h"

struct intake;

/* How an intake ended: messages, or a failure. */
struct intake_end {
	const struct sqs_failure *failure; /* never NULL; SQS_OK with messages */
	/* HOLDING without a name, open once each for the one who is told. */
	struct message **messages;
	size_t count;
};

typedef void intake_done_fn(void *arg, const struct intake_end *end);

struct intake_args {
	fuse_req_t req;
	struct queue *queue;
	int max;         /* 1..10 messages */
	int64_t wait_ms; /* INT64_MAX: for ever */
	bool is_reader;  /* a message that another intake has to spare is welcome */
	intake_done_fn *done;
	void *arg;
};

/* How long an open waits, by the mount's options and the open's flags. */
int64_t intake_wait_ms(const struct mount *mount, int open_flags);

/* NEW. NULL: no memory. */
struct intake *intake_new(const struct intake_args *args);
/* What it was made with. */
void *intake_arg(const struct intake *intake);
/* Begins to receive. */
void intake_start(struct intake *intake);

/*
 * Waits in the list of somebody who will resume it or give it a message; `link` is
 * what stands in that list. At the end of its time it ends with SQS_NO_MESSAGE.
 */
void intake_park(struct intake *intake, struct list *list);
/* The first in a list that is not giving up just now, taken out of it; NULL: none. It is
 * NEW again, and the caller's to start. Lock held. */
struct intake *intake_take_locked(struct list *list);
/* Ends it with a message that the caller has open for it. Lock free. */
void intake_give(struct intake *intake, struct message *message);

/*
 * Gives a message that the caller has open to a reader that receives; false when there
 * is none. Lock held.
 */
bool intake_spare_locked(struct queue *queue, struct message *message);

/* The mount ends: cancels what is under way in this queue. Lock held. */
void intake_cancel_all_locked(struct queue *queue);

#endif
