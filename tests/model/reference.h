/* SPDX-License-Identifier: MIT */
/*
 * A reference model of SQS: queues as a list in memory, each rule written down the
 * plainest way, every question answered by looking at every message.
 *
 * It does not say what a receive returns, since SQS leaves that open; it says whether
 * what was returned is allowed. Messages and groups are numbers; a message's number
 * is its body. Times are milliseconds.
 */
#ifndef TESTS_MODEL_REFERENCE_H
#define TESTS_MODEL_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	REF_QUEUES = 6,
	REF_MESSAGES = 30000,
	REF_SENDS = 30000,
	REF_BATCH = 10,
	REF_NONE = -1,
};

struct ref_queue {
	bool exists;
	bool is_fifo;
	bool dedup_by_group;
	int64_t delay_s;
	int64_t visibility_s;
	int64_t retention_s;
	int dead_letters; /* a queue, or REF_NONE */
	int max_receives;
	int64_t deleted_ms; /* 0: never */
	int64_t purged_ms;
};

struct ref_message {
	int queue; /* REF_NONE: gone */
	int group;
	char id[40];
	int64_t sent_ms;
	int64_t visible_ms;
	int64_t received_ms;
	int receives;
	int latest;  /* the serial number of its latest receive */
	int place;   /* its order of arrival in its queue */
	int died_in; /* the queue it is a dead letter of */
};

/* What a FIFO queue remembers. */
struct ref_sent {
	int queue;
	int group;
	int dedup;
	int64_t sent_ms;
	char id[40];
};

struct reference {
	struct ref_queue queues[REF_QUEUES];
	struct ref_message messages[REF_MESSAGES];
	int message_count;
	int first_alive; /* none before it is left */
	struct ref_sent sends[REF_SENDS];
	int send_count;
	int next_place;
	int next_receive;
	int64_t now_ms;
	char why[200]; /* the rule that was broken */
};

/* ---- queues; false where SQS refuses ---- */

bool ref_may_create(const struct reference *ref, int queue);
void ref_create(struct reference *ref, int queue, const struct ref_queue *as);
void ref_delete_queue(struct reference *ref, int queue);
bool ref_purge(struct reference *ref, int queue);
void ref_set_delay(struct reference *ref, int queue, int64_t delay_s);

/* Visible, in flight, delayed. Returns how many are past their retention, which the
 * service may still count as any of these. */
int ref_counts(const struct reference *ref, int queue, int counts[3]);

/* ---- sends ---- */

/* The id of the message that this send duplicates; NULL when it is none. */
const char *ref_duplicate(const struct reference *ref, int queue, int group, int dedup);

/* A message that the service accepted under this id. Returns its number. */
int ref_send(struct reference *ref, int queue, int group, int dedup, int64_t own_delay_s,
	const char *id);

/* ---- receives ---- */

/* Whether this message has been received too often to be received again. */
bool ref_is_dead(const struct reference *ref, int message);

/* The service has moved a dead message. False, and why, if it may not. */
bool ref_bury(struct reference *ref, int message);

/*
 * A receive has returned these. False, and why, if that is not allowed. `serials`
 * gets the number of each receive, for its handle.
 */
bool ref_receive(struct reference *ref, int queue, const int *messages, int count,
	int wanted, int64_t visibility_s, int *serials);

/* ---- handles ---- */

enum ref_answer {
	REF_DONE,
	REF_INVALID_VALUE,
	REF_EITHER, /* past its retention: it may be gone, or not yet */
};

/* `queue` is where the handle came from. */
enum ref_answer ref_delete(struct reference *ref, int queue, int message, int serial);
enum ref_answer ref_hide(
	struct reference *ref, int queue, int message, int serial, int64_t visibility_s);

/* A move task without a rate has run: everything deliverable of a dead-letter queue has
 * gone back as new messages, whose ids the service says later. */
void ref_redrive(struct reference *ref, int queue);

/* Whether every message that a move task would take has a queue to go to. */
bool ref_may_redrive(const struct reference *ref, int queue);

bool ref_is_in(const struct reference *ref, int message, int queue);

#endif
