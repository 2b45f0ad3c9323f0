/* SPDX-License-Identifier: MIT */
/*
 * The border between two currencies: sqs_error below, errno above. One table,
 * and docs/semantics.md has the same rows.
 */
#ifndef FS_ERRNO_H
#define FS_ERRNO_H

#include "sqs/sqs.h"

int errno_of(enum sqs_error error);

/* What a person can do about it, in a few words; "" for nothing in particular. */
const char *errno_advice(enum sqs_error error);

#endif
