/* SPDX-License-Identifier: MIT */
#include "sqs/local/delivery.h"

#include <inttypes.h>

#include "sqs/local/fifo.h"
#include "sqs/local/receipt.h"

/* ---- system attributes: a row each, absent where a message has none ---- */

static struct view decimal(struct arena *arena, int64_t n)
{
	return arena_format(arena, "%" PRId64, n);
}

static struct view sender(const struct message *m, struct arena *arena)
{
	(void)arena;
	return m->sender;
}

static struct view sent(const struct message *m, struct arena *arena)
{
	return decimal(arena, m->times.sent_ms);
}

static struct view receive_count(const struct message *m, struct arena *arena)
{
	return decimal(arena, m->times.receive_count);
}

static struct view first_received(const struct message *m, struct arena *arena)
{
	return decimal(arena, m->first_received_ms);
}

static struct view sequence(const struct message *m, struct arena *arena)
{
	char digits[SEQUENCE_TEXT];

	if (!m->sequence)
		return (struct view){0};
	fifo_sequence_text(m->sequence, digits);
	return arena_copy(arena, view_of(digits));
}

static struct view dedup(const struct message *m, struct arena *arena)
{
	(void)arena;
	return m->dedup;
}

static struct view group(const struct message *m, struct arena *arena)
{
	(void)arena;
	return m->group;
}

static struct view trace(const struct message *m, struct arena *arena)
{
	(void)arena;
	return m->trace;
}

static struct view source(const struct message *m, struct arena *arena)
{
	(void)arena;
	return m->source_arn;
}

static const struct {
	const char *name;
	struct view (*value)(const struct message *, struct arena *);
} system_attributes[] = {
	{"SenderId", sender},
	{"SentTimestamp", sent},
	{"ApproximateReceiveCount", receive_count},
	{"ApproximateFirstReceiveTimestamp", first_received},
	{"SequenceNumber", sequence},
	{"MessageDeduplicationId", dedup},
	{"MessageGroupId", group},
	{"AWSTraceHeader", trace},
	{"DeadLetterQueueSourceArn", source},
};

static bool is_asked_for(const struct wire_views *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (view_is(names->items[i], "All") || view_is(names->items[i], name))
			return true;
	}
	return false;
}

static void write_system(
	struct turn *turn, const struct message *message, struct wire_message *out)
{
	struct wire_pairs *pairs = &out->system;

	if (!turn->request->attribute_names.count)
		return;
	pairs->items = arena_array(
		turn->arena, ARRAY_SIZE(system_attributes), sizeof(*pairs->items));
	for (size_t i = 0; pairs->items && i < ARRAY_SIZE(system_attributes); i++) {
		const char *name = system_attributes[i].name;
		struct view value;

		if (!is_asked_for(&turn->request->attribute_names, name))
			continue;
		value = system_attributes[i].value(message, turn->arena);
		if (!view_is_absent(value))
			pairs->items[pairs->count++] =
				(struct wire_pair){view_of(name), value};
	}
}

/* ---- message attributes ---- */

static bool is_wanted(const struct wire_views *filters, struct view name)
{
	for (size_t i = 0; i < filters->count; i++) {
		if (limits_filter_matches(filters->items[i], name))
			return true;
	}
	return false;
}

static void read_attributes(
	struct turn *turn, const struct message *message, struct wire_message *out)
{
	struct wire_attributes *attributes = &out->attributes;
	size_t most = (size_t)message->attribute_count;
	struct rows *rows;

	attributes->items = arena_array(turn->arena, most, sizeof(*attributes->items));
	if (!attributes->items)
		return;
	rows = store_query(turn->store,
		"SELECT name, type, value FROM message_attributes WHERE message = ?1",
		number(message->id));
	while (attributes->count < most && rows_next(rows)) {
		if (!is_wanted(
			    &turn->request->message_attribute_names, rows_text(rows, 0)))
			continue;
		attributes->items[attributes->count++] = (struct wire_attribute){
			.name = rows_copy(rows, 0, turn->arena),
			.type = rows_copy(rows, 1, turn->arena),
			.value = rows_copy(rows, 2, turn->arena),
			.is_binary = rows_is_bytes(rows, 2),
		};
	}
	rows_done(rows);
}

/* The digest covers what is returned, not what was sent. */
static void write_attributes(
	struct turn *turn, const struct message *message, struct wire_message *out)
{
	char md5[DIGEST_MD5_TEXT];

	if (!message->attribute_count || !turn->request->message_attribute_names.count)
		return;
	read_attributes(turn, message, out);
	if (out->attributes.count &&
		digest_attributes(turn->service->digester, &out->attributes, md5))
		out->attributes_md5 = arena_copy(turn->arena, view_of(md5));
}

/* ---- */

static void write_body(
	struct turn *turn, const struct message *message, struct wire_message *out)
{
	struct rows *rows = store_query(turn->store,
		"SELECT md5, body FROM bodies WHERE message = ?1", number(message->id));

	if (rows_next(rows)) {
		out->body_md5 = rows_copy(rows, 0, turn->arena);
		out->body = rows_copy(rows, 1, turn->arena);
	}
	rows_done(rows);
}

static void write_message(
	struct turn *turn, const struct message *message, struct wire_message *out)
{
	struct receipt receipt = {turn->queue->id, message->id, message->receipt};

	out->id = message->message_id;
	out->receipt_handle = receipt_text(&receipt, turn->arena);
	write_body(turn, message, out);
	write_system(turn, message, out);
	write_attributes(turn, message, out);
}

void delivery_write(struct turn *turn, const struct message *messages, size_t count)
{
	struct wire_reply *reply = turn->reply;

	reply->messages = arena_array(turn->arena, count, sizeof(*reply->messages));
	if (!reply->messages)
		return;
	for (size_t i = 0; i < count; i++)
		write_message(turn, &messages[i], &reply->messages[i]);
	reply->message_count = count;
}
