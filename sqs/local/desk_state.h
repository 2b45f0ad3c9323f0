/* SPDX-License-Identifier: MIT */
/*
 * What the desk holds. Seen by the files of the desk alone:
 *
 *	desk.c           a turn: who is executed when, and when answers leave
 *	desk_intake.c    from an exchange to a call that is ready, or refused, or held
 *	desk_polls.c     long polls: parked, served, ended, hung up
 */
#ifndef SQS_LOCAL_DESK_STATE_H
#define SQS_LOCAL_DESK_STATE_H

#include "sqs/local/call.h"
#include "sqs/local/desk.h"
#include "sqs/local/metrics.h"
#include "sqs/local/park.h"

/* When something could not be done although it was due. */
enum { DESK_ASK_AGAIN_MS = 50 };

struct desk {
	struct server_options options;
	struct http *http;
	struct ids ids;
	struct metrics metrics;
	struct park park;
	struct timers timers; /* of calls, in steady time */
	struct list givers;   /* READY */
	struct list takers;   /* READY */
	struct list decided;  /* DECIDED */
	bool is_stopping;
	int64_t not_before_ms; /* nothing is done for time's sake: the store failed */
	size_t given_bytes;    /* in this turn */

	/* Read once a turn. The service's time may be set back; steady time never is. */
	int64_t now_ms;
	int64_t steady_ms;
};

/* DECIDED -> GONE, or LATE -> GONE: answers or, as its faults have it, cuts. */
void desk_finish(struct desk *desk, struct call *call);

/* For the log and the counters. */
void desk_record(
	struct desk *desk, const struct call *call, const struct call_outcome *outcome);

/* -> DECIDED: its verdict is there. */
void desk_decide(struct desk *desk, struct call *call);
void desk_refuse(struct desk *desk, struct call *call, struct wire_fault fault);

/* False: a long poll that found nothing and has time. */
bool desk_execute(struct desk *desk, struct call *call);

/* What is received is in memory until it is sent: who takes waits for room. */
bool desk_has_room(const struct desk *desk);

/* Makes calls of what has arrived. */
void desk_take_arrived(struct desk *desk);

/* NEW or HELD -> what its faults leave of it before its effect. */
void desk_go_on(struct desk *desk, struct call *call);

/* READY -> PARKED. False, and still READY, when it may not wait. */
bool desk_park(struct desk *desk, struct call *call);

/* PARKED -> READY: its time is up; it is tried once more and answers what it finds. */
void desk_end_poll(struct desk *desk, struct call *call);

/* Gives parked polls what there is for them. */
void desk_serve_parked(struct desk *desk);

#endif
