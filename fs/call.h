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

#include "fs/node.h"

/* Starts the operation; an interrupt cancels it. */
void call_start(fuse_req_t req, struct sqs_op *op);

/* Starts the operation; an interrupt does nothing (what has left cannot be recalled). */
void call_start_uninterruptible(fuse_req_t req, struct sqs_op *op);

void call_end(fuse_req_t req);

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
/* A CREATE's reply; false when the caller went away and the handle is to be freed here.
 */
bool call_reply_create(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
/* The node's attributes as they are now. */
void call_reply_attr(fuse_req_t req, struct node *node);

/* getxattr's and listxattr's two-step protocol: size 0 asks for the length. */
void call_reply_xattr(fuse_req_t req, const void *value, size_t len, size_t size);

/* The part [offset, offset + size) of these bytes; empty behind their end. */
void call_reply_part(
	fuse_req_t req, const void *data, size_t len, size_t size, off_t offset);

#endif
