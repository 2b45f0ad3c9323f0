/* SPDX-License-Identifier: MIT */
#include "sqs/local/rules.h"

#include "sqs/wire/limits.h"
#include "sqs/wire/message.h"

enum {
	SECOND_MS = 1000,
	LONGEST_HIDDEN_S = 43200,
	LONGEST_MOVE_MS = 36 * 3600 * SECOND_MS,
	NOISY_PART = 10,
};

enum message_state rules_state(const struct message_times *times, int64_t now_ms)
{
	if (times->visible_ms <= now_ms)
		return MESSAGE_VISIBLE;
	return times->receive_count ? MESSAGE_IN_FLIGHT : MESSAGE_DELAYED;
}

bool rules_is_expired(
	const struct message_times *times, int64_t retention_s, int64_t now_ms)
{
	return now_ms - times->sent_ms >= retention_s * SECOND_MS;
}

int64_t rules_visible_at_send(
	bool is_fifo, int64_t own_delay_s, int64_t queue_delay_s, int64_t now_ms)
{
	int64_t delay_s =
		is_fifo || own_delay_s == WIRE_ABSENT ? queue_delay_s : own_delay_s;

	return now_ms + delay_s * SECOND_MS;
}

enum receipt_worth rules_receipt(bool is_fifo, bool exists, bool is_latest,
	const struct message_times *times, int64_t now_ms)
{
	if (!exists)
		return RECEIPT_GONE;
	if (!is_fifo)
		return is_latest ? RECEIPT_GOOD : RECEIPT_OLD;
	if (!is_latest || rules_state(times, now_ms) == MESSAGE_VISIBLE)
		return RECEIPT_EXPIRED;
	return RECEIPT_GOOD;
}

bool rules_may_hide_for(
	const struct message_times *times, int64_t visibility_s, int64_t now_ms)
{
	return now_ms + visibility_s * SECOND_MS <=
	       times->received_ms + (int64_t)LONGEST_HIDDEN_S * SECOND_MS;
}

bool rules_is_dead_letter(int64_t receive_count, int64_t most)
{
	return most > 0 && receive_count >= most;
}

int64_t rules_room_in_flight(int64_t in_flight, int64_t wanted)
{
	int64_t room = LIMITS_IN_FLIGHT - in_flight;

	if (room < 0)
		room = 0;
	return wanted < room ? wanted : room;
}

bool rules_is_too_soon(int64_t last_ms, int64_t wait_s, int64_t now_ms)
{
	return last_ms && now_ms - last_ms < wait_s * SECOND_MS;
}

int64_t rules_moves_allowed(int64_t started_ms, int64_t per_second, int64_t now_ms)
{
	if (!per_second)
		return INT64_MAX;
	if (now_ms < started_ms)
		return 0;
	return (now_ms - started_ms) * per_second / SECOND_MS + 1;
}

int64_t rules_next_move_ms(int64_t started_ms, int64_t per_second, int64_t moved)
{
	if (!per_second)
		return started_ms;
	return started_ms + (moved * SECOND_MS + per_second - 1) / per_second;
}

bool rules_move_is_over(int64_t started_ms, int64_t now_ms)
{
	return now_ms - started_ms >= LONGEST_MOVE_MS;
}

bool rules_is_noisy(int64_t of_tenant, int64_t in_flight)
{
	return of_tenant >= RULES_NOISY_AT_LEAST && of_tenant * NOISY_PART > in_flight;
}
