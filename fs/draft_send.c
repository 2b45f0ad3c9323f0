/* SPDX-License-Identifier: MIT */
#include "fs/draft_send.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "fs/draft_op.h"
#include "fs/draft_outcome.h"
#include "fs/failure.h"
#include "fs/options.h"
#include "fs/send_order.h"
#include "fs/spool.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/log.h"

/* -------------------------------------------------------------------------------------
 * The end of an attempt
 */

/* Its draft has left SENDING, and the attempt's reference ends. Lock free. */
static void end_attempt(
	struct draft *draft, struct encoded *encoded, struct list *waiters)
{
	if (encoded)
		encoded_finish(encoded);
	free(encoded);
	draft_waiters_settle(waiters);
	draft_poke(draft->queue);
	node_unref(&draft->node);
}

static void log_failure(
	const struct draft *draft, const char *name, const struct sqs_failure *failure)
{
	char line[FAILURE_SIZE];

	log_warning("send", "%s/%s: %s", draft->queue->name, name,
		failure_advice(failure, line));
}

static void finish(struct draft *draft, const struct sqs_result *result)
{
	struct mount *mount = draft->node.mount;
	struct list waiters = LIST_INIT(waiters);
	char name[NAME_MAX + 1];
	struct encoded *encoded;

	mount_lock(mount);
	draft_copy_name_locked(draft, name);
	draft->op = NULL;
	encoded = TAKE(draft->encoded);
	if (result->error)
		draft_failed_locked(draft, result->failure, &waiters);
	else
		draft_accepted_locked(draft, result);
	draft_waiters_take_locked(draft, &waiters, draft_answer_of(result->error));
	mount_unlock(mount);
	if (result->error)
		log_failure(draft, name, result->failure);
	end_attempt(draft, encoded, &waiters);
}

static void finish_with(struct draft *draft, enum sqs_error error, const char *why)
{
	struct sqs_failure failure = {.error = error};

	snprintf(failure.message, sizeof(failure.message), "%s", why);
	finish(draft, &(struct sqs_result){.error = error, .failure = &failure});
}

/* It is on the disk, which is as good as sent, or could not be put there. */
static void on_spooled(struct draft *draft, struct draft *spooled)
{
	struct mount *mount = draft->node.mount;
	struct list waiters = LIST_INIT(waiters);
	struct encoded *encoded;
	struct sqs_failure failure = {.error = SQS_UNREACHABLE};

	mount_lock(mount);
	encoded = TAKE(draft->encoded);
	if (draft->failure)
		failure = *draft->failure;
	if (spooled) {
		if (spooled == draft)
			draft_retry_later_locked(draft);
		else
			draft_handed_over_locked(draft);
		draft_hold_back_followers_locked(spooled, &waiters);
	} else {
		draft_failed_locked(draft, &failure, &waiters);
	}
	draft_waiters_take_locked(
		draft, &waiters, spooled ? 0 : draft_answer_of(failure.error));
	mount_unlock(mount);
	end_attempt(draft, encoded, &waiters);
}

/* Whether the spool takes it; those behind it follow it there. */
static bool spool_failed(struct draft *draft, const struct sqs_failure *failure)
{
	struct mount *mount = draft->node.mount;
	struct list waiters = LIST_INIT(waiters);
	bool is_taken;

	mount_lock(mount);
	is_taken = spool_wants_locked(draft, failure->error) &&
		   spool_put_locked(draft, on_spooled);
	if (is_taken) {
		draft->op = NULL;
		draft_set_failure_locked(draft, failure);
		draft_hold_back_followers_locked(draft, &waiters);
	}
	mount_unlock(mount);
	draft_waiters_settle(&waiters);
	return is_taken;
}

static void on_sent(void *arg, const struct sqs_result *result)
{
	struct draft *draft = arg;

	if (!result->error || !spool_failed(draft, result->failure))
		finish(draft, result);
}

/* -------------------------------------------------------------------------------------
 * Attempts
 */

/* What is lent is lent to an attempt, which refers to its draft. */
static void start_locked(struct draft *draft)
{
	node_ref_locked(&draft->node);
	draft_enter_locked(draft, DRAFT_SENDING);
}

bool draft_spool_instead_locked(struct draft *draft)
{
	if (!spool_wants_new_locked(draft) || !spool_put_locked(draft, on_spooled))
		return false;
	start_locked(draft);
	return true;
}

/* Of a draft that was just started. Lock free. */
static void attempt(struct draft *draft)
{
	struct mount *mount = draft->node.mount;
	struct sqs_op *op;
	const char *why;
	enum sqs_error error = draft_encode(draft, &why);

	if (error) {
		finish_with(draft, error, why);
		return;
	}
	mount_lock(mount);
	op = draft_op_new_locked(draft, on_sent, &error, &why);
	draft->op = op;
	if (op && mount->options->spool && !spool_has_locked(draft))
		sqs_op_set_timeout(op, SPOOL_AFTER_MS);
	if (op && send_order_blocker_locked(draft))
		sqs_cancel(op); /* that one failed between our turn and now */
	mount_unlock(mount);
	if (op)
		sqs_start(op);
	else
		finish_with(draft, error, why);
}

/* -------------------------------------------------------------------------------------
 * Turns
 */

/* Starts the files of FIFO groups, one after the other in their order. */
static void run_orders(struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	struct draft *draft;

	mount_lock(mount);
	if (queue->sending.is_running) {
		mount_unlock(mount);
		return; /* whoever runs them looks again */
	}
	queue->sending.is_running = true;
	while ((draft = send_order_next_locked(queue)) != NULL) {
		if (draft_spool_instead_locked(draft))
			continue;
		if (mount->is_over)
			break; /* it is saved as unsent */
		start_locked(draft);
		mount_unlock(mount);
		attempt(draft);
		mount_lock(mount);
	}
	queue->sending.is_running = false;
	mount_unlock(mount);
}

static void pass_barriers(struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	struct list passed = LIST_INIT(passed);

	mount_lock(mount);
	if (queue->sending.pending == 0)
		list_splice(&passed, &queue->sending.barriers);
	mount_unlock(mount);
	barriers_tell(&passed, 0);
}

void draft_poke(struct queue *queue)
{
	if (queue->is_fifo)
		run_orders(queue);
	pass_barriers(queue);
}

enum turn {
	TURN_OVER,  /* nothing to wait for: the answer is known */
	TURN_WAITS, /* somebody else starts it, or has */
	TURN_STARTS,
};

/* A file that is complete, or was tried before. */
static enum turn complete_locked(struct draft *draft, bool is_told, int *answer)
{
	const struct draft *blocker;

	if (!is_told)
		draft->retries = true;
	if (!send_order_join_locked(draft)) {
		draft_not_begun_locked(draft, is_told && !draft->retries);
		*answer = ENOMEM;
		return TURN_OVER;
	}
	if (draft_spool_instead_locked(draft))
		return TURN_WAITS;
	blocker = send_order_blocker_locked(draft);
	if (blocker) {
		*answer = draft_hold_back_locked(draft, blocker);
		return is_told ? TURN_OVER : TURN_WAITS;
	}
	if (!draft->queue->is_fifo) {
		start_locked(draft);
		return TURN_STARTS;
	}
	if (draft->state != DRAFT_WAITING)
		draft_enter_locked(draft, DRAFT_WAITING);
	return TURN_WAITS;
}

static enum turn begin_locked(struct draft *draft, bool is_told, int *answer)
{
	switch (draft->state) {
	case DRAFT_SENDING:
		return TURN_WAITS;
	case DRAFT_WRITING:
	case DRAFT_WAITING:
	case DRAFT_RETRYING:
	case DRAFT_REFUSED:
		return complete_locked(draft, is_told, answer);
	case DRAFT_KILLED:
		*answer = ECANCELED;
		return TURN_OVER;
	case DRAFT_SPOILED:
		*answer = draft->failure ? draft_answer_of(draft->failure->error) : EIO;
		return TURN_OVER;
	default:
		return TURN_OVER;
	}
}

void draft_send(struct draft *draft, struct draft_waiter *waiter)
{
	struct mount *mount = draft->node.mount;
	int answer = 0;
	enum turn turn;

	if (waiter)
		draft_waiter_register(waiter);
	mount_lock(mount);
	node_ref_locked(&draft->node);
	turn = begin_locked(draft, waiter && waiter->is_told, &answer);
	if (waiter && turn != TURN_OVER)
		draft_waiter_add_locked(waiter);
	mount_unlock(mount);
	if (turn == TURN_STARTS)
		attempt(draft);
	else if (turn == TURN_OVER && waiter)
		draft_waiter_settle(waiter, answer);
	if (turn == TURN_WAITS)
		draft_poke(draft->queue);
	node_unref(&draft->node);
}

void draft_await(struct draft *draft, struct draft_waiter *waiter)
{
	struct mount *mount = draft->node.mount;
	bool waits;

	draft_waiter_register(waiter);
	mount_lock(mount);
	waits = draft->state == DRAFT_SENDING || draft->state == DRAFT_WRITING ||
		draft->state == DRAFT_WAITING;
	if (waits)
		draft_waiter_add_locked(waiter);
	mount_unlock(mount);
	if (!waits)
		draft_waiter_settle(waiter, 0);
}

void draft_on_time(struct timer *timer)
{
	struct draft *draft = list_entry(timer, struct draft, timer);
	struct mount *mount = draft->node.mount;
	bool retries;

	mount_lock(mount);
	retries = draft->state == DRAFT_RETRYING && !mount->is_ending;
	if (draft->state == DRAFT_SENT && !draft->writers)
		draft_enter_locked(draft, DRAFT_GONE);
	mount_unlock(mount);
	if (retries)
		draft_send(draft, NULL);
}
