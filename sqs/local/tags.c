/* SPDX-License-Identifier: MIT */
#include "sqs/local/tags.h"

bool tags_are_good(struct turn *turn)
{
	const struct wire_pairs *tags = &turn->request->tags;

	if (tags->count > LIMITS_TAGS) {
		refuse(turn, WIRE_INVALID_PARAMETER_VALUE,
			"Too many tags: %d are the most that a queue has.", LIMITS_TAGS);
		return false;
	}
	for (size_t i = 0; i < tags->count; i++) {
		struct view key = tags->items[i].name;

		if (limits_tag_is_valid(key, tags->items[i].value))
			continue;
		refuse(turn, WIRE_INVALID_PARAMETER_VALUE,
			"The tag %.*s is invalid: keys have 1 to %d and values 0 to %d "
			"letters, digits, spaces or any of _.:/=+-@, and keys do not "
			"begin with aws:.",
			(int)(key.len < 200 ? key.len : 200), key.data, LIMITS_TAG_KEY,
			LIMITS_TAG_VALUE);
		return false;
	}
	return true;
}

bool tags_put(struct turn *turn, struct queue *queue)
{
	const struct wire_pairs *tags = &turn->request->tags;

	for (size_t i = 0; i < tags->count; i++) {
		struct view value = tags->items[i].value;

		if (!store_run(turn->store,
			    "INSERT OR REPLACE INTO tags(queue, name, value) "
			    "VALUES(?1, ?2, ?3)",
			    number(queue->id), text(tags->items[i].name),
			    text(value.data ? value : VIEW_LITERAL(""))))
			return false;
	}
	return true;
}

/* How many tags the queue would have. */
static int64_t count_after(struct turn *turn)
{
	const struct wire_pairs *tags = &turn->request->tags;
	int64_t count = store_number(turn->store, 0,
		"SELECT count(*) FROM tags WHERE queue = ?1", number(turn->queue->id));

	for (size_t i = 0; i < tags->count; i++)
		count += store_number(turn->store, 1,
			"SELECT 0 FROM tags WHERE queue = ?1 AND name = ?2",
			number(turn->queue->id), text(tags->items[i].name));
	return count;
}

enum service_verdict do_tag_queue(struct turn *turn)
{
	if (!turn->request->tags.count)
		return refuse_missing(turn, "Tags");
	if (!tags_are_good(turn))
		return SERVICE_FAULT;
	if (count_after(turn) > LIMITS_TAGS)
		return refuse(turn, WIRE_INVALID_PARAMETER_VALUE,
			"Too many tags added for queue %s: %d are the most.",
			turn->queue->name, LIMITS_TAGS);
	tags_put(turn, turn->queue);
	return SERVICE_REPLY;
}

enum service_verdict do_untag_queue(struct turn *turn)
{
	const struct wire_views *keys = &turn->request->tag_keys;

	if (!keys->count)
		return refuse_missing(turn, "TagKeys");
	for (size_t i = 0; i < keys->count; i++)
		store_run(turn->store, "DELETE FROM tags WHERE queue = ?1 AND name = ?2",
			number(turn->queue->id), text(keys->items[i]));
	return SERVICE_REPLY;
}

enum service_verdict do_list_tags(struct turn *turn)
{
	struct wire_pairs *pairs = &turn->reply->pairs;
	struct rows *rows;

	pairs->items = arena_array(turn->arena, LIMITS_TAGS, sizeof(*pairs->items));
	if (!pairs->items)
		return SERVICE_REPLY;
	rows = store_query(turn->store,
		"SELECT name, value FROM tags WHERE queue = ?1 ORDER BY name",
		number(turn->queue->id));
	while (pairs->count < LIMITS_TAGS && rows_next(rows))
		pairs->items[pairs->count++] = (struct wire_pair){
			rows_copy(rows, 0, turn->arena), rows_copy(rows, 1, turn->arena)};
	rows_done(rows);
	return SERVICE_REPLY;
}
