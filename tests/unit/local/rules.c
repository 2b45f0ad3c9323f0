/* SPDX-License-Identifier: MIT */
/* The rules as tables: one line, one fact. Times are seconds after a message was sent. */
#include "sqs/local/rules.h"
#include "sqs/base/cleanup.h"
#include "sqs/local/fifo.h"
#include "sqs/wire/message.h"
#include "tests/lib/test.h"

#define S(seconds) ((int64_t)(seconds)*1000)

static const struct {
	int64_t visible_s, receive_count, now_s;
	enum message_state state;
} states[] = {
	{0, 0, 0, MESSAGE_VISIBLE},     /* sent without delay */
	{10, 0, 9, MESSAGE_DELAYED},    /* the delay runs */
	{10, 0, 10, MESSAGE_VISIBLE},   /* it ends */
	{40, 1, 39, MESSAGE_IN_FLIGHT}, /* received */
	{40, 1, 40, MESSAGE_VISIBLE},   /* comes back */
	{0, 3, 5, MESSAGE_VISIBLE},     /* received with visibility 0 */
};

TEST(a_state_is_derived_from_the_clock)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		struct message_times times = {.visible_ms = S(states[i].visible_s),
			.receive_count = states[i].receive_count};

		CHECK_NUMBER(rules_state(&times, S(states[i].now_s)), states[i].state);
	}
}

TEST(retention_counts_from_the_send)
{
	struct message_times times = {.sent_ms = S(100), .visible_ms = S(500)};

	CHECK(!rules_is_expired(&times, 60, S(159)));
	CHECK(rules_is_expired(&times, 60, S(160)));
}

static const struct {
	bool is_fifo;
	int64_t own_s, queue_s, visible_s;
} delays[] = {
	{false, WIRE_ABSENT, 0, 100}, {false, WIRE_ABSENT, 5, 105}, {false, 7, 5, 107},
	{false, 0, 5, 100}, /* 0 overrides too */
	{true, WIRE_ABSENT, 5, 105},
	{true, 0, 5, 105}, /* on FIFO only the queue's delay counts */
};

TEST(a_delay_is_the_messages_own_or_the_queues)
{
	for (size_t i = 0; i < ARRAY_SIZE(delays); i++)
		CHECK_NUMBER(rules_visible_at_send(delays[i].is_fifo, delays[i].own_s,
				     delays[i].queue_s, S(100)),
			S(delays[i].visible_s));
}

static const struct {
	bool is_fifo, exists, is_latest, is_visible;
	enum receipt_worth worth;
} receipts[] = {
	{false, true, true, false, RECEIPT_GOOD},
	{false, true, true, true, RECEIPT_GOOD}, /* expired, not received again */
	{false, true, false, false, RECEIPT_OLD},
	{false, true, false, true, RECEIPT_OLD},
	{false, false, false, true, RECEIPT_GONE},
	{true, true, true, false, RECEIPT_GOOD},
	{true, true, true, true, RECEIPT_EXPIRED},
	{true, true, false, false, RECEIPT_EXPIRED},
	{true, false, false, true, RECEIPT_GONE},
};

TEST(a_receipt_is_worth_what_became_of_its_message)
{
	for (size_t i = 0; i < ARRAY_SIZE(receipts); i++) {
		struct message_times times = {.receive_count = 1,
			.visible_ms = receipts[i].is_visible ? S(10) : S(30)};

		CHECK_NUMBER(rules_receipt(receipts[i].is_fifo, receipts[i].exists,
				     receipts[i].is_latest, &times, S(20)),
			receipts[i].worth);
	}
}

TEST(twelve_hours_from_the_receive_are_the_most)
{
	struct message_times times = {.received_ms = S(1000)};

	CHECK(rules_may_hide_for(&times, 43200, S(1000)));
	CHECK(!rules_may_hide_for(&times, 43200, S(1000) + 1));
	CHECK(rules_may_hide_for(&times, 43195, S(1004)));
	CHECK(!rules_may_hide_for(&times, 43195, S(1006)));
	CHECK(rules_may_hide_for(&times, 0, S(1000 + 43200)));
}

TEST(the_receive_after_the_most_is_one_too_many)
{
	CHECK(!rules_is_dead_letter(0, 2));
	CHECK(!rules_is_dead_letter(1, 2));
	CHECK(rules_is_dead_letter(2, 2));
	CHECK(!rules_is_dead_letter(1000, 0)); /* no redrive policy */
}

TEST(no_more_than_120000_are_in_flight)
{
	CHECK_NUMBER(rules_room_in_flight(0, 10), 10);
	CHECK_NUMBER(rules_room_in_flight(119995, 10), 5);
	CHECK_NUMBER(rules_room_in_flight(120000, 10), 0);
	CHECK_NUMBER(rules_room_in_flight(120001, 10), 0);
}

TEST(sixty_seconds_must_pass)
{
	CHECK(!rules_is_too_soon(0, 60, S(5))); /* it never happened before */
	CHECK(rules_is_too_soon(S(100), 60, S(159)));
	CHECK(!rules_is_too_soon(S(100), 60, S(160)));
}

TEST(a_move_task_keeps_its_rate)
{
	CHECK_NUMBER(rules_moves_allowed(S(10), 2, S(10)), 1);
	CHECK_NUMBER(rules_moves_allowed(S(10), 2, S(11)), 3);
	CHECK_NUMBER(rules_moves_allowed(S(10), 0, S(10)), INT64_MAX);
	CHECK_NUMBER(rules_next_move_ms(S(10), 2, 1), S(10) + 500);
	CHECK_NUMBER(rules_next_move_ms(S(10), 2, 3), S(11) + 500);
	for (int64_t moved = 0; moved < 1000; moved++) {
		int64_t due_ms = rules_next_move_ms(0, 7, moved);

		CHECK(rules_moves_allowed(0, 7, due_ms) > moved);
		CHECK(moved == 0 || rules_moves_allowed(0, 7, due_ms - 1) <= moved);
	}
}

TEST(a_move_task_is_over_after_36_hours)
{
	CHECK(!rules_move_is_over(S(10), S(10)));
	CHECK(!rules_move_is_over(S(10), S(10 + 36 * 3600) - 1));
	CHECK(rules_move_is_over(S(10), S(10 + 36 * 3600)));
	CHECK(!rules_move_is_over(S(10), S(5))); /* a clock may go back */
}

/* A group as a text: v is visible, i is invisible. */
static const struct {
	const char *group;
	size_t deliverable;
} groups[] = {
	{"", 0}, {"vvv", 3}, {"ivv", 0}, /* the first is in flight: blocked */
	{"iiv", 0},  /* a new message into a blocked group stays blocked */
	{"viv", 1},  /* the first came back, the second is in flight */
	{"vvi", 2},  /* the third was extended */
	{"vivi", 1}, /* nothing overtakes */
};

TEST(a_group_delivers_up_to_its_first_invisible_message)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		int64_t visible_ms[8];
		size_t count = strlen(groups[i].group);

		for (size_t j = 0; j < count; j++)
			visible_ms[j] = groups[i].group[j] == 'v' ? 50 : 150;
		CHECK_NUMBER(
			fifo_deliverable(visible_ms, count, 100), groups[i].deliverable);
	}
}

TEST(sequence_numbers_have_20_digits_and_sort_as_texts)
{
	char a[SEQUENCE_TEXT], b[SEQUENCE_TEXT];

	fifo_sequence_text(9, a);
	fifo_sequence_text(10, b);
	CHECK_TEXT(a, "10000000000000000009");
	CHECK(strcmp(a, b) < 0);
}

TEST(a_send_is_remembered_for_five_minutes)
{
	int64_t until_ms = fifo_remembered_until(S(1000));

	CHECK(fifo_is_remembered(until_ms, S(1299)));
	CHECK(!fifo_is_remembered(until_ms, S(1300)));
}

TEST(a_tenant_with_30_and_over_a_tenth_is_noisy)
{
	CHECK(!rules_is_noisy(29, 29));
	CHECK(rules_is_noisy(30, 30));
	CHECK(rules_is_noisy(31, 300));
	CHECK(!rules_is_noisy(30, 300)); /* a tenth is not over a tenth */
	CHECK(!rules_is_noisy(30, 1000));
}

TEST_MAIN
