/* SPDX-License-Identifier: MIT */
/*
 * Points in time as texts: of signatures, of credentials, of HTTP. Always UTC.
 */
#ifndef SQS_WIRE_STAMP_H
#define SQS_WIRE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "sqs/base/view.h"

enum { STAMP_TEXT = 17 };

/* "20150830T123600Z"; its first 8 bytes are the date. Empty beyond the year 9999. */
void stamp_write(char out[STAMP_TEXT], int64_t wall_ms);

/*
 * ISO 8601 with or without its punctuation: 20150830T123600Z, 2015-08-30T12:36:00Z,
 * with fractions of a second (cut to milliseconds) and offsets (+01:00), or UTC for
 * the Z, as old AWS CLIs write. False for anything else.
 */
bool stamp_read(struct view text, int64_t *wall_ms);

/* The Date of an HTTP reply: "Sun, 30 Aug 2015 12:36:00 GMT". */
bool stamp_read_http(struct view text, int64_t *wall_ms);

#endif
