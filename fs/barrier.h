/* SPDX-License-Identifier: MIT */
/*
 * Barriers: who waits until nothing of one kind is under way in a queue. What keeps
 * count of that has a list of them, and tells them when the count has become 0.
 */
#ifndef FS_BARRIER_H
#define FS_BARRIER_H

#include "sqs/base/list.h"

struct barrier {
	struct list link;
	/* Called once, lock free, on any thread. `error`: errno of the first failure since
	 * it was set up. */
	void (*done)(struct barrier *barrier, int error);
	int error; /* lock */
};

/* Tells all that were taken out of their list; `error` is for those that have none of
 * their own. Lock free. */
void barriers_tell(struct list *passed, int error);

#endif
