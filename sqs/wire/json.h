/* SPDX-License-Identifier: MIT */
/*
 * The AWS JSON 1.0 protocol, as a server speaks it.
 */
#ifndef SQS_WIRE_JSON_H
#define SQS_WIRE_JSON_H

#include <stdbool.h>

#include "sqs/base/arena.h"
#include "sqs/base/buf.h"
#include "sqs/wire/message.h"

/* What X-Amz-Target begins with; the action's name follows. */
#define JSON_TARGET "AmazonSQS."

/*
 * The request in a body for an action (from X-Amz-Target), all texts copied into the
 * arena. An empty body is an empty object. Unknown members and nulls are ignored; a
 * number may come as a text. Faults: SerializationException for what is not such
 * JSON, InvalidMessageContents for bytes or escapes that are not Unicode.
 */
bool json_read_request(struct view body, enum wire_action action, struct arena *arena,
	struct wire_request *out, struct wire_fault *fault);

/* Appends an object; "{}" for void actions. Empty lists and maps are left out. False when
 * the buf failed. The request id travels in a header. */
bool json_write_reply(struct buf *out, const struct wire_reply *reply);

/* Appends {"__type": ..., "message": ...}. */
bool json_write_fault(struct buf *out, const struct wire_fault *fault);

/* Appends the value of the header x-amzn-query-error: "CODE;Sender". */
bool json_write_query_error(struct buf *out, const struct wire_fault *fault);

/* Appends a text as JSON has it, with its quotes. The text is UTF-8. */
bool json_write_text(struct buf *out, struct view text);

#endif
