/* SPDX-License-Identifier: MIT */
#include "fs/message_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/deleting.h"
#include "fs/message_xattr.h"
#include "fs/queue.h"
#include "fs/visibility.h"

/* The message of this name with a reference; NULL: none. */
static struct message *find(struct node *dir, const char *name)
{
	struct message *message;

	mount_lock(dir->mount);
	message = message_find_locked(dir_of(dir), name);
	if (message)
		node_ref_locked(&message->node);
	mount_unlock(dir->mount);
	return message;
}

static void message_stat(const struct node *node, struct stat *st)
{
	message_fill_stat((const struct message *)(const void *)node, st);
}

/* -------------------------------------------------------------------------------------
 * Reading
 */

static bool close_message(struct message *message)
{
	struct mount *mount = message->node.mount;
	struct sqs_op *op;

	mount_lock(mount);
	op = message_close_locked(message);
	mount_unlock(mount);
	if (op)
		sqs_start(op);
	return op != NULL;
}

static void message_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct message *message = message_of(node);
	bool is_live;

	if ((fi->flags & O_ACCMODE) != O_RDONLY || fi->flags & O_TRUNC) {
		fuse_reply_err(req, EPERM);
		return;
	}
	mount_lock(node->mount);
	is_live = message_is_live_locked(message);
	if (is_live) {
		message_open_locked(message);
		message->is_used = true;
	}
	mount_unlock(node->mount);
	if (!is_live) {
		fuse_reply_err(req, ESTALE);
		return;
	}
	fi->keep_cache = 1;
	fi->noflush = 1;
	if (fuse_reply_open(req, fi) != 0)
		close_message(message);
}

static void message_read(fuse_req_t req, struct node *node, size_t size, off_t offset,
	struct fuse_file_info *fi)
{
	struct view body = message_of(node)->body;

	(void)fi;
	call_reply_part(req, body.data, body.len, size, offset);
}

static void message_release(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	(void)fi;
	fuse_reply_err(req, 0);
	close_message(message_of(node));
}

static void message_getxattr(
	fuse_req_t req, struct node *node, const char *name, size_t size)
{
	message_xattr_reply_get(req, message_of(node), name, size);
}

static void message_listxattr(fuse_req_t req, struct node *node, size_t size)
{
	message_xattr_reply_list(req, message_of(node), size);
}

/* -------------------------------------------------------------------------------------
 * touch
 */

static int64_t ms_of(struct timespec time)
{
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

/* Until when these times ask for the lease. */
static int64_t until_of(const struct stat *attr, int to_set)
{
	if (to_set & (FUSE_SET_ATTR_MTIME_NOW | FUSE_SET_ATTR_ATIME_NOW))
		return INT64_MAX;
	return ms_of(to_set & FUSE_SET_ATTR_MTIME ? attr->st_mtim : attr->st_atim);
}

void message_file_setattr(fuse_req_t req, struct message *message, struct node *file,
	const struct stat *attr, int to_set)
{
	const int times = FUSE_SET_ATTR_MTIME_NOW | FUSE_SET_ATTR_ATIME_NOW |
			  FUSE_SET_ATTR_MTIME | FUSE_SET_ATTR_ATIME;

	if (to_set & FUSE_SET_ATTR_SIZE)
		fuse_reply_err(req, EPERM);
	else if (to_set & times)
		visibility_touch(req, message, file, until_of(attr, to_set));
	else
		message_reply_attr(req, message, file);
}

static void message_setattr(fuse_req_t req, struct node *node, struct stat *attr,
	int to_set, struct fuse_file_info *fi)
{
	(void)fi;
	message_file_setattr(req, message_of(node), node, attr, to_set);
}

/* -------------------------------------------------------------------------------------
 * rm and mv
 */

static void message_unlink(fuse_req_t req, struct node *dir, const char *name)
{
	struct message *message = find(dir, name);

	if (!message) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	deleting_unlink(req, message);
	node_unref(&message->node);
}

static void give_back(fuse_req_t req, struct message *message)
{
	struct mount *mount = message->node.mount;
	struct sqs_op *op = NULL;
	bool is_live;

	mount_lock(mount);
	is_live = message_is_live_locked(message);
	if (is_live)
		op = visibility_return_locked(message);
	mount_unlock(mount);
	fuse_reply_err(req, is_live ? 0 : ESTALE);
	if (op)
		sqs_start(op);
}

/* Lock held. */
static int move_locked(struct message *message, struct dir *dir, const char *name)
{
	char *own_name;

	if (!message_is_live_locked(message))
		return ESTALE;
	if (dir_find_locked(dir, name))
		return EEXIST;
	own_name = strdup(name);
	if (!own_name || !dir_move_locked(&message->node, dir, name)) {
		free(own_name);
		return ENOMEM;
	}
	free(message->file_name);
	message->file_name = own_name;
	message->home = dir;
	message->is_used = true;
	return 0;
}

static void message_rename(fuse_req_t req, struct node *dir, const char *name,
	struct node *new_dir, const char *new_name, unsigned flags)
{
	struct message *message = find(dir, name);
	int error = EXDEV;

	(void)flags;
	if (!message) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	if (new_dir == &message->queue->dir.node && strcmp(new_name, "next") == 0) {
		give_back(req, message);
	} else {
		mount_lock(dir->mount);
		if (new_dir == &message->queue->dir.node)
			error = move_locked(message, dir_of(new_dir), new_name);
		mount_unlock(dir->mount);
		fuse_reply_err(req, error);
	}
	node_unref(&message->node);
}

const struct node_type message_type = {
	.kind = "message",
	.mode = S_IFREG | 0666,
	.stat = message_stat,
	.free = message_free,
	.unlink = message_unlink,
	.rename = message_rename,
	.setattr = message_setattr,
	.open = message_open,
	.read = message_read,
	.release = message_release,
	.getxattr = message_getxattr,
	.listxattr = message_listxattr,
};
