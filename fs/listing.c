/* SPDX-License-Identifier: MIT */
/*
 * The listing of an open directory. A handle is a snapshot of names, sorted by
 * cookie; it is used by one READDIR at a time, since the kernel holds the
 * position's lock, so it needs no lock of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/dir.h"
#include "sqs/base/arena.h"
#include "sqs/base/cleanup.h"

struct entry {
	const char *name;
	uint64_t ino;
	mode_t mode;
	uint64_t cookie;
};

struct listing {
	struct arena arena; /* the names */
	struct entry *entries;
	size_t count;
	size_t room;
	uint64_t last_made_up; /* cookie of the last entry that is no child */
};

struct handle {
	listing_fill_fn *fill;
	struct listing listing;
	bool is_fresh; /* nothing was read from it yet */
};

/* What is told of an entry that has no inode before it is looked up. */
enum { UNKNOWN_INO = 0xffffffff };

static bool add(struct listing *listing, const char *name, uint64_t ino, mode_t mode,
	uint64_t cookie)
{
	size_t room = listing->room ? listing->room * 2 : 32;
	char *copy = arena_string(&listing->arena, view_of(name));

	if (!copy)
		return false;
	if (listing->count == listing->room) {
		struct entry *more = reallocarray(listing->entries, room, sizeof(*more));

		if (!more)
			return false;
		listing->entries = more;
		listing->room = room;
	}
	listing->entries[listing->count++] = (struct entry){copy, ino, mode, cookie};
	return true;
}

bool listing_add(
	struct listing *listing, const char *name, const struct node *node, mode_t mode)
{
	return add(listing, name, node ? node->ino : UNKNOWN_INO,
		node ? node->type->mode : mode, ++listing->last_made_up);
}

bool listing_add_children_locked(struct listing *listing, struct dir *dir)
{
	struct node *child;

	for (size_t i = 0; (child = map_next(&dir->children, &i)) != NULL;) {
		if (!child->is_unlisted && !add(listing, child->name, child->ino,
						   child->type->mode, child->sequence))
			return false;
	}
	return true;
}

static int by_cookie(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return (left->cookie > right->cookie) - (left->cookie < right->cookie);
}

static void listing_finish(struct listing *listing)
{
	arena_finish(&listing->arena);
	free(listing->entries);
	*listing = (struct listing){0};
}

static bool take_snapshot(struct handle *handle, struct node *dir)
{
	struct listing *listing = &handle->listing;
	struct node *parent;
	bool ok;

	listing_finish(listing);
	mount_lock(dir->mount);
	parent = dir->parent ? &dir->parent->node : dir;
	ok = listing_add(listing, ".", dir, 0) && listing_add(listing, "..", parent, 0) &&
	     handle->fill(dir, listing);
	mount_unlock(dir->mount);
	if (ok)
		qsort(listing->entries, listing->count, sizeof(*listing->entries),
			by_cookie);
	return ok;
}

static void handle_free(struct handle *handle)
{
	listing_finish(&handle->listing);
	free(handle);
}

void dir_reply_open(fuse_req_t req, struct node *dir, struct fuse_file_info *fi,
	listing_fill_fn *fill)
{
	struct handle *handle = calloc(1, sizeof(*handle));

	if (!handle) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	handle->fill = fill;
	handle->is_fresh = true;
	if (!take_snapshot(handle, dir)) {
		fuse_reply_err(req, ENOMEM);
		handle_free(handle);
		return;
	}
	fi->fh = (uintptr_t)handle;
	if (fuse_reply_open(req, fi) != 0)
		handle_free(handle);
}

/* The position of the first entry behind this cookie. */
static size_t find_behind(const struct listing *listing, uint64_t cookie)
{
	size_t low = 0, high = listing->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (listing->entries[middle].cookie <= cookie)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The child that this entry was made from, with the kernel's lookup; NULL: it is gone. */
static struct node *entry_node(
	struct node *dir, const struct entry *entry, struct fuse_entry_param *param)
{
	struct node *child;

	if (entry->cookie <= 2)
		return NULL; /* the kernel has "." and ".." already */
	mount_lock(dir->mount);
	child = dir_find_locked(dir_of(dir), entry->name);
	if (child && child->ino != entry->ino)
		child = NULL;
	if (child)
		node_entry_locked(child, param);
	mount_unlock(dir->mount);
	return child;
}

static size_t add_plain(fuse_req_t req, char *out, size_t room, const struct entry *entry)
{
	struct stat st = {.st_ino = entry->ino, .st_mode = entry->mode};

	return fuse_add_direntry(req, out, room, entry->name, &st, (off_t)entry->cookie);
}

/* An entry with nodeid 0 is a name alone: the kernel looks it up when it is used. */
static size_t add_plus(fuse_req_t req, char *out, size_t room, const struct entry *entry,
	struct node *dir)
{
	struct fuse_entry_param param = {
		.attr.st_ino = entry->ino, .attr.st_mode = entry->mode};
	struct node *child = NULL;
	size_t needed = fuse_add_direntry_plus(req, NULL, 0, entry->name, NULL, 0);

	if (needed <= room)
		child = entry_node(dir, entry, &param);
	needed = fuse_add_direntry_plus(
		req, out, room, entry->name, &param, (off_t)entry->cookie);
	if (child && needed > room)
		node_forget(dir->mount, child, 1);
	return needed;
}

void dir_readdir(fuse_req_t req, struct node *dir, size_t size, off_t offset,
	struct fuse_file_info *fi, bool plus)
{
	struct handle *handle = (struct handle *)(uintptr_t)fi->fh;
	const struct listing *listing = &handle->listing;
	AUTO(free) char *out = malloc(size);
	size_t used = 0;

	if (!out || (offset == 0 && !handle->is_fresh && !take_snapshot(handle, dir))) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	handle->is_fresh = false;
	for (size_t i = find_behind(listing, (uint64_t)offset); i < listing->count; i++) {
		const struct entry *entry = &listing->entries[i];
		size_t needed = plus ? add_plus(req, out + used, size - used, entry, dir)
				     : add_plain(req, out + used, size - used, entry);

		if (needed > size - used)
			break;
		used += needed;
	}
	fuse_reply_buf(req, out, used);
}

void dir_releasedir(fuse_req_t req, struct fuse_file_info *fi)
{
	handle_free((struct handle *)(uintptr_t)fi->fh);
	fuse_reply_err(req, 0);
}
