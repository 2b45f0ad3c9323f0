/* SPDX-License-Identifier: MIT */
/*
 * A double of SQS for the client's tests: it answers what a script says, late, wrongly or
 * not at all, and remembers what it was asked.
 *
 * It serves on a Unix socket with a thread of its own. Without a script it accepts
 * every send, delete and change, answers receives from the messages that were put,
 * and parks long polls until one is put. It keeps no state of queues.
 */
#ifndef TESTS_CLIENT_DOUBLE_H
#define TESTS_CLIENT_DOUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct double_server;

/* Ends the test program when it cannot. */
struct double_server *double_new(void);
void double_free(struct double_server *server);

const char *double_socket(const struct double_server *server);

enum double_deed {
	DOUBLE_ANSWER,     /* as usual */
	DOUBLE_FAULT,      /* ErrorResponse with `code` and `status` */
	DOUBLE_PAGE,       /* `status` with a page of HTML */
	DOUBLE_HANG_UP,    /* closes without a word */
	DOUBLE_HALF,       /* closes in the middle of the usual answer */
	DOUBLE_TEXT,       /* 200 with `text` as it is */
	DOUBLE_HOLD,       /* as usual, but not before double_release() */
	DOUBLE_BAD_DIGEST, /* the usual answer with digests of something else */
	DOUBLE_REFUSE,     /* a batch: refuses the entries whose bit is in `refused` */
	DOUBLE_FORGET,     /* a batch: does not mention the entries in `refused` */
};

struct double_act {
	const char *action; /* "SendMessage"; NULL: any */
	enum double_deed deed;
	int times; /* 0: once */
	int status;
	const char *code;
	const char *text;
	unsigned refused; /* bit i: the entry at place i */
	bool receiver_fault;
	bool is_held;          /* as DOUBLE_HOLD, and then `deed` */
	int64_t date_offset_s; /* of the header Date */
};

/* The next request of the action, for which no earlier act is left, gets this. */
void double_script(struct double_server *server, struct double_act act);

/* Answers what DOUBLE_HOLD holds. */
void double_release(struct double_server *server);

/* A message for the next receive. */
void double_put(struct double_server *server, const char *body);

/* How many requests of an action (NULL: all) have come. */
size_t double_count(struct double_server *server, const char *action);

/* Waits until that many have; false after ten seconds. */
bool double_await(struct double_server *server, const char *action, size_t count);

/* A parameter of the i-th request of an action, copied into out; "" when it has none. */
const char *double_parameter(struct double_server *server, const char *action, size_t i,
	const char *name, char *out, size_t size);

/* A header of it. */
const char *double_header(struct double_server *server, const char *action, size_t i,
	const char *name, char *out, size_t size);

/* When the i-th request came, CLOCK_BOOTTIME; -1: there is none. */
int64_t double_time_ms(struct double_server *server, const char *action, size_t i);

/* Open connections, now. */
size_t double_connections(struct double_server *server);

/* Forgets nothing, remembers nothing more: for measurements. */
void double_stop_recording(struct double_server *server);

#endif
