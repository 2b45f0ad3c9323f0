/* SPDX-License-Identifier: MIT */
/*
 * The rules of SQS that depend on time, as pure functions of (state, now).
 *
 * Milliseconds since 1970 throughout; a moment that a timer names has come when
 * now is that moment or later.
 */
#ifndef SQS_LOCAL_RULES_H
#define SQS_LOCAL_RULES_H

#include <stdbool.h>
#include <stdint.h>

#define RULES_NEVER INT64_MAX

/* What the clock of a message is; a row of the store has it. */
struct message_times {
	int64_t sent_ms;
	int64_t visible_ms;  /* delayed or in flight until then */
	int64_t received_ms; /* by the latest receive; 0: never */
	int64_t receive_count;
};

/*
 * Derived, never stored:
 *
 *	DELAYED    visible_ms ahead, never received       time -> VISIBLE
 *	VISIBLE    visible_ms past                        receive -> IN_FLIGHT
 *	IN_FLIGHT  visible_ms ahead, was received         time, change to 0 -> VISIBLE
 */
enum message_state { MESSAGE_DELAYED, MESSAGE_VISIBLE, MESSAGE_IN_FLIGHT };

enum message_state rules_state(const struct message_times *times, int64_t now_ms);

/* Whether the retention period of the queue has ended for it. */
bool rules_is_expired(
	const struct message_times *times, int64_t retention_s, int64_t now_ms);

/*
 * When a new message becomes visible. On a standard queue its own delay, 0 too,
 * overrides that of the queue; on a FIFO queue only the queue's counts.
 * `own_delay_s` is WIRE_ABSENT when the request has none.
 */
int64_t rules_visible_at_send(
	bool is_fifo, int64_t own_delay_s, int64_t queue_delay_s, int64_t now_ms);

/* What a receipt handle is worth. `exists`: the message is still in the handle's queue;
 * `is_latest`: no later receive took it. */
enum receipt_worth {
	RECEIPT_GOOD,    /* acts on the message */
	RECEIPT_GONE,    /* the message was deleted or moved */
	RECEIPT_OLD,     /* standard: it was received again since */
	RECEIPT_EXPIRED, /* FIFO: its visibility timeout ended */
};

enum receipt_worth rules_receipt(bool is_fifo, bool exists, bool is_latest,
	const struct message_times *times, int64_t now_ms);

/* 12 hours from the receive are the most that a message is kept invisible. */
bool rules_may_hide_for(
	const struct message_times *times, int64_t visibility_s, int64_t now_ms);

/* Whether the receive that is about to happen would be one too many. `most` is
 * maxReceiveCount, 0 where nothing is redriven. */
bool rules_is_dead_letter(int64_t receive_count, int64_t most);

/* How many messages a receive may take: `wanted`, less where the limit of 120,000 in
 * flight is near. */
int64_t rules_room_in_flight(int64_t in_flight, int64_t wanted);

/* 60 seconds must pass before a name is used again, and before a second purge.
 * `last_ms` is 0 when there was none. */
bool rules_is_too_soon(int64_t last_ms, int64_t wait_s, int64_t now_ms);

/*
 * How many messages a move task may have moved by now; `per_second` 0 is no limit.
 * And when the next one is due after `moved`.
 */
int64_t rules_moves_allowed(int64_t started_ms, int64_t per_second, int64_t now_ms);
int64_t rules_next_move_ms(int64_t started_ms, int64_t per_second, int64_t moved);

/* A task runs for 36 hours at most, and 100 of an account at a time. */
enum { RULES_MOVE_TASKS = 100 };

bool rules_move_is_over(int64_t started_ms, int64_t now_ms);

/*
 * Whether a tenant, which is a message group of a standard queue, holds so many of
 * the messages in flight that those of others go first: 30 at least, and more
 * than a tenth.
 */
enum { RULES_NOISY_AT_LEAST = 30 };

bool rules_is_noisy(int64_t of_tenant, int64_t in_flight);

#endif
