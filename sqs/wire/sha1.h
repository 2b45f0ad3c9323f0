/* SPDX-License-Identifier: MIT */
/*
 * SHA-1, for names of cache files only: nothing is protected by it.
 */
#ifndef SQS_WIRE_SHA1_H
#define SQS_WIRE_SHA1_H

#include <stdbool.h>

#include "sqs/base/view.h"

enum { SHA1_TEXT = 41 }; /* bytes of the hexadecimal form with its NUL */

/* False where libcrypto has none. */
bool sha1_text(struct view bytes, char hex[SHA1_TEXT]);

#endif
