/* SPDX-License-Identifier: MIT */
/*
 * Making the operations that are calls: on queues, tags, permissions and move tasks.
 */
#include "sqs/base/cleanup.h"
#include "sqs/client/call.h"
#include "sqs/client/op.h"

enum { PAGE = 1000, MOST_MOVE_TASKS = 10, ROOM = 512 };

static struct sqs_op *call_new(struct sqs_client *client, enum wire_action action,
	const char *queue_url, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = op_new(client, &call_kind, action, ROOM, done, arg);

	if (!op)
		return NULL;
	op->call = arena_alloc(&op->arena, sizeof(*op->call));
	if (!op->call)
		return op_made(op);
	*op->call = wire_request_of(action);
	op->call->queue_url = op_text(op, queue_url);
	return op;
}

static void copy_pairs(struct sqs_op *op, struct wire_pairs *to,
	const struct sqs_pair *from, size_t count)
{
	to->items = arena_array(&op->arena, count, sizeof(struct wire_pair));
	for (size_t i = 0; to->items && i < count; i++) {
		to->items[i].name = op_text(op, from[i].name);
		to->items[i].value = op_text(op, from[i].value);
		to->count = i + 1;
	}
}

static void copy_texts(
	struct sqs_op *op, struct wire_views *to, const char *const *from, size_t count)
{
	to->items = arena_array(&op->arena, count, sizeof(struct view));
	for (size_t i = 0; to->items && i < count; i++) {
		to->items[i] = op_text(op, from[i]);
		to->count = i + 1;
	}
}

/* -------------------------------------------------------------------------------------
 * Queues
 */

struct sqs_op *sqs_create_queue_new(struct sqs_client *client, const char *name,
	const struct sqs_pair *attributes, size_t attribute_count, sqs_done_fn *done,
	void *arg)
{
	struct sqs_op *op = call_new(client, WIRE_CREATE_QUEUE, NULL, done, arg);

	if (!op)
		return NULL;
	op->call->queue_name = op_text(op, name);
	copy_pairs(op, &op->call->attributes, attributes, attribute_count);
	return op_made(op);
}

struct sqs_op *sqs_delete_queue_new(
	struct sqs_client *client, const char *queue_url, sqs_done_fn *done, void *arg)
{
	return op_made(call_new(client, WIRE_DELETE_QUEUE, queue_url, done, arg));
}

struct sqs_op *sqs_list_queues_new(
	struct sqs_client *client, const char *prefix, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = call_new(client, WIRE_LIST_QUEUES, NULL, done, arg);

	if (!op)
		return NULL;
	op->call->prefix = op_text(op, prefix);
	op->call->max_results = PAGE;
	return op_made(op);
}

struct sqs_op *sqs_get_queue_url_new(struct sqs_client *client, const char *name,
	const char *owner, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = call_new(client, WIRE_GET_QUEUE_URL, NULL, done, arg);

	if (!op)
		return NULL;
	op->call->queue_name = op_text(op, name);
	op->call->owner = op_text(op, owner);
	return op_made(op);
}

struct sqs_op *sqs_get_attributes_new(struct sqs_client *client, const char *queue_url,
	const char *const *names, size_t name_count, sqs_done_fn *done, void *arg)
{
	static const char *const all[] = {"All"};
	struct sqs_op *op =
		call_new(client, WIRE_GET_QUEUE_ATTRIBUTES, queue_url, done, arg);

	if (!op)
		return NULL;
	copy_texts(op, &op->call->attribute_names, names ? names : all,
		names ? name_count : ARRAY_SIZE(all));
	return op_made(op);
}

struct sqs_op *sqs_set_attributes_new(struct sqs_client *client, const char *queue_url,
	const struct sqs_pair *attributes, size_t attribute_count, sqs_done_fn *done,
	void *arg)
{
	struct sqs_op *op =
		call_new(client, WIRE_SET_QUEUE_ATTRIBUTES, queue_url, done, arg);

	if (!op)
		return NULL;
	copy_pairs(op, &op->call->attributes, attributes, attribute_count);
	return op_made(op);
}

struct sqs_op *sqs_purge_queue_new(
	struct sqs_client *client, const char *queue_url, sqs_done_fn *done, void *arg)
{
	return op_made(call_new(client, WIRE_PURGE_QUEUE, queue_url, done, arg));
}

struct sqs_op *sqs_list_dead_letter_sources_new(
	struct sqs_client *client, const char *queue_url, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = call_new(
		client, WIRE_LIST_DEAD_LETTER_SOURCE_QUEUES, queue_url, done, arg);

	if (!op)
		return NULL;
	op->call->max_results = PAGE;
	return op_made(op);
}

/* -------------------------------------------------------------------------------------
 * Tags
 */

struct sqs_op *sqs_list_tags_new(
	struct sqs_client *client, const char *queue_url, sqs_done_fn *done, void *arg)
{
	return op_made(call_new(client, WIRE_LIST_QUEUE_TAGS, queue_url, done, arg));
}

struct sqs_op *sqs_tag_queue_new(struct sqs_client *client, const char *queue_url,
	const struct sqs_pair *tags, size_t tag_count, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = call_new(client, WIRE_TAG_QUEUE, queue_url, done, arg);

	if (!op)
		return NULL;
	copy_pairs(op, &op->call->tags, tags, tag_count);
	return op_made(op);
}

struct sqs_op *sqs_untag_queue_new(struct sqs_client *client, const char *queue_url,
	const char *const *keys, size_t key_count, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = call_new(client, WIRE_UNTAG_QUEUE, queue_url, done, arg);

	if (!op)
		return NULL;
	copy_texts(op, &op->call->tag_keys, keys, key_count);
	return op_made(op);
}

/* -------------------------------------------------------------------------------------
 * Permissions
 */

struct sqs_op *sqs_add_permission_new(struct sqs_client *client, const char *queue_url,
	const char *label, const char *const *accounts, size_t account_count,
	const char *const *actions, size_t action_count, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = call_new(client, WIRE_ADD_PERMISSION, queue_url, done, arg);

	if (!op)
		return NULL;
	op->call->label = op_text(op, label);
	copy_texts(op, &op->call->accounts, accounts, account_count);
	copy_texts(op, &op->call->action_names, actions, action_count);
	return op_made(op);
}

struct sqs_op *sqs_remove_permission_new(struct sqs_client *client, const char *queue_url,
	const char *label, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op =
		call_new(client, WIRE_REMOVE_PERMISSION, queue_url, done, arg);

	if (!op)
		return NULL;
	op->call->label = op_text(op, label);
	return op_made(op);
}

/* -------------------------------------------------------------------------------------
 * Move tasks
 */

struct sqs_op *sqs_start_move_task_new(struct sqs_client *client, const char *source_arn,
	const char *destination_arn, int per_second, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op =
		call_new(client, WIRE_START_MESSAGE_MOVE_TASK, NULL, done, arg);

	if (!op)
		return NULL;
	op->call->source_arn = op_text(op, source_arn);
	op->call->destination_arn = op_text(op, destination_arn);
	if (per_second >= 0)
		op->call->max_per_second = per_second;
	return op_made(op);
}

struct sqs_op *sqs_cancel_move_task_new(
	struct sqs_client *client, const char *task_handle, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op =
		call_new(client, WIRE_CANCEL_MESSAGE_MOVE_TASK, NULL, done, arg);

	if (!op)
		return NULL;
	op->call->task_handle = op_text(op, task_handle);
	return op_made(op);
}

struct sqs_op *sqs_list_move_tasks_new(
	struct sqs_client *client, const char *source_arn, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op =
		call_new(client, WIRE_LIST_MESSAGE_MOVE_TASKS, NULL, done, arg);

	if (!op)
		return NULL;
	op->call->source_arn = op_text(op, source_arn);
	op->call->max_results = MOST_MOVE_TASKS;
	return op_made(op);
}
