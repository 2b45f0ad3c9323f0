/* SPDX-License-Identifier: MIT */
#include "fs/dir.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/call.h"

/* Cookies up to here are for "." and ".." and for names that are made up. */
enum { FIRST_CHILD = 64 };

void dir_init_locked(struct dir *dir, struct mount *mount, const struct node_type *type)
{
	*dir = (struct dir){.last_sequence = FIRST_CHILD};
	node_init_locked(&dir->node, mount, type);
}

void dir_finish_locked(struct dir *dir)
{
	struct node *child;

	for (size_t i = 0; (child = map_next(&dir->children, &i)) != NULL;)
		dir_detach_locked(child);
	map_finish(&dir->children);
}

struct node *dir_find_locked(const struct dir *dir, const char *name)
{
	return map_get(&dir->children, name);
}

bool dir_attach_locked(struct dir *dir, const char *name, struct node *child)
{
	char *copy = strdup(name);

	assert(!child->parent && !dir_find_locked(dir, name));
	if (!copy || !map_put(&dir->children, name, child)) {
		free(copy);
		return false;
	}
	free(child->name);
	child->name = copy;
	child->parent = dir;
	child->sequence = ++dir->last_sequence;
	node_ref_locked(child);
	return true;
}

void dir_detach_locked(struct node *child)
{
	if (!child->parent)
		return;
	map_remove(&child->parent->children, child->name);
	child->parent = NULL;
	free(child->name);
	child->name = NULL;
	node_unref_locked(child);
}

bool dir_move_locked(struct node *child, struct dir *new_dir, const char *new_name)
{
	char *copy = strdup(new_name);

	assert(child->parent && !dir_find_locked(new_dir, new_name));
	if (!copy || !map_put(&new_dir->children, new_name, child)) {
		free(copy);
		return false;
	}
	map_remove(&child->parent->children, child->name);
	free(child->name);
	child->name = copy;
	child->parent = new_dir;
	child->sequence = ++new_dir->last_sequence;
	return true;
}

/* -------------------------------------------------------------------------------------
 * Handlers
 */

/* The child with a reference; NULL: none. */
static struct node *find(struct node *dir, const char *name)
{
	struct node *child;

	mount_lock(dir->mount);
	child = dir_find_locked(dir_of(dir), name);
	if (child)
		node_ref_locked(child);
	mount_unlock(dir->mount);
	return child;
}

void dir_lookup(fuse_req_t req, struct node *dir, const char *name)
{
	struct node *child = find(dir, name);

	if (!child)
		return call_reply_no_entry(req);
	call_reply_entry(req, child);
	node_unref(child);
}

void dir_unlink(fuse_req_t req, struct node *dir, const char *name)
{
	struct node *child = find(dir, name);

	if (!child)
		fuse_reply_err(req, ENOENT);
	else if (node_is_dir(child))
		fuse_reply_err(req, EISDIR);
	else if (child->type->unlink)
		child->type->unlink(req, dir, name);
	else
		fuse_reply_err(req, EPERM);
	node_unref(child);
}

void dir_rmdir(fuse_req_t req, struct node *dir, const char *name)
{
	struct node *child = find(dir, name);

	if (!child)
		fuse_reply_err(req, ENOENT);
	else if (!node_is_dir(child))
		fuse_reply_err(req, ENOTDIR);
	else if (child->type->rmdir)
		child->type->rmdir(req, dir, name);
	else
		fuse_reply_err(req, EPERM);
	node_unref(child);
}

void dir_rename(fuse_req_t req, struct node *dir, const char *name, struct node *new_dir,
	const char *new_name, unsigned flags)
{
	struct node *child = find(dir, name);

	if (!child)
		fuse_reply_err(req, ENOENT);
	else if (!node_is_dir(child) && child->type->rename)
		child->type->rename(req, dir, name, new_dir, new_name, flags);
	else
		fuse_reply_err(req, EPERM);
	node_unref(child);
}

static bool fill_with_children(struct node *dir, struct listing *listing)
{
	return listing_add_children_locked(listing, dir_of(dir));
}

void dir_opendir(fuse_req_t req, struct node *dir, struct fuse_file_info *fi)
{
	dir_reply_open(req, dir, fi, fill_with_children);
}
