/* SPDX-License-Identifier: MIT */
/*
 * write(2) to a draft. What each queue takes is written at once; for more, the queue's
 * own limit must be known, and the WRITE is parked until it is.
 */
#include <errno.h>
#include <stdlib.h>

#include "fs/draft_file.h"
#include "fs/draft_outcome.h"

/* A WRITE that waits until the queue's limits are known. */
struct parked_write {
	struct limits_waiter limits;
	fuse_req_t req;
	struct draft_handle *handle; /* the kernel keeps it open meanwhile */
	off_t offset;
	size_t size;
	char data[];
};

/* A write that fails for its bytes leaves a hole: what is there is not to be sent. */
static void spoil_locked(struct draft *draft, int error)
{
	static const struct sqs_failure too_large = {.error = SQS_TOO_LARGE,
		.message =
			"a write failed: the message would be larger than the queue takes"};
	static const struct sqs_failure bad_content = {.error = SQS_BAD_CONTENT,
		.message = "a write failed: bytes that no message can carry"};
	static const struct sqs_failure no_memory = {
		.error = SQS_NO_MEMORY, .message = "a write failed: no memory"};

	if (error == EFBIG)
		draft_spoil_locked(draft, &too_large);
	else if (error == EILSEQ)
		draft_spoil_locked(draft, &bad_content);
	else if (error == ENOMEM)
		draft_spoil_locked(draft, &no_memory);
}

/* The most that a message may have, as far as anybody can say. */
static int64_t limit_of(const struct draft *draft)
{
	const struct queue_limits *limits = &draft->queue->limits;

	if (limits->known_at_ms)
		return limits->max_message;
	return draft->has_no_limits ? SQS_LARGEST_MESSAGE : SQS_LEAST_MESSAGE_LIMIT;
}

/* 0 and the bytes are there. Lock held. */
static int write_locked(struct draft_handle *handle, fuse_req_t req, const char *data,
	size_t size, off_t offset)
{
	struct draft *draft = handle->draft;
	int error;

	if (handle->is_spent)
		return EIO;
	if (draft->queue->is_gone)
		return ENOENT;
	if (handle->appends)
		offset = draft->state == DRAFT_SENT ? 0 : (off_t)draft_size(draft);
	error = draft_write_locked(draft, data, size, offset, limit_of(draft));
	if (!error)
		draft->last_writer = fuse_req_ctx(req)->pid;
	spoil_locked(draft, error);
	return error;
}

static void reply_write(fuse_req_t req, size_t size, int error)
{
	if (error)
		fuse_reply_err(req, error);
	else
		fuse_reply_write(req, size);
}

/*
 * Where the service cannot be asked now, the file is taken as it is: close will say
 * more, and keep it.
 */
static void on_limits(struct limits_waiter *waiter, const struct sqs_failure *failure)
{
	struct parked_write *parked = list_entry(waiter, struct parked_write, limits);
	struct draft *draft = parked->handle->draft;
	struct mount *mount = draft->node.mount;
	int error = 0;

	mount_lock(mount);
	if (draft_error_is_for_good(failure->error)) {
		error = draft_answer_of(failure->error);
		draft_spoil_locked(draft, failure);
	} else {
		draft->has_no_limits = failure->error != SQS_OK;
		error = write_locked(parked->handle, parked->req, parked->data,
			parked->size, parked->offset);
	}
	mount_unlock(mount);
	reply_write(parked->req, parked->size, error);
	free(parked);
}

static void park(fuse_req_t req, struct draft_handle *handle, const char *data,
	size_t size, off_t offset)
{
	struct parked_write *parked = malloc(sizeof(*parked) + size);
	struct queue *queue = handle->draft->queue;
	struct mount *mount = queue->dir.node.mount;
	bool is_known;

	if (!parked) {
		mount_lock(mount);
		spoil_locked(handle->draft, ENOMEM);
		mount_unlock(mount);
		fuse_reply_err(req, ENOMEM);
		return;
	}
	*parked = (struct parked_write){.limits.ready = on_limits,
		.req = req,
		.handle = handle,
		.offset = offset,
		.size = size};
	list_init(&parked->limits.link);
	memcpy(parked->data, data, size);
	mount_lock(mount);
	is_known = queue_limits_locked(queue, &parked->limits);
	mount_unlock(mount);
	if (is_known)
		on_limits(&parked->limits, &(struct sqs_failure){.error = SQS_OK});
	else
		queue_limits_start(queue);
}

/* Whether the queue's own limit is needed and not at hand. Lock held. */
static bool needs_limits(struct draft *draft, size_t size, off_t offset)
{
	struct limits_waiter waiter;
	size_t end = draft->bytes.len + size;
	bool is_known;

	if (offset > 0 && (size_t)offset + size > end)
		end = (size_t)offset + size;
	if (draft->has_no_limits || !draft_may_pass_least_limit(draft, end))
		return false;
	is_known = queue_limits_locked(draft->queue, &waiter);
	if (!is_known)
		list_remove(&waiter.link);
	return !is_known;
}

void draft_write(fuse_req_t req, struct node *node, const char *data, size_t size,
	off_t offset, struct fuse_file_info *fi)
{
	struct draft_handle *handle = draft_handle_of(fi);
	struct draft *draft = draft_of(node);
	bool parks;
	int error = 0;

	mount_lock(node->mount);
	parks = needs_limits(draft, size, offset);
	if (!parks)
		error = write_locked(handle, req, data, size, offset);
	mount_unlock(node->mount);
	if (parks)
		park(req, handle, data, size, offset);
	else
		reply_write(req, size, error);
}
