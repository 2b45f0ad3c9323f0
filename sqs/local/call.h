/* SPDX-License-Identifier: MIT */
/*
 * A call is a request on its way through the server, from the exchange that brought it
 * to the answer.
 *
 *	NEW ──► READY ──executed──► DECIDED ──committed──► GONE
 *	 │        ▲ │                 ▲  │                  ▲
 *	 │        │ └─found nothing─► PARKED ──hung up──────┤
 *	 │        └──────time is up─────┘  └──► LATE ───────┤
 *	 ├──► HELD ──► READY, DECIDED                       │
 *	 └──► DECIDED (refused)          NEW, HELD ──cut────┘
 *
 * | state   | on list                | timer          | who ends it                  |
 * | ------- | ---------------------- | -------------- | ---------------------------- |
 * | NEW     | -                      | -              | server_take()                |
 * | HELD    | -                      | fault's delay  | its timer                    |
 * | READY   | givers or takers       | -              | this turn                    |
 * | PARKED  | its queue's            | end of poll    | a message, timer, hang-up    |
 * | DECIDED | decided                | -              | this turn's commit           |
 * | LATE    | -                      | fault's delay  | its timer                    |
 *
 * It lives in the arena of its exchange: after GONE it is not touched.
 */
#ifndef SQS_LOCAL_CALL_H
#define SQS_LOCAL_CALL_H

#include "sqs/base/list.h"
#include "sqs/local/dispatch.h"
#include "sqs/local/faults.h"
#include "sqs/local/http.h"
#include "sqs/local/ids.h"
#include "sqs/local/service.h"
#include "sqs/local/timers.h"

enum call_state {
	CALL_NEW,
	CALL_HELD,
	CALL_READY,
	CALL_PARKED,
	CALL_DECIDED,
	CALL_LATE,
	CALL_GONE,
};

struct park_queue;

struct call {
	struct http_exchange *exchange;
	enum call_state state;
	struct list link;
	struct timer timer;
	struct dispatch in;
	struct service_call service;
	enum service_verdict verdict;
	bool is_executed; /* by the service: its answer counts only if the turn commits */
	struct fault_plan plan;
	struct park_queue *queue; /* where it is parked */
	struct view queue_name;
	int64_t began_ns; /* clock_boot_ns() */
	char request_id[UUID_TEXT];
};

/* What became of a call, for the log and the counters. */
struct call_outcome {
	int status; /* of HTTP; 0: cut */
	struct view code;
	size_t entries;
};

/* A call for an exchange, its request read. NULL when there is no memory. */
struct call *call_new(struct http_exchange *exchange, struct ids *ids);

/* The only function that changes a call's state. */
void call_enter(struct call *call, enum call_state next);

/* Makes a fault of it what it answers. */
void call_refuse(struct call *call, struct wire_fault fault);

/* The error that its plan has for it. */
struct wire_fault call_planned_fault(const struct call *call);

/* Takes messages rather than gives them: receives are executed after the rest of a turn.
 */
bool call_is_taker(const struct call *call);

/* Bytes of the bodies that it answers. */
size_t call_given_bytes(const struct call *call);

/* Gives what was just received back at once, in the same turn, so that another consumer
 * gets it too. */
void call_duplicate(const struct call *call, struct service *service, int64_t now_ms);

/* Sends what was decided. */
struct call_outcome call_answer(struct call *call);

/* Closes the connection instead. */
struct call_outcome call_cut(struct call *call);

#endif
