/* SPDX-License-Identifier: MIT */
#include "fs/turn.h"

#include <errno.h>
#include <stdlib.h>

#include "fs/call.h"
#include "fs/caller.h"
#include "fs/queue.h"
#include "sqs/base/clock.h"

enum {
	LOOK_MS = 50,        /* how often an invited thread is looked for */
	PATIENCE_MS = 5000,  /* for one that lives and does not come */
	TURN_MS = 60 * 1000, /* for a turn; nobody waits that long */
};

/* An OPEN that waits for its turn. */
struct turn {
	struct call_wait wait; /* in turns.waiting */
	struct queue *queue;   /* a reference */
	pid_t tid;
};

static struct turns *turns_of(struct queue *queue)
{
	return &queue->receiving.turns;
}

/* Lock held. */
static void take_idle_locked(struct next *next)
{
	struct receiving *receiving = &next->queue->receiving;

	if (receiving->idle != next)
		return;
	receiving->idle = NULL;
	node_unref_locked(&next->node);
}

bool turn_take_locked(struct next *next, pid_t tid)
{
	struct turns *turns = turns_of(next->queue);
	bool is_second = tid == turns->invited || tid == turns->late;
	bool is_free = !turns->invited && next->queue->receiving.idle == next;

	if (tid && !is_second && !is_free)
		return false;
	if (tid == turns->invited)
		turns->invited = 0;
	if (tid == turns->late)
		turns->late = 0;
	take_idle_locked(next);
	return true;
}

static void turn_free(struct turn *turn)
{
	node_unref(&turn->queue->dir.node);
	free(turn);
}

static void on_give_up(struct call_wait *wait, int error)
{
	struct turn *turn = list_entry(wait, struct turn, wait);

	fuse_reply_err(wait->req, error == ETIMEDOUT ? EAGAIN : error);
	turn_free(turn);
}

/* The first who waits is invited; NULL: nobody, or another is invited. Lock held. */
static struct turn *invite_locked(struct queue *queue)
{
	struct turns *turns = turns_of(queue);

	if (turns->invited)
		return NULL;
	list_each (link, &turns->waiting) {
		struct call_wait *wait = list_entry(link, struct call_wait, link);
		struct turn *turn = list_entry(wait, struct turn, wait);

		if (!call_wait_take_locked(wait))
			continue;
		turns->invited = turn->tid;
		turns->invited_at_ms = clock_boot_ms();
		timer_set_locked(&turns->timer, turns->invited_at_ms + LOOK_MS);
		return turn;
	}
	return NULL;
}

void turn_over(struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	struct turn *turn;

	mount_lock(mount);
	turn = invite_locked(queue);
	mount_unlock(mount);
	if (!turn)
		return;
	call_end(turn->wait.req);
	fuse_reply_err(turn->wait.req, ESTALE);
	turn_free(turn);
}

/* The invited thread was killed, or the kernel has found another way for it. */
static void on_look(struct timer *timer)
{
	struct queue *queue = queue_of(timer->node);
	struct turns *turns = turns_of(queue);
	struct mount *mount = timer->node->mount;
	int64_t now_ms = clock_boot_ms();
	bool is_there;

	mount_lock(mount);
	if (turns->invited) {
		is_there = caller_of(turns->invited).tgid != 0;
		if (is_there && now_ms < turns->invited_at_ms + PATIENCE_MS) {
			timer_set_locked(timer, now_ms + LOOK_MS);
		} else {
			turns->late = is_there ? turns->invited : turns->late;
			turns->invited = 0;
		}
	}
	mount_unlock(mount);
	turn_over(queue);
}

void turn_wait(fuse_req_t req, struct next *next)
{
	struct mount *mount = next->node.mount;
	struct turn *turn = calloc(1, sizeof(*turn));
	struct queue *queue;

	mount_lock(mount);
	queue = next->queue;
	if (queue && turn) {
		turn->queue = queue;
		turn->tid = fuse_req_ctx(req)->pid;
		/* One for the turn, one for here: the turn may be over in call_wait(). */
		node_ref_locked(&queue->dir.node);
		node_ref_locked(&queue->dir.node);
		if (!turns_of(queue)->timer.node)
			timer_init(&turns_of(queue)->timer, &queue->dir.node, on_look);
	}
	mount_unlock(mount);
	if (!queue || !turn) {
		free(turn);
		fuse_reply_err(req, queue ? ENOMEM : ENOENT);
		return;
	}
	call_wait(&turn->wait, req, &queue->dir.node, &turns_of(queue)->waiting, TURN_MS,
		on_give_up);
	turn_over(queue);
	node_unref(&queue->dir.node);
}
