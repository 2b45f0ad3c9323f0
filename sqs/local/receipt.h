/* SPDX-License-Identifier: MIT */
/*
 * A receipt handle: which message was received, from which queue, by which receive.
 *
 * The text is opaque to clients. It has a check word, so that what was never a
 * handle is told from one whose message has gone.
 */
#ifndef SQS_LOCAL_RECEIPT_H
#define SQS_LOCAL_RECEIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "sqs/base/arena.h"

struct receipt {
	int64_t queue;
	int64_t message;
	int64_t nonce; /* of the receive; the message's row has that of the latest */
};

/* Absent when there is no memory. */
struct view receipt_text(const struct receipt *receipt, struct arena *arena);

/* False for what is no handle. */
bool receipt_parse(struct view text, struct receipt *out);

#endif
