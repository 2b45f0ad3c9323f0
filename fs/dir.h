/* SPDX-License-Identifier: MIT */
/*
 * Directories: names to nodes, and the snapshots that readdir reads.
 *
 * A directory holds a reference to each of its children. Cookies are the
 * children's sequence numbers, which only grow, so that a listing goes on
 * correctly while entries come and go; opendir takes a snapshot of the names, a
 * rewinddir (offset 0) takes it anew.
 */
#ifndef FS_DIR_H
#define FS_DIR_H

#include "fs/node.h"
#include "sqs/base/map.h"

struct dir {
	struct node node;
	struct map children; /* name -> struct node *; lock */
	uint64_t last_sequence;
};

/* Lock held, as for node_init_locked(). */
void dir_init_locked(struct dir *dir, struct mount *mount, const struct node_type *type);
/* Detaches every child; part of a directory type's free. Lock held. */
void dir_finish_locked(struct dir *dir);

/* All with the lock held. */
struct node *dir_find_locked(const struct dir *dir, const char *name);
/* The directory takes a reference of its own. False when there is no memory; the name is
 * free before. */
bool dir_attach_locked(struct dir *dir, const char *name, struct node *child);
/* Takes it out of its directory and drops that reference; nothing if it is in none. */
void dir_detach_locked(struct node *child);
/* Another name, in this or another directory; the new name is free. False: nothing
 * changed. */
bool dir_move_locked(struct node *child, struct dir *new_dir, const char *new_name);

/*
 * Handlers for directories whose children know themselves how to be looked up,
 * unlinked, removed and renamed. A child whose type lacks the handler gives EPERM, so
 * does renaming a directory.
 */
void dir_lookup(fuse_req_t req, struct node *dir, const char *name);
void dir_unlink(fuse_req_t req, struct node *dir, const char *name);
void dir_rmdir(fuse_req_t req, struct node *dir, const char *name);
void dir_rename(fuse_req_t req, struct node *dir, const char *name, struct node *new_dir,
	const char *new_name, unsigned flags);
/* OPENDIR of one whose listing is its children. */
void dir_opendir(fuse_req_t req, struct node *dir, struct fuse_file_info *fi);

static inline struct dir *dir_of(struct node *node)
{
	return (struct dir *)(void *)node;
}

/*
 * A listing in the making: "." and ".." are in it already. `node` may be NULL for
 * a name that is made up when it is looked up (`next`): then `mode` tells its type.
 */
struct listing;
bool listing_add(
	struct listing *listing, const char *name, const struct node *node, mode_t mode);
/* Every child of the directory that is not unlisted. Lock held. */
bool listing_add_children_locked(struct listing *listing, struct dir *dir);

/*
 * Replies to an OPENDIR with a listing that `fill` makes now, lock held, and again at
 * each rewind. READDIR, READDIRPLUS and RELEASEDIR are then served by dir.c alone.
 */
typedef bool listing_fill_fn(struct node *dir, struct listing *listing);
void dir_reply_open(fuse_req_t req, struct node *dir, struct fuse_file_info *fi,
	listing_fill_fn *fill);

/* ops.c routes these here for every directory that was opened with dir_reply_open(). */
void dir_readdir(fuse_req_t req, struct node *dir, size_t size, off_t offset,
	struct fuse_file_info *fi, bool plus);
void dir_releasedir(fuse_req_t req, struct fuse_file_info *fi);

#endif
