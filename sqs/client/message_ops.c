/* SPDX-License-Identifier: MIT */
/*
 * Making the operations on messages.
 */
#include "sqs/client/coalesce.h"
#include "sqs/client/op.h"
#include "sqs/client/receive.h"

/* Bytes of a text with its NUL. */
static size_t room_of(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

/* An entry in which no number is given. */
static void entry_clear(struct wire_entry *entry)
{
	entry->delay_s = WIRE_ABSENT;
	entry->visibility_s = WIRE_ABSENT;
}

static bool is_binary(const char *type)
{
	return strncmp(type, "Binary", 6) == 0;
}

static void copy_attributes(
	struct sqs_op *op, const struct sqs_attribute *from, size_t count)
{
	struct wire_attributes *to = &op->entry.attributes;

	if (!count)
		return;
	to->items = arena_array(&op->arena, count, sizeof(struct wire_attribute));
	if (!to->items)
		return;
	to->count = count;
	for (size_t i = 0; i < count; i++) {
		to->items[i].name = op_text(op, from[i].name);
		to->items[i].type = op_text(op, from[i].type);
		to->items[i].value = (struct view){from[i].value, from[i].len};
		to->items[i].is_binary = is_binary(from[i].type);
	}
}

struct sqs_op *sqs_send_new(struct sqs_client *client, const struct sqs_send *args,
	sqs_done_fn *done, void *arg)
{
	size_t room = room_of(args->queue_url) + room_of(args->group_id) +
		      room_of(args->dedup_id);
	struct sqs_op *op =
		op_new(client, &coalesce_send, WIRE_SEND_MESSAGE, room, done, arg);

	if (!op)
		return NULL;
	entry_clear(&op->entry);
	op->queue_url = op_text(op, args->queue_url);
	op->entry.body = (struct view){args->body ? args->body : "", args->body_len};
	op->entry.group_id = op_text(op, args->group_id);
	op->entry.dedup_id = op_text(op, args->dedup_id);
	if (args->delay_s >= 0)
		op->entry.delay_s = args->delay_s;
	op->expects_company = args->expects_company;
	op->size =
		sqs_message_size(args->body_len, args->attributes, args->attribute_count);
	copy_attributes(op, args->attributes, args->attribute_count);
	return op_made(op);
}

static int within(int number, int least, int most)
{
	return number < least ? least : number > most ? most : number;
}

struct sqs_op *sqs_receive_new(struct sqs_client *client, const struct sqs_receive *args,
	sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = op_new(client, &receive_kind, WIRE_RECEIVE_MESSAGE,
		room_of(args->queue_url), done, arg);

	if (!op)
		return NULL;
	entry_clear(&op->entry);
	op->queue_url = op_text(op, args->queue_url);
	if (args->visibility_s >= 0)
		op->entry.visibility_s =
			within(args->visibility_s, 0, SQS_LONGEST_VISIBILITY_S);
	op->max_messages = within(args->max_messages, 1, SQS_BATCH);
	op->expects_company = args->expects_company;
	op->wait_ms = args->wait_ms > 0 ? args->wait_ms : 0;
	return op_made(op);
}

/* What a receipt handle is used for. */
static struct sqs_op *receipt_op(struct sqs_client *client, const struct op_kind *kind,
	enum wire_action action, const char *queue_url, const char *receipt_handle,
	sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = op_new(client, kind, action,
		room_of(queue_url) + room_of(receipt_handle), done, arg);

	if (!op)
		return NULL;
	entry_clear(&op->entry);
	op->queue_url = op_text(op, queue_url);
	op->entry.receipt_handle = op_text(op, receipt_handle);
	return op;
}

struct sqs_op *sqs_delete_message_new(struct sqs_client *client, const char *queue_url,
	const char *receipt_handle, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = receipt_op(client, &coalesce_delete, WIRE_DELETE_MESSAGE,
		queue_url, receipt_handle, done, arg);

	if (op)
		op->patience_ns = coalesce_patience_ns(queue_url);
	return op_made(op);
}

struct sqs_op *sqs_change_visibility_new(struct sqs_client *client, const char *queue_url,
	const char *receipt_handle, int visibility_s, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = receipt_op(client, &coalesce_change,
		WIRE_CHANGE_MESSAGE_VISIBILITY, queue_url, receipt_handle, done, arg);

	if (op)
		op->entry.visibility_s = visibility_s;
	return op_made(op);
}
