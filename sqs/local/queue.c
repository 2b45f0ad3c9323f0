/* SPDX-License-Identifier: MIT */
#include "sqs/local/queue.h"

#include <assert.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/local/census.h"
#include "sqs/local/redrive.h"

/* Which attribute is which number. */
static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
	{"DelaySeconds", offsetof(struct queue_settings, delay_s)},
	{"VisibilityTimeout", offsetof(struct queue_settings, visibility_s)},
	{"MessageRetentionPeriod", offsetof(struct queue_settings, retention_s)},
	{"ReceiveMessageWaitTimeSeconds", offsetof(struct queue_settings, wait_s)},
	{"MaximumMessageSize", offsetof(struct queue_settings, max_bytes)},
};

static size_t index_of(const struct limits_attribute *attribute)
{
	size_t index = (size_t)(attribute - limits_attributes());

	assert(index < QUEUE_ATTRIBUTES);
	return index;
}

struct view queue_attribute(
	const struct queue *queue, const struct limits_attribute *attribute)
{
	const char *value = queue->attributes[index_of(attribute)];

	return view_of(value ? value : attribute->otherwise);
}

static struct view named(const struct queue *queue, const char *name)
{
	const struct limits_attribute *attribute = limits_attribute_find(view_of(name));

	return attribute ? queue_attribute(queue, attribute) : (struct view){0};
}

/* A stored value was checked when it was set; one that no longer parses counts as 0.
 * False: no memory. */
static bool derive_settings(struct queue *queue, struct store *store)
{
	struct queue_settings *settings = &queue->settings;
	struct redrive redrive;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		int64_t *number_at =
			(int64_t *)(void *)((char *)settings + numbers[i].offset);

		*number_at = 0;
		number_parse(named(queue, numbers[i].name), 0, INT64_MAX, number_at);
	}
	settings->content_dedup =
		view_is(named(queue, "ContentBasedDeduplication"), "true");
	free(TAKE(settings->dead_letters));
	settings->max_receive_count = 0;
	if (redrive_parse(store, named(queue, "RedrivePolicy"), &redrive) == REDRIVE_OK) {
		settings->dead_letters = strdup(redrive.target);
		settings->max_receive_count = redrive.max_receive_count;
		return settings->dead_letters != NULL;
	}
	return true;
}

static bool is_derived_from(struct view name)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (view_is(name, numbers[i].name))
			return true;
	}
	return view_is(name, "ContentBasedDeduplication") ||
	       view_is(name, "RedrivePolicy");
}

bool queue_set_attribute(struct queue *queue, struct store *store,
	const struct limits_attribute *attribute, struct view value)
{
	char **at = &queue->attributes[index_of(attribute)];
	char *copy = value.len ? strndup(value.data, value.len) : NULL;

	if (value.len && !copy)
		return false;
	free(*at);
	*at = copy;
	return !is_derived_from(view_of(attribute->name)) ||
	       derive_settings(queue, store);
}

struct queue *queue_new(struct view name)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return NULL;
	queue->name = strndup(name.data, name.len);
	if (!queue->name) {
		queue_free(queue);
		return NULL;
	}
	queue->is_fifo = limits_queue_is_fifo(name);
	derive_settings(queue, NULL);
	return queue;
}

void queue_free(struct queue *queue)
{
	if (!queue)
		return;
	for (size_t i = 0; i < QUEUE_ATTRIBUTES; i++)
		free(queue->attributes[i]);
	census_finish(&queue->census);
	free(queue->settings.dead_letters);
	free(queue->fair_cursor);
	free(queue->name);
	free(queue);
}
