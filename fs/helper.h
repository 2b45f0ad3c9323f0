/* SPDX-License-Identifier: MIT */
/*
 * The helper: one thread for jobs that may take long, so that the FUSE thread
 * never does: the descriptors of a process that has thousands, an fsync.
 *
 * Jobs run in order, with no lock held.
 */
#ifndef FS_HELPER_H
#define FS_HELPER_H

#include "sqs/base/list.h"

struct job {
	struct list link;
	void (*run)(struct job *job); /* owns the job from then on */
};

struct helper *helper_new(void);
void helper_add(struct helper *helper, struct job *job);
/* Returns when every job that was added has run. NULL is allowed. */
void helper_wait(struct helper *helper);
/* Runs what was added, ends the thread. NULL is allowed. */
void helper_free(struct helper *helper);

#endif
