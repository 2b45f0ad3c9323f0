/* SPDX-License-Identifier: MIT */
#include "fs/lease.h"

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

enum { S = 1000, HOUR = 3600 * S };

/* semantics.md: "The lease of a message is the visibility timeout, counted from
 * the earliest moment at which the service can have taken it: when the request was sent,
 * or, for a long poll, shortly before its answer came." */
TEST(a_lease_lasts_its_visibility_timeout_from_the_request)
{
	static const struct {
		int64_t now_ms;
		int64_t left_s;
		bool is_over;
	} rows[] = {
		{100 * S, 30, false},
		{100 * S + 1, 29, false},
		{129 * S, 1, false},
		{130 * S - 1, 0, false},
		{130 * S, 0, true},
		{1000 * S, 0, true},
	};
	struct lease lease = lease_begin(100 * S, 30);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CHECK_NUMBER(lease_left_s(&lease, rows[i].now_ms), rows[i].left_s);
		CHECK_NUMBER(lease_is_over(&lease, rows[i].now_ms), rows[i].is_over);
	}
}

/* semantics.md: "For one more visibility timeout its name still accepts `rm`" */
TEST(a_name_is_forgotten_one_timeout_after_the_end)
{
	struct lease lease = lease_begin(100 * S, 30);

	CHECK_NUMBER(lease_forgotten_at_ms(&lease), 160 * S);
}

/* semantics.md: "While any process has the message open, its lease is extended in time,
 * up to the 12 hours of SQS." */
TEST(a_lease_is_renewed_at_half_time_up_to_twelve_hours)
{
	static const struct {
		int64_t asked_at_ms; /* of the change that the service took; 0: none */
		int seconds;
		int64_t renew_at_ms;
		int term_s; /* that a renewal at that time asks for */
	} rows[] = {
		{0, 0, 15 * S, 30},
		{15 * S, 30, 30 * S, 30},
		{15 * S, 600, 600 * S, 30},
		{15 * S, 10, 20 * S, 30},
		{12 * HOUR - 60 * S, 30, 12 * HOUR - 45 * S, 30},
		{12 * HOUR - 30 * S, 20, 12 * HOUR - 20 * S, 15},
		{12 * HOUR - 35 * S, 30, INT64_MAX, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct lease lease = lease_begin(0, 30);

		if (rows[i].asked_at_ms)
			lease_renewed(&lease, rows[i].asked_at_ms, rows[i].seconds);
		CHECK_NUMBER(lease_renew_at_ms(&lease), rows[i].renew_at_ms);
		if (rows[i].renew_at_ms != INT64_MAX)
			CHECK_NUMBER(lease_term_s(&lease, rows[i].renew_at_ms),
				rows[i].term_s);
	}
}

/* Not even when it goes along with others. */
TEST(a_renewal_never_makes_a_lease_shorter)
{
	static const int terms_s[] = {1, 2, 10, 29, 30, 31, 600, 43000};

	for (size_t i = 0; i < ARRAY_SIZE(terms_s); i++) {
		struct lease lease = lease_begin(0, 30);

		lease_renewed(&lease, 7 * S, terms_s[i]);
		for (int64_t now_ms = 7 * S; now_ms < lease.until_ms; now_ms += 500) {
			if (lease_joins(&lease, now_ms))
				CHECK(now_ms + lease_term_s(&lease, now_ms) * S >=
					lease.until_ms);
		}
	}
}

TEST(a_term_is_never_negative)
{
	struct lease lease = lease_begin(0, 30);

	CHECK_NUMBER(lease_term_s(&lease, 12 * HOUR - 5 * S), 0);
	CHECK_NUMBER(lease_term_s(&lease, 13 * HOUR), 0);
}

TEST(a_visibility_timeout_of_zero_is_never_renewed)
{
	struct lease lease = lease_begin(0, 0);

	CHECK(lease_is_over(&lease, 0));
	CHECK_NUMBER(lease_renew_at_ms(&lease), INT64_MAX);
	CHECK(!lease_joins(&lease, 0));
}

TEST(what_is_due_within_a_quarter_of_a_term_goes_along)
{
	struct lease lease = lease_begin(0, 40);

	CHECK_NUMBER(lease_renew_at_ms(&lease), 20 * S);
	CHECK(!lease_joins(&lease, 10 * S - 1));
	CHECK(lease_joins(&lease, 10 * S));
	CHECK(lease_joins(&lease, 25 * S));
}

TEST(a_failed_renewal_is_tried_again_in_half_of_what_is_left)
{
	struct lease lease = lease_begin(0, 40);

	lease_postpone(&lease, 20 * S);
	CHECK_NUMBER(lease_renew_at_ms(&lease), 30 * S);
	CHECK_NUMBER(lease_left_s(&lease, 20 * S), 20);
	lease_postpone(&lease, 50 * S);
	CHECK(lease_is_over(&lease, 40 * S));
}

TEST(a_change_of_unknown_outcome_makes_a_lease_no_longer)
{
	struct lease lease = lease_begin(0, 40);

	lease_doubted(&lease, 10 * S, 600);
	CHECK_NUMBER(lease_left_s(&lease, 10 * S), 30);
	lease_doubted(&lease, 10 * S, 5);
	CHECK_NUMBER(lease_left_s(&lease, 10 * S), 5);
}

TEST(a_lease_that_the_service_ended_is_over)
{
	struct lease lease = lease_begin(0, 40);

	lease_lost(&lease, 10 * S);
	CHECK(lease_is_over(&lease, 10 * S));
	CHECK_NUMBER(lease_forgotten_at_ms(&lease), 50 * S);
	lease_lost(&lease, 20 * S);
	CHECK_NUMBER(lease_forgotten_at_ms(&lease), 50 * S);
}

/* semantics.md: "`touch -d '+10 min' FILE` extends it until then." */
TEST(a_lease_ends_at_the_time_of_touch)
{
	static const struct {
		int64_t now_ms; /* since the receive */
		int64_t wanted_ms;
		int seconds;
	} rows[] = {
		{0, 0, 0},
		{0, 1, 1},
		{0, 600 * S, 600},
		{0, 600 * S + 1, 601},
		{0, -1, -1},
		{0, 12 * HOUR - 5 * S, 43195},
		{0, 12 * HOUR - 5 * S + 1, -1},
		{6 * HOUR, 6 * HOUR - 5 * S, 21595},
		{6 * HOUR, 6 * HOUR, -1},
	};
	int64_t wall_ms = INT64_C(1700000000123);
	struct lease lease = lease_begin(77 * S, 30);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_NUMBER(lease_seconds_until(&lease, 77 * S + rows[i].now_ms, wall_ms,
				     wall_ms + rows[i].wanted_ms),
			rows[i].seconds);
}

TEST_MAIN
