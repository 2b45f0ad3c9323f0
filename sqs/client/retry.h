/* SPDX-License-Identifier: MIT */
/*
 * When to try again: the standard mode of the AWS SDKs, in its revision of 2026.
 *
 * An attempt that failed may be repeated after a random part of a span that
 * doubles, as long as the quota lasts. The quota is shared by all requests of a
 * client, so that a service in trouble sees few retries and not three times the
 * load. Pure: time and randomness are the caller's.
 */
#ifndef SQS_CLIENT_RETRY_H
#define SQS_CLIENT_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "sqs/wire/error.h"

enum {
	RETRY_ATTEMPTS = 3, /* in all, unless AWS_MAX_ATTEMPTS says otherwise */
	RETRY_QUOTA = 500,
	RETRY_LONGEST_MS = 20000,
};

struct retry_quota {
	int tokens;
};

/* Whether this failure is one that time heals. */
bool retry_may_help(enum wire_retry retry);

/* Takes what a retry costs, and says it in *cost; false, and nothing taken, when too
 * little is left. */
bool retry_take(struct retry_quota *quota, enum wire_retry retry, int *cost);

/* After a success: `cost` is what its last retry took, 0 if it needed none. */
void retry_give(struct retry_quota *quota, int cost);

/*
 * How long to wait before the next attempt, in nanoseconds: `random` (in [0, 1)) of a
 * span that is 50 ms, for throttling 1 s, and doubles with each of the `attempts` made.
 */
int64_t retry_delay_ns(enum wire_retry retry, int attempts, double random);

#endif
