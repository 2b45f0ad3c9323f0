/* SPDX-License-Identifier: MIT */
/*
 * The request log: a line a request, for people and for awk.
 *
 *	2024-05-01T12:00:00.123Z SendMessageBatch jobs entries=10 status=200 code=-
 *micros=412
 *
 * No bodies, no credentials. Lines are gathered and written together. One thread.
 */
#ifndef SQS_LOCAL_REQUEST_LOG_H
#define SQS_LOCAL_REQUEST_LOG_H

#include <stdint.h>

#include "sqs/base/view.h"

struct request_log;

struct request_log_line {
	int64_t wall_ms;
	const char *action; /* NULL: none was understood */
	struct view queue;  /* its name; may be empty */
	size_t entries;     /* sent, deleted, changed or received messages */
	int status;         /* of HTTP; 0: cut without an answer */
	struct view code;   /* of the error; absent when there is none */
	int64_t micros;     /* from the complete request to its answer */
};

/* Appends to the file, which is made, 0600, if it is missing. NULL, and one line in why,
 * when it cannot. */
struct request_log *request_log_new(const char *path, char *why, size_t why_size);

/* Writes what is gathered. NULL is allowed. */
void request_log_free(struct request_log *log);

/* NULL is allowed here and below: nothing is logged. */
void request_log_add(struct request_log *log, const struct request_log_line *line);

/* Writes what is gathered. A line that cannot be written is lost, and that is logged
 * once. */
void request_log_flush(struct request_log *log);

#endif
