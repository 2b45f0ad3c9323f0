/* SPDX-License-Identifier: MIT */
#include "sqs/client/retry.h"

static const struct {
	bool helps;
	int cost;
	int64_t first_ms;
} rules[] = {
	[WIRE_RETRY_NEVER] = {false, 0, 0},
	[WIRE_RETRY_TRANSIENT] = {true, 14, 50},
	[WIRE_RETRY_THROTTLE] = {true, 5, 1000},
	/* Repeated at once after their cause is gone, if at all. */
	[WIRE_RETRY_AFTER_CREDENTIALS] = {false, 0, 0},
	[WIRE_RETRY_AFTER_CLOCK] = {false, 0, 0},
};

bool retry_may_help(enum wire_retry retry)
{
	return rules[retry].helps;
}

bool retry_take(struct retry_quota *quota, enum wire_retry retry, int *cost)
{
	if (!rules[retry].helps || quota->tokens < rules[retry].cost)
		return false;
	quota->tokens -= rules[retry].cost;
	*cost = rules[retry].cost;
	return true;
}

void retry_give(struct retry_quota *quota, int cost)
{
	quota->tokens += cost ? cost : 1;
	if (quota->tokens > RETRY_QUOTA)
		quota->tokens = RETRY_QUOTA;
}

int64_t retry_delay_ns(enum wire_retry retry, int attempts, double random)
{
	int64_t span_ms = rules[retry].first_ms;

	for (int i = 1; i < attempts && span_ms < RETRY_LONGEST_MS; i++)
		span_ms *= 2;
	if (span_ms > RETRY_LONGEST_MS)
		span_ms = RETRY_LONGEST_MS;
	return (int64_t)((double)span_ms * 1e6 * random);
}
