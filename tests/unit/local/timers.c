/* SPDX-License-Identifier: MIT */
#include "sqs/local/timers.h"

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

enum { MANY = 500 };

/* Numbers that look random and are the same each time. */
static int64_t scatter(int i)
{
	return (int64_t)((unsigned)i * 2654435761u % 1000);
}

TEST(timers_come_in_order_and_when_they_are_due)
{
	struct timers timers = {0};
	struct timer all[MANY] = {{0}};
	int64_t last = -1;
	int count = 0;

	for (int i = 0; i < MANY; i++)
		CHECK(timers_set(&timers, &all[i], scatter(i)));
	for (int64_t now = 0; now < 1000; now++) {
		struct timer *timer;

		while ((timer = timers_pop(&timers, now)) != NULL) {
			CHECK(timer->at >= last && timer->at <= now);
			last = timer->at;
			count++;
		}
		CHECK(timers_next_due(&timers) > now);
	}
	CHECK_NUMBER(count, MANY);
	timers_finish(&timers);
}

TEST(a_timer_may_be_moved_and_cancelled_at_any_time)
{
	struct timers timers = {0};
	struct timer all[MANY] = {{0}};
	int count = 0;

	for (int i = 0; i < MANY; i++)
		timers_set(&timers, &all[i], scatter(i));
	for (int i = 0; i < MANY; i += 2)
		timers_cancel(&timers, &all[i]);
	for (int i = 1; i < MANY; i += 2)
		timers_set(&timers, &all[i], 2000 - i);
	timers_cancel(&timers, &all[0]);
	for (int64_t last = 0; timers.count; count++) {
		struct timer *timer = timers_pop(&timers, INT64_MAX);

		CHECK_NUMBER(timer->at, 2000 - (timer - all));
		CHECK(timer->at >= last && timer->place == 0);
		last = timer->at;
	}
	CHECK_NUMBER(count, MANY / 2);
	timers_finish(&timers);
}

TEST(an_empty_heap_has_nothing_due_for_ever)
{
	struct timers timers = {0};

	CHECK(timers_next_due(&timers) == INT64_MAX);
	CHECK(timers_pop(&timers, INT64_MAX) == NULL);
	timers_finish(&timers);
}

TEST_MAIN
