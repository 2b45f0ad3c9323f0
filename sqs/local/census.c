/* SPDX-License-Identifier: MIT */
#include "sqs/local/census.h"

#include <stdlib.h>

#include "sqs/base/cleanup.h"

/* Tenants matter on standard queues only. Without memory a tenant is not counted and so
 * never noisy. */
static void count_tenant(struct queue *queue, struct view group, int64_t by)
{
	AUTO(free) char *name = NULL;
	struct tenant *tenant;

	if (queue->is_fifo || view_is_absent(group))
		return;
	name = strndup(group.data, group.len);
	if (!name)
		return;
	tenant = map_get(&queue->census.tenants, name);
	if (!tenant && by > 0) {
		tenant = calloc(1, sizeof(*tenant));
		if (!tenant || !map_put(&queue->census.tenants, name, tenant)) {
			free(tenant);
			return;
		}
	}
	if (!tenant)
		return;
	queue->census.loud -= tenant->in_flight >= RULES_NOISY_AT_LEAST;
	tenant->in_flight += by;
	queue->census.loud += tenant->in_flight >= RULES_NOISY_AT_LEAST;
	if (tenant->in_flight <= 0)
		free(map_remove(&queue->census.tenants, name));
}

static void count_state(
	struct queue *queue, enum message_state state, struct view group, int64_t by)
{
	if (state == MESSAGE_DELAYED)
		queue->census.delayed += by;
	if (state != MESSAGE_IN_FLIGHT)
		return;
	queue->census.in_flight += by;
	count_tenant(queue, group, by);
}

void census_add(struct queue *queue, const struct message_times *times, struct view group)
{
	struct census *census = &queue->census;

	census->total++;
	count_state(queue, rules_state(times, census->settled_ms), group, 1);
	if (times->visible_ms > census->settled_ms &&
		times->visible_ms < census->next_due_ms)
		census->next_due_ms = times->visible_ms;
	if (times->sent_ms < census->oldest_ms)
		census->oldest_ms = times->sent_ms;
}

void census_remove(
	struct queue *queue, const struct message_times *times, struct view group)
{
	queue->census.total--;
	count_state(queue, rules_state(times, queue->census.settled_ms), group, -1);
}

static void forget_tenants(struct census *census)
{
	size_t position = 0;
	struct tenant *tenant;

	while ((tenant = map_next(&census->tenants, &position)) != NULL)
		free(tenant);
	map_finish(&census->tenants);
}

void census_clear(struct queue *queue, int64_t now_ms)
{
	forget_tenants(&queue->census);
	queue->census = (struct census){
		.is_counted = true,
		.settled_ms = now_ms,
		.next_due_ms = RULES_NEVER,
		.oldest_ms = RULES_NEVER,
	};
}

static int64_t next_due(struct queue *queue, struct store *store, int64_t now_ms)
{
	return store_number(store, RULES_NEVER,
		"SELECT min(visible_ms) FROM messages WHERE box = ?1 AND visible_ms > ?2",
		number(queue->box), number(now_ms));
}

static void count_all(struct queue *queue, struct store *store, int64_t now_ms)
{
	struct census *census = &queue->census;
	struct rows *rows;

	census_clear(queue, now_ms);
	census->total = store_number(store, 0,
		"SELECT count(*) FROM messages WHERE box = ?1", number(queue->box));
	census->oldest_ms = store_number(store, RULES_NEVER,
		"SELECT min(sent_ms) FROM messages WHERE box = ?1", number(queue->box));
	census->next_due_ms = next_due(queue, store, now_ms);
	rows = store_query(store,
		"SELECT receive_count > 0, group_id FROM messages "
		"WHERE box = ?1 AND visible_ms > ?2",
		number(queue->box), number(now_ms));
	while (rows_next(rows))
		count_state(queue,
			rows_number(rows, 0) ? MESSAGE_IN_FLIGHT : MESSAGE_DELAYED,
			rows_text(rows, 1), 1);
	census->is_counted = !store_has_failed(store);
}

void census_settle(struct queue *queue, struct store *store, int64_t now_ms)
{
	struct census *census = &queue->census;
	struct rows *rows;

	if (!census->is_counted) {
		count_all(queue, store, now_ms);
		return;
	}
	if (now_ms < census->next_due_ms) {
		census->settled_ms = now_ms;
		return;
	}
	rows = store_query(store,
		"SELECT receive_count > 0, group_id FROM messages "
		"WHERE box = ?1 AND visible_ms > ?2 AND visible_ms <= ?3",
		number(queue->box), number(census->settled_ms), number(now_ms));
	while (rows_next(rows))
		count_state(queue,
			rows_number(rows, 0) ? MESSAGE_IN_FLIGHT : MESSAGE_DELAYED,
			rows_text(rows, 1), -1);
	census->settled_ms = now_ms;
	census->next_due_ms = next_due(queue, store, now_ms);
}

int64_t census_visible(const struct census *census)
{
	int64_t visible = census->total - census->delayed - census->in_flight;

	return visible > 0 ? visible : 0;
}

int64_t census_of_tenant(const struct census *census, struct view group)
{
	AUTO(free)
	char *name = view_is_absent(group) ? NULL : strndup(group.data, group.len);
	struct tenant *tenant = name ? map_get(&census->tenants, name) : NULL;

	return tenant ? tenant->in_flight : 0;
}

bool census_has_noisy_tenant(const struct census *census)
{
	size_t position = 0;
	struct tenant *tenant;

	if (!census->loud)
		return false;
	while ((tenant = map_next(&census->tenants, &position)) != NULL) {
		if (rules_is_noisy(tenant->in_flight, census->in_flight))
			return true;
	}
	return false;
}

void census_finish(struct census *census)
{
	forget_tenants(census);
	*census = (struct census){0};
}
