/* SPDX-License-Identifier: MIT */
#include "fs/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/control.h"
#include "fs/errno.h"
#include "fs/group.h"
#include "fs/options.h"
#include "fs/settle.h"
#include "sqs/base/clock.h"

/* fsyncdir holds the directory's lock. */
enum { SETTLE_MS = 5000 };

/* A refusal is taken for the next one's answer too, for this long. */
enum { REFUSED_FOR_MS = 5000 };

struct queue *queue_new_locked(struct mount *mount, const char *url)
{
	struct queue *queue = calloc(1, sizeof(*queue));
	char *own_url = strdup(url), *name = strdup(sqs_queue_name_of(url));

	if (!queue || !own_url || !name) {
		free(queue);
		free(own_url);
		free(name);
		return NULL;
	}
	dir_init_locked(&queue->dir, mount, &queue_type);
	queue->url = own_url;
	queue->name = name;
	queue->is_fifo = sqs_queue_is_fifo(name);
	queue->known_at_ms = clock_boot_ms();
	list_init(&queue->limits_waiters);
	list_append(&mount->queues, &queue->mount_link);
	sending_init(&queue->sending);
	receiving_init(&queue->receiving);
	return queue;
}

static void queue_free(struct node *node)
{
	struct queue *queue = queue_of(node);

	list_remove(&queue->mount_link);
	receiving_finish_locked(&queue->receiving);
	dir_finish_locked(&queue->dir);
	free(queue->url);
	free(queue->name);
	free(queue);
}

void queue_drop_empty_groups_locked(struct queue *queue)
{
	struct node *child;

	for (size_t i = 0; (child = map_next(&queue->dir.children, &i)) != NULL;) {
		if (node_is_dir(child) && dir_of(child)->children.count == 0)
			dir_detach_locked(child);
	}
}

void queue_gone_locked(struct queue *queue)
{
	queue->is_gone = true;
	sending_drop_empty_locked(queue);
	queue_drop_empty_groups_locked(queue);
	/* Last: that may have been the only reference. */
	dir_detach_locked(&queue->dir.node);
}

/* -------------------------------------------------------------------------------------
 * What is known without a request
 */

void queue_refused_locked(struct queue *queue, enum sqs_error error)
{
	switch (error) {
	case SQS_OK:
		queue->refusal = SQS_OK;
		break;
	case SQS_NO_SUCH_QUEUE:
	case SQS_DENIED:
	case SQS_NO_CREDENTIALS:
	case SQS_BAD_CREDENTIALS:
	case SQS_CREDENTIALS_EXPIRED:
		queue->refusal = error;
		queue->refused_until_ms = clock_boot_ms() + REFUSED_FOR_MS;
		break;
	default:
		break;
	}
}

int queue_refusal_locked(const struct queue *queue, int64_t now_ms)
{
	if (queue->is_gone)
		return ENOENT;
	if (queue->refusal && now_ms < queue->refused_until_ms)
		return errno_of(queue->refusal);
	return 0;
}

/* Replies, and returns true, if nothing can be done in this queue now. */
static bool refuse(fuse_req_t req, struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	int error;

	mount_lock(mount);
	error = mount->is_ending ? ESHUTDOWN
				 : queue_refusal_locked(queue, clock_boot_ms());
	mount_unlock(mount);
	if (error)
		fuse_reply_err(req, error);
	return error != 0;
}

/* -------------------------------------------------------------------------------------
 * Names
 */

static bool is_control(const char *name)
{
	return strcmp(name, ".sqs") == 0;
}

/* Where the queue is the root of the mount, the root's own file is in it. */
static bool is_stats(const struct node *dir, const char *name)
{
	return &dir->mount->root->node == dir && strcmp(name, ".stats") == 0;
}

static bool is_reserved(const struct node *dir, const char *name)
{
	return is_control(name) || is_stats(dir, name);
}

/* The node for a name, with a reference; NULL and 0 in *error: there is none. */
static struct node *find_locked(struct queue *queue, const char *name, int *error)
{
	struct node *dir = &queue->dir.node, *found;

	*error = ENOMEM;
	if (queue->is_gone)
		return *error = 0, NULL;
	if (is_control(name))
		return control_dir_locked(queue);
	if (is_stats(dir, name))
		return control_stats_locked(dir->mount);
	if (receiving_is_next(name))
		return receiving_lookup_locked(queue, name);
	*error = 0;
	found = dir_find_locked(&queue->dir, name);
	if (found)
		node_ref_locked(found);
	return found;
}

static void queue_lookup(fuse_req_t req, struct node *dir, const char *name)
{
	struct node *found;
	int error;

	mount_lock(dir->mount);
	found = find_locked(queue_of(dir), name, &error);
	mount_unlock(dir->mount);
	if (found)
		call_reply_entry(req, found);
	else if (error)
		fuse_reply_err(req, error);
	else
		call_reply_no_entry(req);
	node_unref(found);
}

static bool fill(struct node *dir, struct listing *listing)
{
	struct queue *queue = queue_of(dir);

	return receiving_list_locked(queue, listing) &&
	       listing_add_children_locked(listing, &queue->dir);
}

static void queue_opendir(fuse_req_t req, struct node *dir, struct fuse_file_info *fi)
{
	dir_reply_open(req, dir, fi, fill);
}

static void queue_create(fuse_req_t req, struct node *dir, const char *name, mode_t mode,
	struct fuse_file_info *fi)
{
	struct queue *queue = queue_of(dir);

	(void)mode;
	if (is_reserved(dir, name) || receiving_is_next(name))
		fuse_reply_err(req, EEXIST);
	else if (!refuse(req, queue))
		sending_create(req, queue, &queue->dir, NULL, name, fi);
}

static void queue_mkdir(fuse_req_t req, struct node *dir, const char *name, mode_t mode)
{
	struct queue *queue = queue_of(dir);

	(void)mode;
	if (is_reserved(dir, name) || receiving_is_next(name))
		fuse_reply_err(req, EEXIST);
	else if (!refuse(req, queue))
		group_mkdir(req, queue, name);
}

static void queue_unlink(fuse_req_t req, struct node *dir, const char *name)
{
	if (is_reserved(dir, name))
		fuse_reply_err(req, EPERM);
	else if (strcmp(name, "next") == 0)
		receiving_unlink_next(req, queue_of(dir));
	else
		dir_unlink(req, dir, name); /* next.NAME holds a message, or is nothing */
}

static void queue_rmdir_child(fuse_req_t req, struct node *dir, const char *name)
{
	if (is_control(name))
		fuse_reply_err(req, EPERM);
	else
		dir_rmdir(req, dir, name);
}

static void queue_rename_child(fuse_req_t req, struct node *dir, const char *name,
	struct node *new_dir, const char *new_name, unsigned flags)
{
	if (is_reserved(dir, name) || is_reserved(new_dir, new_name))
		fuse_reply_err(req, EPERM);
	else if (strcmp(name, "next") == 0)
		receiving_claim(req, queue_of(dir), dir_of(new_dir), new_name, flags);
	else
		dir_rename(req, dir, name, new_dir, new_name, flags); /* as above */
}

static void queue_fsyncdir(fuse_req_t req, struct node *dir)
{
	settle_and_reply(req, queue_of(dir), SETTLE_MS);
}

const struct node_type queue_type = {
	.kind = "queue",
	.mode = S_IFDIR | 0777,
	.free = queue_free,
	.lookup = queue_lookup,
	.opendir = queue_opendir,
	.create = queue_create,
	.mkdir = queue_mkdir,
	.rmdir = queue_rmdir_child,
	.unlink = queue_unlink,
	.rename = queue_rename_child,
	.fsyncdir = queue_fsyncdir,
};
