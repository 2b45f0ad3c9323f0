/* SPDX-License-Identifier: MIT */
/*
 * Faults on demand: what a test wants to go wrong, as rules.
 *
 *	SendMessage error=InternalError count=2
 *	Receive* delay-before=200 queue=jobs
 *	* throttle probability=0.1 seed=7
 *
 * A rule is an action (or a beginning and '*'), what happens, and when; rules are
 * separated by newlines or ';'. docs/local.md describes them. The same rules, the same
 * seeds and the same requests give the same faults. One thread.
 */
#ifndef SQS_LOCAL_FAULTS_H
#define SQS_LOCAL_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sqs/base/buf.h"
#include "sqs/wire/message.h"

enum { FAULTS_MOST_RULES = 64, FAULTS_CODE = 64 };

struct faults;

/* What goes wrong with one request; zeroes: nothing. In the order in which it does. */
struct fault_plan {
	int64_t delay_before_ms;
	bool cut;               /* the connection, before the effect */
	char code[FAULTS_CODE]; /* an error instead of the effect; "": none */
	int status;             /* of that error; 0: what the code has by itself */
	bool duplicate;         /* what is received stays visible to others */
	int64_t delay_after_ms;
	bool lose; /* the answer, after the effect */
};

/* Without rules. NULL when there is no memory. */
struct faults *faults_new(void);

/* NULL is allowed. */
void faults_free(struct faults *faults);

/* Replaces all rules. False, one line in why, and the old rules in force, when a rule
 * cannot be understood. */
bool faults_set(struct faults *faults, struct view rules, char *why, size_t why_size);

/* What goes wrong with the next request of this kind. Counts it. */
struct fault_plan faults_plan(
	struct faults *faults, enum wire_action action, struct view queue_name);

/* Appends the rules, a line each as they were given, with how often each was met. */
bool faults_list(const struct faults *faults, struct buf *out);

#endif
