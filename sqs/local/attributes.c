/* SPDX-License-Identifier: MIT */
#include "sqs/local/attributes.h"

#include <ctype.h>

#include "sqs/base/text.h"
#include "sqs/local/census.h"
#include "sqs/local/redrive.h"

/* What the check of one attribute is given. */
struct check {
	struct turn *turn;
	struct view queue_name;
	const struct queue *queue; /* NULL while it is being made */
	const struct limits_attribute *attribute;
	struct view value;
};

static bool unknown(struct turn *turn, struct view name)
{
	refuse(turn, WIRE_INVALID_ATTRIBUTE_NAME, "Unknown Attribute %.*s.",
		(int)(name.len < 200 ? name.len : 200), name.data);
	return false;
}

static bool bad_value(const struct check *check)
{
	refuse(check->turn, WIRE_INVALID_ATTRIBUTE_VALUE,
		"Invalid value for the parameter %s.", check->attribute->name);
	return false;
}

/* The value that the request gives to an attribute; absent when it gives none. */
static struct view requested(const struct turn *turn, const char *name)
{
	const struct wire_pairs *pairs = &turn->request->attributes;

	for (size_t i = 0; i < pairs->count; i++) {
		if (view_is(pairs->items[i].name, name))
			return pairs->items[i].value;
	}
	return (struct view){0};
}

/* The same, or what the queue has. */
static struct view resulting(const struct check *check, const char *name)
{
	struct view value = requested(check->turn, name);
	const struct limits_attribute *attribute = limits_attribute_find(view_of(name));

	if (!view_is_absent(value) || !attribute)
		return value;
	return check->queue ? queue_attribute(check->queue, attribute)
			    : view_of(attribute->otherwise);
}

/* ---- FIFO ---- */

static bool is_true(struct view value)
{
	return value.len == 4 && strncasecmp(value.data, "true", 4) == 0;
}

static bool type_is_good(const struct check *check)
{
	if (!limits_queue_is_fifo(check->queue_name)) {
		if (check->queue || !is_true(check->value))
			return unknown(check->turn, view_of(check->attribute->name));
		refuse_value(check->turn, check->queue_name, "QueueName",
			"The name of a FIFO queue can only include alphanumeric "
			"characters, hyphens, or underscores, must end with .fifo suffix "
			"and be 1 to 80 in length.");
		return false;
	}
	if (is_true(check->value))
		return true;
	refuse(check->turn, WIRE_INVALID_ATTRIBUTE_VALUE,
		"Invalid value for the parameter FifoQueue. Reason: Modifying queue type "
		"is not supported.");
	return false;
}

static bool suits_standard(const struct check *check)
{
	const char *name = check->attribute->name;

	if (strcmp(name, "DeduplicationScope") != 0 &&
		strcmp(name, "FifoThroughputLimit") != 0)
		return unknown(check->turn, view_of(name));
	refuse(check->turn, WIRE_INVALID_ATTRIBUTE_NAME,
		"You can specify the %s only when FifoQueue is set to true.", name);
	return false;
}

static bool throughput_is_good(const struct check *check)
{
	if (!view_is(check->value, "perMessageGroupId") ||
		view_is(resulting(check, "DeduplicationScope"), "messageGroup"))
		return true;
	refuse(check->turn, WIRE_INVALID_ATTRIBUTE_VALUE,
		"Invalid value for the parameter FifoThroughputLimit. Reason: "
		"perMessageGroupId is allowed only when DeduplicationScope is "
		"messageGroup.");
	return false;
}

/* ---- policies ---- */

static bool policy_is_good(const struct check *check)
{
	if (store_number(check->turn->store, 0,
		    "SELECT CASE WHEN json_valid(?1) THEN json_type(?1) = 'object' "
		    "END",
		    text(check->value)) == 1)
		return true;
	return bad_value(check);
}

static bool bad_redrive(const struct check *check, const char *reason)
{
	refuse_value(check->turn, check->value, "RedrivePolicy", reason);
	return false;
}

static bool target_is_good(const struct check *check, const struct redrive *redrive)
{
	struct turn *turn = check->turn;
	struct queue *target = turn_queue_of_arn(turn, view_of(redrive->target_arn));
	const struct limits_attribute *allow =
		limits_attribute_find(VIEW_LITERAL("RedriveAllowPolicy"));

	if (!target || view_is(check->queue_name, target->name))
		return bad_redrive(check, "Dead letter target does not exist.");
	if (target->is_fifo != limits_queue_is_fifo(check->queue_name))
		return bad_redrive(check, "Dead-letter queue must be same type of queue "
					  "as the source.");
	if (!redrive_allows(turn->store, queue_attribute(target, allow),
		    turn_arn_of(turn, check->queue_name)))
		return bad_redrive(check, "The RedriveAllowPolicy of the dead-letter "
					  "queue does not permit this source queue.");
	return true;
}

static bool redrive_is_good(const struct check *check)
{
	struct redrive redrive;

	switch (redrive_parse(check->turn->store, check->value, &redrive)) {
	case REDRIVE_OK:
	case REDRIVE_ABSENT:
		break;
	case REDRIVE_NOT_JSON:
		return bad_redrive(check, "Redrive policy is not a valid JSON map.");
	case REDRIVE_NO_TARGET:
		return bad_redrive(check, "Redrive policy does not contain mandatory "
					  "attribute: deadLetterTargetArn.");
	case REDRIVE_NO_COUNT:
		return bad_redrive(check, "Redrive policy does not contain mandatory "
					  "attribute: maxReceiveCount.");
	case REDRIVE_BAD_TARGET:
		return bad_redrive(check, "Invalid value for deadLetterTargetArn.");
	case REDRIVE_BAD_COUNT:
		return bad_redrive(check, "Invalid value for maxReceiveCount, valid "
					  "values are from 1 to 1000 both inclusive.");
	}
	return target_is_good(check, &redrive);
}

static bool allow_is_good(const struct check *check)
{
	if (redrive_allow_is_valid(check->turn->store, check->value))
		return true;
	refuse_value(check->turn, check->value, "RedriveAllowPolicy",
		"It must be a JSON map with redrivePermission allowAll, denyAll, or "
		"byQueue and 1 to 10 sourceQueueArns.");
	return false;
}

/* ---- encryption ---- */

static bool encryption_is_good(const struct check *check)
{
	if (!is_true(requested(check->turn, "SqsManagedSseEnabled")) ||
		resulting(check, "KmsMasterKeyId").len == 0)
		return true;
	refuse(check->turn, WIRE_INVALID_ATTRIBUTE_NAME,
		"You can use one type of server-side encryption (SSE) at one time. You "
		"can either enable KMS SSE or SQS SSE.");
	return false;
}

/* ---- */

static const struct {
	const char *name;
	bool (*is_good)(const struct check *);
} special[] = {
	{"FifoQueue", type_is_good},
	{"FifoThroughputLimit", throughput_is_good},
	{"Policy", policy_is_good},
	{"RedrivePolicy", redrive_is_good},
	{"RedriveAllowPolicy", allow_is_good},
	{"KmsMasterKeyId", encryption_is_good},
	{"SqsManagedSseEnabled", encryption_is_good},
};

/* An empty text removes what is only there when it was set. */
static bool removes(const struct check *check)
{
	return check->value.len == 0 && check->attribute->kind == LIMITS_TEXT;
}

static bool is_good(const struct check *check)
{
	const struct limits_attribute *attribute = check->attribute;

	if (attribute->kind == LIMITS_COMPUTED)
		return unknown(check->turn, view_of(attribute->name));
	if (strcmp(attribute->name, "FifoQueue") == 0)
		return type_is_good(check);
	if (attribute->fifo_only && !limits_queue_is_fifo(check->queue_name))
		return suits_standard(check);
	if (removes(check))
		return true;
	if (!limits_attribute_takes(attribute, check->value) ||
		(attribute->kind == LIMITS_TEXT &&
			check->value.len > LIMITS_POLICY_BYTES) ||
		!text_is_carried(check->value, NULL))
		return bad_value(check);
	for (size_t i = 0; i < ARRAY_SIZE(special); i++) {
		if (strcmp(special[i].name, attribute->name) == 0)
			return special[i].is_good(check);
	}
	return true;
}

bool attributes_are_good(
	struct turn *turn, struct view queue_name, const struct queue *queue)
{
	const struct wire_pairs *pairs = &turn->request->attributes;

	for (size_t i = 0; i < pairs->count; i++) {
		struct check check = {turn, queue_name, queue,
			limits_attribute_find(pairs->items[i].name),
			pairs->items[i].value};

		if (!check.attribute)
			return unknown(turn, pairs->items[i].name);
		if (view_is_absent(check.value))
			check.value = VIEW_LITERAL("");
		if (!is_good(&check))
			return false;
	}
	return true;
}

/* The value as it is kept: booleans in lower case, a default that removes as "". */
static struct view normal(
	struct turn *turn, const struct limits_attribute *attribute, struct view value)
{
	char *lower;

	if (strcmp(attribute->name, "KmsDataKeyReusePeriodSeconds") == 0 &&
		view_is(value, "300"))
		return VIEW_LITERAL("");
	if (attribute->kind != LIMITS_BOOLEAN || view_is_absent(value))
		return value;
	lower = arena_string(turn->arena, value);
	for (size_t i = 0; lower && i < value.len; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	return (struct view){lower, lower ? value.len : 0};
}

/* Policies are the same however they are spaced. */
static bool is_same_json(struct store *store, struct view a, struct view b)
{
	return store_number(store, 0,
		       "SELECT CASE WHEN json_valid(?1) AND json_valid(?2) THEN "
		       "json(?1) = json(?2) END",
		       text(a), text(b)) == 1;
}

bool attributes_match(struct turn *turn, const struct queue *queue,
	const struct limits_attribute *attribute, struct view value)
{
	int64_t here, there;
	struct view has = queue_attribute(queue, attribute);

	value = normal(turn, attribute, value);
	if (attribute->kind == LIMITS_NUMBER && number_parse(has, 0, INT64_MAX, &here) &&
		number_parse(value, 0, INT64_MAX, &there))
		return here == there;
	return view_equals(has, value) || is_same_json(turn->store, has, value);
}

static bool set(struct turn *turn, struct queue *queue,
	const struct limits_attribute *attribute, struct view value)
{
	value = normal(turn, attribute, value);
	if (!queue_set_attribute(queue, turn->store, attribute, value)) {
		turn->arena->failed = true;
		return false;
	}
	if (value.len == 0)
		return store_run(turn->store,
			"DELETE FROM queue_attributes WHERE queue = ?1 AND name = ?2",
			number(queue->id), text(view_of(attribute->name)));
	return store_run(turn->store,
		"INSERT OR REPLACE INTO queue_attributes(queue, name, value) "
		"VALUES(?1, ?2, ?3)",
		number(queue->id), text(view_of(attribute->name)), text(value));
}

bool attributes_put(
	struct turn *turn, struct queue *queue, const char *name, struct view value)
{
	return set(turn, queue, limits_attribute_find(view_of(name)), value);
}

/* A key of KMS turns the service's own encryption off, and it stays off. */
static bool follow_encryption(struct turn *turn, struct queue *queue)
{
	if (requested(turn, "KmsMasterKeyId").len == 0)
		return true;
	return attributes_put(turn, queue, "SqsManagedSseEnabled", VIEW_LITERAL("false"));
}

/* On a FIFO queue a new delay counts for the messages that wait already; only those of
 * the last 15 minutes can be touched by it. */
static bool follow_delay(struct turn *turn, struct queue *queue, int64_t old_delay_s)
{
	int64_t delay_s = queue->settings.delay_s;
	int64_t longest_s = delay_s > old_delay_s ? delay_s : old_delay_s;

	if (!queue->is_fifo || delay_s == old_delay_s)
		return true;
	if (!store_run(turn->store,
		    "UPDATE messages SET visible_ms = sent_ms + ?2 WHERE box = ?1 AND "
		    "sent_ms > ?3 AND receive_count = 0",
		    number(queue->box), number(delay_s * 1000),
		    number(turn->now_ms - longest_s * 1000)))
		return false;
	queue->census.is_counted = false;
	census_settle(queue, turn->store, turn->now_ms);
	service_note_change(turn->service, queue);
	return true;
}

bool attributes_apply(struct turn *turn, struct queue *queue)
{
	const struct wire_pairs *pairs = &turn->request->attributes;
	int64_t old_delay_s = queue->settings.delay_s;

	for (size_t i = 0; i < pairs->count; i++) {
		if (!set(turn, queue, limits_attribute_find(pairs->items[i].name),
			    pairs->items[i].value))
			return false;
	}
	service_tick_by(turn->service, turn->now_ms);
	return follow_encryption(turn, queue) && follow_delay(turn, queue, old_delay_s);
}
