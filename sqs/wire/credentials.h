/* SPDX-License-Identifier: MIT */
/*
 * What a request is signed with. All texts are somebody else's.
 */
#ifndef SQS_WIRE_CREDENTIALS_H
#define SQS_WIRE_CREDENTIALS_H

#include <stdint.h>

#include "sqs/base/view.h"

struct wire_credentials {
	struct view access_key;
	struct view secret_key;
	struct view token;      /* absent: long-lived keys */
	struct view expiration; /* ISO 8601 as it was given; absent: never */
	int64_t expires_ms;     /* since 1970; INT64_MAX: never */
};

#endif
