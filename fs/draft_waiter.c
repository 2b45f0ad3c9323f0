/* SPDX-License-Identifier: MIT */
#include "fs/draft_waiter.h"

#include <errno.h>
#include <stdlib.h>

#include "fs/call.h"
#include "fs/writer.h"
#include "sqs/base/clock.h"

enum { LOOK_EVERY_MS = 1000 };

static struct draft_waiter *waiter_at(struct list *link)
{
	return list_entry(link, struct draft_waiter, link);
}

struct draft_waiter *draft_waiter_new(struct draft *draft, fuse_req_t req,
	void (*settled)(struct draft_waiter *waiter, int error))
{
	struct draft_waiter *waiter = calloc(1, sizeof(*waiter));

	if (!waiter)
		return NULL;
	list_init(&waiter->link);
	waiter->draft = draft;
	waiter->req = req;
	waiter->settled = settled;
	waiter->is_told = true;
	waiter->answer_by_ms = INT64_MAX;
	return waiter;
}

/* libfuse holds the request's lock here. */
static void on_interrupt(fuse_req_t req, void *arg)
{
	struct draft_waiter *waiter = arg;
	struct draft *draft = waiter->draft;

	(void)req;
	mount_lock(draft->node.mount);
	waiter->is_interrupted = true;
	if (!list_is_empty(&waiter->link))
		timer_set_locked(&draft->watch, 0);
	mount_unlock(draft->node.mount);
}

void draft_waiter_register(struct draft_waiter *waiter)
{
	fuse_req_interrupt_func(waiter->req, on_interrupt, waiter);
}

static int64_t due_ms(const struct draft_waiter *waiter)
{
	if (waiter->is_interrupted && waiter->look_at_ms < waiter->answer_by_ms)
		return waiter->look_at_ms;
	return waiter->answer_by_ms;
}

static void watch_locked(struct draft *draft)
{
	int64_t first_ms = INT64_MAX;

	list_each (link, &draft->waiters) {
		int64_t ms = due_ms(waiter_at(link));

		if (ms < first_ms)
			first_ms = ms;
	}
	if (first_ms == INT64_MAX)
		timer_clear_locked(&draft->watch);
	else
		timer_set_locked(&draft->watch, first_ms);
}

void draft_waiter_add_locked(struct draft_waiter *waiter)
{
	list_append(&waiter->draft->waiters, &waiter->link);
	if (due_ms(waiter) != INT64_MAX)
		watch_locked(waiter->draft);
}

bool draft_waiters_are_told_locked(const struct draft *draft)
{
	list_each (link, &draft->waiters) {
		if (waiter_at(link)->is_told)
			return true;
	}
	return false;
}

void draft_waiters_take_locked(struct draft *draft, struct list *taken, int answer)
{
	list_each (link, &draft->waiters)
		waiter_at(link)->answer = answer;
	list_splice(taken, &draft->waiters);
	timer_clear_locked(&draft->watch);
}

void draft_waiters_settle(struct list *taken)
{
	struct list *link;

	while ((link = list_pop(taken)) != NULL)
		draft_waiter_settle(waiter_at(link), waiter_at(link)->answer);
}

void draft_waiter_settle(struct draft_waiter *waiter, int answer)
{
	call_end(waiter->req);
	waiter->settled(waiter, answer);
}

/* Whether its time has come; then `answer` is what it is told. */
static bool is_due(struct draft_waiter *waiter, int64_t now_ms)
{
	if (waiter->answer_by_ms <= now_ms) {
		waiter->answer = waiter->late_answer;
		return true;
	}
	if (!waiter->is_interrupted || waiter->look_at_ms > now_ms)
		return false;
	waiter->answer = EINTR;
	waiter->look_at_ms = now_ms + LOOK_EVERY_MS;
	return waiter->gives_up || writer_is_dying(fuse_req_ctx(waiter->req)->pid);
}

void draft_on_watch(struct timer *timer)
{
	struct draft *draft = list_entry(timer, struct draft, watch);
	struct mount *mount = draft->node.mount;
	struct list due = LIST_INIT(due);
	int64_t now_ms = clock_boot_ms();

	mount_lock(mount);
	list_each_safe (link, &draft->waiters) {
		if (is_due(waiter_at(link), now_ms)) {
			list_remove(link);
			list_append(&due, link);
		}
	}
	watch_locked(draft);
	mount_unlock(mount);
	draft_waiters_settle(&due);
}
