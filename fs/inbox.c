/* SPDX-License-Identifier: MIT */
#include "fs/inbox.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fs/errno.h"
#include "fs/intake.h"
#include "fs/message.h"
#include "fs/options.h"
#include "fs/settle.h"
#include "fs/visibility.h"

enum { SETTLE_MS = 5000 }; /* fsyncdir holds the directory's lock */

struct inbox {
	struct dir dir;
	struct queue *queue; /* lock; no reference; NULL once the queue is freed */
	int asked;           /* lock: messages that OPENDIRs have asked for */
};

static struct inbox *inbox_of(struct node *node)
{
	return (struct inbox *)(void *)node;
}

/* -------------------------------------------------------------------------------------
 * Life
 */

static void inbox_free(struct node *node)
{
	dir_finish_locked(dir_of(node));
	free(inbox_of(node));
}

struct node *inbox_new_locked(struct queue *queue)
{
	struct inbox *inbox = queue->receiving.inbox;

	if (!inbox) {
		inbox = calloc(1, sizeof(*inbox));
		if (!inbox)
			return NULL;
		dir_init_locked(&inbox->dir, queue->dir.node.mount, &inbox_type);
		inbox->queue = queue;
		queue->receiving.inbox = inbox;
	}
	node_ref_locked(&inbox->dir.node);
	return &inbox->dir.node;
}

void inbox_finish_locked(struct inbox *inbox)
{
	if (!inbox)
		return;
	inbox->queue = NULL;
	node_unref_locked(&inbox->dir.node);
}

/* The queue with a reference; NULL, and answered, when it is gone. */
static struct queue *queue_for(fuse_req_t req, struct node *dir)
{
	struct mount *mount = dir->mount;
	struct queue *queue;
	int error = ENOENT;

	mount_lock(mount);
	queue = inbox_of(dir)->queue;
	if (queue && queue->is_gone)
		queue = NULL;
	if (mount->is_ending) {
		queue = NULL;
		error = ESHUTDOWN;
	}
	if (queue)
		node_ref_locked(&queue->dir.node);
	mount_unlock(mount);
	if (!queue)
		fuse_reply_err(req, error);
	return queue;
}

/* -------------------------------------------------------------------------------------
 * Topping up
 */

/* An OPENDIR; has references to inbox and queue. */
struct top_up {
	struct inbox *inbox;
	struct queue *queue;
	fuse_req_t req;
	struct fuse_file_info fi;
	int asked; /* messages, by the intake that runs */
};

static bool fill(struct node *dir, struct listing *listing)
{
	return listing_add_children_locked(listing, dir_of(dir));
}

static void top_up_free(struct top_up *top_up)
{
	node_unref(&top_up->queue->dir.node);
	node_unref(&top_up->inbox->dir.node);
	free(top_up);
}

static void show_all(struct top_up *top_up)
{
	dir_reply_open(top_up->req, &top_up->inbox->dir.node, &top_up->fi, fill);
	top_up_free(top_up);
}

/* How many files it shows: not those whose lease has run out. Lock held. */
static int count_locked(const struct inbox *inbox)
{
	struct node *child;
	int count = 0;

	for (size_t i = 0; (child = map_next(&inbox->dir.children, &i)) != NULL;)
		count += !child->is_unlisted;
	return count;
}

static void on_arrival(void *arg, const struct intake_end *end);

/* Asks for what is missing, up to a batch; lists what is there when nothing is. */
static void go_on(struct top_up *top_up)
{
	struct mount *mount = top_up->queue->dir.node.mount;
	struct intake *intake;
	int held, missing;

	mount_lock(mount);
	held = count_locked(top_up->inbox);
	missing = mount->options->inbox - held - top_up->inbox->asked;
	if (held == 0 && missing < 1)
		missing = 1;
	top_up->asked = missing > SQS_BATCH ? SQS_BATCH : missing > 0 ? missing : 0;
	top_up->inbox->asked += top_up->asked;
	mount_unlock(mount);
	if (top_up->asked == 0) {
		show_all(top_up);
		return;
	}
	intake = intake_new(&(struct intake_args){
		.req = top_up->req,
		.queue = top_up->queue,
		.max = top_up->asked,
		.wait_ms = held ? 0 : intake_wait_ms(mount, top_up->fi.flags),
		.done = on_arrival,
		.arg = top_up,
	});
	if (intake)
		intake_start(intake);
	else
		on_arrival(top_up, &(struct intake_end){.failure = &(struct sqs_failure){
								.error = SQS_NO_MEMORY}});
}

/* In the inbox it counts as used: whoever lists it will not open it at once. */
static struct sqs_op *put_locked(
	struct top_up *top_up, struct message *message, bool *is_shown)
{
	const char *id = message->delivery->id;

	*is_shown = message_show_locked(
		message, &top_up->inbox->dir, message_name_is_plain(id) ? id : "message");
	message->is_used = *is_shown;
	return message_close_locked(message);
}

/* False: no memory for its name, and it goes back. */
static bool put(struct top_up *top_up, struct message *message)
{
	struct mount *mount = message->node.mount;
	struct sqs_op *op;
	bool is_shown;

	mount_lock(mount);
	op = put_locked(top_up, message, &is_shown);
	mount_unlock(mount);
	if (op)
		sqs_start(op);
	return is_shown;
}

/* Of a FIFO queue nothing overtakes what goes back. */
static void put_all(struct top_up *top_up, const struct intake_end *end)
{
	size_t i = 0;

	while (i < end->count) {
		if (!put(top_up, end->messages[i++]) && top_up->queue->is_fifo)
			break;
	}
	visibility_decline(end->messages + i, end->count - i);
}

/* What is there is listed even if no more could be had. */
static void end_with_failure(struct top_up *top_up, const struct sqs_failure *failure)
{
	struct mount *mount = top_up->queue->dir.node.mount;
	bool is_empty;

	mount_lock(mount);
	is_empty = count_locked(top_up->inbox) == 0;
	mount_unlock(mount);
	if (!is_empty || failure->error == SQS_NO_MESSAGE) {
		show_all(top_up);
		return;
	}
	call_reply_failure(top_up->req, "receive", top_up->queue->name, failure);
	top_up_free(top_up);
}

static void on_arrival(void *arg, const struct intake_end *end)
{
	struct top_up *top_up = arg;
	struct mount *mount = top_up->queue->dir.node.mount;
	bool was_full = end->count > 0 && (int)end->count == top_up->asked;

	mount_lock(mount);
	top_up->inbox->asked -= top_up->asked;
	mount_unlock(mount);
	put_all(top_up, end);
	if (end->count == 0)
		end_with_failure(top_up, end->failure);
	else if (was_full)
		go_on(top_up);
	else
		show_all(top_up);
}

static void inbox_opendir(fuse_req_t req, struct node *dir, struct fuse_file_info *fi)
{
	struct queue *queue = queue_for(req, dir);
	struct top_up *top_up;

	if (!queue)
		return;
	top_up = calloc(1, sizeof(*top_up));
	if (!top_up) {
		fuse_reply_err(req, ENOMEM);
		node_unref(&queue->dir.node);
		return;
	}
	*top_up = (struct top_up){inbox_of(dir), queue, req, *fi, 0};
	mount_lock(dir->mount);
	node_ref_locked(dir);
	mount_unlock(dir->mount);
	go_on(top_up);
}

/* -------------------------------------------------------------------------------------
 * The rest
 */

static void inbox_fsyncdir(fuse_req_t req, struct node *dir)
{
	struct queue *queue = queue_for(req, dir);

	if (!queue)
		return;
	settle_and_reply(req, queue, SETTLE_MS);
	node_unref(&queue->dir.node);
}

const struct node_type inbox_type = {
	.kind = "inbox",
	.mode = S_IFDIR | 0777,
	.free = inbox_free,
	.opendir = inbox_opendir,
	.fsyncdir = inbox_fsyncdir,
};
