/* SPDX-License-Identifier: MIT */
#include "fs/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/encoding.h"
#include "fs/line_batch.h"
#include "fs/line_kept.h"
#include "fs/options.h"
#include "fs/writer.h"
#include "sqs/base/buf.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

struct lines {
	struct node node;
	struct queue *queue; /* a reference */
};

/* An open descriptor; touched on the FUSE thread alone, but for its rest. */
struct handle {
	pid_t opener;          /* process; 0: unknown */
	pid_t last_writer;     /* thread of the last write */
	bool was_killed;       /* that one, by a signal */
	struct line_rest rest; /* lock */
};

static struct lines *lines_of(struct node *node)
{
	return (struct lines *)(void *)node;
}

static struct handle *handle_of(const struct fuse_file_info *fi)
{
	return (struct handle *)(uintptr_t)fi->fh;
}

static void lines_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct handle *handle;
	int error;

	mount_lock(node->mount);
	error = queue_refusal_locked(lines_of(node)->queue, clock_boot_ms());
	mount_unlock(node->mount);
	if ((fi->flags & O_ACCMODE) != O_WRONLY)
		error = EACCES;
	handle = error ? NULL : calloc(1, sizeof(*handle));
	if (!handle) {
		fuse_reply_err(req, error ? error : ENOMEM);
		return;
	}
	handle->opener = writer_process_of(fuse_req_ctx(req)->pid);
	fi->fh = (uintptr_t)handle;
	fi->direct_io = 1;
	fi->nonseekable = 1;
	if (fuse_reply_open(req, fi) != 0)
		free(handle);
}

/* Bytes of format=raw are checked here, before any of them leaves. */
static int check_bytes(const struct node *node, const char *data, size_t size)
{
	struct text_scan scan = {0};

	if (node->mount->options->format != FORMAT_RAW)
		return 0;
	text_scan_more(&scan, (struct view){data, size});
	return scan.is_bad ? EILSEQ : 0;
}

static int add_bytes(
	struct mount *mount, struct line_rest *rest, const char *data, size_t size)
{
	int error = 0;

	mount_lock(mount);
	if (rest->bytes.len > SQS_LARGEST_MESSAGE) {
		error = EFBIG; /* a line without end */
	} else if (!buf_add(&rest->bytes, data, size)) {
		rest->bytes.failed = false;
		error = ENOMEM;
	}
	mount_unlock(mount);
	return error;
}

static void lines_write(fuse_req_t req, struct node *node, const char *data, size_t size,
	off_t offset, struct fuse_file_info *fi)
{
	struct handle *handle = handle_of(fi);
	int error = check_bytes(node, data, size);

	(void)offset;
	if (!error)
		error = add_bytes(node->mount, &handle->rest, data, size);
	if (error) {
		fuse_reply_err(req, error);
		return;
	}
	handle->last_writer = fuse_req_ctx(req)->pid;
	handle->was_killed = false;
	line_batch_send(req, lines_of(node)->queue, &handle->rest,
		&(struct line_part){.multiple = SQS_BATCH, .written = size});
}

/* NOW: this close ends the file, so that a line without newline is one. Whatever it is,
 * complete lines leave: so it is looked whether the process ends. */
static enum writer_verdict judge_close(
	fuse_req_t req, struct node *node, const struct handle *handle, bool *is_exiting)
{
	pid_t caller = fuse_req_ctx(req)->pid;
	struct writer_facts facts = {
		.is_dirty = true,
		.is_opener = writer_is_thread_of(caller, handle->opener),
	};

	facts.wrote_last = !facts.is_opener && writer_is_thread_of(handle->last_writer,
						       writer_process_of(caller));
	facts.look = writer_look(node->mount->peers, caller, node->ino,
		(struct writer_limit){WRITER_FEW, INT64_MAX});
	*is_exiting = facts.look.is_exiting;
	return writer_judge(&facts);
}

static bool has_bytes(struct mount *mount, const struct line_rest *rest)
{
	bool has;

	mount_lock(mount);
	has = rest->bytes.len > 0;
	mount_unlock(mount);
	return has;
}

static void lines_flush(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct handle *handle = handle_of(fi);
	bool is_exiting = false;
	enum writer_verdict verdict =
		has_bytes(node->mount, &handle->rest)
			? judge_close(req, node, handle, &is_exiting)
			: VERDICT_CLEAN;

	handle->was_killed |= verdict == VERDICT_KILLED;
	line_batch_send(req, lines_of(node)->queue, &handle->rest,
		&(struct line_part){.multiple = 1,
			.is_all = verdict == VERDICT_NOW && !handle->was_killed,
			.is_exiting = is_exiting});
}

/* A writer that stays for days has no close to wait for. */
static void lines_fsync(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	line_batch_send(req, lines_of(node)->queue, &handle_of(fi)->rest,
		&(struct line_part){.multiple = 1});
}

/* -------------------------------------------------------------------------------------
 * What no close has sent
 */

static void lines_release(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct handle *handle = handle_of(fi);
	struct buf bytes;
	struct view rest;

	mount_lock(node->mount);
	bytes = handle->rest.bytes;
	mount_unlock(node->mount);
	rest = buf_view(&bytes);
	fuse_reply_err(req, 0);
	while (rest.len) {
		const char *end = memchr(rest.data, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.data) : rest.len;

		if (len && !end && handle->was_killed)
			line_keep_cut_short(lines_of(node)->queue, rest);
		else if (len)
			line_keep(
				lines_of(node)->queue, (struct view){rest.data, len}, "");
		len += end != NULL;
		rest = (struct view){rest.data + len, rest.len - len};
	}
	buf_finish(&bytes);
	free(handle);
}

/* -------------------------------------------------------------------------------------
 * The file
 */

/* `>` truncates what is never full. */
static void lines_setattr(fuse_req_t req, struct node *node, struct stat *attr,
	int to_set, struct fuse_file_info *fi)
{
	(void)attr;
	(void)to_set;
	(void)fi;
	call_reply_attr(req, node);
}

static void lines_free(struct node *node)
{
	node_unref_locked(&lines_of(node)->queue->dir.node);
	free(lines_of(node));
}

static const struct node_type lines_type = {
	.kind = "lines",
	.mode = S_IFREG | 0222,
	.free = lines_free,
	.setattr = lines_setattr,
	.open = lines_open,
	.write = lines_write,
	.flush = lines_flush,
	.fsync = lines_fsync,
	.release = lines_release,
};

struct node *lines_new_locked(struct queue *queue)
{
	struct lines *lines = calloc(1, sizeof(*lines));

	if (!lines)
		return NULL;
	node_init_locked(&lines->node, queue->dir.node.mount, &lines_type);
	lines->queue = queue;
	node_ref_locked(&queue->dir.node);
	return &lines->node;
}
