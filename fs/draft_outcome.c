/* SPDX-License-Identifier: MIT */
#include "fs/draft_outcome.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fs/draft_send.h"
#include "fs/errno.h"
#include "fs/options.h"
#include "fs/send_order.h"
#include "fs/spool.h"
#include "sqs/base/clock.h"

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

bool draft_error_is_for_good(enum sqs_error error)
{
	return is_for_good[error];
}

int draft_answer_of(enum sqs_error error)
{
	/* EINTR from close(2) is taken for "closed" by many. */
	return error == SQS_CANCELLED ? ECANCELED : errno_of(error);
}

/* -------------------------------------------------------------------------------------
 * Accepted
 */

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
	if (for_ms == 0 || mount->is_ending)
		draft_enter_locked(draft, DRAFT_GONE);
	else
		timer_set_locked(&draft->timer, clock_boot_ms() + for_ms);
}

void draft_accepted_locked(struct draft *draft, const struct sqs_result *result)
{
	replace_text(&draft->message_id, result->message_id);
	replace_text(&draft->sequence_number, result->sequence_number);
	queue_refused_locked(draft->queue, SQS_OK);
	draft_handed_over_locked(draft);
}

void draft_handed_over_locked(struct draft *draft)
{
	draft_consumed_locked(draft);
	if (!draft->node.parent)
		draft_enter_locked(draft, DRAFT_GONE);
	else if (draft->writers)
		draft_enter_locked(draft, DRAFT_EMPTY);
	else
		draft_receipt_locked(draft);
}

/* -------------------------------------------------------------------------------------
 * Held back
 */

int draft_hold_back_locked(struct draft *draft, const struct draft *blocker)
{
	struct sqs_failure failure = {
		.error = blocker->failure ? blocker->failure->error : SQS_CANCELLED};

	snprintf(failure.message, sizeof(failure.message),
		"held back: %.200s, of the same group, must be sent or removed first",
		blocker->node.name ? blocker->node.name : "another file");
	draft_set_failure_locked(draft, &failure);
	draft->retries = true; /* nobody is asked when that one has gone */
	if (draft->state != DRAFT_WAITING)
		draft_enter_locked(draft, DRAFT_WAITING);
	return draft_answer_of(failure.error);
}

void draft_hold_back_followers_locked(const struct draft *draft, struct list *waiters)
{
	const struct draft *at = draft;
	struct draft *next;

	while ((next = send_order_behind_locked(at)) != NULL) {
		if (next->state == DRAFT_SENDING && next->op)
			sqs_cancel(next->op);
		else if (next->state == DRAFT_WAITING &&
			 draft_waiters_are_told_locked(next) &&
			 !draft_spool_instead_locked(next))
			draft_waiters_take_locked(
				next, waiters, draft_hold_back_locked(next, draft));
		at = next;
	}
}

/* -------------------------------------------------------------------------------------
 * Failed
 */

static void tell_barriers(struct queue *queue, int error)
{
	list_each (link, &queue->sending.barriers) {
		struct barrier *barrier = list_entry(link, struct barrier, link);

		if (!barrier->error)
			barrier->error = error;
	}
}

static int64_t retry_after_ms(struct draft *draft)
{
	unsigned attempts = draft->attempts++;

	if (spool_has_locked(draft))
		return SPOOL_RETRY_MS;
	return attempts > 5 ? LONGEST_RETRY_MS : FIRST_RETRY_MS << attempts;
}

void draft_retry_later_locked(struct draft *draft)
{
	draft->retries = true;
	draft_enter_locked(draft, DRAFT_RETRYING);
	if (!draft->node.mount->is_ending)
		timer_set_locked(&draft->timer, clock_boot_ms() + retry_after_ms(draft));
}

void draft_not_begun_locked(struct draft *draft, bool is_told)
{
	static const struct sqs_failure no_memory = {
		.error = SQS_NO_MEMORY, .message = "no memory"};

	tell_barriers(draft->queue, ENOMEM);
	draft_set_failure_locked(draft, &no_memory);
	if (draft->state != DRAFT_WRITING)
		draft_enter_locked(draft, DRAFT_WRITING);
	send_order_join_locked(draft); /* if there is memory for that */
	if (is_told)
		draft_enter_locked(draft, DRAFT_REFUSED);
	else
		draft_retry_later_locked(draft);
}

void draft_failed_locked(
	struct draft *draft, const struct sqs_failure *failure, struct list *waiters)
{
	const struct draft *blocker = send_order_blocker_locked(draft);
	bool is_told = draft_waiters_are_told_locked(draft);

	tell_barriers(draft->queue, draft_answer_of(failure->error));
	queue_refused_locked(draft->queue, failure->error);
	if (!draft->node.parent) {
		draft_enter_locked(draft, DRAFT_GONE);
		return;
	}
	/* Called off by the failure of the one before it. */
	if (failure->error == SQS_CANCELLED && blocker && !draft->node.mount->is_ending) {
		draft_waiters_take_locked(
			draft, waiters, draft_hold_back_locked(draft, blocker));
		return;
	}
	draft_set_failure_locked(draft, failure);
	if ((is_told && !draft->retries) ||
		(is_for_good[failure->error] && failure->error != SQS_DENIED))
		draft_enter_locked(draft, DRAFT_REFUSED);
	else
		draft_retry_later_locked(draft);
	draft_hold_back_followers_locked(draft, waiters);
}
