/* SPDX-License-Identifier: MIT */
/*
 * Drafts as files: what the kernel asks of an open one.
 *
 *	draft_file.c     open, read, truncate, release
 *	draft_write.c    write
 *	draft_flush.c    close and fsync: when a file is complete
 *	draft_name.c     unlink, and rename, which completes a draft
 *	draft_xattr.c    extended attributes
 */
#ifndef FS_DRAFT_FILE_H
#define FS_DRAFT_FILE_H

#include "fs/draft.h"

/* An open descriptor: fi->fh. Touched on the FUSE thread alone, but for `error`. */
struct draft_handle {
	struct draft *draft; /* a reference */
	bool writes;
	bool appends;
	bool is_spent; /* what it wrote was sent by close: it writes no more */
	pid_t opener;  /* process; 0: unknown */
	int error;     /* lock: what the last close or fsync of it was told */
};

static inline struct draft_handle *draft_handle_of(const struct fuse_file_info *fi)
{
	return (struct draft_handle *)(uintptr_t)fi->fh;
}

/* Opens one for this request; NULL: no memory. Lock held. */
struct draft_handle *draft_handle_new_locked(
	struct draft *draft, fuse_req_t req, const struct fuse_file_info *fi);
/* It writes no more; nothing if it did not. Lock held. */
void draft_handle_spend_locked(struct draft_handle *handle);
/* Lock held. */
void draft_handle_free_locked(struct draft_handle *handle);

/* Sends what is complete now that nobody writes it any more. Lock free. */
void draft_close(struct draft *draft);

/* Handlers of draft_type in the other files. */
void draft_write(fuse_req_t req, struct node *node, const char *data, size_t size,
	off_t offset, struct fuse_file_info *fi);
void draft_flush(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
void draft_fsync(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
void draft_unlink(fuse_req_t req, struct node *dir, const char *name);
void draft_rename(fuse_req_t req, struct node *dir, const char *name,
	struct node *new_dir, const char *new_name, unsigned flags);
void draft_getxattr(fuse_req_t req, struct node *node, const char *name, size_t size);
void draft_listxattr(fuse_req_t req, struct node *node, size_t size);
void draft_setxattr(fuse_req_t req, struct node *node, const char *name,
	const char *value, size_t size, int flags);
void draft_removexattr(fuse_req_t req, struct node *node, const char *name);

#endif
