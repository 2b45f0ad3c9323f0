/* SPDX-License-Identifier: MIT */
/*
 * Timers. They fire on the FUSE thread, with no lock held.
 *
 * A timer belongs to a node and holds a reference to it while it is set, and
 * while it fires. Setting a timer that is set moves it. A timer that was cleared
 * may still be about to fire: a fire function looks at the state under the lock
 * before it acts. Times are CLOCK_BOOTTIME in milliseconds.
 */
#ifndef FS_TIMER_H
#define FS_TIMER_H

#include "fs/node.h"

struct timer {
	struct node *node;
	void (*fire)(struct timer *timer);
	int64_t due_ms; /* lock, as all below */
	bool is_set;
	struct timer *before; /* of those side by side; of the first, the one above */
	struct timer *next;   /* side by side */
	struct timer *below;  /* the first of those below it */
};

static inline void timer_init(
	struct timer *timer, struct node *node, void (*fire)(struct timer *))
{
	*timer = (struct timer){.node = node, .fire = fire};
}

/* Lock held. */
void timer_set_locked(struct timer *timer, int64_t due_ms);
void timer_clear_locked(struct timer *timer);

static inline bool timer_is_set_locked(const struct timer *timer)
{
	return timer->is_set;
}

/* For the loop. */
struct timers *timers_new(
	int wake_fd); /* an eventfd that is written when the first timer changes */
void timers_free(struct timers *timers);
/* When the next one is due; INT64_MAX: none. */
int64_t timers_due(struct mount *mount);
/* Fires all that are due. */
void timers_run(struct mount *mount, int64_t now_ms);

#endif
