/* SPDX-License-Identifier: MIT */
/*
 * Filling in a struct sqs_failure.
 */
#ifndef SQS_CLIENT_FAILURE_H
#define SQS_CLIENT_FAILURE_H

#include "sqs/sqs.h"
#include "sqs/wire/message.h"

/* What a result without a failure points to. */
extern const struct sqs_failure failure_none;

/* An error in our own words: one line that says what to do. Always returns false. */
bool failure_say(struct sqs_failure *failure, enum sqs_error error, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* What the service said of a request. */
void failure_of_fault(struct sqs_failure *failure, const struct wire_fault *fault);

/* A copy of a text into an array, cut where the array ends. */
void failure_text(char *out, size_t size, struct view text);

#endif
