/* SPDX-License-Identifier: MIT */
/*
 * The loop around the service: HTTP in, transactions, HTTP out. docs/architecture.md
 * draws a turn.
 *
 * server_run() is called by one thread and returns after server_stop(). All other
 * functions but server_stop() and server_wake() belong to the thread that made it, before
 * and after that.
 */
#ifndef SQS_LOCAL_SERVER_H
#define SQS_LOCAL_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "sqs/local/auth.h"
#include "sqs/local/faults.h"
#include "sqs/local/request_log.h"
#include "sqs/local/service.h"

struct server;

/* All are borrowed for the server's life. */
struct server_options {
	int listener;
	struct service *service;
	struct faults *faults;
	struct auth *auth;            /* NULL: nobody need sign */
	struct request_log *log;      /* NULL: none */
	const char *account;          /* the sender where nobody signs */
	int64_t (*now_ms)(void *arg); /* NULL: the machine's clock */
	void *now_arg;
};

/* NULL, and one line in why, when it cannot start. */
struct server *server_new(
	const struct server_options *options, char *why, size_t why_size);

/* NULL is allowed. */
void server_free(struct server *server);

/* Serves until server_stop(); then answers what waits, long polls with nothing, and
 * gives the peers a moment to read it. */
void server_run(struct server *server);

/* Any thread. */
void server_stop(struct server *server);

/* Any thread: the clock of the options has moved. */
void server_wake(struct server *server);

#endif
