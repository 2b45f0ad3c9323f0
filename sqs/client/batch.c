/* SPDX-License-Identifier: MIT */
#include "sqs/client/batch.h"

#include <limits.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/client/client.h"
#include "sqs/client/coalesce.h"
#include "sqs/client/failure.h"
#include "sqs/client/lane.h"
#include "sqs/client/request.h"

enum { ATTEMPT_MS = 15000 };

static void on_answer(struct request *request, const struct wire_reply *reply);
static void on_failure(struct request *request, const struct sqs_failure *failure,
	enum wire_retry retry);

static const struct request_kind batches = {on_answer, on_failure};

/* -------------------------------------------------------------------------------------
 * Leaving
 */

static enum wire_action batch_form_of(enum wire_action single)
{
	if (single == WIRE_SEND_MESSAGE)
		return WIRE_SEND_MESSAGE_BATCH;
	return single == WIRE_DELETE_MESSAGE ? WIRE_DELETE_MESSAGE_BATCH
					     : WIRE_CHANGE_MESSAGE_VISIBILITY_BATCH;
}

/* An entry is named by its place. */
static struct view id_of(size_t place)
{
	static const char digits[SQS_BATCH + 1] = "0123456789";

	return (struct view){&digits[place], 1};
}

static int most_attempts(const struct request *request)
{
	int most = 0;

	for (size_t i = 0; i < request->count; i++) {
		if (request->ops[i] && request->ops[i]->attempts > most)
			most = request->ops[i]->attempts;
	}
	return most;
}

/* Those who have made fewer than others try again when these give up. */
static int fewest_attempts(const struct request *request)
{
	int fewest = INT_MAX;

	for (size_t i = 0; i < request->count; i++) {
		if (request->ops[i] && request->ops[i]->attempts < fewest)
			fewest = request->ops[i]->attempts;
	}
	return fewest;
}

/* No request could be had for them. */
static void fail_all(struct sqs_op *const *ops, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ops[i]->kind->leave(ops[i]);
		op_fail_with(ops[i], SQS_NO_MEMORY, "no memory");
	}
}

void batch_begin(struct lane *lane, struct sqs_op *const *ops, size_t count)
{
	struct request *request = request_new(lane->client, &batches, lane, false);
	struct wire_entry entries[SQS_BATCH];
	struct wire_request what = wire_request_of(
		count == 1 ? ops[0]->action : batch_form_of(ops[0]->action));

	for (size_t i = 0; i < count; i++)
		op_enter(ops[i], OP_RUNNING);
	if (!request) {
		fail_all(ops, count);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		ops[i]->attempts++;
		ops[i]->request = request;
		request->ops[i] = ops[i];
		request->groups[i] = NULL;
		entries[i] = ops[i]->entry;
		entries[i].id = id_of(i);
	}
	request->count = count;
	COUNT(lane->client, retries, most_attempts(request) > 1);
	what.queue_url = lane->queue_url;
	what.entries = entries;
	what.entry_count = count;
	request_begin(request, &what, ATTEMPT_MS);
}

static void open_groups(struct request *request)
{
	for (size_t i = 0; i < request->count; i++) {
		if (request->groups[i])
			coalesce_open_group(request->lane, TAKE(request->groups[i]));
	}
}

void batch_leave(struct sqs_op *op)
{
	struct request *request = TAKE(op->request);
	size_t left = 0;

	for (size_t i = 0; i < request->count; i++) {
		if (request->ops[i] == op) {
			request->ops[i] = NULL;
			request->groups[i] = TAKE(op->group);
		}
		left += request->ops[i] != NULL;
	}
	if (left)
		return;
	open_groups(request);
	request_abandon(request);
}

/* -------------------------------------------------------------------------------------
 * One outcome
 */

/* Takes the operation out of its place; NULL if it has left already. */
static struct sqs_op *take_op(struct request *request, size_t place)
{
	struct sqs_op *op = TAKE(request->ops[place]);

	if (op)
		op->request = NULL;
	return op;
}

/* The place that an entry's id names; false for an id that we did not give. */
static bool place_of(const struct request *request, struct view id, size_t *place)
{
	*place = id.len == 1 ? (size_t)(unsigned char)id.data[0] - '0' : SQS_BATCH;
	return *place < request->count;
}

static void fail_op(struct sqs_op *op, const struct sqs_failure *failure)
{
	op->kind->leave(op);
	op_fail(op, failure);
}

static void count_success(const struct sqs_op *op)
{
	if (op->action == WIRE_SEND_MESSAGE)
		COUNT(op->client, sent, 1);
	else if (op->action == WIRE_DELETE_MESSAGE)
		COUNT(op->client, deleted, 1);
	else if (!op->done)
		COUNT(op->client, returned, 1);
}

/* Whether the service has what we sent; a digest that it does not tell is taken on trust,
 * and so is all where there is no MD5. */
static bool arrived_as_sent(const struct sqs_op *op, const struct wire_done *done)
{
	struct digester *digester = op->client->digester;
	char md5[DIGEST_MD5_TEXT];

	if (op->action != WIRE_SEND_MESSAGE || !digester_has_md5(digester))
		return true;
	if (done->body_md5.len && digest_md5(digester, op->entry.body, md5) &&
		!view_is(done->body_md5, md5))
		return false;
	return !done->attributes_md5.len ||
	       !digest_attributes(digester, &op->entry.attributes, md5) ||
	       view_is(done->attributes_md5, md5);
}

static void succeed(struct sqs_op *op, const struct wire_done *done)
{
	char message_id[128], sequence_number[64];
	struct sqs_result result = {.failure = &failure_none};
	struct sqs_failure failure;

	op->kind->leave(op);
	if (!arrived_as_sent(op, done)) {
		failure_say(&failure, SQS_BAD_DIGEST,
			"the service received something else than was sent: its digest "
			"differs");
		op_fail(op, &failure);
		return;
	}
	failure_text(message_id, sizeof(message_id), done->message_id);
	failure_text(sequence_number, sizeof(sequence_number), done->sequence_number);
	if (op->action == WIRE_SEND_MESSAGE)
		result.message_id = message_id;
	if (done->sequence_number.len)
		result.sequence_number = sequence_number;
	count_success(op);
	op_finish(op, &result);
}

/* When those that one reply refuses try again: together, at the cost of one retry. */
struct second_try {
	enum wire_retry retry;
	int64_t at_ns;
	int cost;
};

static void plan(
	struct second_try *second, struct request *request, enum wire_retry retry)
{
	if (second->retry == retry)
		return;
	*second = (struct second_try){.retry = retry};
	second->at_ns =
		request_retry_at(request, retry, fewest_attempts(request), &second->cost);
}

/* An entry that is not the sender's fault may be tried again, whatever its code. */
static void refuse(struct request *request, size_t place,
	const struct wire_refused *refused, struct view request_id,
	struct second_try *second)
{
	const struct wire_fault fault = {
		.http_status = refused->sender_fault ? 400 : 500,
		.code = refused->code,
		.message = refused->message,
		.request_id = request_id,
		.sender_fault = refused->sender_fault,
	};
	enum wire_retry retry = wire_retry_of_fault(&fault);
	struct sqs_failure failure;
	struct sqs_op *op;

	if (!request->ops[place])
		return;
	failure_of_fault(&failure, &fault);
	if (!refused->sender_fault && !retry_may_help(retry))
		retry = WIRE_RETRY_TRANSIENT;
	plan(second, request, retry);
	op = take_op(request, place);
	op->retry_cost = second->cost;
	op_try_again(op, &failure, second->at_ns);
}

/* -------------------------------------------------------------------------------------
 * All outcomes
 */

static bool is_batch(const struct request *request)
{
	return request->action == WIRE_SEND_MESSAGE_BATCH ||
	       request->action == WIRE_DELETE_MESSAGE_BATCH ||
	       request->action == WIRE_CHANGE_MESSAGE_VISIBILITY_BATCH;
}

static void answer_single(struct request *request, const struct wire_reply *reply)
{
	static const struct wire_done nothing;
	struct sqs_op *op = take_op(request, 0);

	if (op)
		succeed(op, reply->done_count ? &reply->done[0] : &nothing);
}

static void answer_entries(struct request *request, const struct wire_reply *reply)
{
	struct second_try second = {WIRE_RETRY_NEVER, DUE_NEVER, 0};
	size_t place;

	for (size_t i = 0; i < reply->done_count; i++) {
		struct sqs_op *op = NULL;

		if (place_of(request, reply->done[i].id, &place))
			op = take_op(request, place);
		if (op)
			succeed(op, &reply->done[i]);
	}
	for (size_t i = 0; i < reply->refused_count; i++) {
		if (place_of(request, reply->refused[i].id, &place))
			refuse(request, place, &reply->refused[i], reply->request_id,
				&second);
	}
}

/* What the reply did not mention. */
static void fail_rest(struct request *request, const struct sqs_failure *failure)
{
	for (size_t i = 0; i < request->count; i++) {
		struct sqs_op *op = take_op(request, i);

		if (op)
			fail_op(op, failure);
	}
	open_groups(request);
}

/* A success earns what its last retry cost. */
static void give_back(struct request *request)
{
	int cost = 0;

	for (size_t i = 0; i < request->count; i++) {
		if (request->ops[i] && request->ops[i]->retry_cost > cost)
			cost = request->ops[i]->retry_cost;
	}
	retry_give(&request->client->quota, cost);
}

static void on_answer(struct request *request, const struct wire_reply *reply)
{
	struct sqs_failure failure;

	give_back(request);
	if (is_batch(request))
		answer_entries(request, reply);
	else
		answer_single(request, reply);
	request_bad_reply(request, &failure, "the reply does not mention this entry");
	fail_rest(request, &failure);
}

/* Whether one entry may have caused what all were refused for. */
static bool may_be_one_entry(enum sqs_error error)
{
	return error == SQS_INVALID || error == SQS_BAD_CONTENT ||
	       error == SQS_TOO_LARGE || error == SQS_RECEIPT_STALE ||
	       error == SQS_UNSUPPORTED || error == SQS_NOT_FOUND;
}

static void send_one_by_one(struct request *request)
{
	for (size_t i = request->count; i-- > 0;) {
		struct sqs_op *op = take_op(request, i);

		if (!op)
			continue;
		op->attempts--;
		op->goes_alone = true;
		op_enter(op, OP_WAITING);
		op->kind->join(op);
	}
	open_groups(request);
}

static void on_failure(
	struct request *request, const struct sqs_failure *failure, enum wire_retry retry)
{
	int64_t retry_at_ns;
	int cost = 0;

	if (is_batch(request) && may_be_one_entry(failure->error)) {
		send_one_by_one(request);
		return;
	}
	retry_at_ns = request_retry_at(request, retry, fewest_attempts(request), &cost);
	for (size_t i = 0; i < request->count; i++) {
		struct sqs_op *op = take_op(request, i);

		if (!op)
			continue;
		op->retry_cost = cost;
		op_try_again(op, failure, retry_at_ns);
	}
	open_groups(request);
}
