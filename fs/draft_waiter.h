/* SPDX-License-Identifier: MIT */
/*
 * Requests that wait for a draft: a close, an fsync or a rename for the outcome of
 * its sending, an open until nobody reads its bytes any more.
 *
 * A message that has left cannot be recalled, so an interrupt does not end a wait
 * for an outcome; the kernel tells of one signal only, so from then on the process
 * is looked at each second, and answered as soon as it is dying.
 */
#ifndef FS_DRAFT_WAITER_H
#define FS_DRAFT_WAITER_H

#include "fs/draft.h"

/*
 * On the heap. Its maker fills the second part and gives it away to draft_send() or
 * draft_await(); then `settled` owns it and frees it. That is called once, lock free,
 * on any thread, perhaps before those return, and the request is ready to be answered.
 */
struct draft_waiter {
	struct list link; /* lock: in draft->waiters, or in none */
	struct draft *draft;
	fuse_req_t req;
	bool is_interrupted; /* lock */
	int64_t look_at_ms;  /* lock: when to look at an interrupted process again */
	int answer;          /* what settled() will be told */

	void (*settled)(struct draft_waiter *waiter, int error);
	void *arg;            /* the maker's */
	bool is_told;         /* somebody sees the answer: a failure counts as told */
	bool gives_up;        /* an interrupt ends the wait at once, with EINTR */
	int64_t answer_by_ms; /* INT64_MAX: when it is known */
	int late_answer;      /* what is answered at that time */
};

/* It is told, does not give up and waits as long as it takes. NULL: no memory. */
struct draft_waiter *draft_waiter_new(struct draft *draft, fuse_req_t req,
	void (*settled)(struct draft_waiter *waiter, int error));

/* Lets interrupts find it. Lock free, before draft_waiter_add_locked(). */
void draft_waiter_register(struct draft_waiter *waiter);
void draft_waiter_add_locked(struct draft_waiter *waiter);

/* Whether somebody will be told how the draft fares. */
bool draft_waiters_are_told_locked(const struct draft *draft);

/* Moves all of them into `taken`, to be settled with this answer. */
void draft_waiters_take_locked(struct draft *draft, struct list *taken, int answer);
/* Lock free. */
void draft_waiters_settle(struct list *taken);
/* One that was never added. Lock free. */
void draft_waiter_settle(struct draft_waiter *waiter, int answer);

/* Fire function of the draft's `watch`. */
void draft_on_watch(struct timer *timer);

#endif
