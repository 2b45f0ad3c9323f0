/* SPDX-License-Identifier: MIT */
/*
 * What is particular to FIFO queues, as pure functions.
 *
 *	a group:   m1       m2       m3        m4
 *	           visible  visible  in flight visible
 *	           └── deliverable ─┘ blocks everything after it
 *
 * The messages of a group that may be received are those before the first one
 * that is invisible. A group whose first message is in flight is therefore
 * blocked, whatever stands behind it; one whose first message came back while the
 * second is still in flight offers the first alone.
 */
#ifndef SQS_LOCAL_FIFO_H
#define SQS_LOCAL_FIFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sqs/base/view.h"

/* How many of a group's messages, in order, may be received now. */
size_t fifo_deliverable(const int64_t *visible_ms, size_t count, int64_t now_ms);

enum { SEQUENCE_TEXT = 21 };

/* 20 digits, so that they sort as texts too. */
void fifo_sequence_text(int64_t sequence, char out[SEQUENCE_TEXT]);

/* Whether a send made `first_ms` still hides its duplicates. */
bool fifo_is_remembered(int64_t until_ms, int64_t now_ms);
int64_t fifo_remembered_until(int64_t first_ms);

#endif
