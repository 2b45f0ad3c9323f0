/* SPDX-License-Identifier: MIT */
/*
 * The border between two currencies: sqs_error below, errno above. One table,
 * and docs/semantics.md has the same rows.
 */
#ifndef FS_ERRNO_H
#define FS_ERRNO_H

#include "sqs/sqs.h"

int errno_of(enum sqs_error error);

#endif
