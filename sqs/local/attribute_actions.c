/* SPDX-License-Identifier: MIT */
/* GetQueueAttributes and SetQueueAttributes. */
#include <inttypes.h>

#include "sqs/local/attributes.h"
#include "sqs/local/census.h"

static struct view arn(struct turn *turn)
{
	return turn_arn_of(turn, view_of(turn->queue->name));
}

static struct view decimal(struct turn *turn, int64_t n)
{
	return arena_format(turn->arena, "%" PRId64, n);
}

static struct view visible(struct turn *turn)
{
	return decimal(turn, census_visible(&turn->queue->census));
}

static struct view in_flight(struct turn *turn)
{
	return decimal(turn, turn->queue->census.in_flight);
}

static struct view delayed(struct turn *turn)
{
	return decimal(turn, turn->queue->census.delayed);
}

static struct view created(struct turn *turn)
{
	return decimal(turn, turn->queue->created_ms / 1000);
}

static struct view modified(struct turn *turn)
{
	return decimal(turn, turn->queue->modified_ms / 1000);
}

static const struct {
	const char *name;
	struct view (*value)(struct turn *);
} computed[] = {
	{"QueueArn", arn},
	{"ApproximateNumberOfMessages", visible},
	{"ApproximateNumberOfMessagesNotVisible", in_flight},
	{"ApproximateNumberOfMessagesDelayed", delayed},
	{"CreatedTimestamp", created},
	{"LastModifiedTimestamp", modified},
};

static struct view value_of(struct turn *turn, const struct limits_attribute *attribute)
{
	for (size_t i = 0; i < ARRAY_SIZE(computed); i++) {
		if (strcmp(computed[i].name, attribute->name) == 0)
			return computed[i].value(turn);
	}
	if (attribute->fifo_only && !turn->queue->is_fifo)
		return (struct view){0};
	return arena_copy(turn->arena, queue_attribute(turn->queue, attribute));
}

static bool names_are_known(struct turn *turn)
{
	const struct wire_views *names = &turn->request->attribute_names;

	for (size_t i = 0; i < names->count; i++) {
		if (view_is(names->items[i], "All") ||
			limits_attribute_find(names->items[i]))
			continue;
		refuse(turn, WIRE_INVALID_ATTRIBUTE_NAME, "Unknown Attribute %.*s.",
			(int)names->items[i].len, names->items[i].data);
		return false;
	}
	return true;
}

static bool is_asked_for(const struct wire_views *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (view_is(names->items[i], "All") || view_is(names->items[i], name))
			return true;
	}
	return false;
}

enum service_verdict do_get_attributes(struct turn *turn)
{
	struct wire_pairs *pairs = &turn->reply->pairs;

	if (!names_are_known(turn))
		return SERVICE_FAULT;
	pairs->items = arena_array(turn->arena, QUEUE_ATTRIBUTES, sizeof(*pairs->items));
	if (!pairs->items)
		return SERVICE_REPLY;
	for (const struct limits_attribute *a = limits_attributes(); a->name; a++) {
		struct view value;

		if (!is_asked_for(&turn->request->attribute_names, a->name))
			continue;
		value = value_of(turn, a);
		if (!view_is_absent(value))
			pairs->items[pairs->count++] =
				(struct wire_pair){view_of(a->name), value};
	}
	return SERVICE_REPLY;
}

enum service_verdict do_set_attributes(struct turn *turn)
{
	struct queue *queue = turn->queue;

	if (!turn->request->attributes.count)
		return refuse_missing(turn, "Attribute.Name");
	if (!attributes_are_good(turn, view_of(queue->name), queue))
		return SERVICE_FAULT;
	if (!attributes_apply(turn, queue) ||
		!store_run(turn->store,
			"UPDATE queues SET modified_ms = ?2 WHERE id = ?1",
			number(queue->id), number(turn->now_ms)))
		return refuse(turn, WIRE_INTERNAL_ERROR, NULL);
	queue->modified_ms = turn->now_ms;
	return SERVICE_REPLY;
}
