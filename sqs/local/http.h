/* SPDX-License-Identifier: MIT */
/*
 * HTTP: whole requests come in, answers go out.
 *
 * Nothing here runs by itself. The owner waits until http_fd() is readable or
 * http_timeout_ms() is over, calls http_run(), and takes what is complete with
 * http_next(). An exchange is one request and its answer; it is the owner's from
 * http_next() until http_answer() or http_cut(), however long that takes: no thread
 * waits for it, and no time-out ends it. One thread.
 */
#ifndef SQS_LOCAL_HTTP_H
#define SQS_LOCAL_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "sqs/base/arena.h"
#include "sqs/base/buf.h"
#include "sqs/base/view.h"
#include "sqs/wire/message.h"

struct http;
struct http_exchange;

struct http_options {
	int listener;         /* borrowed: a listening socket, non-blocking */
	unsigned connections; /* at a time; more wait to be accepted */
	unsigned idle_s;      /* a connection that is silent for so long is closed */
	/* and one whose request comes, or whose answer goes, so long, and time for its size */
	unsigned request_s;
	size_t body_bytes; /* of one request */
	size_t held_bytes; /* of all requests and answers in memory */
};

/* Why a request has no body although it was sent with one. */
enum http_refusal {
	HTTP_COMPLETE,
	HTTP_BODY_TOO_LARGE, /* over body_bytes */
	HTTP_NO_ROOM,        /* over held_bytes */
};

/* Lives as long as its exchange. */
struct http_request {
	struct view method;
	struct view path;  /* as it came: nothing is decoded */
	struct view query; /* behind the '?', as it came; absent without one */
	struct view body;
	struct wire_pair *headers; /* in the order they came */
	size_t header_count;
	enum http_refusal refusal;
	bool is_local; /* the peer is on this machine: loopback, or a Unix socket */
};

struct http_answer {
	int status;
	const struct wire_pair *headers; /* texts that end with a NUL */
	size_t header_count;
	struct buf *body; /* taken */
};

/* NULL, and one line in why, when it cannot start. */
struct http *http_server_new(
	const struct http_options *options, char *why, size_t why_size);

/* Closes every connection. The owner holds no exchange. NULL is allowed. */
void http_server_free(struct http *http);

/* Readable when http_run() has work. */
int http_fd(const struct http *http);

/* When http_run() has work that does not show on http_fd(); -1: never. */
int http_timeout_ms(const struct http *http);

/* Reads and writes what can be without waiting. */
void http_run(struct http *http);

/* The next complete request; NULL when there is none. */
struct http_exchange *http_next(struct http *http);

/* No new connections from now on; those that there are live on. */
void http_stop_accepting(struct http *http);

/* Answers that are not sent to their end. */
size_t http_unsent(const struct http *http);

/* Whether requests and answers in memory are below held_bytes. */
bool http_has_room(const struct http *http);

/* Connections now open. */
size_t http_connections(const struct http *http);

const struct http_request *http_request_of(const struct http_exchange *exchange);

/* Lives until the answer is sent: for whatever the owner attaches to the exchange. */
struct arena *http_arena(struct http_exchange *exchange);

/* The connection's descriptor, to watch for EPOLLRDHUP while the answer is not due. */
int http_peer(const struct http_exchange *exchange);

/* Whether the peer has closed its end. */
bool http_peer_is_gone(const struct http_exchange *exchange);

/* Sends the answer. The exchange is no longer the owner's. */
void http_answer(struct http_exchange *exchange, const struct http_answer *answer);

/* Closes the connection without an answer. The exchange is no longer the owner's. */
void http_cut(struct http_exchange *exchange);

/* The value of the first header of this name, any case; absent when there is none. */
struct view http_header(const struct http_request *request, const char *name);

#endif
