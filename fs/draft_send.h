/* SPDX-License-Identifier: MIT */
/*
 * Sending a draft: attempts, retries and receipts.
 */
#ifndef FS_DRAFT_SEND_H
#define FS_DRAFT_SEND_H

#include "fs/draft_waiter.h"

/*
 * The draft is complete, or is to be tried again: takes its place in its group's
 * order and is sent. Nothing to send is success. `waiter` may be NULL: then nobody
 * is told, and what fails is tried again later.
 */
void draft_send(struct draft *draft, struct draft_waiter *waiter);

/* Waits for the outcome of what is under way or being written, or for its time. */
void draft_await(struct draft *draft, struct draft_waiter *waiter);

/* Puts it into the spool without trying, if that is where it is to go. Lock held. */
bool draft_spool_instead_locked(struct draft *draft);

/*
 * Starts what may start now, and lets barriers pass. To be called, lock free, after
 * all that may have freed the way: a draft sent, failed, removed or begun anew.
 */
void draft_poke(struct queue *queue);

/* Fire function of the draft's `timer`. */
void draft_on_time(struct timer *timer);

#endif
