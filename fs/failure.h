/* SPDX-License-Identifier: MIT */
/*
 * A failure in words: for the log, the terminal, and user.sqs.error.
 */
#ifndef FS_FAILURE_H
#define FS_FAILURE_H

#include "sqs/sqs.h"

enum { FAILURE_SIZE = 800 };

/* What the service said: "CODE: message, request ID"; where it said nothing, ours. Into
 * text, which is returned; so with all of these. */
const char *failure_words(const struct sqs_failure *failure, char text[FAILURE_SIZE]);

/* The kind of failure before that: "access denied: CODE: message, request ID". */
const char *failure_line(const struct sqs_failure *failure, char text[FAILURE_SIZE]);

/* And behind it what to do: "...; check the endpoint". */
const char *failure_advice(const struct sqs_failure *failure, char text[FAILURE_SIZE]);

#endif
