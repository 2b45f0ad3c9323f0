/* SPDX-License-Identifier: MIT */
#include "fs/lease.h"

#include "sqs/sqs.h"

struct lease lease_begin(int64_t asked_at_ms, int visibility_s)
{
	return (struct lease){
		.received_at_ms = asked_at_ms,
		.begun_at_ms = asked_at_ms,
		.until_ms = asked_at_ms + visibility_s * INT64_C(1000),
		.visibility_s = visibility_s,
	};
}

void lease_renewed(struct lease *lease, int64_t asked_at_ms, int seconds)
{
	lease->begun_at_ms = asked_at_ms;
	lease->until_ms = asked_at_ms + seconds * INT64_C(1000);
}

void lease_doubted(struct lease *lease, int64_t asked_at_ms, int seconds)
{
	int64_t until_ms = asked_at_ms + seconds * INT64_C(1000);

	if (until_ms < lease->until_ms)
		lease->until_ms = until_ms;
}

void lease_postpone(struct lease *lease, int64_t now_ms)
{
	if (now_ms < lease->until_ms)
		lease->begun_at_ms = now_ms;
}

void lease_lost(struct lease *lease, int64_t now_ms)
{
	if (now_ms < lease->until_ms)
		lease->until_ms = now_ms;
}

int64_t lease_left_s(const struct lease *lease, int64_t now_ms)
{
	return lease_is_over(lease, now_ms) ? 0 : (lease->until_ms - now_ms) / 1000;
}

bool lease_is_over(const struct lease *lease, int64_t now_ms)
{
	return now_ms >= lease->until_ms;
}

int64_t lease_forgotten_at_ms(const struct lease *lease)
{
	return lease->until_ms + lease->visibility_s * INT64_C(1000);
}

/* The latest end that the service grants. */
static int64_t latest_end_ms(const struct lease *lease)
{
	return lease->received_at_ms +
	       (SQS_LONGEST_VISIBILITY_S - LEASE_MARGIN_S) * INT64_C(1000);
}

int64_t lease_renew_at_ms(const struct lease *lease)
{
	int64_t half_ms = lease->begun_at_ms + (lease->until_ms - lease->begun_at_ms) / 2;
	int64_t last_half_ms = lease->until_ms - lease->visibility_s * INT64_C(500);

	/* Terms are whole seconds: less than one more is no gain. */
	if (lease->visibility_s == 0 || lease->until_ms > latest_end_ms(lease) - 1000)
		return INT64_MAX;
	return half_ms > last_half_ms ? half_ms : last_half_ms;
}

bool lease_joins(const struct lease *lease, int64_t now_ms)
{
	int64_t renew_at_ms = lease_renew_at_ms(lease);

	return renew_at_ms != INT64_MAX &&
	       renew_at_ms - lease->visibility_s * INT64_C(250) <= now_ms;
}

int lease_term_s(const struct lease *lease, int64_t now_ms)
{
	int64_t most_s = (latest_end_ms(lease) - now_ms) / 1000;

	if (most_s < 0)
		return 0;
	return most_s < lease->visibility_s ? (int)most_s : lease->visibility_s;
}

int lease_seconds_until(const struct lease *lease, int64_t now_ms, int64_t wall_now_ms,
	int64_t wall_until_ms)
{
	int64_t wanted_ms = wall_until_ms - wall_now_ms;

	if (wanted_ms < 0 || wanted_ms > latest_end_ms(lease) - now_ms)
		return -1;
	return (int)((wanted_ms + 999) / 1000);
}
