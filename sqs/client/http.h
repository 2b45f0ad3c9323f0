/* SPDX-License-Identifier: MIT */
/*
 * HTTP: the only door to libcurl.
 *
 * An http is one curl_multi and the connections it keeps; an exchange is one POST
 * and its reply, and is used again for the next one. All belong to one thread.
 *
 *	http_begin(exchange, &post);
 *	while (...) {
 *		http_perform(http);
 *		while ((exchange = http_next_ended(http)))
 *			... http_reply_of(exchange) ...
 *		http_wait(http, fds, count, timeout_ms);
 *	}
 */
#ifndef SQS_CLIENT_HTTP_H
#define SQS_CLIENT_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "sqs/base/buf.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/view.h"
#include "sqs/sqs.h"

struct http;
struct http_exchange;

/* Texts are borrowed for the http's life. */
struct http_options {
	const char *url;
	const char *origin; /* for error messages */
	const char *host;   /* the value of Host */
	const char *unix_socket;
	const char *ca_bundle;
	bool no_proxy; /* whatever the environment says */
};

/* NULL when there is no memory. */
struct http *http_new(const struct http_options *options);

/* NULL is allowed. Every exchange has been freed. */
void http_free(struct http *http);

DEFINE_AUTO(http_free, struct http *);

/* `owner` is for http_owner_of(). NULL when there is no memory. */
struct http_exchange *http_exchange_new(struct http *http, void *owner);

/* NULL is allowed. Aborts what is under way. */
void http_exchange_free(struct http_exchange *exchange);

void *http_owner_of(const struct http_exchange *exchange);

/* Values of headers; absent ones are left out. */
struct http_post {
	struct view body; /* borrowed until the exchange has ended */
	struct view authorization;
	struct view date;
	struct view token;
	int64_t timeout_ms;
};

/* The value of the Content-Type that every POST has. */
#define HTTP_CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"

/* False when there is no memory. */
bool http_begin(struct http_exchange *exchange, const struct http_post *post);

/* Ends an exchange that is under way; nobody will hear of it. */
void http_abort(struct http_exchange *exchange);

/* Reads and writes what can be; nothing when the last wait saw that nothing can. */
void http_perform(struct http *http);

/* An exchange that has ended since; NULL when there is no more. */
struct http_exchange *http_next_ended(struct http *http);

/* Waits until a connection or one of `fds` is readable, or the time is up. */
void http_wait(struct http *http, const int *fds, size_t count, int64_t timeout_ms);

/* The outcome of an exchange that has ended; valid until its next http_begin(). */
struct http_reply {
	/* SQS_OK: a reply is there, whatever its status. Else no whole reply came. */
	enum sqs_error error;
	bool is_transient; /* whether another attempt may fare better */
	const char *why;   /* the error in one line; "" without one */
	int status;
	struct view body;
	struct view date;       /* the value of Date; absent: none */
	struct view request_id; /* of x-amzn-RequestId; absent: none */
};

struct http_reply http_reply_of(struct http_exchange *exchange);

/* -------------------------------------------------------------------------------------
 * For those who may block
 */

/* A request on a connection of its own: where credentials come from. */
struct http_fetch {
	const char *method;
	const char *url;
	const char *const *headers; /* "Name: value", ended by NULL; may be NULL */
	struct view body;           /* absent: none */
	const char *ca_bundle;
	bool no_proxy;
	int64_t timeout_ms; /* of an attempt */
	int attempts;       /* where time may heal what failed; 0: one */
	/* Whether it may heal this reply too; NULL: the status alone says so. */
	bool (*may_heal)(int status, struct view body);
	int cancel_fd;    /* readable: give up */
	struct buf *date; /* gets the reply's Date; NULL: nobody asks */
};

enum { HTTP_FETCH_ATTEMPTS = 3 }; /* as the SDKs */

/* Puts the reply's body into *reply, up to its ceiling. False, and one line in *why, when no
 * whole reply came. */
bool http_fetch(const struct http_fetch *fetch, struct buf *reply, int *status,
	struct sqs_failure *why);

#endif
