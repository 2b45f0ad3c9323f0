/* SPDX-License-Identifier: MIT */
#include "sqs/client/retry.h"
#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

#define MS 1000000LL

TEST(only_what_time_heals_is_tried_again)
{
	CHECK(!retry_may_help(WIRE_RETRY_NEVER));
	CHECK(retry_may_help(WIRE_RETRY_TRANSIENT));
	CHECK(retry_may_help(WIRE_RETRY_THROTTLE));
	CHECK(!retry_may_help(WIRE_RETRY_AFTER_CREDENTIALS));
	CHECK(!retry_may_help(WIRE_RETRY_AFTER_CLOCK));
}

TEST(the_span_doubles_and_chance_takes_a_part)
{
	static const struct {
		enum wire_retry retry;
		int attempts;
		double random;
		int64_t delay_ns;
	} rows[] = {
		{WIRE_RETRY_TRANSIENT, 1, 0, 0},
		{WIRE_RETRY_TRANSIENT, 1, 0.5, 25 * MS},
		{WIRE_RETRY_TRANSIENT, 2, 0.5, 50 * MS},
		{WIRE_RETRY_TRANSIENT, 3, 0.5, 100 * MS},
		{WIRE_RETRY_THROTTLE, 1, 0.5, 500 * MS},
		{WIRE_RETRY_THROTTLE, 2, 0.5, 1000 * MS},
		{WIRE_RETRY_THROTTLE, 2, 0.25, 500 * MS},
		{WIRE_RETRY_THROTTLE, 6, 0.5, 10000 * MS}, /* never over 20 s */
		{WIRE_RETRY_TRANSIENT, 100, 0.5, 10000 * MS},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_NUMBER(
			retry_delay_ns(rows[i].retry, rows[i].attempts, rows[i].random),
			rows[i].delay_ns);
}

TEST(the_quota_is_taken_and_given_back)
{
	struct retry_quota quota = {RETRY_QUOTA};
	int cost = 0;

	CHECK(retry_take(&quota, WIRE_RETRY_TRANSIENT, &cost));
	CHECK_NUMBER(cost, 14);
	CHECK_NUMBER(quota.tokens, 486);
	CHECK(retry_take(&quota, WIRE_RETRY_THROTTLE, &cost));
	CHECK_NUMBER(quota.tokens, 481);
	retry_give(&quota, 14);
	CHECK_NUMBER(quota.tokens, 495);
	retry_give(&quota, 0); /* a success at the first attempt */
	CHECK_NUMBER(quota.tokens, 496);
	retry_give(&quota, 14);
	CHECK_NUMBER(quota.tokens, RETRY_QUOTA);
}

TEST(an_empty_quota_allows_no_retry)
{
	struct retry_quota quota = {13};
	int cost = 0;

	CHECK(!retry_take(&quota, WIRE_RETRY_TRANSIENT, &cost));
	CHECK_NUMBER(quota.tokens, 13);
	CHECK(retry_take(&quota, WIRE_RETRY_THROTTLE, &cost));
	CHECK(!retry_take(&quota, WIRE_RETRY_NEVER, &cost));
}

TEST_MAIN
