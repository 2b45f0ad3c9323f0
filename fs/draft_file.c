/* SPDX-License-Identifier: MIT */
#include "fs/draft_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/draft_outcome.h"
#include "fs/draft_send.h"
#include "fs/writer.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"

/* -------------------------------------------------------------------------------------
 * Handles
 */

struct draft_handle *draft_handle_new_locked(
	struct draft *draft, fuse_req_t req, const struct fuse_file_info *fi)
{
	struct draft_handle *handle = calloc(1, sizeof(*handle));

	if (!handle)
		return NULL;
	node_ref_locked(&draft->node);
	handle->draft = draft;
	handle->writes = (fi->flags & O_ACCMODE) != O_RDONLY;
	handle->appends = fi->flags & O_APPEND;
	handle->is_spent = !handle->writes;
	if (handle->writes) {
		handle->opener = writer_process_of(fuse_req_ctx(req)->pid);
		draft->writers++;
		draft->queue->sending.writers++;
	}
	return handle;
}

void draft_handle_spend_locked(struct draft_handle *handle)
{
	if (handle->is_spent)
		return;
	handle->is_spent = true;
	handle->draft->writers--;
	handle->draft->queue->sending.writers--;
}

void draft_handle_free_locked(struct draft_handle *handle)
{
	draft_handle_spend_locked(handle);
	node_unref_locked(&handle->draft->node);
	free(handle);
}

/* -------------------------------------------------------------------------------------
 * open, create, release
 */

static void set_flags(struct fuse_file_info *fi, struct draft_handle *handle)
{
	fi->fh = (uintptr_t)handle;
	fi->direct_io = 1; /* each byte is seen as it is written, and nothing is cached */
	fi->keep_cache = 0;
}

/* It is opened to be written: what it was goes, or goes on. */
static int prepare_locked(struct draft *draft, const struct fuse_file_info *fi)
{
	if ((fi->flags & O_ACCMODE) == O_RDONLY)
		return 0;
	if (fi->flags & O_TRUNC && draft->state != DRAFT_EMPTY) {
		size_t sent = draft->sent;
		int error;

		draft->sent = 0;
		error = draft_truncate_locked(draft, 0, SQS_LARGEST_MESSAGE);
		if (error)
			draft->sent = sent;
		return error;
	}
	switch (draft->state) {
	case DRAFT_WAITING:
	case DRAFT_RETRYING:
	case DRAFT_REFUSED:
		draft_enter_locked(draft, DRAFT_WRITING);
		break;
	default:
		break;
	}
	return 0;
}

/* The handle first: without it, the file stays what it was. */
static int begin_locked(struct draft *draft, fuse_req_t req,
	const struct fuse_file_info *fi, struct draft_handle **out)
{
	struct draft_handle *handle = draft_handle_new_locked(draft, req, fi);
	int error = handle ? prepare_locked(draft, fi) : ENOMEM;

	if (handle && error)
		draft_handle_free_locked(handle);
	*out = error ? NULL : handle;
	return error;
}

/* Nobody will release it. */
static void drop(struct draft_handle *handle)
{
	struct draft *draft = handle->draft;
	struct mount *mount = draft->node.mount;

	mount_lock(mount);
	node_ref_locked(&draft->node);
	draft_handle_free_locked(handle);
	mount_unlock(mount);
	draft_close(draft);
	node_unref(&draft->node);
}

static void open_when_free(struct draft_waiter *waiter, int error);

/* The bytes are lent: the open waits until they are not. */
static void open_later(
	fuse_req_t req, struct draft *draft, const struct fuse_file_info *fi)
{
	struct draft_waiter *waiter = draft_waiter_new(draft, req, open_when_free);
	struct fuse_file_info *copy = malloc(sizeof(*copy));

	if (!waiter || !copy) {
		free(waiter);
		free(copy);
		fuse_reply_err(req, ENOMEM);
		return;
	}
	*copy = *fi;
	waiter->arg = copy;
	waiter->is_told = false;
	waiter->gives_up = true;
	draft_await(draft, waiter);
}

static void draft_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct draft *draft = draft_of(node);
	struct queue *queue = draft->queue;
	bool writes = (fi->flags & O_ACCMODE) != O_RDONLY;
	struct draft_handle *handle = NULL;
	bool waits;
	int error;

	mount_lock(node->mount);
	error = draft->state == DRAFT_GONE ? ENOENT
		: writes                   ? queue_refusal_locked(queue, clock_boot_ms())
					   : 0;
	waits = !error && writes && draft->state == DRAFT_SENDING;
	if (!error && !waits)
		error = begin_locked(draft, req, fi, &handle);
	mount_unlock(node->mount);
	if (error) {
		fuse_reply_err(req, error);
		return;
	}
	if (waits) {
		open_later(req, draft, fi);
		return;
	}
	draft_poke(queue); /* before the reply: nobody else may know it after */
	set_flags(fi, handle);
	if (fuse_reply_open(req, fi) != 0)
		drop(handle);
}

static void open_when_free(struct draft_waiter *waiter, int error)
{
	struct fuse_file_info *fi = waiter->arg;

	/* The kernel holds the inode while it waits for the open. */
	if (error == EINTR)
		fuse_reply_err(waiter->req, EINTR);
	else
		draft_open(waiter->req, &waiter->draft->node, fi);
	free(fi);
	free(waiter);
}

static void reply_created(
	fuse_req_t req, struct draft_handle *handle, struct fuse_file_info *fi)
{
	set_flags(fi, handle);
	if (!call_reply_create(req, &handle->draft->node, fi))
		drop(handle);
}

/* Somebody else was faster: CREATE opens what is there. */
static void open_existing(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct draft *draft = draft_of(node);
	struct draft_handle *handle = NULL;
	int error = EEXIST;

	mount_lock(node->mount);
	if (draft && !(fi->flags & O_EXCL)) {
		error = draft->state == DRAFT_SENDING
				? EBUSY
				: begin_locked(draft, req, fi, &handle);
	}
	mount_unlock(node->mount);
	if (error) {
		fuse_reply_err(req, error);
		return;
	}
	reply_created(req, handle, fi);
}

void sending_create(fuse_req_t req, struct queue *queue, struct dir *dir,
	const char *group_id, const char *name, struct fuse_file_info *fi)
{
	struct mount *mount = dir->node.mount;
	struct draft_handle *handle = NULL;
	struct draft *draft = NULL;
	struct node *existing;
	int error;

	mount_lock(mount);
	error = queue_refusal_locked(queue, clock_boot_ms());
	existing = error ? NULL : dir_find_locked(dir, name);
	/* A receipt is no file: its name is free, unless somebody is about to write there. */
	if (existing && draft_of(existing) && draft_of(existing)->state == DRAFT_SENT &&
		!draft_of(existing)->writers) {
		draft_discard_locked(draft_of(existing));
		existing = NULL;
	}
	if (existing)
		node_ref_locked(existing);
	else if (!error)
		draft = draft_new_locked(queue, dir, group_id, name);
	if (draft)
		handle = draft_handle_new_locked(draft, req, fi);
	if (draft && !handle)
		draft_discard_locked(draft);
	mount_unlock(mount);

	if (error)
		fuse_reply_err(req, error);
	else if (existing)
		open_existing(req, existing, fi);
	else if (handle)
		reply_created(req, handle, fi);
	else
		fuse_reply_err(req, ENOMEM);
	node_unref(existing ? existing : draft ? &draft->node : NULL);
}

void draft_close(struct draft *draft)
{
	struct mount *mount = draft->node.mount;
	bool sends;

	mount_lock(mount);
	sends = draft->writers == 0 && draft->state == DRAFT_WRITING &&
		draft->node.parent && !draft->has_draft_name;
	if (draft->writers == 0 && draft->state == DRAFT_EMPTY && draft->sent > 0 &&
		draft->node.parent)
		draft_receipt_locked(draft);
	if (draft->writers == 0 && draft->state == DRAFT_SENT &&
		!timer_is_set_locked(&draft->timer))
		draft_enter_locked(draft, DRAFT_GONE); /* its time was over before */
	mount_unlock(mount);
	if (sends)
		draft_send(draft, NULL);
}

static void draft_release(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct draft_handle *handle = draft_handle_of(fi);
	struct draft *draft = draft_of(node);
	struct mount *mount = node->mount;
	bool was_last;

	mount_lock(mount);
	node_ref_locked(node);
	was_last = !handle->is_spent && draft->writers == 1;
	draft_handle_free_locked(handle);
	mount_unlock(mount);
	fuse_reply_err(req, 0);
	if (was_last)
		draft_close(draft);
	node_unref(node);
}

/* -------------------------------------------------------------------------------------
 * read, truncate
 */

/* A copy: the bytes may be accepted, and gone, before the reply is on its way. */
static void draft_read(fuse_req_t req, struct node *node, size_t size, off_t offset,
	struct fuse_file_info *fi)
{
	struct draft *draft = draft_of(node);
	AUTO(free) char *copy = NULL;
	size_t len = 0;
	int error = 0;

	(void)fi;
	mount_lock(node->mount);
	if (draft->bytes.len && (size_t)offset < draft->sent)
		error = EIO; /* what was sent is not here any more */
	else if ((size_t)offset < draft_size(draft) && draft->bytes.len) {
		len = draft_size(draft) - (size_t)offset;
		if (len > size)
			len = size;
		copy = malloc(len);
		if (copy)
			memcpy(copy, draft->bytes.data + ((size_t)offset - draft->sent),
				len);
		else
			error = ENOMEM;
	}
	mount_unlock(node->mount);
	if (error)
		fuse_reply_err(req, error);
	else
		fuse_reply_buf(req, copy, len);
}

static void draft_setattr(fuse_req_t req, struct node *node, struct stat *attr,
	int to_set, struct fuse_file_info *fi)
{
	struct draft *draft = draft_of(node);
	int error = 0;

	(void)fi;
	if (to_set & FUSE_SET_ATTR_SIZE) {
		mount_lock(node->mount);
		error = draft_truncate_locked(draft, attr->st_size, SQS_LARGEST_MESSAGE);
		mount_unlock(node->mount);
		draft_close(draft); /* truncate(2) has no close: it is complete */
		draft_poke(draft->queue);
	}
	if (error)
		fuse_reply_err(req, error);
	else
		call_reply_attr(req, node);
}

const struct node_type draft_type = {
	.kind = "draft",
	.mode = S_IFREG | 0666,
	.stat = draft_stat,
	.free = draft_free,
	.unlink = draft_unlink,
	.rename = draft_rename,
	.setattr = draft_setattr,
	.open = draft_open,
	.read = draft_read,
	.write = draft_write,
	.flush = draft_flush,
	.fsync = draft_fsync,
	.release = draft_release,
	.getxattr = draft_getxattr,
	.listxattr = draft_listxattr,
	.setxattr = draft_setxattr,
	.removexattr = draft_removexattr,
};
