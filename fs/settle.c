/* SPDX-License-Identifier: MIT */
#include "fs/settle.h"

#include <errno.h>
#include <stdlib.h>

#include "fs/call.h"
#include "fs/visibility.h"

enum { BARRIERS = 3 };

/* What sets a barrier up: once nothing of its kind is under way, it is passed. */
typedef void barrier_fn(struct queue *queue, struct barrier *barrier);

/*
 * Barriers and a request that waits for all of them. Barriers cannot be called off, so
 * this lives until each has been passed, even if the request gave up before.
 */
struct settling {
	struct queue *queue; /* a reference */
	struct call_wait wait;
	struct list waiting; /* holds `wait` until it is over */
	struct part {
		struct settling *whole;
		struct barrier barrier;
	} parts[BARRIERS];
	settle_done_fn *done;
	void *arg;
	int error;     /* lock: the first failure */
	unsigned uses; /* lock: barriers not passed, and the request */
};

/* Lock held. */
static void drop_locked(struct settling *settling)
{
	if (--settling->uses > 0)
		return;
	node_unref_locked(&settling->queue->dir.node);
	free(settling);
}

static void drop(struct settling *settling)
{
	struct mount *mount = settling->queue->dir.node.mount;

	mount_lock(mount);
	drop_locked(settling);
	mount_unlock(mount);
}

static void on_give_up(struct call_wait *wait, int error)
{
	struct settling *settling = list_entry(wait, struct settling, wait);

	settling->done(settling->arg, error == ETIMEDOUT ? SETTLE_LATE : error);
	drop(settling);
}

static void on_passed(struct barrier *barrier, int error)
{
	struct settling *settling = list_entry(barrier, struct part, barrier)->whole;
	struct mount *mount = settling->queue->dir.node.mount;
	bool answers;

	mount_lock(mount);
	if (!settling->error)
		settling->error = error;
	answers = settling->uses == 2 && call_wait_take_locked(&settling->wait);
	error = settling->error;
	mount_unlock(mount);
	if (answers) {
		call_end(settling->wait.req);
		settling->done(settling->arg, error);
		drop(settling);
	}
	drop(settling);
}

static struct settling *settling_new(
	struct queue *queue, unsigned count, settle_done_fn *done, void *arg)
{
	struct settling *settling = calloc(1, sizeof(*settling));
	struct node *node = &queue->dir.node;

	if (!settling)
		return NULL;
	*settling = (struct settling){
		.queue = queue, .done = done, .arg = arg, .uses = count + 1};
	list_init(&settling->waiting);
	for (size_t i = 0; i < count; i++) {
		settling->parts[i].whole = settling;
		settling->parts[i].barrier.done = on_passed;
		list_init(&settling->parts[i].barrier.link);
	}
	mount_lock(node->mount);
	node_ref_locked(node);
	mount_unlock(node->mount);
	return settling;
}

/* As settle(), of what these `count` functions set up barriers for. */
static void settle_some(fuse_req_t req, struct queue *queue, barrier_fn *const *kinds,
	unsigned count, int64_t timeout_ms, settle_done_fn *done, void *arg)
{
	struct settling *settling = settling_new(queue, count, done, arg);

	if (!settling) {
		done(arg, ENOMEM);
		return;
	}
	call_wait(&settling->wait, req, &queue->dir.node, &settling->waiting, timeout_ms,
		on_give_up);
	/* With the last one it may be gone. */
	for (size_t i = 0; i < count; i++)
		kinds[i](queue, &settling->parts[i].barrier);
}

void settle(fuse_req_t req, struct queue *queue, int64_t timeout_ms, settle_done_fn *done,
	void *arg)
{
	static barrier_fn *const all[BARRIERS] = {
		visibility_barrier, receiving_barrier, sending_barrier};

	settle_some(req, queue, all, BARRIERS, timeout_ms, done, arg);
}

static void on_settled(void *arg, int error)
{
	fuse_reply_err(arg, error == SETTLE_LATE ? EAGAIN : error);
}

void settle_and_reply(fuse_req_t req, struct queue *queue, int64_t timeout_ms)
{
	settle(req, queue, timeout_ms, on_settled, req);
}

void settle_returns(fuse_req_t req, struct queue *queue, int64_t timeout_ms,
	settle_done_fn *done, void *arg)
{
	static barrier_fn *const returns[] = {visibility_barrier};

	settle_some(req, queue, returns, 1, timeout_ms, done, arg);
}
