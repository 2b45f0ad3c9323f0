/* SPDX-License-Identifier: MIT */
/*
 * Timers: a heap of points in time.
 *
 * A timer is a member of what it belongs to, zeroes at first. Times are of whatever
 * clock the owner reads. One thread.
 */
#ifndef SQS_LOCAL_TIMERS_H
#define SQS_LOCAL_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timer {
	int64_t at;
	size_t place; /* in the heap, counted from 1; 0: not set */
};

/* Zeroes are none. */
struct timers {
	struct timer **heap;
	size_t count;
	size_t room;
};

/* Sets a timer, or moves it. False when there is no memory: it is not set then. */
bool timers_set(struct timers *timers, struct timer *timer, int64_t at);

/* A timer that is not set may be cancelled. */
void timers_cancel(struct timers *timers, struct timer *timer);

/* When the earliest is due; INT64_MAX: there is none. */
int64_t timers_next_due(const struct timers *timers);

/* Takes out the earliest that is due; NULL when none is. */
struct timer *timers_pop(struct timers *timers, int64_t now);

/* Forgets all and frees the heap. */
void timers_finish(struct timers *timers);

#endif
