/* SPDX-License-Identifier: MIT */
/*
 * Move tasks empty a dead-letter queue, each message to where it came from or all to
 * one destination, at a given rate or as fast as the server's other work lets them.
 *
 *	RUNNING ──► COMPLETED   nothing visible is left
 *	        ──► CANCELLED   by request; what has moved stays moved
 *	        ──► FAILED      a message has nowhere to go, or 36 hours have passed
 */
#ifndef SQS_LOCAL_MOVE_TASKS_H
#define SQS_LOCAL_MOVE_TASKS_H

#include "sqs/local/turn.h"

/* Moves what is due, a bounded number. Returns when to be called again; RULES_NEVER when
 * no task runs. */
int64_t move_tasks_advance(struct service *service);

/* The tasks of a queue that is being deleted go with it. */
bool move_tasks_forget(struct service *service, struct view source);

#endif
