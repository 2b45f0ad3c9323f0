/* SPDX-License-Identifier: MIT */
/*
 * Nodes: what has an inode. A node is the first member of a struct of its kind,
 * and its type says how that kind answers.
 *
 * A nodeid is the node's address. A node lives while somebody refers to it: the
 * kernel (lookups), its directory, an open handle, an operation, a timer. The
 * last node_unref_locked() frees it through its type. Fields are guarded by the
 * mount's lock.
 */
#ifndef FS_NODE_H
#define FS_NODE_H

#include "fs/mount.h"

struct dir;
struct node;

/*
 * How a kind of file answers. Handlers are called on the FUSE thread with no lock
 * held, must not block, and reply exactly once, now or later. A missing handler
 * gives what ops.c says for it (the errno of a file system that lacks the
 * operation). Files of every kind accept and ignore what tools do on the side:
 * see ops.c.
 */
struct node_type {
	const char *kind; /* for the log */
	mode_t mode;      /* type and permission bits before the umask */

	/* Fills size, times and what else differs from the defaults. Lock held. */
	void (*stat)(const struct node *node, struct stat *st);
	/* Frees the whole struct; lock held, so it must not call out. */
	void (*free)(struct node *node);

	/*
	 * Directories. `dir` is always the directory, `name` a name in it. A file's type
	 * has unlink and rename too, and a subdirectory's rmdir is about itself: the
	 * directory finds the child and calls them with its own `dir` and `name`; see
	 * dir_unlink() and its like.
	 */
	void (*lookup)(fuse_req_t req, struct node *dir, const char *name);
	void (*opendir)(fuse_req_t req, struct node *dir, struct fuse_file_info *fi);
	void (*create)(fuse_req_t req, struct node *dir, const char *name, mode_t mode,
		struct fuse_file_info *fi);
	void (*mkdir)(fuse_req_t req, struct node *dir, const char *name, mode_t mode);
	void (*rmdir)(fuse_req_t req, struct node *dir, const char *name);
	void (*unlink)(fuse_req_t req, struct node *dir, const char *name);
	/* `flags` as renameat2(2); both directories are of this mount. */
	void (*rename)(fuse_req_t req, struct node *dir, const char *name,
		struct node *new_dir, const char *new_name, unsigned flags);
	void (*fsyncdir)(fuse_req_t req, struct node *dir);

	/* Any file. */
	void (*getattr)(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
	void (*setattr)(fuse_req_t req, struct node *node, struct stat *attr, int to_set,
		struct fuse_file_info *fi);
	void (*open)(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
	void (*read)(fuse_req_t req, struct node *node, size_t size, off_t offset,
		struct fuse_file_info *fi);
	void (*write)(fuse_req_t req, struct node *node, const char *data, size_t size,
		off_t offset, struct fuse_file_info *fi);
	void (*flush)(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
	void (*fsync)(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
	void (*release)(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
	void (*getxattr)(
		fuse_req_t req, struct node *node, const char *name, size_t size);
	void (*listxattr)(fuse_req_t req, struct node *node, size_t size);
	void (*setxattr)(fuse_req_t req, struct node *node, const char *name,
		const char *value, size_t size, int flags);
	void (*removexattr)(fuse_req_t req, struct node *node, const char *name);
};

struct node {
	const struct node_type *type;
	struct mount *mount;
	struct list link;       /* in the mount's list of all nodes */
	struct list forsaken;   /* reclaim.h */
	uint64_t ino;           /* st_ino */
	uint64_t lookups;       /* the kernel's */
	unsigned refs;          /* everybody else's */
	struct dir *parent;     /* NULL when it is in no directory; not a reference */
	char *name;             /* in that directory; NULL in none */
	uint64_t sequence;      /* its readdir cookie there */
	bool is_unlisted;       /* resolves by its name, but no listing shows it; lock */
	double entry_timeout_s; /* how long the kernel may trust the name, and the
				   attributes */
	double attr_timeout_s;
};

/* Makes it ready, with one reference that is the caller's. Lock held. */
void node_init_locked(
	struct node *node, struct mount *mount, const struct node_type *type);

void node_ref_locked(struct node *node);
/* NULL is allowed. */
void node_unref_locked(struct node *node);
void node_unref(struct node *node);

/* Its stat, complete. Lock held. */
void node_stat_locked(const struct node *node, struct stat *st);

static inline fuse_ino_t node_id(const struct node *node)
{
	return (fuse_ino_t)(uintptr_t)node;
}

static inline bool node_is_dir(const struct node *node)
{
	return S_ISDIR(node->type->mode);
}

/*
 * Takes the kernel's lookup for an entry that is about to be told, and fills it.
 * If the reply then fails, node_forget() undoes it. Lock held.
 */
void node_entry_locked(struct node *node, struct fuse_entry_param *entry);
void node_forget(struct mount *mount, struct node *node, uint64_t lookups);

#endif
