/* SPDX-License-Identifier: MIT */
/*
 * A parked FUSE request: how it waits for an operation, is interrupted, and ends.
 *
 *	handler:     op = sqs_..._new(..., on_done, req);  call_start(req, op);
 *	completion:  call_end(req);  fuse_reply_...(req);
 *
 * libfuse calls an interrupt function with the request's lock held; it may only
 * cancel or set a flag. call_end() waits out one that is running, so after it
 * nothing refers to the operation any more; it must come before the operation or
 * its argument is freed, and before every reply of a request that was started.
 */
#ifndef FS_CALL_H
#define FS_CALL_H

#include <fcntl.h>

#include "fs/timer.h"
#include "sqs/base/view.h"

/* Starts the operation; an interrupt cancels it. */
void call_start(fuse_req_t req, struct sqs_op *op);

/* Starts the operation; an interrupt does nothing (what has left cannot be recalled). */
void call_start_uninterruptible(fuse_req_t req, struct sqs_op *op);

void call_end(fuse_req_t req);

/*
 * A request that waits for something shared, a listing or a barrier: in a list, for a
 * bounded time. Whoever takes it out of the list answers it and frees what it is part
 * of. An interrupt, the time and the end of the mount take it out too and call
 * `give_up`, lock free, with EINTR or ETIMEDOUT.
 */
struct call_wait {
	struct list link; /* lock: where it waits; in none: somebody answers it */
	struct list all;  /* lock: in the mount's list of waits */
	struct timer timer;
	fuse_req_t req;
	int why; /* lock: what give_up will be told */
	void (*give_up)(struct call_wait *wait, int error);
};

/* Begins to wait, for `node`'s sake; it may be over when this returns. */
void call_wait(struct call_wait *wait, fuse_req_t req, struct node *node,
	struct list *list, int64_t timeout_ms,
	void (*give_up)(struct call_wait *wait, int error));
/* Takes it for answering; false: it is giving up just now. call_end() must follow,
 * lock free, before the answer. Lock held. */
bool call_wait_take_locked(struct call_wait *wait);
/* The mount ends: all of them give up. */
void call_wait_end_all(struct mount *mount);

/* Replies with the errno of a failure, and logs it with the operation and the file's
 * name. */
void call_reply_failure(fuse_req_t req, const char *operation, const char *name,
	const struct sqs_failure *failure);

/*
 * Replies with an entry. Lock free. The node must be referenced by the caller, who
 * keeps that reference.
 */
void call_reply_entry(fuse_req_t req, struct node *node);
/* ENOENT, in the form that keeps the kernel from remembering it. */
void call_reply_no_entry(fuse_req_t req);
/*
 * A CREATE's reply; false when the caller went away and the handle is to be freed here.
 * mknod(2) of a regular file comes as a CREATE too, with CALL_MKNOD in fi->flags: it
 * wants the entry and no handle, so the answer is always false.
 */
enum { CALL_MKNOD = O_PATH };
bool call_reply_create(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
/* The node's attributes as they are now. */
void call_reply_attr(fuse_req_t req, struct node *node);

/* getxattr's and listxattr's two-step protocol: size 0 asks for the length. */
void call_reply_xattr(fuse_req_t req, const void *value, size_t len, size_t size);

/* The part [offset, offset + size) of these bytes; empty behind their end. */
void call_reply_part(
	fuse_req_t req, const void *data, size_t len, size_t size, off_t offset);

/*
 * Tells the kernel, before the reply to an OPEN, how large the file is by now. Since
 * Linux 6.5 sendfile(2) and splice(2) end at the size that the kernel knows, and of
 * whoever does not ask for it first that is the size of the LOOKUP. For an inode that
 * nobody else has open, and a reply that lets the kernel keep no pages: its last byte is
 * stored, and dropped again. Lock free.
 */
void call_tell_size(const struct node *node, struct view content);

#endif
