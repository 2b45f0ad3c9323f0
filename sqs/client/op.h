/* SPDX-License-Identifier: MIT */
/*
 * An operation: what a caller started, from its making to its completion.
 *
 *	NEW ──start──► WAITING ──launch──► RUNNING ──outcome──► DONE
 *	                  ▲ └──────cancel, deadline──────────────▲▲
 *	                  │                  │                    │
 *	                 time            bad attempt              │
 *	                  └──── BACKOFF ◄────┘                    │
 *	                           └────────cancel, deadline──────┘
 *
 * | state   | on list                     | request | due              |
 * | ------- | --------------------------- | ------- | ---------------- |
 * | NEW     | -, once started the mailbox | no      | no               |
 * | WAITING | of its kind: a lane, calls  | no      | the deadline     |
 * | RUNNING | -                           | yes     | the deadline     |
 * | BACKOFF | -                           | no      | the next attempt |
 * | DONE    | -                           | no      | no               |
 *
 * A receive stays WAITING while a poll of its lane runs: the poll is the lane's.
 */
#ifndef SQS_CLIENT_OP_H
#define SQS_CLIENT_OP_H

#include <stdatomic.h>

#include "sqs/base/arena.h"
#include "sqs/base/list.h"
#include "sqs/client/due.h"
#include "sqs/sqs.h"
#include "sqs/wire/error.h"
#include "sqs/wire/message.h"

struct group;
struct lane;
struct request;

enum op_state { OP_NEW, OP_WAITING, OP_RUNNING, OP_BACKOFF, OP_DONE };

/* How operations of one kind wait; all functions are of the client's thread. */
struct op_kind {
	const char *name;
	/* Joins the lane, or whatever it waits in. The state is WAITING. */
	void (*join)(struct sqs_op *op);
	/* Leaves all that it is in, its request included, whatever the state. */
	void (*leave)(struct sqs_op *op);
	/* Its deadline has come. */
	void (*expire)(struct sqs_op *op);
	/* Whether a cancel ends it while it is RUNNING. */
	bool (*is_recalled)(const struct sqs_op *op);
};

struct sqs_op {
	struct sqs_client *client;
	const struct op_kind *kind;
	enum wire_action action; /* of the single form */
	enum op_state state;
	sqs_done_fn *done; /* NULL: the client's own, which nobody waits for */
	void *arg;
	int64_t timeout_ms; /* 0: the usual one */
	int64_t started_ns;
	int64_t patience_ns; /* so long it need not be looked at */

	struct list cancel_link;  /* mailbox lock */
	bool is_started;          /* mailbox lock */
	bool is_late;             /* started when the client was going away */
	atomic_bool is_cancelled; /* set under the mailbox lock */

	struct list link; /* see the table */
	struct list all;  /* client->ops, from WAITING to DONE */
	struct due due;
	int64_t deadline_ns;
	int attempts;
	int retry_cost; /* of the last retry; 0: none yet */
	struct request *request;

	/* Sends, deletes, changes and receives: they wait in a lane. */
	struct view queue_url;
	struct wire_entry entry;
	size_t size; /* what counts against a batch's limit */
	bool expects_company;
	bool goes_alone; /* a batch was refused: find out whose fault it is */
	bool is_blocked; /* behind another send of its group */
	struct lane *lane;
	struct group *group; /* of a FIFO queue: held, or waited for */

	/* Receives. */
	int max_messages;
	int64_t wait_ms;
	uint64_t number; /* of its admission */
	bool is_overdue; /* its time is up, but a poll is about to end */

	/* All others. */
	struct wire_request *call;
	const char **urls; /* of the pages so far */
	size_t url_count;

	struct arena arena;
	size_t text_room; /* bytes left of `texts` */
	char *text_end;
	char texts[];
};

/* NULL when there is no memory. Texts of `text_bytes` in all, NULs included, will cost no
 * allocation of their own. */
struct sqs_op *op_new(struct sqs_client *client, const struct op_kind *kind,
	enum wire_action action, size_t text_bytes, sqs_done_fn *done, void *arg);

/* A copy that lives as long as the operation; NULL gives an absent view. Without memory
 * op->arena.failed is set. */
struct view op_text(struct sqs_op *op, const char *text);

/* The operation, or NULL, and it freed, if a text of it could not be had. */
struct sqs_op *op_made(struct sqs_op *op);

/* The one function that changes the state. */
void op_enter(struct sqs_op *op, enum op_state next);

/* Takes what arrived by mail, or is the client's own: WAITING, or DONE at once. */
void op_admit(struct sqs_op *op);

/* Completes, then frees. It has left what it was in. */
void op_finish(struct sqs_op *op, const struct sqs_result *result);
void op_fail(struct sqs_op *op, const struct sqs_failure *failure);
void op_fail_with(struct sqs_op *op, enum sqs_error error, const char *message);

/* Leaves what it is in and completes with SQS_CANCELLED, unless it has left the house and
 * is not recalled. */
void op_cancel(struct sqs_op *op);

/* The same in any state: the client goes away. */
void op_abandon(struct sqs_op *op);

/* The usual op_kind.expire: SQS_TIMED_OUT. */
void op_expire(struct sqs_op *op);

/*
 * An attempt failed: BACKOFF until `retry_at_ns`, or DONE with the failure where there is
 * to be no other attempt (DUE_NEVER), or none before the deadline. It has left its
 * request.
 */
void op_try_again(
	struct sqs_op *op, const struct sqs_failure *failure, int64_t retry_at_ns);

/* Whether it has attempts left. */
bool op_has_attempts(const struct sqs_op *op);

#endif
