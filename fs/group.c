/* SPDX-License-Identifier: MIT */
#include "fs/group.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/draft.h"
#include "fs/queue.h"
#include "fs/settle.h"

/* fsyncdir holds the directory's lock. */
enum { SETTLE_MS = 5000 };

struct group {
	struct dir dir;
	struct queue *queue; /* a reference */
	char *id;
};

static void group_free(struct node *node);
static void group_create(fuse_req_t req, struct node *dir, const char *name, mode_t mode,
	struct fuse_file_info *fi);
static void group_rmdir(fuse_req_t req, struct node *dir, const char *name);
static void group_mkdir_inside(
	fuse_req_t req, struct node *dir, const char *name, mode_t mode);
static void group_fsyncdir(fuse_req_t req, struct node *dir);

static const struct node_type group_type = {
	.kind = "group",
	.mode = S_IFDIR | 0777,
	.free = group_free,
	.create = group_create,
	.mkdir = group_mkdir_inside,
	.rmdir = group_rmdir,
	.fsyncdir = group_fsyncdir,
};

static struct group *group_of(struct node *node)
{
	return node->type == &group_type ? (struct group *)(void *)node : NULL;
}

struct queue *group_queue_of(struct node *dir, const char **group_id)
{
	struct group *group = group_of(dir);

	*group_id = group ? group->id : NULL;
	if (group)
		return group->queue;
	return dir->type == &queue_type ? queue_of(dir) : NULL;
}

/* -------------------------------------------------------------------------------------
 * Life
 */

struct dir *group_new_locked(struct queue *queue, const char *id)
{
	struct group *group = calloc(1, sizeof(*group));
	char *copy = strdup(id);
	bool is_attached;

	if (!group || !copy) {
		free(group);
		free(copy);
		return NULL;
	}
	dir_init_locked(&group->dir, queue->dir.node.mount, &group_type);
	group->queue = queue;
	group->id = copy;
	node_ref_locked(&queue->dir.node);
	is_attached = dir_attach_locked(&queue->dir, id, &group->dir.node);
	node_unref_locked(&group->dir.node);
	return is_attached ? &group->dir : NULL;
}

static void group_free(struct node *node)
{
	struct group *group = group_of(node);

	dir_finish_locked(&group->dir);
	node_unref_locked(&group->queue->dir.node);
	free(group->id);
	free(group);
}

void group_mkdir(fuse_req_t req, struct queue *queue, const char *name)
{
	struct mount *mount = queue->dir.node.mount;
	struct dir *group = NULL;
	int error = 0;

	mount_lock(mount);
	if (!sqs_id_is_valid(name))
		error = EINVAL;
	else if (dir_find_locked(&queue->dir, name))
		error = EEXIST;
	else
		group = group_new_locked(queue, name);
	if (group)
		node_ref_locked(&group->node);
	mount_unlock(mount);
	if (group)
		call_reply_entry(req, &group->node);
	else
		fuse_reply_err(req, error ? error : ENOMEM);
	node_unref(group ? &group->node : NULL);
}

/* -------------------------------------------------------------------------------------
 * Handlers
 */

static void group_create(fuse_req_t req, struct node *dir, const char *name, mode_t mode,
	struct fuse_file_info *fi)
{
	struct group *group = group_of(dir);

	(void)mode;
	sending_create(req, group->queue, &group->dir, group->id, name, fi);
}

/* A group has no groups. */
static void group_mkdir_inside(
	fuse_req_t req, struct node *dir, const char *name, mode_t mode)
{
	(void)dir;
	(void)name;
	(void)mode;
	fuse_reply_err(req, EPERM);
}

/* Receipts are no files: they do not keep a directory from being empty, unless somebody
 * is about to write to one. */
static bool is_empty_locked(struct dir *dir)
{
	struct node *child;

	for (size_t i = 0; (child = map_next(&dir->children, &i)) != NULL;) {
		if (!child->is_unlisted || draft_of(child)->writers)
			return false;
	}
	return true;
}

static void drop_receipts_locked(struct dir *dir)
{
	struct node *child;

	for (size_t i = 0; (child = map_next(&dir->children, &i)) != NULL;)
		draft_discard_locked(draft_of(child));
}

static void group_rmdir(fuse_req_t req, struct node *dir, const char *name)
{
	struct mount *mount = dir->mount;
	struct node *node;
	int error = 0;

	mount_lock(mount);
	node = dir_find_locked(dir_of(dir), name);
	if (!node || !group_of(node))
		error = ENOENT;
	else if (!is_empty_locked(dir_of(node)))
		error = ENOTEMPTY;
	else {
		drop_receipts_locked(dir_of(node));
		dir_detach_locked(node);
	}
	mount_unlock(mount);
	fuse_reply_err(req, error);
}

static void group_fsyncdir(fuse_req_t req, struct node *dir)
{
	settle_and_reply(req, group_of(dir)->queue, SETTLE_MS);
}
