/* SPDX-License-Identifier: MIT */
#include "fs/settle.h"

#include <errno.h>
#include <stdlib.h>

#include "fs/call.h"

/*
 * Two barriers and a request that waits for both. Barriers cannot be called off, so
 * this lives until both have been passed, even if the request gave up before.
 */
struct settling {
	struct queue *queue; /* a reference */
	struct call_wait wait;
	struct list waiting; /* holds `wait` until it is over */
	struct barrier sends;
	struct barrier deletes;
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

	settling->done(settling->arg, error);
	drop(settling);
}

static void on_passed(struct settling *settling, int error)
{
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

static void on_sends_done(struct barrier *barrier, int error)
{
	on_passed(list_entry(barrier, struct settling, sends), error);
}

static void on_deletes_done(struct barrier *barrier, int error)
{
	on_passed(list_entry(barrier, struct settling, deletes), error);
}

void settle(fuse_req_t req, struct queue *queue, int64_t timeout_ms, settle_done_fn *done,
	void *arg)
{
	struct settling *settling = calloc(1, sizeof(*settling));
	struct node *node = &queue->dir.node;

	if (!settling) {
		done(arg, ENOMEM);
		return;
	}
	*settling = (struct settling){
		.queue = queue,
		.sends.done = on_sends_done,
		.deletes.done = on_deletes_done,
		.done = done,
		.arg = arg,
		.uses = 3,
	};
	list_init(&settling->waiting);
	list_init(&settling->sends.link);
	list_init(&settling->deletes.link);
	mount_lock(node->mount);
	node_ref_locked(node);
	mount_unlock(node->mount);
	call_wait(&settling->wait, req, node, &settling->waiting, timeout_ms, on_give_up);
	receiving_barrier(queue, &settling->deletes);
	sending_barrier(queue, &settling->sends);
}
