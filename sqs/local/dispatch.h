/* SPDX-License-Identifier: MIT */
/*
 * From a request of HTTP to one of SQS and back, in the protocol that was spoken.
 *
 * The content type chooses: application/x-amz-json-* is AWS JSON 1.0, anything else is
 * Query. Pure functions of bytes.
 */
#ifndef SQS_LOCAL_DISPATCH_H
#define SQS_LOCAL_DISPATCH_H

#include <stdbool.h>

#include "sqs/base/arena.h"
#include "sqs/base/buf.h"
#include "sqs/local/http.h"
#include "sqs/wire/message.h"

enum dispatch_protocol { DISPATCH_QUERY, DISPATCH_JSON };

struct dispatch {
	enum dispatch_protocol protocol;
	bool has_action;  /* request.action is what was asked for */
	bool is_readable; /* else fault says why not */
	struct wire_request request;
	struct wire_fault fault;
};

enum { DISPATCH_MOST_HEADERS = 4 };

struct dispatch_answer {
	int status;
	struct wire_pair headers[DISPATCH_MOST_HEADERS]; /* texts that end with a NUL */
	size_t header_count;
};

/* All texts of `out` live in the arena or in the request. */
void dispatch_read(
	const struct http_request *request, struct arena *arena, struct dispatch *out);

/* The name of the queue that a request is about, from its URL, its name or the path;
 * absent when it is about none. */
struct view dispatch_queue_name(const struct wire_request *request, struct view path);

/*
 * Write the body and say the rest. The request id of the reply or fault ends with a
 * NUL. False when there is no memory.
 */
bool dispatch_write_reply(enum dispatch_protocol protocol, const struct wire_reply *reply,
	struct buf *body, struct dispatch_answer *answer);
bool dispatch_write_fault(enum dispatch_protocol protocol, const struct wire_fault *fault,
	struct arena *arena, struct buf *body, struct dispatch_answer *answer);

#endif
