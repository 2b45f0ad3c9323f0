/* SPDX-License-Identifier: MIT */
#include "sqs/local/registry.h"

#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/local/census.h"

DEFINE_AUTO(queue_free, struct queue *);

size_t registry_position(const struct registry *registry, struct view name)
{
	size_t low = 0, high = registry->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (view_compare(view_of(registry->by_name[middle]->name), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t position_of_id(const struct registry *registry, int64_t id)
{
	size_t low = 0, high = registry->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (registry->by_id[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct queue *registry_find(const struct registry *registry, struct view name)
{
	size_t at = registry_position(registry, name);

	if (at < registry->count && view_is(name, registry->by_name[at]->name))
		return registry->by_name[at];
	return NULL;
}

struct queue *registry_find_id(const struct registry *registry, int64_t id)
{
	size_t at = position_of_id(registry, id);

	if (at < registry->count && registry->by_id[at]->id == id)
		return registry->by_id[at];
	return NULL;
}

static bool grow(struct registry *registry)
{
	size_t capacity = registry->capacity ? registry->capacity * 2 : 16;
	struct queue **by_name, **by_id;

	by_name = reallocarray(registry->by_name, capacity, sizeof(*by_name));
	if (!by_name)
		return false;
	registry->by_name = by_name;
	by_id = reallocarray(registry->by_id, capacity, sizeof(*by_id));
	if (!by_id)
		return false;
	registry->by_id = by_id;
	registry->capacity = capacity;
	return true;
}

static void insert_at(struct queue **array, size_t count, size_t at, struct queue *queue)
{
	memmove(array + at + 1, array + at, (count - at) * sizeof(*array));
	array[at] = queue;
}

static void remove_at(struct queue **array, size_t count, size_t at)
{
	memmove(array + at, array + at + 1, (count - at - 1) * sizeof(*array));
}

bool registry_add(struct registry *registry, struct queue *queue)
{
	if (registry->count == registry->capacity && !grow(registry))
		return false;
	insert_at(registry->by_name, registry->count,
		registry_position(registry, view_of(queue->name)), queue);
	insert_at(registry->by_id, registry->count, position_of_id(registry, queue->id),
		queue);
	registry->count++;
	return true;
}

void registry_remove(struct registry *registry, struct queue *queue)
{
	remove_at(registry->by_name, registry->count,
		registry_position(registry, view_of(queue->name)));
	remove_at(registry->by_id, registry->count, position_of_id(registry, queue->id));
	registry->count--;
	queue_free(queue);
}

void registry_finish(struct registry *registry)
{
	for (size_t i = 0; i < registry->count; i++)
		queue_free(registry->by_id[i]);
	free(registry->by_id);
	free(registry->by_name);
	*registry = (struct registry){0};
}

static bool load_queue(struct registry *registry, struct rows *rows)
{
	AUTO(queue_free) struct queue *queue = queue_new(rows_text(rows, 1));

	if (!queue)
		return false;
	queue->id = rows_number(rows, 0);
	queue->box = rows_number(rows, 2);
	queue->created_ms = rows_number(rows, 3);
	queue->modified_ms = rows_number(rows, 4);
	queue->purged_ms = rows_number(rows, 5);
	queue->dedup_by_group = rows_number(rows, 6) != 0;
	if (!registry_add(registry, queue))
		return false;
	(void)TAKE(queue);
	return true;
}

static bool load_attributes(struct registry *registry, struct store *store)
{
	struct rows *rows =
		store_query(store, "SELECT queue, name, value FROM queue_attributes");
	bool ok = true;

	while (ok && rows_next(rows)) {
		struct queue *queue = registry_find_id(registry, rows_number(rows, 0));
		const struct limits_attribute *attribute =
			limits_attribute_find(rows_text(rows, 1));

		if (queue && attribute)
			ok = queue_set_attribute(
				queue, store, attribute, rows_text(rows, 2));
	}
	rows_done(rows);
	return ok;
}

bool registry_load(struct registry *registry, struct store *store)
{
	struct rows *rows;
	bool ok = true;

	registry_finish(registry);
	rows = store_query(store,
		"SELECT id, name, box, created_ms, modified_ms, purged_ms, dedup_by_group "
		"FROM queues ORDER BY id");
	while (ok && rows_next(rows))
		ok = load_queue(registry, rows);
	rows_done(rows);
	return ok && load_attributes(registry, store) && !store_has_failed(store);
}
