/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a draft that was tried: the state it goes to, its receipt, its
 * next try, and what that means for those behind it. Nothing here calls out; the
 * lock is held throughout.
 */
#ifndef FS_DRAFT_OUTCOME_H
#define FS_DRAFT_OUTCOME_H

#include "fs/draft_waiter.h"

/* Whether trying again will not change this outcome. */
bool draft_error_is_for_good(enum sqs_error error);

/* The errno of close(2) and its like. */
int draft_answer_of(enum sqs_error error);

/* Of a draft that is SENDING. */
void draft_accepted_locked(struct draft *draft, const struct sqs_result *result);

/* The same: its content is in other hands, what is written next is another message. */
void draft_handed_over_locked(struct draft *draft);

/* The same. Adds to `waiters` those that are to be settled with another answer than that
 * of the failure: its own and its followers'. */
void draft_failed_locked(
	struct draft *draft, const struct sqs_failure *failure, struct list *waiters);

/* There is no memory to begin an attempt, which is as if it had failed. Of a draft that
 * may be sent; `is_told`: its writer hears of it. */
void draft_not_begun_locked(struct draft *draft, bool is_told);

/* It is tried again after a pause. */
void draft_retry_later_locked(struct draft *draft);

/*
 * `blocker`, before it in its group, is the reason that it is not sent: it goes when
 * that one has gone. Returns what those who wait for it are answered.
 */
int draft_hold_back_locked(struct draft *draft, const struct draft *blocker);

/*
 * Those behind it must not overtake: what is under way is called off, and completes
 * with its own outcome; who waits is answered now.
 */
void draft_hold_back_followers_locked(const struct draft *draft, struct list *waiters);

/* What fsync sent and nobody writes any more becomes a receipt. */
void draft_receipt_locked(struct draft *draft);

#endif
