/* SPDX-License-Identifier: MIT */
/* CreateQueue, DeleteQueue, PurgeQueue, GetQueueUrl, ListQueues and the like. */
#include "sqs/local/attributes.h"
#include "sqs/local/census.h"
#include "sqs/local/move_tasks.h"
#include "sqs/local/rules.h"
#include "sqs/local/tags.h"

DEFINE_AUTO(queue_free, struct queue *);

/* ---- CreateQueue ---- */

static bool name_is_good(struct turn *turn)
{
	struct view name = turn->request->queue_name;
	struct view fifo = {0};

	for (size_t i = 0; i < turn->request->attributes.count; i++) {
		if (view_is(turn->request->attributes.items[i].name, "FifoQueue"))
			fifo = turn->request->attributes.items[i].value;
	}
	if (limits_queue_name_is_valid(name) &&
		(!limits_queue_is_fifo(name) ||
			(fifo.len == 4 && strncasecmp(fifo.data, "true", 4) == 0)))
		return true;
	refuse(turn, WIRE_INVALID_PARAMETER_VALUE,
		"Can only include alphanumeric characters, hyphens, or underscores. 1 to "
		"80 in length");
	return false;
}

/* Only what the request gives is compared, with what the queue has now. */
static enum service_verdict answer_existing(struct turn *turn, struct queue *queue)
{
	const struct wire_pairs *pairs = &turn->request->attributes;

	for (size_t i = 0; i < pairs->count; i++) {
		const struct limits_attribute *attribute =
			limits_attribute_find(pairs->items[i].name);

		if (attribute && (queue->is_fifo || !attribute->fifo_only) &&
			attributes_match(turn, queue, attribute, pairs->items[i].value))
			continue;
		return refuse(turn, WIRE_QUEUE_NAME_EXISTS,
			"A queue already exists with the same name and a different value "
			"for attribute %.*s",
			(int)pairs->items[i].name.len, pairs->items[i].name.data);
	}
	turn->reply->queue_url = turn_url_of(turn, queue);
	return SERVICE_REPLY;
}

static bool was_deleted_recently(struct turn *turn)
{
	int64_t deleted_ms = store_number(turn->store, 0,
		"SELECT deleted_ms FROM deleted_queues WHERE name = ?1",
		text(turn->request->queue_name));

	return rules_is_too_soon(deleted_ms, LIMITS_CREATE_AGAIN_S, turn->now_ms);
}

/* DeduplicationScope acts as it was at creation. */
static bool scope_is_group(const struct turn *turn)
{
	for (size_t i = 0; i < turn->request->attributes.count; i++) {
		const struct wire_pair *pair = &turn->request->attributes.items[i];

		if (view_is(pair->name, "DeduplicationScope"))
			return view_is(pair->value, "messageGroup");
	}
	return false;
}

/* Adds the queue to the store and to the registry. */
static struct queue *make_queue(struct turn *turn)
{
	AUTO(queue_free) struct queue *queue = queue_new(turn->request->queue_name);
	struct registry *registry = &turn->service->registry;

	if (!queue)
		return NULL;
	queue->box = service_number(turn->service);
	queue->created_ms = queue->modified_ms = turn->now_ms;
	queue->dedup_by_group = scope_is_group(turn);
	if (!store_run(turn->store,
		    "INSERT INTO queues(name, box, created_ms, modified_ms, "
		    "dedup_by_group) VALUES(?1, ?2, ?3, ?3, ?4)",
		    text(turn->request->queue_name), number(queue->box),
		    number(turn->now_ms), number(queue->dedup_by_group)))
		return NULL;
	queue->id = store_last_id(turn->store);
	census_clear(queue, turn->now_ms);
	if (!registry_add(registry, queue))
		return NULL;
	return TAKE(queue);
}

enum service_verdict do_create_queue(struct turn *turn)
{
	struct queue *queue;

	if (view_is_absent(turn->request->queue_name))
		return refuse_missing(turn, "QueueName");
	queue = registry_find(&turn->service->registry, turn->request->queue_name);
	if (queue)
		return answer_existing(turn, queue);
	if (!name_is_good(turn) ||
		!attributes_are_good(turn, turn->request->queue_name, NULL) ||
		!tags_are_good(turn))
		return SERVICE_FAULT;
	if (was_deleted_recently(turn))
		return refuse(turn, WIRE_QUEUE_DELETED_RECENTLY,
			"You must wait %d seconds after deleting a queue before you can "
			"create another with the same name.",
			LIMITS_CREATE_AGAIN_S);
	queue = make_queue(turn);
	if (!queue || !attributes_apply(turn, queue) || !tags_put(turn, queue))
		return refuse(turn, WIRE_INTERNAL_ERROR, NULL);
	turn->reply->queue_url = turn_url_of(turn, queue);
	return SERVICE_REPLY;
}

/* ---- DeleteQueue, PurgeQueue ---- */

/* What is in a box that no queue has is swept later, a piece at a time. */
static bool leave_box(struct turn *turn, int64_t box)
{
	service_tick_by(turn->service, turn->now_ms);
	return store_run(
		turn->store, "INSERT INTO swept_boxes(box) VALUES(?1)", number(box));
}

enum service_verdict do_delete_queue(struct turn *turn)
{
	struct queue *queue = turn->queue;
	struct store *store = turn->store;

	service_note_change(turn->service, queue);
	if (leave_box(turn, queue->box) &&
		move_tasks_forget(turn->service, view_of(queue->name)) &&
		store_run(store, "DELETE FROM queue_attributes WHERE queue = ?1",
			number(queue->id)) &&
		store_run(
			store, "DELETE FROM tags WHERE queue = ?1", number(queue->id)) &&
		store_run(store,
			"INSERT OR REPLACE INTO deleted_queues(name, deleted_ms) "
			"VALUES(?1, ?2)",
			text(view_of(queue->name)), number(turn->now_ms)) &&
		store_run(store, "DELETE FROM queues WHERE id = ?1", number(queue->id)))
		registry_remove(&turn->service->registry, queue);
	return SERVICE_REPLY;
}

enum service_verdict do_purge_queue(struct turn *turn)
{
	struct queue *queue = turn->queue;
	int64_t box;

	if (rules_is_too_soon(queue->purged_ms, LIMITS_PURGE_AGAIN_S, turn->now_ms))
		return refuse(turn, WIRE_PURGE_IN_PROGRESS,
			"Only one PurgeQueue operation on %s is allowed every %d "
			"seconds.",
			queue->name, LIMITS_PURGE_AGAIN_S);
	box = service_number(turn->service);
	if (!leave_box(turn, queue->box) ||
		!store_run(turn->store,
			"UPDATE queues SET box = ?2, purged_ms = ?3 WHERE id = ?1",
			number(queue->id), number(box), number(turn->now_ms)))
		return SERVICE_FAULT;
	queue->box = box;
	queue->purged_ms = turn->now_ms;
	census_clear(queue, turn->now_ms);
	return SERVICE_REPLY;
}

/* ---- names ---- */

enum service_verdict do_get_queue_url(struct turn *turn)
{
	struct view name = turn->request->queue_name;
	struct queue *queue = registry_find(&turn->service->registry, name);

	if (view_is_absent(name))
		return refuse_missing(turn, "QueueName");
	if (!queue || (turn->request->owner.len &&
			      !view_is(turn->request->owner, turn->service->account)))
		return refuse(turn, WIRE_QUEUE_DOES_NOT_EXIST, NULL);
	turn->reply->queue_url = turn_url_of(turn, queue);
	return SERVICE_REPLY;
}

typedef bool choose_fn(struct turn *turn, const struct queue *queue);

static bool has_prefix(struct turn *turn, const struct queue *queue)
{
	return view_starts_with(view_of(queue->name), turn->request->prefix);
}

/* Whether a queue sends its dead letters to the turn's queue. */
static bool is_source(struct turn *turn, const struct queue *queue)
{
	const char *target = queue->settings.dead_letters;

	return target && strcmp(target, turn->queue->name) == 0;
}

/* A page of the queues that are chosen, in the order of names. Without MaxResults there
 * is one page only. */
static enum service_verdict list(struct turn *turn, choose_fn *is_chosen)
{
	const struct registry *registry = &turn->service->registry;
	int64_t most = turn_number(LIMITS_MAX_RESULTS, turn->request->max_results);
	struct wire_views *urls = &turn->reply->urls;
	const struct queue *last = NULL;
	struct view after;

	if (!turn_number_is_good(turn, LIMITS_MAX_RESULTS, turn->request->max_results) ||
		!turn_page_start(turn, &after))
		return SERVICE_FAULT;
	if (most == WIRE_ABSENT)
		most = LIMITS_PAGE;
	urls->items = arena_array(turn->arena, (size_t)most, sizeof(*urls->items));
	for (size_t i = registry_position(registry, after); i < registry->count; i++) {
		const struct queue *queue = registry->by_name[i];

		if (view_is(after, queue->name) || !is_chosen(turn, queue))
			continue;
		if (urls->count == (size_t)most && last) {
			if (turn->request->max_results != WIRE_ABSENT)
				turn->reply->next_token =
					turn_page_token(turn, view_of(last->name));
			break;
		}
		if (urls->items)
			urls->items[urls->count++] = turn_url_of(turn, queue);
		last = queue;
	}
	return SERVICE_REPLY;
}

enum service_verdict do_list_queues(struct turn *turn)
{
	return list(turn, has_prefix);
}

enum service_verdict do_list_dead_letter_sources(struct turn *turn)
{
	return list(turn, is_source);
}
