/* SPDX-License-Identifier: MIT */
#include "sqs/local/send_rules.h"

#include <inttypes.h>

#include "sqs/base/text.h"

static bool refused(struct refusal *refusal, enum wire_error error, struct view message)
{
	*refusal = (struct refusal){error, message};
	return false;
}

static bool body_is_given(const struct wire_entry *entry, struct refusal *refusal)
{
	return entry->body.len > 0 ||
	       refused(refusal, WIRE_MISSING_PARAMETER,
		       VIEW_LITERAL(
			       "The request must contain the parameter MessageBody."));
}

static bool size_is_good(const struct queue *queue, const struct wire_entry *entry,
	bool in_batch, struct arena *arena, struct refusal *refusal)
{
	int64_t most = queue->settings.max_bytes;

	if ((int64_t)limits_message_size(entry->body, &entry->attributes) <= most)
		return true;
	return refused(refusal, WIRE_INVALID_PARAMETER_VALUE,
		arena_format(arena,
			"One or more parameters %s. Reason: Message must be shorter than "
			"%" PRId64 " bytes.",
			in_batch ? "cannot be validated" : "are invalid", most));
}

static bool characters_are_good(const struct wire_entry *entry, struct refusal *refusal)
{
	return text_is_carried(entry->body, NULL) ||
	       refused(refusal, WIRE_INVALID_MESSAGE_CONTENTS,
		       VIEW_LITERAL("Invalid characters found. Valid unicode characters "
				    "are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to "
				    "#xFFFD | #x10000 to #x10FFFF"));
}

static bool is_repeated(const struct wire_attributes *attributes, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (view_equals(attributes->items[i].name, attributes->items[at].name))
			return true;
	}
	return false;
}

static bool attributes_are_good(const struct wire_attributes *attributes,
	struct arena *arena, struct refusal *refusal)
{
	if (attributes->count > LIMITS_MESSAGE_ATTRIBUTES)
		return refused(refusal, WIRE_INVALID_PARAMETER_VALUE,
			arena_format(arena,
				"Number of message attributes [%zu] exceeds the allowed "
				"maximum [%d].",
				attributes->count, LIMITS_MESSAGE_ATTRIBUTES));
	for (size_t i = 0; i < attributes->count; i++) {
		const struct wire_attribute *attribute = &attributes->items[i];
		const char *fault = is_repeated(attributes, i)
					    ? "its name is given twice"
					    : limits_attribute_fault(attribute);

		if (fault)
			return refused(refusal, WIRE_INVALID_PARAMETER_VALUE,
				arena_format(arena,
					"The message attribute '%.*s' is invalid: %s.",
					(int)attribute->name.len, attribute->name.data,
					fault));
	}
	return true;
}

static bool system_attributes_are_good(
	const struct wire_attributes *attributes, struct refusal *refusal)
{
	for (size_t i = 0; i < attributes->count; i++) {
		if (i > 0 || !view_is(attributes->items[i].name, "AWSTraceHeader"))
			return refused(refusal, WIRE_INVALID_PARAMETER_VALUE,
				VIEW_LITERAL("Message system attribute name must be "
					     "AWSTraceHeader, given once."));
		if (!view_is(attributes->items[i].type, "String") ||
			attributes->items[i].value.len == 0 ||
			!text_is_carried(attributes->items[i].value, NULL))
			return refused(refusal, WIRE_INVALID_PARAMETER_VALUE,
				VIEW_LITERAL("The message system attribute "
					     "AWSTraceHeader must have type String and "
					     "a value."));
	}
	return true;
}

static bool id_is_good(struct view id, const char *parameter, struct arena *arena,
	struct refusal *refusal)
{
	if (view_is_absent(id) || limits_id_is_valid(id))
		return true;
	return refused(refusal, WIRE_INVALID_PARAMETER_VALUE,
		arena_format(arena,
			"Value %.*s for parameter %s is invalid. Reason: %s can only "
			"include alphanumeric and punctuation characters. 1 to 128 in "
			"length.",
			(int)(id.len < 200 ? id.len : 200), id.data, parameter,
			parameter));
}

static bool delay_is_good(const struct queue *queue, const struct wire_entry *entry,
	struct arena *arena, struct refusal *refusal)
{
	const char *reason = limits_parameter(LIMITS_DELAY_SECONDS)->reason;

	if (queue->is_fifo && entry->delay_s > 0)
		reason = "The request include parameter that is not valid for this queue "
			 "type.";
	else if (!limits_is_beyond(LIMITS_DELAY_SECONDS, entry->delay_s))
		return true;
	return refused(refusal, WIRE_INVALID_PARAMETER_VALUE,
		arena_format(arena,
			"Value %" PRId64 " for parameter DelaySeconds is invalid. "
			"Reason: %s",
			entry->delay_s, reason));
}

/* A standard queue has message groups (fair queues), but deduplicates nothing. */
static bool suits_the_type(const struct queue *queue, const struct wire_entry *entry,
	struct arena *arena, struct refusal *refusal)
{
	if (queue->is_fifo || view_is_absent(entry->dedup_id))
		return true;
	return refused(refusal, WIRE_INVALID_PARAMETER_VALUE,
		arena_format(arena,
			"Value %.*s for parameter MessageDeduplicationId is invalid. "
			"Reason: The request include parameter that is not valid for "
			"this queue type.",
			(int)entry->dedup_id.len, entry->dedup_id.data));
}

bool send_ids_are_given(const struct queue *queue, const struct wire_entry *entry,
	bool in_batch, struct refusal *refusal)
{
	if (!queue->is_fifo)
		return true;
	if (view_is_absent(entry->group_id))
		return refused(refusal,
			in_batch ? WIRE_INVALID_PARAMETER_VALUE : WIRE_MISSING_PARAMETER,
			VIEW_LITERAL(
				"The request must contain the parameter MessageGroupId."));
	if (view_is_absent(entry->dedup_id) && !queue->settings.content_dedup)
		return refused(refusal, WIRE_INVALID_PARAMETER_VALUE,
			VIEW_LITERAL("The queue should either have "
				     "ContentBasedDeduplication enabled or "
				     "MessageDeduplicationId provided explicitly"));
	return true;
}

bool send_is_good(const struct queue *queue, const struct wire_entry *entry,
	bool in_batch, struct arena *arena, struct refusal *refusal)
{
	return body_is_given(entry, refusal) &&
	       size_is_good(queue, entry, in_batch, arena, refusal) &&
	       characters_are_good(entry, refusal) &&
	       attributes_are_good(&entry->attributes, arena, refusal) &&
	       system_attributes_are_good(&entry->system_attributes, refusal) &&
	       id_is_good(entry->group_id, "MessageGroupId", arena, refusal) &&
	       id_is_good(entry->dedup_id, "MessageDeduplicationId", arena, refusal) &&
	       (in_batch || send_ids_are_given(queue, entry, false, refusal)) &&
	       suits_the_type(queue, entry, arena, refusal) &&
	       delay_is_good(queue, entry, arena, refusal);
}
