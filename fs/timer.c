/* SPDX-License-Identifier: MIT */
/*
 * A pairing heap: a tree in which nobody is due before the one above it. It is made of
 * the timers themselves, so that setting one takes no memory and cannot fail.
 */
#include "fs/timer.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct timers {
	int wake_fd;
	struct timer *first;
};

struct timers *timers_new(int wake_fd)
{
	struct timers *timers = calloc(1, sizeof(*timers));

	if (timers)
		timers->wake_fd = wake_fd;
	return timers;
}

/* Two trees become one; either may be NULL. */
static struct timer *meld(struct timer *one, struct timer *other)
{
	struct timer *top = one, *below = other;

	if (!one || !other)
		return one ? one : other;
	if (other->due_ms < one->due_ms) {
		top = other;
		below = one;
	}
	below->before = top;
	below->next = top->below;
	if (below->next)
		below->next->before = below;
	top->below = below;
	return top;
}

/* Those side by side become one tree: in pairs, and these from the last to the first. */
static struct timer *meld_all(struct timer *left)
{
	struct timer *pairs = NULL, *all = NULL;

	while (left) {
		struct timer *one = left, *other = one->next, *pair;

		left = other ? other->next : NULL;
		one->next = one->before = NULL;
		if (other)
			other->next = other->before = NULL;
		pair = meld(one, other);
		pair->next = pairs;
		pairs = pair;
	}
	while (pairs) {
		struct timer *pair = pairs;

		pairs = pair->next;
		pair->next = NULL;
		all = meld(all, pair);
	}
	return all;
}

static void take_out(struct timers *timers, struct timer *timer)
{
	struct timer *before = timer->before, *rest = meld_all(timer->below);

	if (!before) {
		timers->first = rest;
	} else {
		if (before->below == timer)
			before->below = timer->next;
		else
			before->next = timer->next;
		if (timer->next)
			timer->next->before = before;
		timers->first = meld(timers->first, rest);
	}
	timer->before = timer->next = timer->below = NULL;
	timer->is_set = false;
}

void timer_set_locked(struct timer *timer, int64_t due_ms)
{
	struct timers *timers = timer->node->mount->timers;

	if (timer->is_set)
		take_out(timers, timer);
	else
		node_ref_locked(timer->node);
	timer->is_set = true;
	timer->due_ms = due_ms;
	timers->first = meld(timers->first, timer);
	if (timers->first == timer)
		eventfd_write(timers->wake_fd, 1);
}

void timer_clear_locked(struct timer *timer)
{
	if (!timer->is_set)
		return;
	take_out(timer->node->mount->timers, timer);
	node_unref_locked(timer->node);
}

int64_t timers_due(struct mount *mount)
{
	const struct timers *timers = mount->timers;
	int64_t due_ms;

	mount_lock(mount);
	due_ms = timers->first ? timers->first->due_ms : INT64_MAX;
	mount_unlock(mount);
	return due_ms;
}

/* The first one if it is due, with its reference. */
static struct timer *pop_due(struct mount *mount, int64_t now_ms)
{
	struct timers *timers = mount->timers;
	struct timer *timer = NULL;

	mount_lock(mount);
	if (timers->first && timers->first->due_ms <= now_ms) {
		timer = timers->first;
		take_out(timers, timer);
	}
	mount_unlock(mount);
	return timer;
}

void timers_run(struct mount *mount, int64_t now_ms)
{
	struct timer *timer;

	while ((timer = pop_due(mount, now_ms)) != NULL) {
		struct node *node = timer->node;

		timer->fire(timer);
		node_unref(node);
	}
}

void timers_free(struct timers *timers)
{
	if (!timers)
		return;
	while (timers->first) {
		struct timer *timer = timers->first;
		struct node *node = timer->node;

		take_out(timers, timer);
		node_unref(node);
	}
	free(timers);
}
