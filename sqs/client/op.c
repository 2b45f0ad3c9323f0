/* SPDX-License-Identifier: MIT */
#include "sqs/client/op.h"

#include <assert.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/log.h"
#include "sqs/client/client.h"
#include "sqs/client/failure.h"

enum { USUAL_TIMEOUT_MS = 30000 };

static void on_due(struct due *due);

struct sqs_op *op_new(struct sqs_client *client, const struct op_kind *kind,
	enum wire_action action, size_t text_bytes, sqs_done_fn *done, void *arg)
{
	struct sqs_op *op = calloc(1, sizeof(*op) + text_bytes);

	if (!op)
		return NULL;
	op->client = client;
	op->kind = kind;
	op->action = action;
	op->done = done;
	op->arg = arg;
	op->due.fire = on_due;
	op->text_room = text_bytes;
	op->text_end = op->texts;
	list_init(&op->link);
	list_init(&op->all);
	list_init(&op->cancel_link);
	return op;
}

struct view op_text(struct sqs_op *op, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;
	char *copy = op->text_end;

	if (!text || size > op->text_room)
		return arena_copy(&op->arena, view_of(text));
	memcpy(copy, text, size);
	op->text_end += size;
	op->text_room -= size;
	return (struct view){copy, size - 1};
}

struct sqs_op *op_made(struct sqs_op *op)
{
	if (!op || !op->arena.failed)
		return op;
	sqs_op_free(op);
	return NULL;
}

void sqs_op_free(struct sqs_op *op)
{
	if (!op)
		return;
	arena_finish(&op->arena);
	free(op->urls);
	free(op);
}

void sqs_op_set_timeout(struct sqs_op *op, int64_t timeout_ms)
{
	op->timeout_ms = timeout_ms > 0 ? timeout_ms : 1;
}

void op_enter(struct sqs_op *op, enum op_state next)
{
	static const char *const names[] = {
		[OP_NEW] = "new",
		[OP_WAITING] = "waiting",
		[OP_RUNNING] = "running",
		[OP_BACKOFF] = "backing off",
		[OP_DONE] = "done",
	};
	static const unsigned may_enter[] = {
		[OP_NEW] = 1u << OP_WAITING | 1u << OP_DONE,
		[OP_WAITING] = 1u << OP_RUNNING | 1u << OP_DONE,
		[OP_RUNNING] = 1u << OP_WAITING | 1u << OP_BACKOFF | 1u << OP_DONE,
		[OP_BACKOFF] = 1u << OP_WAITING | 1u << OP_DONE,
		[OP_DONE] = 0,
	};

	assert(may_enter[op->state] & 1u << next);
	log_debug("op", "%s %p: %s -> %s", op->kind->name, (void *)op, names[op->state],
		names[next]);
	op->state = next;
}

/* -------------------------------------------------------------------------------------
 * Beginning
 */

static int64_t timeout_of(const struct sqs_op *op)
{
	int64_t timeout_ms = op->timeout_ms ? op->timeout_ms : USUAL_TIMEOUT_MS;

	if (op->action != WIRE_RECEIVE_MESSAGE || op->wait_ms == 0)
		return timeout_ms;
	return op->timeout_ms && op->timeout_ms < op->wait_ms ? op->timeout_ms
							      : op->wait_ms;
}

static int64_t deadline_of(const struct sqs_op *op)
{
	int64_t timeout_ms = timeout_of(op);

	if (timeout_ms > (DUE_NEVER - op->started_ns) / 1000000)
		return DUE_NEVER;
	return op->started_ns + timeout_ms * 1000000;
}

/* When the client goes away, what was started before is drained; receives are not. */
static bool comes_too_late(const struct sqs_op *op)
{
	return op->is_late ||
	       (op->client->is_stopping && op->action == WIRE_RECEIVE_MESSAGE);
}

void op_admit(struct sqs_op *op)
{
	struct sqs_client *client = op->client;

	if (atomic_load(&op->is_cancelled) || comes_too_late(op)) {
		op_fail_with(op, SQS_CANCELLED, "cancelled");
		return;
	}
	op->deadline_ns = deadline_of(op);
	if (!due_set(&client->dues, &op->due, op->deadline_ns)) {
		op_fail_with(op, SQS_NO_MEMORY, "no memory");
		return;
	}
	list_append(&client->ops, &op->all);
	op_enter(op, OP_WAITING);
	op->kind->join(op);
}

/* -------------------------------------------------------------------------------------
 * Ending
 */

void op_finish(struct sqs_op *op, const struct sqs_result *result)
{
	op_enter(op, OP_DONE);
	due_clear(&op->client->dues, &op->due);
	list_remove(&op->all);
	if (op->done)
		op->done(op->arg, result);
	if (atomic_load(&op->is_cancelled))
		mailbox_forget(&op->client->mailbox, op);
	sqs_op_free(op);
}

void op_fail(struct sqs_op *op, const struct sqs_failure *failure)
{
	op_finish(op, &(struct sqs_result){.error = failure->error, .failure = failure});
}

void op_fail_with(struct sqs_op *op, enum sqs_error error, const char *message)
{
	struct sqs_failure failure;

	failure_say(&failure, error, "%s", message);
	op_fail(op, &failure);
}

void op_abandon(struct sqs_op *op)
{
	op->kind->leave(op);
	op_fail_with(op, SQS_CANCELLED, "cancelled");
}

void op_cancel(struct sqs_op *op)
{
	if (op->state != OP_RUNNING || op->kind->is_recalled(op))
		op_abandon(op);
}

void op_expire(struct sqs_op *op)
{
	struct sqs_failure failure;

	failure_say(&failure, SQS_TIMED_OUT, "%s: no answer in %lld ms",
		op->client->settings.endpoint.origin,
		(long long)(op->deadline_ns - op->started_ns) / 1000000);
	op->kind->leave(op);
	op_fail(op, &failure);
}

static void on_due(struct due *due)
{
	struct sqs_op *op = list_entry(due, struct sqs_op, due);

	due_set(&op->client->dues, due, op->deadline_ns);
	if (op->state == OP_BACKOFF) {
		op_enter(op, OP_WAITING);
		op->kind->join(op);
	} else {
		op->kind->expire(op);
	}
}

/* -------------------------------------------------------------------------------------
 * Trying again
 */

bool op_has_attempts(const struct sqs_op *op)
{
	return op->attempts < op->client->settings.max_attempts;
}

void op_try_again(
	struct sqs_op *op, const struct sqs_failure *failure, int64_t retry_at_ns)
{
	if (atomic_load(&op->is_cancelled)) {
		op_abandon(op);
	} else if (!op_has_attempts(op) || retry_at_ns >= op->deadline_ns) {
		op->kind->leave(op);
		op_fail(op, failure);
	} else {
		due_set(&op->client->dues, &op->due, retry_at_ns);
		op_enter(op, OP_BACKOFF);
	}
}
