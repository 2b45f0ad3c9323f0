/* SPDX-License-Identifier: MIT */
/*
 * The service itself: requests in, replies out. It knows SQS and its store; it
 * knows no socket, no thread, no protocol and no clock.
 *
 * A turn of the server is
 *
 *	service_begin()                         one transaction
 *	service_execute() for each request      what each would answer
 *	service_commit()                        synced, if one of them needs it
 *	... now the answers may leave ...
 *
 * so all that arrived while the last transaction was being synced shares the next
 * one. One thread uses a service. Time is `now_ms`, milliseconds since 1970.
 */
#ifndef SQS_LOCAL_SERVICE_H
#define SQS_LOCAL_SERVICE_H

#include "sqs/base/arena.h"
#include "sqs/base/buf.h"
#include "sqs/wire/message.h"

struct service;

struct service_options {
	int directory_fd;     /* borrowed: where queues.db lives */
	const char *endpoint; /* begins the URLs of queues: http://127.0.0.1:9324 */
	const char *region;
	const char *account;
	bool sync_normal;
	uint64_t seed; /* of message ids and receipt handles; 0: the machine's randomness
			*/
};

/* Opens the store, recovers, migrates. NULL, and one line in why, when it cannot. */
struct service *service_new(
	const struct service_options *options, char *why, size_t why_size);

/* NULL is allowed. Nothing is open between service_begin() and service_commit(). */
void service_free(struct service *service);

enum service_verdict {
	SERVICE_REPLY, /* call->reply is the answer */
	SERVICE_FAULT, /* call->fault is */
	SERVICE_WAIT,  /* a long poll found nothing: call->queue and call->wait_until_ms
			  say  when to execute it again; the last time with `out_of_time`
			*/
};

struct service_call {
	const struct wire_request *request;
	struct view
		path; /* of the HTTP request: names the queue where QueueUrl is absent */
	struct view sender;    /* SenderId: an access key's id, or the account */
	struct arena *arena;   /* the answer's texts */
	bool out_of_time;      /* in: a long poll whose time is up answers empty */
	int64_t wait_until_ms; /* in and out: 0 at first; when a long poll ends */

	struct wire_reply reply;
	struct wire_fault fault;
	int64_t queue; /* SERVICE_WAIT: the queue that is waited on */
};

/* Opens the transaction of a turn. False when the store cannot: every request is then a
 * fault. */
bool service_begin(struct service *service);

enum service_verdict service_execute(
	struct service *service, struct service_call *call, int64_t now_ms);

/*
 * Ends the turn. Syncs when a send, a delete or a queue's change is in it; a turn
 * of receives and visibility changes alone is written but not synced. False when it
 * could not be written: each request of the turn must then be answered with the fault
 * that service_store_fault() fills in. Everything of the turn is undone then, but for
 * receives and visibility changes that came before its first synced change.
 */
bool service_commit(struct service *service);

/* "The disk is full" or "the disk failed": InternalError, 500, in words that say what to
 * do. */
void service_store_fault(
	struct service *service, struct arena *arena, struct wire_fault *fault);

/*
 * When something of this queue becomes receivable without anybody's request: a
 * delay or a visibility timeout ends. INT64_MAX: never. `now_ms` or less: now. A
 * queue that was deleted has something to say now: that it does not exist.
 */
int64_t service_receivable_at(struct service *service, int64_t queue, int64_t now_ms);

/*
 * The queues of which something may have become receivable since they were asked about
 * here, or that were deleted: how many, and the next one, taken out; 0: no more.
 */
size_t service_changed(const struct service *service);
int64_t service_next_changed(struct service *service);

/* When service_tick() has work: retention, deduplication windows, move tasks. INT64_MAX:
 * never. */
int64_t service_tick_at(const struct service *service);

/* Does what time asks for, a bounded piece of it, inside a turn. */
void service_tick(struct service *service, int64_t now_ms);

/* Prometheus text: messages by queue and state, and what the store has done. */
bool service_counters(struct service *service, struct buf *out, int64_t now_ms);

/* Where a page of a peek ends: behind a message, in the order of sending. */
struct service_place {
	int64_t sent_ms;
	int64_t id; /* 0: nowhere */
};

/*
 * Up to `limit` messages of a queue as they are, visible or not, without receiving
 * them: for people and for tests. `after` is the end of the page before, zeroes at
 * first; returns the end of this page, zeroes when it is the last one. JSON, a line
 * each.
 */
struct service_place service_peek(struct service *service, const char *queue_name,
	struct service_place after, int limit, struct buf *out, int64_t now_ms);

#endif
