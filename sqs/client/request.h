/* SPDX-License-Identifier: MIT */
/*
 * A request: one HTTP exchange that carries one to ten operations, or is the poll of
 * a lane. Requests and their buffers are used again. The client's thread.
 *
 * Whoever makes one begins it and hears of its end once, through its kind. It may be
 * sent a second time on the way: when the service's clock turned out to be another,
 * or when there are fresher credentials.
 */
#ifndef SQS_CLIENT_REQUEST_H
#define SQS_CLIENT_REQUEST_H

#include "sqs/base/arena.h"
#include "sqs/base/buf.h"
#include "sqs/base/list.h"
#include "sqs/sqs.h"
#include "sqs/wire/error.h"
#include "sqs/wire/message.h"

struct lane;
struct request;

/* The request is freed when these return. */
struct request_kind {
	void (*answered)(struct request *request, const struct wire_reply *reply);
	void (*failed)(struct request *request, const struct sqs_failure *failure,
		enum wire_retry retry);
};

struct request {
	struct sqs_client *client;
	const struct request_kind *kind;
	struct list link; /* of the client's lists of requests */
	struct http_exchange *exchange;
	struct buf form;
	struct arena arena; /* the reply */
	enum wire_action action;
	bool is_poll;
	bool is_begun; /* HTTP has it */
	int64_t timeout_ms;
	int64_t begun_ns;
	uint64_t generation;     /* of the credentials that signed it */
	int64_t clock_offset_ms; /* the client's, when it was signed */
	bool has_new_clock;
	bool has_new_credentials;
	struct sqs_failure failure; /* why it could not be begun */

	struct lane *lane; /* NULL: a call */
	/* Batches and calls. An operation that has left is NULL, and the group that it
	 * held is held by its place. */
	struct sqs_op *ops[SQS_BATCH];
	struct group *groups[SQS_BATCH];
	size_t count;

	/* Polls. */
	struct list poll_link;
	int wanted;
	int wait_s;
	int attempt;
	uint64_t newest;     /* the number of the last receive it is for */
	int64_t asked_at_ms; /* CLOCK_BOOTTIME */
	char attempt_id[33]; /* FIFO */
};

/* NULL when there is no memory. `lane` may be NULL. */
struct request *request_new(struct sqs_client *client, const struct request_kind *kind,
	struct lane *lane, bool is_poll);

/*
 * Sends it: the kind hears of the end later, never from inside. `what` is needed only
 * during the call.
 */
void request_begin(
	struct request *request, const struct wire_request *what, int64_t timeout_ms);

/* Ends one that was begun without its kind hearing of it. */
void request_abandon(struct request *request);

/* For the loop: HTTP has ended it. */
void request_end(struct request *request);

/* For the loop: it is one of lost_requests. */
void request_end_lost(struct request *request);

/* For the loop: sends what waited for credentials, or loses it. */
void request_sign_waiting(struct sqs_client *client);

/* For the client's end: a spare one. */
void request_free(struct request *request);

/* -------------------------------------------------------------------------------------
 * For those who fill requests
 */

/*
 * When operations that made `attempts` attempts may make the next; DUE_NEVER: not at
 * all. Takes the retry's cost from the quota and says it in *cost.
 */
int64_t request_retry_at(
	struct request *request, enum wire_retry retry, int attempts, int *cost);

/* "The reply is not ..." */
void request_bad_reply(
	const struct request *request, struct sqs_failure *failure, const char *what);

#endif
