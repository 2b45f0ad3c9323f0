/* SPDX-License-Identifier: MIT */
#include "fs/node.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/reclaim.h"

static const double default_timeout_s = 1.0;

void node_init_locked(
	struct node *node, struct mount *mount, const struct node_type *type)
{
	*node = (struct node){
		.type = type,
		.mount = mount,
		.ino = mount_new_ino_locked(mount),
		.refs = 1,
		.entry_timeout_s = default_timeout_s,
		.attr_timeout_s = default_timeout_s,
	};
	list_init(&node->forsaken);
	list_append(&mount->nodes, &node->link);
}

static void free_if_unused_locked(struct node *node)
{
	if (node->refs > 0 || node->lookups > 0)
		return;
	assert(!node->parent);
	list_remove(&node->link);
	list_remove(&node->forsaken);
	free(node->name);
	node->name = NULL;
	node->type->free(node);
}

void node_ref_locked(struct node *node)
{
	node->refs++;
}

void node_unref_locked(struct node *node)
{
	if (!node)
		return;
	assert(node->refs > 0);
	node->refs--;
	if (node->refs == 0 && node->lookups > 0)
		reclaim_later_locked(node);
	else
		free_if_unused_locked(node);
}

void node_unref(struct node *node)
{
	struct mount *mount = node ? node->mount : NULL;

	if (!node)
		return;
	mount_lock(mount);
	node_unref_locked(node);
	mount_unlock(mount);
}

static struct timespec timespec_of_ms(int64_t ms)
{
	return (struct timespec){ms / 1000, (long)(ms % 1000) * 1000000};
}

void node_stat_locked(const struct node *node, struct stat *st)
{
	const struct mount *mount = node->mount;
	struct timespec mounted = timespec_of_ms(mount->mounted_wall_ms);

	*st = (struct stat){
		.st_ino = node->ino,
		.st_mode = node->type->mode & ~(mount->umask & 0777),
		.st_nlink = node_is_dir(node) ? 2 : 1,
		.st_uid = mount->uid,
		.st_gid = mount->gid,
		.st_blksize = 4096,
		.st_atim = mounted,
		.st_mtim = mounted,
		.st_ctim = mounted,
	};
	if (node->type->stat)
		node->type->stat(node, st);
	st->st_blocks = (st->st_size + 511) / 512;
}

void node_entry_locked(struct node *node, struct fuse_entry_param *entry)
{
	*entry = (struct fuse_entry_param){
		.ino = node_id(node),
		.generation = 1,
		.entry_timeout = node->entry_timeout_s,
		.attr_timeout = node->attr_timeout_s,
	};
	node_stat_locked(node, &entry->attr);
	node->lookups++;
}

void node_forget(struct mount *mount, struct node *node, uint64_t lookups)
{
	mount_lock(mount);
	assert(node->lookups >= lookups);
	node->lookups -= lookups;
	free_if_unused_locked(node);
	mount_unlock(mount);
}
