/* SPDX-License-Identifier: MIT */
#include "fs/draft_send.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "fs/errno.h"
#include "fs/options.h"
#include "fs/send_order.h"
#include "fs/spool.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"
#include "sqs/base/text.h"

enum { FIRST_RETRY_MS = 1000, LONGEST_RETRY_MS = 60 * 1000 };

/* What trying again will not change. Anything else may be better next time. */
static const bool is_for_good[SQS_ERROR_COUNT] = {
	[SQS_NO_SUCH_QUEUE] = true,
	[SQS_BAD_CONTENT] = true,
	[SQS_TOO_LARGE] = true,
	[SQS_INVALID] = true,
	[SQS_NO_SUCH_ATTRIBUTE] = true,
	[SQS_UNSUPPORTED] = true,
	[SQS_NOT_FOUND] = true,
	[SQS_DENIED] = true,
};

static int answer_of(enum sqs_error error)
{
	/* EINTR from close(2) is taken for "closed" by many. */
	return error == SQS_CANCELLED ? ECANCELED : errno_of(error);
}

/* -------------------------------------------------------------------------------------
 * Outcomes
 */

static int64_t retry_after_ms(const struct draft *draft, unsigned attempts)
{
	if (spool_has_locked(draft))
		return SPOOL_RETRY_MS;
	return attempts > 5 ? LONGEST_RETRY_MS : FIRST_RETRY_MS << attempts;
}

static void replace_text(char **text, const char *with)
{
	free(*text);
	*text = with ? strdup(with) : NULL;
}

void draft_receipt_locked(struct draft *draft)
{
	const struct mount *mount = draft->node.mount;
	int64_t for_ms = (int64_t)mount->options->receipt_s * 1000;

	draft_enter_locked(draft, DRAFT_SENT);
	if (for_ms == 0 || mount->is_ending ||
		!timer_set_locked(&draft->timer, clock_boot_ms() + for_ms))
		draft_enter_locked(draft, DRAFT_GONE);
}

static void accepted_locked(struct draft *draft, const struct sqs_result *result)
{
	replace_text(&draft->message_id, result->message_id);
	replace_text(&draft->sequence_number, result->sequence_number);

	draft_consumed_locked(draft);
	queue_refused_locked(draft->queue, SQS_OK);
	if (!draft->node.parent)
		draft_enter_locked(draft, DRAFT_GONE);
	else if (draft->writers)
		draft_enter_locked(draft, DRAFT_EMPTY);
	else
		draft_receipt_locked(draft);
}

static void log_failure(const struct draft *draft, const struct sqs_failure *failure)
{
	log_warning("send", "%s/%s: %s: %s%s%s%s%s", draft->queue->name,
		draft->node.name ? draft->node.name : "(removed)",
		sqs_error_text(failure->error), failure->code,
		*failure->code && *failure->message ? ": " : "", failure->message,
		*failure->request_id ? ", request " : "", failure->request_id);
}

static void tell_barriers_locked(struct queue *queue, int error)
{
	list_each (link, &queue->sending.barriers) {
		struct barrier *barrier = list_entry(link, struct barrier, link);

		if (!barrier->error)
			barrier->error = error;
	}
}

/* The failure of a file that another of its group holds back. */
static struct sqs_failure held_back_by(const struct draft *blocker)
{
	struct sqs_failure failure = {
		.error = blocker->failure ? blocker->failure->error : SQS_CANCELLED};

	snprintf(failure.message, sizeof(failure.message),
		"held back: %.200s, of the same group, must be sent or removed first",
		blocker->node.name ? blocker->node.name : "another file");
	return failure;
}

/* It was not sent, and somebody before it is the reason. */
static void hold_back_locked(
	struct draft *draft, const struct draft *blocker, struct list *waiters)
{
	struct sqs_failure failure = held_back_by(blocker);
	bool is_told = draft_waiters_are_told_locked(draft);

	draft_set_failure_locked(draft, &failure);
	draft_enter_locked(draft, is_told ? DRAFT_REFUSED : DRAFT_WAITING);
	draft_waiters_take_locked(draft, waiters, answer_of(failure.error));
}

static void start_locked(struct draft *draft)
{
	node_ref_locked(&draft->node);
	draft_enter_locked(draft, DRAFT_SENDING);
}

static void on_spooled(struct draft *draft, bool is_spooled);

/* Starts it, but for the disk, if that is where it is to go. */
static bool spool_instead_locked(struct draft *draft)
{
	if (!spool_wants_new_locked(draft))
		return false;
	if (!spool_put_locked(draft, on_spooled))
		return false;
	start_locked(draft);
	return true;
}

/*
 * Those behind it must not overtake: what is under way is called off, and completes
 * with its own outcome; what waits is answered now.
 */
static void hold_back_followers_locked(const struct draft *draft, struct list *waiters)
{
	const struct draft *at = draft;
	struct draft *next;

	while ((next = send_order_behind_locked(at)) != NULL) {
		if (next->state == DRAFT_SENDING && next->op)
			sqs_cancel(next->op);
		else if (next->state == DRAFT_WAITING &&
			 draft_waiters_are_told_locked(next) &&
			 !spool_instead_locked(next))
			hold_back_locked(next, draft, waiters);
		at = next;
	}
}

static void retry_later_locked(struct draft *draft)
{
	draft_enter_locked(draft, DRAFT_RETRYING);
	if (!draft->node.mount->is_ending)
		timer_set_locked(&draft->timer,
			clock_boot_ms() + retry_after_ms(draft, draft->attempts++));
}

static void failed_locked(
	struct draft *draft, const struct sqs_failure *failure, struct list *waiters)
{
	const struct mount *mount = draft->node.mount;
	const struct draft *blocker = send_order_blocker_locked(draft);
	bool is_told = draft_waiters_are_told_locked(draft);

	tell_barriers_locked(draft->queue, answer_of(failure->error));
	queue_refused_locked(draft->queue, failure->error);
	if (!draft->node.parent) {
		draft_enter_locked(draft, DRAFT_GONE);
		return;
	}
	if (failure->error == SQS_CANCELLED && blocker && !mount->is_ending) {
		hold_back_locked(draft, blocker, waiters);
		return;
	}
	draft_set_failure_locked(draft, failure);
	if (is_told || is_for_good[failure->error])
		draft_enter_locked(draft, DRAFT_REFUSED);
	else
		retry_later_locked(draft);
	hold_back_followers_locked(draft, waiters);
}

/* An attempt is over: its draft has left SENDING, and its reference ends. Lock free. */
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

static void finish(struct draft *draft, const struct sqs_result *result)
{
	struct mount *mount = draft->node.mount;
	struct list waiters = LIST_INIT(waiters);
	struct encoded *encoded;

	if (result->error)
		log_failure(draft, result->failure);
	mount_lock(mount);
	draft->op = NULL;
	encoded = TAKE(draft->encoded);
	if (result->error)
		failed_locked(draft, result->failure, &waiters);
	else
		accepted_locked(draft, result);
	draft_waiters_take_locked(draft, &waiters, answer_of(result->error));
	mount_unlock(mount);
	end_attempt(draft, encoded, &waiters);
}

static void finish_with(struct draft *draft, enum sqs_error error, const char *why)
{
	struct sqs_failure failure = {.error = error};

	snprintf(failure.message, sizeof(failure.message), "%s", why);
	finish(draft, &(struct sqs_result){.error = error, .failure = &failure});
}

/* -------------------------------------------------------------------------------------
 * Attempts
 */

/* It is on the disk, which is as good as sent, or could not be put there. */
static void on_spooled(struct draft *draft, bool is_spooled)
{
	struct mount *mount = draft->node.mount;
	struct list waiters = LIST_INIT(waiters);
	struct encoded *encoded;
	struct sqs_failure failure = {.error = SQS_UNREACHABLE};

	mount_lock(mount);
	encoded = TAKE(draft->encoded);
	if (draft->failure)
		failure = *draft->failure;
	if (is_spooled) {
		retry_later_locked(draft);
		hold_back_followers_locked(draft, &waiters);
	} else {
		failed_locked(draft, &failure, &waiters);
	}
	draft_waiters_take_locked(
		draft, &waiters, is_spooled ? 0 : answer_of(failure.error));
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
		hold_back_followers_locked(draft, &waiters);
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

static enum sqs_error error_of(int error)
{
	return error == EILSEQ   ? SQS_BAD_CONTENT
	       : error == ENOMEM ? SQS_NO_MEMORY
				 : SQS_INVALID;
}

/* Made before the first attempt and kept for this content, so that a retry does not send
 * it twice. */
static const char *fresh_dedup_id(struct draft *draft)
{
	unsigned char bytes[16];

	if (draft->dedup_id[0])
		return draft->dedup_id;
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return NULL;
	hex_encode(draft->dedup_id, bytes, sizeof(bytes));
	return draft->dedup_id;
}

/* False, and *why: there is none. Lock held. */
static bool find_dedup_id(struct draft *draft, const char **id, const char **why)
{
	*id = NULL;
	if (!draft->queue->is_fifo)
		return true;
	if (draft->attributes.dedup_id) {
		*id = draft->attributes.dedup_id;
		return true;
	}
	switch ((enum dedup_mode)draft->node.mount->options->dedup) {
	case DEDUP_CONTENT:
		return true;
	case DEDUP_NAME:
		*id = draft->node.name;
		*why = "dedup=name: the file's name is no deduplication id";
		return *id && sqs_id_is_valid(*id);
	case DEDUP_FRESH:
		break;
	}
	*id = fresh_dedup_id(draft);
	*why = "no random bytes for a deduplication id";
	return *id != NULL;
}

/* NULL, and why. Lock held: what it copies may change. */
static struct sqs_op *make_op_locked(struct draft *draft, const char **why)
{
	const struct encoded *encoded = draft->encoded;
	struct queue *queue = draft->queue;
	struct sqs_send args = {
		.queue_url = queue->url,
		.body = encoded->body.data,
		.body_len = encoded->body.len,
		.attributes = encoded->attributes,
		.attribute_count = encoded->attribute_count,
		.group_id = draft_group_id(draft),
		.delay_s = attributes_delay_s(&draft->attributes),
		.expects_company = queue->sending.writers > draft->writers,
	};

	if (!find_dedup_id(draft, &args.dedup_id, why))
		return NULL;
	*why = "no memory";
	return sqs_send_new(draft->node.mount->client, &args, on_sent, draft);
}

/* The bytes are lent, so nobody changes them, or the attributes, meanwhile. */
static int encode_draft(struct draft *draft, const char **why)
{
	struct sqs_attribute attributes[SQS_ATTRIBUTES];
	size_t count = attributes_fill(&draft->attributes, attributes);

	*why = "no memory";
	draft->encoded = calloc(1, sizeof(*draft->encoded));
	if (!draft->encoded)
		return ENOMEM;
	return encode((enum body_format)draft->node.mount->options->format,
		buf_view(&draft->bytes), attributes, count, draft->encoded, why);
}

/* Of a draft that has just become SENDING, with a reference for it. Lock free. */
static void attempt(struct draft *draft)
{
	struct mount *mount = draft->node.mount;
	struct sqs_op *op;
	const char *why = "";
	int error = encode_draft(draft, &why);

	if (error) {
		finish_with(draft, error_of(error), why);
		return;
	}
	mount_lock(mount);
	op = make_op_locked(draft, &why);
	draft->op = op;
	if (op && mount->options->spool && !spool_has_locked(draft))
		sqs_op_set_timeout(op, SPOOL_AFTER_MS);
	if (op && send_order_blocker_locked(draft))
		sqs_cancel(op); /* it failed between our turn and now */
	mount_unlock(mount);
	if (!op) {
		finish_with(
			draft, draft->queue->is_fifo ? SQS_INVALID : SQS_NO_MEMORY, why);
		return;
	}
	sqs_start(op);
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
		if (spool_instead_locked(draft))
			continue;
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
	struct list *link;

	mount_lock(mount);
	if (queue->sending.pending == 0)
		list_splice(&passed, &queue->sending.barriers);
	mount_unlock(mount);
	while ((link = list_pop(&passed)) != NULL) {
		struct barrier *barrier = list_entry(link, struct barrier, link);

		barrier->done(barrier, barrier->error);
	}
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

	if (!send_order_join_locked(draft)) {
		*answer = ENOMEM;
		return TURN_OVER;
	}
	if (spool_instead_locked(draft))
		return TURN_WAITS;
	blocker = send_order_blocker_locked(draft);
	if (blocker && is_told) {
		struct sqs_failure failure = held_back_by(blocker);

		draft_set_failure_locked(draft, &failure);
		if (draft->state != DRAFT_REFUSED)
			draft_enter_locked(draft, DRAFT_REFUSED);
		*answer = answer_of(failure.error);
		return TURN_OVER;
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
	if (draft->state == DRAFT_SENT)
		draft_enter_locked(draft, DRAFT_GONE);
	mount_unlock(mount);
	if (retries)
		draft_send(draft, NULL);
}
