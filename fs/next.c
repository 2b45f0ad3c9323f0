/* SPDX-License-Identifier: MIT */
#include "fs/next.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/message_file.h"
#include "fs/message_xattr.h"
#include "fs/options.h"
#include "fs/queue.h"
#include "fs/reader.h"

/* -------------------------------------------------------------------------------------
 * Names
 */

bool receiving_is_next(const char *name)
{
	return strcmp(name, "next") == 0 ||
	       (strncmp(name, "next.", 5) == 0 && name[5] != '\0');
}

/* Lock held. A reference for the caller; NULL: no memory. `name` is NULL for `next`. */
static struct next *next_new_locked(struct queue *queue, const char *name)
{
	struct receiving *receiving = &queue->receiving;
	struct next *next = calloc(1, sizeof(*next));
	char *own_name = name ? strdup(name) : NULL;

	if (!next || (name && !own_name) ||
		(name && !map_put(&receiving->names, name, next))) {
		free(next);
		free(own_name);
		return NULL;
	}
	node_init_locked(&next->node, queue->dir.node.mount, &next_type);
	/* Another open may take it, and its size is that of whoever asks. */
	next->node.entry_timeout_s = 0;
	next->node.attr_timeout_s = 0;
	next->queue = queue;
	next->name = own_name;
	list_init(&next->readers);
	list_init(&next->followers);
	list_append(&receiving->nexts, &next->link);
	if (!name) {
		if (!receiving->next_ino)
			receiving->next_ino = next->node.ino;
		next->node.ino = receiving->next_ino;
	}
	return next;
}

static void next_free(struct node *node)
{
	struct next *next = next_of(node);

	assert(list_is_empty(&next->readers) && list_is_empty(&next->followers));
	if (next->queue && next->name)
		map_remove(&next->queue->receiving.names, next->name);
	list_remove(&next->link);
	free(next->name);
	free(next);
}

static struct node *lookup_idle_locked(struct queue *queue)
{
	struct receiving *receiving = &queue->receiving;

	if (!receiving->idle)
		receiving->idle = next_new_locked(queue, NULL);
	if (!receiving->idle)
		return NULL;
	node_ref_locked(&receiving->idle->node);
	return &receiving->idle->node;
}

struct message *next_bound_locked(const struct next *next)
{
	struct message *message = NULL;

	if (next->name && next->queue)
		message = message_find_locked(&next->queue->dir, next->name);
	return message && message_is_live_locked(message) ? message : NULL;
}

static struct node *lookup_named_locked(struct queue *queue, const char *name)
{
	struct node *child = dir_find_locked(&queue->dir, name);
	struct next *next = map_get(&queue->receiving.names, name);

	/* A name whose lease has run out is free for the next message. */
	if (child && !child->is_unlisted && !(next && next_bound_locked(next))) {
		node_ref_locked(child);
		return child;
	}
	if (!next)
		next = next_new_locked(queue, name);
	else
		node_ref_locked(&next->node);
	return next ? &next->node : NULL;
}

struct node *receiving_lookup_locked(struct queue *queue, const char *name)
{
	return strcmp(name, "next") == 0 ? lookup_idle_locked(queue)
					 : lookup_named_locked(queue, name);
}

bool receiving_list_locked(struct queue *queue, struct listing *listing)
{
	if (queue->dir.node.mount->options->hide_next)
		return true;
	return listing_add(listing, "next", NULL, next_type.mode);
}

/* -------------------------------------------------------------------------------------
 * Handlers
 */

static void next_stat(const struct node *node, struct stat *st)
{
	const struct message *message =
		next_bound_locked((const struct next *)(const void *)node);

	if (message)
		message_fill_stat(message, st);
}

static struct message *message_at(
	fuse_req_t req, struct node *node, const struct fuse_file_info *fi)
{
	return reader_message(next_of(node), fi, fuse_req_ctx(req)->pid);
}

static void unref_message(struct message *message)
{
	node_unref(&message->node);
}

static void next_getattr(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct message *message = message_at(req, node, fi);

	if (!message) {
		call_reply_attr(req, node);
		return;
	}
	message_reply_attr(req, message, node);
	unref_message(message);
}

/* Before it is open there is nothing to touch; what else tools set is ignored. */
static void next_setattr(fuse_req_t req, struct node *node, struct stat *attr, int to_set,
	struct fuse_file_info *fi)
{
	const int refused =
		FUSE_SET_ATTR_SIZE | FUSE_SET_ATTR_MTIME | FUSE_SET_ATTR_ATIME;
	struct message *message = message_at(req, node, fi);

	if (message) {
		message_file_setattr(req, message, node, attr, to_set);
		unref_message(message);
	} else if (to_set & refused) {
		fuse_reply_err(req, EPERM);
	} else {
		call_reply_attr(req, node);
	}
}

static void next_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	if ((fi->flags & O_ACCMODE) != O_RDONLY || fi->flags & O_TRUNC)
		fuse_reply_err(req, EPERM);
	else
		reader_open(req, next_of(node), fi);
}

static void next_read(fuse_req_t req, struct node *node, size_t size, off_t offset,
	struct fuse_file_info *fi)
{
	reader_read(req, next_of(node), size, offset, fi->fh);
}

static void next_release(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	reader_release(req, next_of(node), fi->fh);
}

static void next_getxattr(
	fuse_req_t req, struct node *node, const char *name, size_t size)
{
	struct message *message = message_at(req, node, NULL);

	if (!message) {
		fuse_reply_err(req, ENODATA);
		return;
	}
	message_xattr_reply_get(req, message, name, size);
	unref_message(message);
}

static void next_listxattr(fuse_req_t req, struct node *node, size_t size)
{
	struct message *message = message_at(req, node, NULL);

	if (!message) {
		call_reply_xattr(req, "", 0, size);
		return;
	}
	message_xattr_reply_list(req, message, size);
	unref_message(message);
}

const struct node_type next_type = {
	.kind = "next",
	.mode = S_IFREG | 0666,
	.free = next_free,
	.stat = next_stat,
	.getattr = next_getattr,
	.setattr = next_setattr,
	.open = next_open,
	.read = next_read,
	.release = next_release,
	.getxattr = next_getxattr,
	.listxattr = next_listxattr,
};
