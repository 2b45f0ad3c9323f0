/* SPDX-License-Identifier: MIT */
/*
 * What time asks for: messages past their retention, boxes that no queue has any more,
 * memories that have run out, and move tasks. Each piece is bounded; one that did not
 * get done says that it is due at once.
 */
#include "sqs/local/sweep.h"
#include "sqs/local/census.h"
#include "sqs/local/fifo.h"
#include "sqs/local/message.h"
#include "sqs/local/move_tasks.h"

enum {
	ROWS_AT_A_TIME = 200,
	IDLE_MS = 1000, /* between two sweeps of what nobody waits for */
};

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ---- retention ---- */

static size_t delete_expired(struct service *service, struct queue *queue, size_t most)
{
	struct arena arena = {0};
	struct message *messages = arena_array(&arena, most, sizeof(*messages));
	struct rows *rows = store_query(service->store,
		"SELECT " MESSAGE_COLUMNS
		"FROM messages INDEXED BY messages_by_age WHERE box = ?1 AND sent_ms <= "
		"?2 ORDER BY sent_ms LIMIT ?3",
		number(queue->box),
		number(service->now_ms - queue->settings.retention_s * 1000),
		number((int64_t)most));
	size_t count = 0;

	while (messages && count < most && rows_next(rows))
		message_read(rows, &arena, &messages[count++]);
	rows_done(rows);
	for (size_t i = 0; i < count; i++)
		message_delete(service, queue, &messages[i]);
	service->expired += count;
	arena_finish(&arena);
	return count;
}

/* When the next message of the queue ends its retention. */
static int64_t expire(struct service *service, struct queue *queue, size_t *budget)
{
	struct census *census = &queue->census;
	int64_t retention_ms = queue->settings.retention_s * 1000;

	census_settle(queue, service->store, service->now_ms);
	if (!census->total)
		return RULES_NEVER;
	if (service->now_ms - census->oldest_ms < retention_ms)
		return census->oldest_ms + retention_ms;
	*budget -= delete_expired(service, queue, *budget);
	census->oldest_ms = store_number(service->store, RULES_NEVER,
		"SELECT min(sent_ms) FROM messages WHERE box = ?1", number(queue->box));
	return census->oldest_ms == RULES_NEVER ? RULES_NEVER
						: census->oldest_ms + retention_ms;
}

void sweep_expired(struct service *service, struct queue *queue)
{
	size_t budget = ROWS_AT_A_TIME;

	expire(service, queue, &budget);
}

static int64_t expire_all(struct service *service)
{
	const struct registry *registry = &service->registry;
	size_t budget = ROWS_AT_A_TIME;
	int64_t next_ms = RULES_NEVER;

	for (size_t i = 0; i < registry->count; i++) {
		if (!budget)
			return service->now_ms;
		next_ms = earlier(next_ms, expire(service, registry->by_id[i], &budget));
	}
	return budget ? next_ms : service->now_ms;
}

/* ---- boxes ---- */

static bool sweep_messages(struct store *store, int64_t box)
{
	struct value of = number(box), most = number(ROWS_AT_A_TIME);

	return store_run(store,
		       "DELETE FROM bodies WHERE message IN (SELECT id FROM messages "
		       "INDEXED BY messages_by_time WHERE box = ?1 ORDER BY visible_ms, "
		       "id LIMIT ?2)",
		       of, most) &&
	       store_run(store,
		       "DELETE FROM message_attributes WHERE message IN (SELECT id FROM "
		       "messages INDEXED BY messages_by_time WHERE box = ?1 ORDER BY "
		       "visible_ms, id LIMIT ?2)",
		       of, most) &&
	       store_run(store,
		       "DELETE FROM messages WHERE id IN (SELECT id FROM messages "
		       "INDEXED BY messages_by_time WHERE box = ?1 ORDER BY visible_ms, "
		       "id LIMIT ?2)",
		       of, most);
}

/* Dedup and attempts of a box run out by themselves within five minutes. */
static int64_t sweep_boxes(struct service *service)
{
	struct store *store = service->store;
	int64_t box = store_number(store, 0, "SELECT min(box) FROM swept_boxes");

	if (!box)
		return RULES_NEVER;
	if (!sweep_messages(store, box))
		return RULES_NEVER;
	if (store_changes(store) < ROWS_AT_A_TIME)
		store_run(store, "DELETE FROM swept_boxes WHERE box = ?1", number(box));
	return service->now_ms;
}

/* ---- memories ---- */

/* The oldest, and with them all that are as old: by the index of until_ms alone. SQLite
 * would look for a list of keys through all that the queue remembers. */
static int64_t forget_dedup(struct service *service)
{
	struct store *store = service->store;
	int64_t first_ms =
		store_number(store, RULES_NEVER, "SELECT min(until_ms) FROM dedup");

	if (fifo_is_remembered(first_ms, service->now_ms))
		return first_ms;
	store_run(store,
		"DELETE FROM dedup WHERE until_ms <= min(?1, ifnull((SELECT until_ms "
		"FROM dedup ORDER BY until_ms LIMIT 1 OFFSET ?2), ?1))",
		number(service->now_ms), number(ROWS_AT_A_TIME));
	return service->now_ms;
}

static int64_t forget_attempts(struct service *service)
{
	struct store *store = service->store;
	int64_t first_ms =
		store_number(store, RULES_NEVER, "SELECT min(until_ms) FROM attempts");

	if (fifo_is_remembered(first_ms, service->now_ms))
		return first_ms;
	store_run(store, "DELETE FROM attempts WHERE until_ms <= ?1",
		number(service->now_ms));
	return RULES_NEVER;
}

static int64_t forget_names(struct service *service)
{
	struct store *store = service->store;
	int64_t wait_ms = LIMITS_CREATE_AGAIN_S * 1000;
	int64_t first_ms = store_number(
		store, RULES_NEVER, "SELECT min(deleted_ms) FROM deleted_queues");

	if (first_ms == RULES_NEVER || service->now_ms - first_ms < wait_ms)
		return first_ms == RULES_NEVER ? first_ms : first_ms + wait_ms;
	store_run(store, "DELETE FROM deleted_queues WHERE deleted_ms <= ?1",
		number(service->now_ms - wait_ms));
	return service->now_ms;
}

/* ---- */

/* What is overdue goes on at once; what becomes due later is gathered for a second. */
static int64_t later(const struct service *service, int64_t due_ms)
{
	if (due_ms <= service->now_ms || due_ms - service->now_ms >= IDLE_MS)
		return due_ms;
	return service->now_ms + IDLE_MS;
}

void service_tick(struct service *service, int64_t now_ms)
{
	int64_t next_ms;

	service_see_time(service, now_ms);
	if (!service->is_loaded || store_has_failed(service->store))
		return;
	store_want(service->store, false);
	service->tick_ms = RULES_NEVER;
	next_ms = move_tasks_advance(service);
	next_ms = earlier(next_ms, sweep_boxes(service));
	next_ms = earlier(next_ms, later(service, expire_all(service)));
	next_ms = earlier(next_ms, later(service, forget_dedup(service)));
	next_ms = earlier(next_ms, later(service, forget_attempts(service)));
	next_ms = earlier(next_ms, later(service, forget_names(service)));
	service_tick_by(service, next_ms);
}
