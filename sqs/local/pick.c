/* SPDX-License-Identifier: MIT */
#include "sqs/local/pick.h"

#include <stdlib.h>

#include "sqs/local/census.h"
#include "sqs/local/fifo.h"

enum {
	DEAD_AT_MOST = 200,  /* deleted or buried on the way */
	QUIET_ROWS = 500,    /* looked at for a quiet tenant's message */
	QUIET_TENANTS = 100, /* asked in turn */
	MOST = LIMITS_BATCH,
};

struct pick {
	struct turn *turn;
	struct message *items;
	size_t count;
	size_t wanted;
};

static bool has(const struct pick *pick, int64_t id)
{
	for (size_t i = 0; i < pick->count; i++) {
		if (pick->items[i].id == id)
			return true;
	}
	return false;
}

/* Reads rows of messages until there are enough. */
static void read_candidates(struct pick *pick, struct rows *rows)
{
	while (pick->count < pick->wanted && rows_next(rows)) {
		if (has(pick, rows_number(rows, MESSAGE_ID_AT)))
			continue;
		message_read(rows, pick->turn->arena, &pick->items[pick->count]);
		pick->count++;
	}
	rows_done(rows);
}

/* ---- standard queues ---- */

static bool is_noisy(const struct census *census, struct view group)
{
	return !view_is_absent(group) &&
	       rules_is_noisy(census_of_tenant(census, group), census->in_flight);
}

/* Those of quiet tenants, and of none, that stand near the front. */
static void read_quiet_in_front(struct pick *pick)
{
	struct turn *turn = pick->turn;
	struct rows *rows = store_query(turn->store,
		"SELECT " MESSAGE_COLUMNS "FROM messages INDEXED BY messages_by_time "
		"WHERE box = ?1 AND visible_ms <= ?2 ORDER BY visible_ms, id LIMIT ?3",
		number(turn->queue->box), number(turn->now_ms), number(QUIET_ROWS));

	while (pick->count < pick->wanted && rows_next(rows)) {
		if (has(pick, rows_number(rows, MESSAGE_ID_AT)) ||
			is_noisy(&turn->queue->census, rows_text(rows, MESSAGE_GROUP_AT)))
			continue;
		message_read(rows, turn->arena, &pick->items[pick->count]);
		pick->count++;
	}
	rows_done(rows);
}

/* The tenant after this one in the order of names; false at the end. */
static bool next_tenant(struct turn *turn)
{
	struct queue *queue = turn->queue;
	struct rows *rows = store_query(turn->store,
		"SELECT group_id FROM messages INDEXED BY messages_by_tenant "
		"WHERE box = ?1 AND group_id > ?2 AND sequence IS NULL "
		"ORDER BY group_id LIMIT 1",
		number(queue->box),
		text(view_of(queue->fair_cursor ? queue->fair_cursor : "")));
	bool found = rows_next(rows);

	free(queue->fair_cursor);
	queue->fair_cursor = NULL;
	if (found) {
		struct view name = rows_text(rows, 0);

		queue->fair_cursor = strndup(name.data, name.len);
	}
	rows_done(rows);
	return queue->fair_cursor != NULL;
}

/* One message of each quiet tenant in turn; where the turn ended, the next receive goes
 * on. */
static void read_quiet_in_turn(struct pick *pick)
{
	struct turn *turn = pick->turn;
	struct queue *queue = turn->queue;
	size_t wanted = pick->wanted;
	size_t at_last_end = SIZE_MAX;

	for (int asked = 0; asked < QUIET_TENANTS && pick->count < wanted; asked++) {
		struct view tenant;

		if (!next_tenant(turn)) { /* and round again, if that brought any */
			if (pick->count == at_last_end)
				break;
			at_last_end = pick->count;
			continue;
		}
		tenant = view_of(queue->fair_cursor);
		if (is_noisy(&queue->census, tenant))
			continue;
		pick->wanted = pick->count + 1;
		read_candidates(pick,
			store_query(turn->store,
				"SELECT " MESSAGE_COLUMNS
				"FROM messages INDEXED BY messages_by_tenant WHERE box = "
				"?1 AND group_id = ?2 AND sequence IS NULL AND "
				"visible_ms <= ?3 ORDER BY visible_ms LIMIT ?4",
				number(queue->box), text(tenant), number(turn->now_ms),
				number(MOST + 1)));
		pick->wanted = wanted;
	}
}

static void read_standard(struct pick *pick)
{
	struct turn *turn = pick->turn;

	if (census_has_noisy_tenant(&turn->queue->census)) {
		read_quiet_in_front(pick);
		read_quiet_in_turn(pick);
	}
	read_candidates(pick,
		store_query(turn->store,
			"SELECT " MESSAGE_COLUMNS
			"FROM messages INDEXED BY messages_by_time WHERE box = ?1 AND "
			"visible_ms <= ?2 ORDER BY visible_ms, id LIMIT ?3",
			number(turn->queue->box), number(turn->now_ms),
			number(2 * MOST)));
}

/* ---- FIFO queues ---- */

/* The deliverable messages of a group, in order. */
static void read_group(struct pick *pick, struct view group)
{
	struct turn *turn = pick->turn;
	int64_t visible_ms[MOST];
	size_t first = pick->count;

	read_candidates(pick,
		store_query(turn->store,
			"SELECT " MESSAGE_COLUMNS
			"FROM messages INDEXED BY messages_by_group WHERE box = ?1 AND "
			"group_id = ?2 AND sequence IS NOT NULL ORDER BY sequence LIMIT "
			"?3",
			number(turn->queue->box), text(group), number(MOST)));
	for (size_t i = first; i < pick->count; i++)
		visible_ms[i - first] = pick->items[i].times.visible_ms;
	pick->count =
		first + fifo_deliverable(visible_ms, pick->count - first, turn->now_ms);
}

static void read_fifo(struct pick *pick)
{
	struct turn *turn = pick->turn;
	struct view groups[MOST];
	size_t count = 0;
	struct rows *rows = store_query(turn->store,
		"SELECT group_id FROM messages INDEXED BY messages_first WHERE box = ?1 "
		"AND is_first = 1 AND visible_ms <= ?2 ORDER BY visible_ms, sequence "
		"LIMIT ?3",
		number(turn->queue->box), number(turn->now_ms), number(MOST));

	/* Another round, after some were dropped, goes on with the group it was in. */
	if (pick->count)
		groups[count++] = pick->items[pick->count - 1].group;
	while (count < MOST && rows_next(rows))
		groups[count++] = rows_copy(rows, 0, turn->arena);
	rows_done(rows);
	for (size_t i = 0; i < count && pick->count < pick->wanted; i++)
		read_group(pick, groups[i]);
}

/* ---- what becomes of a candidate ---- */

static struct queue *dead_letters_of(struct turn *turn)
{
	const char *name = turn->queue->settings.dead_letters;
	struct queue *target =
		name ? registry_find(&turn->service->registry, view_of(name)) : NULL;

	if (!target || target == turn->queue || target->is_fifo != turn->queue->is_fifo)
		return NULL;
	census_settle(target, turn->store, turn->now_ms);
	return target;
}

/* Whether a candidate is to be received; else it has been deleted or buried. */
static bool is_kept(
	struct turn *turn, struct queue *dead_letters, const struct message *message)
{
	const struct queue_settings *settings = &turn->queue->settings;

	if (rules_is_expired(&message->times, settings->retention_s, turn->now_ms)) {
		turn->service->expired++;
		message_delete(turn->service, turn->queue, message);
		return false;
	}
	if (!dead_letters || !rules_is_dead_letter(message->times.receive_count,
				     settings->max_receive_count))
		return true;
	message_bury(turn->service, turn->queue, dead_letters, message,
		turn_arn_of(turn, view_of(turn->queue->name)));
	return false;
}

/* Of the candidates from `first` on. How many do not live. */
static size_t drop_the_dead(struct pick *pick, size_t first, struct queue *dead_letters)
{
	size_t read = pick->count, kept = first;

	for (size_t i = first; i < read; i++) {
		if (is_kept(pick->turn, dead_letters, &pick->items[i]))
			pick->items[kept++] = pick->items[i];
	}
	pick->count = kept;
	return read - kept;
}

size_t pick_messages(
	struct turn *turn, enum pick_purpose purpose, size_t wanted, struct message *out)
{
	struct pick pick = {turn, out, 0, wanted};
	struct queue *dead_letters =
		purpose == PICK_TO_RECEIVE ? dead_letters_of(turn) : NULL;
	size_t dead = 0, dropped;

	do {
		size_t first = pick.count;

		if (turn->queue->is_fifo)
			read_fifo(&pick);
		else
			read_standard(&pick);
		dropped = drop_the_dead(&pick, first, dead_letters);
		dead += dropped;
	} while (dropped && dead < DEAD_AT_MOST && !store_has_failed(turn->store));
	return pick.count;
}

int64_t pick_receivable_at(struct store *store, const struct queue *queue)
{
	const struct census *census = &queue->census;

	if (rules_room_in_flight(census->in_flight, 1) == 0)
		return census->next_due_ms;
	if (queue->is_fifo)
		return store_number(store, RULES_NEVER,
			"SELECT min(visible_ms) FROM messages INDEXED BY messages_first "
			"WHERE box = ?1 AND is_first = 1",
			number(queue->box));
	return store_number(store, RULES_NEVER,
		"SELECT min(visible_ms) FROM messages INDEXED BY messages_by_time WHERE "
		"box = ?1",
		number(queue->box));
}
