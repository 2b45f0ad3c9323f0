/* SPDX-License-Identifier: MIT */
#include "sqs/local/attempt.h"

#include "sqs/local/fifo.h"

struct remembered {
	int64_t message;
	int64_t receipt;
	int64_t visible_ms;
};

static size_t read_remembered(
	struct turn *turn, struct view attempt_id, struct remembered *out)
{
	struct rows *rows = store_query(turn->store,
		"SELECT message, receipt, visible_ms FROM attempts WHERE box = ?1 AND "
		"attempt_id = ?2 AND until_ms > ?3 ORDER BY place",
		number(turn->queue->box), text(attempt_id), number(turn->now_ms));
	size_t count = 0;

	while (count < LIMITS_BATCH && rows_next(rows))
		out[count++] = (struct remembered){
			rows_number(rows, 0), rows_number(rows, 1), rows_number(rows, 2)};
	rows_done(rows);
	return count;
}

static bool is_unchanged(const struct turn *turn, const struct message *message,
	const struct remembered *remembered)
{
	return message->box == turn->queue->box &&
	       message->receipt == remembered->receipt &&
	       message->times.visible_ms == remembered->visible_ms &&
	       rules_state(&message->times, turn->now_ms) == MESSAGE_IN_FLIGHT;
}

static bool hide_again(struct turn *turn, struct message *message, int64_t visibility_s)
{
	struct message_times times = message->times;

	times.received_ms = turn->now_ms;
	times.visible_ms = turn->now_ms + visibility_s * 1000;
	return message_retime(
		turn->service, turn->queue, message, &times, message->receipt);
}

size_t attempt_replay(struct turn *turn, struct view attempt_id, int64_t visibility_s,
	struct message *out)
{
	struct remembered remembered[LIMITS_BATCH];
	size_t count = read_remembered(turn, attempt_id, remembered);

	for (size_t i = 0; i < count; i++) {
		if (!message_find(
			    turn->store, remembered[i].message, turn->arena, &out[i]) ||
			!is_unchanged(turn, &out[i], &remembered[i]))
			return 0;
	}
	for (size_t i = 0; i < count; i++) {
		if (!hide_again(turn, &out[i], visibility_s))
			return 0;
	}
	if (count)
		attempt_remember(turn, attempt_id, out, count);
	return count;
}

bool attempt_remember(struct turn *turn, struct view attempt_id,
	const struct message *messages, size_t count)
{
	struct store *store = turn->store;
	int64_t until_ms = fifo_remembered_until(turn->now_ms);

	if (!store_run(store, "DELETE FROM attempts WHERE box = ?1 AND attempt_id = ?2",
		    number(turn->queue->box), text(attempt_id)))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!store_run(store,
			    "INSERT INTO attempts(box, attempt_id, place, message, "
			    "receipt, visible_ms, until_ms) "
			    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
			    number(turn->queue->box), text(attempt_id),
			    number((int64_t)i), number(messages[i].id),
			    number(messages[i].receipt),
			    number(messages[i].times.visible_ms), number(until_ms)))
			return false;
	}
	return true;
}
