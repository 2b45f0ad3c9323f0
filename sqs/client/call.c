/* SPDX-License-Identifier: MIT */
#include "sqs/client/call.h"

#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/client/client.h"
#include "sqs/client/failure.h"
#include "sqs/client/request.h"

enum { ATTEMPT_MS = 15000 };

static void on_answer(struct request *request, const struct wire_reply *reply);
static void on_failure(struct request *request, const struct sqs_failure *failure,
	enum wire_retry retry);

static const struct request_kind calls = {on_answer, on_failure};

/* -------------------------------------------------------------------------------------
 * Waiting and leaving
 */

static void join(struct sqs_op *op)
{
	list_append(&op->client->calls, &op->link);
}

static void leave(struct sqs_op *op)
{
	struct request *request = TAKE(op->request);

	list_remove(&op->link);
	if (request)
		request_abandon(request);
}

/* What only asks is let go of; what changes something runs to its end, so that its
 * caller learns the outcome. */
static bool is_recalled(const struct sqs_op *op)
{
	static const bool only_asks[WIRE_ACTION_COUNT] = {
		[WIRE_GET_QUEUE_ATTRIBUTES] = true,
		[WIRE_GET_QUEUE_URL] = true,
		[WIRE_LIST_DEAD_LETTER_SOURCE_QUEUES] = true,
		[WIRE_LIST_MESSAGE_MOVE_TASKS] = true,
		[WIRE_LIST_QUEUES] = true,
		[WIRE_LIST_QUEUE_TAGS] = true,
	};

	return only_asks[op->action];
}

const struct op_kind call_kind = {"call", join, leave, op_expire, is_recalled};

void call_launch(struct sqs_client *client)
{
	struct list *link = list_pop(&client->calls);
	struct sqs_op *op = list_entry(link, struct sqs_op, link);
	struct request *request = request_new(client, &calls, NULL, false);

	op_enter(op, OP_RUNNING);
	if (!request) {
		op_fail_with(op, SQS_NO_MEMORY, "no memory");
		return;
	}
	op->attempts++;
	COUNT(client, retries, op->attempts > 1);
	op->request = request;
	request->ops[0] = op;
	request->groups[0] = NULL;
	request->count = 1;
	request_begin(request, op->call, ATTEMPT_MS);
}

/* -------------------------------------------------------------------------------------
 * Results
 */

static const char *text_of(struct sqs_op *op, struct view text)
{
	return view_is_absent(text) ? NULL : arena_string(&op->arena, text);
}

static bool keep_urls(struct sqs_op *op, const struct wire_views *page)
{
	const char **urls = reallocarray(
		op->urls, op->url_count + page->count + 1, sizeof(const char *));

	if (!urls)
		return false;
	op->urls = urls;
	for (size_t i = 0; i < page->count; i++)
		op->urls[op->url_count++] = text_of(op, page->items[i]);
	return true;
}

static const struct sqs_pair *pairs_of(struct sqs_op *op, const struct wire_pairs *from)
{
	struct sqs_pair *pairs =
		arena_array(&op->arena, from->count, sizeof(struct sqs_pair));

	for (size_t i = 0; pairs && i < from->count; i++) {
		pairs[i].name = text_of(op, from->items[i].name);
		pairs[i].value = text_of(op, from->items[i].value);
	}
	return pairs;
}

static int64_t number_of(int64_t number, int64_t otherwise)
{
	return number == WIRE_ABSENT ? otherwise : number;
}

static struct sqs_move_task task_of(struct sqs_op *op, const struct wire_move_task *from)
{
	return (struct sqs_move_task){
		.handle = text_of(op, from->handle),
		.status = text_of(op, from->status),
		.source_arn = text_of(op, from->source_arn),
		.destination_arn = text_of(op, from->destination_arn),
		.failure_reason = text_of(op, from->failure_reason),
		.moved = number_of(from->moved, 0),
		.to_move = number_of(from->to_move, -1),
		.per_second = number_of(from->per_second, -1),
		.started_ms = number_of(from->started_ms, 0),
	};
}

static const struct sqs_move_task *tasks_of(
	struct sqs_op *op, const struct wire_move_task *from, size_t count)
{
	struct sqs_move_task *tasks =
		arena_array(&op->arena, count, sizeof(struct sqs_move_task));

	for (size_t i = 0; tasks && i < count; i++)
		tasks[i] = task_of(op, &from[i]);
	return tasks;
}

static void complete(struct sqs_op *op, const struct wire_reply *reply)
{
	const struct sqs_result result = {
		.failure = &failure_none,
		.queue_url = text_of(op, reply->queue_url),
		.urls = op->urls,
		.url_count = op->url_count,
		.pairs = pairs_of(op, &reply->pairs),
		.pair_count = reply->pairs.count,
		.task_handle = text_of(op, reply->task_handle),
		.tasks = tasks_of(op, reply->tasks, reply->task_count),
		.task_count = reply->task_count,
		.moved = number_of(reply->moved, 0),
	};

	if (op->arena.failed)
		op_fail_with(op, SQS_NO_MEMORY, "no memory");
	else
		op_finish(op, &result);
}

/* -------------------------------------------------------------------------------------
 * The end of a request
 */

/* Asks for the page behind this one. */
static void turn_page(struct sqs_op *op, struct view next_token)
{
	op->call->next_token = arena_copy(&op->arena, next_token);
	op->attempts = 0;
	op->retry_cost = 0;
	op_enter(op, OP_WAITING);
	join(op);
}

static bool lacks_url(const struct sqs_op *op, const struct wire_reply *reply)
{
	return (op->action == WIRE_CREATE_QUEUE || op->action == WIRE_GET_QUEUE_URL) &&
	       reply->queue_url.len == 0;
}

static void on_answer(struct request *request, const struct wire_reply *reply)
{
	struct sqs_op *op = TAKE(request->ops[0]);
	struct sqs_failure failure;

	op->request = NULL;
	retry_give(&op->client->quota, op->retry_cost);
	if (lacks_url(op, reply)) {
		request_bad_reply(request, &failure, "the reply has no QueueUrl");
		op_fail(op, &failure);
	} else if (!keep_urls(op, &reply->urls)) {
		op_fail_with(op, SQS_NO_MEMORY, "no memory");
	} else if (reply->next_token.len && reply->urls.count) {
		turn_page(op, reply->next_token);
	} else {
		complete(op, reply);
	}
}

/* The first attempt may have done it, and only its answer was lost. */
static bool is_done_already(const struct sqs_op *op, enum sqs_error error)
{
	return op->action == WIRE_DELETE_QUEUE && op->attempts > 1 &&
	       error == SQS_NO_SUCH_QUEUE;
}

static void on_failure(
	struct request *request, const struct sqs_failure *failure, enum wire_retry retry)
{
	struct sqs_op *op = TAKE(request->ops[0]);

	op->request = NULL;
	if (is_done_already(op, failure->error))
		op_finish(op, &(struct sqs_result){.failure = &failure_none});
	else
		op_try_again(op, failure,
			request_retry_at(request, retry, op->attempts, &op->retry_cost));
}
