/* SPDX-License-Identifier: MIT */
/*
 * A queue that holds messages, with the client's operations in the test's hands: one
 * that was started waits here until the test ends it. libfuse's replies come here, too.
 */
#ifndef TESTS_UNIT_FS_HOLDING_H
#define TESTS_UNIT_FS_HOLDING_H

#include "fs/message.h"
#include "fs/queue.h"

enum { NO_CHANGE = -1, STARTED = 64 };

struct sqs_op {
	sqs_done_fn *done;
	void *arg;
	int seconds; /* of a change; NO_CHANGE: a delete */
};

extern struct sqs_op *started[STARTED];
extern size_t started_count;

/* Ends the oldest of the operations under way. */
void end_first(enum sqs_error error);

enum { NOT_YET = -1 };
extern int replied; /* the error of the last reply; who asks sets it to NOT_YET */

extern struct mount mount;
extern struct queue *queue;

/* A mount with an empty queue; what a test before left is gone. */
void begin(void);

/* A message received this long ago, open once, listed under its id. */
struct message *receive(const char *id, int64_t ago_ms, int visibility_s);
/* It was read and closed; the name is all that refers to it. */
struct message *read_and_closed(const char *id, int64_t ago_ms, int visibility_s);

/* As if all the time that timers wait for had passed. */
void let_timers_fire(void);

#endif
