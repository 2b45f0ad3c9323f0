/* SPDX-License-Identifier: MIT */
/*
 *	SETTLE    what is under way ends          -> COUNT; not in time: EBUSY
 *	COUNT     the service counts messages     -> DELETE; not all 0: ENOTEMPTY
 *	DELETE    the service deletes             -> the answer
 *
 * The kernel holds the root's lock meanwhile, so all steps share one deadline.
 */
#include "fs/queue_remove.h"

#include <errno.h>
#include <stdlib.h>

#include "fs/call.h"
#include "fs/root_dir.h"
#include "fs/settle.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/view.h"

enum { REMOVED_IN_MS = 5000, LEAST_STEP_MS = 500 };

static const char *const counts[] = {
	"ApproximateNumberOfMessages",
	"ApproximateNumberOfMessagesNotVisible",
	"ApproximateNumberOfMessagesDelayed",
};

struct removal {
	fuse_req_t req;
	struct queue *queue; /* a reference */
	int64_t deadline_ms;
};

static void removal_free(struct removal *removal)
{
	node_unref(&removal->queue->dir.node);
	free(removal);
}

static void answer(struct removal *removal, int error)
{
	fuse_reply_err(removal->req, error);
	removal_free(removal);
}

static void answer_failure(struct removal *removal, const struct sqs_failure *failure)
{
	call_reply_failure(removal->req, "rmdir", removal->queue->name, failure);
	removal_free(removal);
}

static void start_step(struct removal *removal, struct sqs_op *op)
{
	int64_t left_ms = removal->deadline_ms - clock_boot_ms();

	if (!op) {
		answer(removal, ENOMEM);
		return;
	}
	sqs_op_set_timeout(op, left_ms < LEAST_STEP_MS ? LEAST_STEP_MS : left_ms);
	call_start(removal->req, op);
}

static void on_deleted(void *arg, const struct sqs_result *result)
{
	struct removal *removal = arg;
	struct mount *mount = removal->queue->dir.node.mount;

	call_end(removal->req);
	if (result->error && result->error != SQS_NO_SUCH_QUEUE) {
		answer_failure(removal, result->failure);
		return;
	}
	mount_lock(mount);
	queue_gone_locked(removal->queue);
	root_removed_locked(mount, removal->queue->name);
	mount_unlock(mount);
	answer(removal, 0);
}

static bool has_unsent(const struct removal *removal)
{
	struct mount *mount = removal->queue->dir.node.mount;
	unsigned unsent;

	mount_lock(mount);
	unsent = sending_unsent_locked(removal->queue);
	mount_unlock(mount);
	return unsent > 0;
}

static bool is_empty(const struct removal *removal, const struct sqs_result *result)
{
	for (size_t i = 0; i < result->pair_count; i++) {
		if (!view_is(view_of(result->pairs[i].value), "0"))
			return false;
	}
	return !has_unsent(removal);
}

static void on_counted(void *arg, const struct sqs_result *result)
{
	struct removal *removal = arg;
	struct queue *queue = removal->queue;

	call_end(removal->req);
	if (result->error == SQS_NO_SUCH_QUEUE)
		on_deleted(removal, result);
	else if (result->error)
		answer_failure(removal, result->failure);
	else if (!is_empty(removal, result))
		answer(removal, ENOTEMPTY);
	else
		start_step(removal, sqs_delete_queue_new(queue->dir.node.mount->client,
					    queue->url, on_deleted, removal));
}

static void on_settled(void *arg, int error)
{
	struct removal *removal = arg;
	struct queue *queue = removal->queue;

	/* What failed for good is counted: unsent here, or in flight there. */
	if (error == SETTLE_LATE)
		answer(removal, has_unsent(removal) ? ENOTEMPTY : EBUSY);
	else if (error == EINTR || error == ENOMEM)
		answer(removal, error);
	else
		start_step(removal,
			sqs_get_attributes_new(queue->dir.node.mount->client, queue->url,
				counts, ARRAY_SIZE(counts), on_counted, removal));
}

void queue_remove(fuse_req_t req, struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	struct removal *removal = calloc(1, sizeof(*removal));

	if (!removal) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	*removal = (struct removal){
		.req = req,
		.queue = queue,
		.deadline_ms = clock_boot_ms() + REMOVED_IN_MS,
	};
	mount_lock(mount);
	node_ref_locked(&queue->dir.node);
	mount_unlock(mount);
	settle(req, queue, REMOVED_IN_MS - 2 * LEAST_STEP_MS, on_settled, removal);
}
