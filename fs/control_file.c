/* SPDX-License-Identifier: MIT */
/*
 * The machinery of control files. A handle has what reading gives, made once at
 * OPEN, and what was written since the last commit.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/control.h"
#include "fs/writer.h"
#include "sqs/base/log.h"

/* No attribute, tag or ARN is longer. */
enum { LONGEST_INPUT = 64 * 1024 };

/* A FLUSH at a process's end cannot be interrupted: it must not take long. */
enum { CALL_MS = 10 * 1000 };

struct control_handle {
	pid_t opener; /* process; 0: unknown */
	struct snapshot snapshot;
	struct buf written; /* FUSE thread */
};

static const struct node_type control_type;

struct control *control_new_locked(struct mount *mount, struct queue *queue,
	const struct control_row *row, const char *key)
{
	struct control *control = calloc(1, sizeof(*control));
	char *copy = strdup(key);

	if (!control || !copy) {
		free(control);
		free(copy);
		return NULL;
	}
	node_init_locked(&control->node, mount, &control_type);
	control->node.attr_timeout_s = 0;
	control->row = row;
	control->queue = queue;
	control->key = copy;
	if (queue)
		node_ref_locked(&queue->dir.node);
	return control;
}

static void control_free(struct node *node)
{
	struct control *control = control_of(node);

	if (control->queue)
		node_unref_locked(&control->queue->dir.node);
	free(control->key);
	free(control);
}

static void control_stat(const struct node *node, struct stat *st)
{
	const struct control *control = (const struct control *)(const void *)node;

	st->st_mode = S_IFREG | (control->row->mode & ~(node->mount->umask & 0777));
	st->st_size = (off_t)control->snapshots.size;
}

static void handle_free(struct control *control, struct control_handle *handle)
{
	snapshot_close(&control->node, &control->snapshots, &handle->snapshot);
	buf_finish(&handle->written);
	free(handle);
}

/* -------------------------------------------------------------------------------------
 * A call
 */

static struct control_call *call_new(
	fuse_req_t req, struct control *control, struct control_handle *handle)
{
	struct control_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->req = req;
	call->control = control;
	call->handle = handle;
	mount_lock(control->node.mount);
	node_ref_locked(&control->node);
	mount_unlock(control->node.mount);
	return call;
}

static void call_free(struct control_call *call)
{
	buf_finish(&call->in);
	buf_finish(&call->out);
	node_unref(&call->control->node);
	free(call);
}

void control_start(struct control_call *call, struct sqs_op *op)
{
	if (!op) {
		control_error(call, ENOMEM);
		return;
	}
	sqs_op_set_timeout(op, CALL_MS);
	call_start(call->req, op);
}

static void reply_open(struct control_call *call)
{
	struct control_handle *handle = call->handle;
	struct control *control = call->control;
	bool taken;

	if ((call->fi.flags & O_ACCMODE) != O_WRONLY) {
		handle->snapshot.text = call->out;
		call->out = (struct buf){0};
		snapshot_open(&control->node, &control->snapshots, &handle->snapshot);
	}
	call->fi.fh = (uintptr_t)handle;
	call->fi.direct_io = 1; /* the size is not known before */
	if (call->is_create)
		taken = call_reply_create(call->req, &control->node, &call->fi);
	else
		taken = fuse_reply_open(call->req, &call->fi) == 0;
	if (!taken)
		handle_free(control, handle);
}

void control_done(struct control_call *call)
{
	if (call->out.failed) {
		control_error(call, ENOMEM);
		return;
	}
	call_end(call->req);
	if (call->is_open)
		reply_open(call);
	else if (call->taken)
		fuse_reply_write(call->req, call->taken);
	else
		fuse_reply_err(call->req, 0);
	call_free(call);
}

static void end_without_handle(struct control_call *call)
{
	if (call->is_open)
		handle_free(call->control, call->handle);
	call_free(call);
}

void control_failed(struct control_call *call, const struct sqs_failure *failure)
{
	call_end(call->req);
	call_reply_failure(call->req, "control", call->control->key, failure);
	end_without_handle(call);
}

void control_error(struct control_call *call, int error)
{
	call_end(call->req);
	fuse_reply_err(call->req, error);
	end_without_handle(call);
}

const char *control_word(struct control_call *call)
{
	struct buf *in = &call->in;
	char *start = in->data;

	while (in->len > 0 && isspace((unsigned char)in->data[in->len - 1]))
		in->data[--in->len] = '\0';
	while (isspace((unsigned char)*start))
		start++;
	return start;
}

const char *control_line(struct control_call *call)
{
	struct buf *in = &call->in;

	if (in->len > 0 && in->data[in->len - 1] == '\n')
		in->data[--in->len] = '\0';
	return in->data;
}

const char *control_find(const struct sqs_result *result, const char *name)
{
	for (size_t i = 0; i < result->pair_count; i++) {
		if (strcmp(result->pairs[i].name, name) == 0)
			return result->pairs[i].value;
	}
	return NULL;
}

/* -------------------------------------------------------------------------------------
 * Handlers
 */

static struct control_call *open_new(
	fuse_req_t req, struct control *control, const struct fuse_file_info *fi)
{
	struct control_handle *handle = calloc(1, sizeof(*handle));
	struct control_call *call = handle ? call_new(req, control, handle) : NULL;

	if (!call) {
		free(handle);
		fuse_reply_err(req, ENOMEM);
		return NULL;
	}
	handle->written.ceiling = LONGEST_INPUT;
	handle->opener = writer_process_of(fuse_req_ctx(req)->pid);
	call->is_open = true;
	call->fi = *fi;
	return call;
}

static void control_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct control *control = control_of(node);
	const struct control_row *row = control->row;
	int access = fi->flags & O_ACCMODE;
	struct control_call *call;

	/* Root may open what the mode denies. */
	if ((access != O_WRONLY && !row->read) || (access != O_RDONLY && !row->write)) {
		fuse_reply_err(req, EACCES);
		return;
	}
	call = open_new(req, control, fi);
	if (call && access == O_WRONLY)
		control_done(call);
	else if (call)
		row->read(call);
}

void control_reply_create(
	fuse_req_t req, struct control *control, struct fuse_file_info *fi)
{
	struct control_call *call = open_new(req, control, fi);

	if (!call)
		return;
	call->is_create = true;
	control_done(call);
}

static struct control_handle *handle_of(const struct fuse_file_info *fi)
{
	return (struct control_handle *)(uintptr_t)fi->fh;
}

static void control_read(fuse_req_t req, struct node *node, size_t size, off_t offset,
	struct fuse_file_info *fi)
{
	(void)node;
	snapshot_read(req, &handle_of(fi)->snapshot, size, offset, fi);
}

/*
 * Whether this is all of a value: a line, or a JSON object whose braces are closed and
 * which a newline ends.
 */
static bool is_complete(const struct buf *written)
{
	const char *text = written->data;
	bool is_quoted = false;
	int depth = 0;

	if (written->len == 0 || text[written->len - 1] != '\n')
		return false;
	for (size_t i = 0; text[0] == '{' && i < written->len; i++) {
		if (text[i] == '\\' && is_quoted)
			i++;
		else if (text[i] == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted)
			depth += (text[i] == '{') - (text[i] == '}');
	}
	return depth == 0 && !is_quoted;
}

/* The request of what was written; `taken` as in the call. */
static void commit(
	fuse_req_t req, struct node *node, struct control_handle *handle, size_t taken)
{
	struct control *control = control_of(node);
	struct control_call *call = call_new(req, control, NULL);

	if (!call) {
		handle->written.len -= taken; /* its write fails, and may come again */
		fuse_reply_err(req, ENOMEM);
		return;
	}
	call->taken = taken;
	call->in = handle->written;
	handle->written = (struct buf)BUF_INIT(LONGEST_INPUT);
	if (memchr(call->in.data, '\0', call->in.len))
		control_error(call, EINVAL);
	else
		control->row->write(call);
}

/* A value of which a part is missing is none. */
static void refuse_write(fuse_req_t req, struct control_handle *handle, int error)
{
	buf_clear(&handle->written);
	fuse_reply_err(req, error);
}

static void control_write(fuse_req_t req, struct node *node, const char *data,
	size_t size, off_t offset, struct fuse_file_info *fi)
{
	struct control_handle *handle = handle_of(fi);
	bool fits = handle->written.len + size <= LONGEST_INPUT;

	(void)offset; /* what is written is a command: there is no place in it */
	if (!buf_add(&handle->written, data, size))
		refuse_write(req, handle, fits ? ENOMEM : EFBIG);
	else if (is_complete(&handle->written))
		commit(req, node, handle, size);
	else
		fuse_reply_write(req, size);
}

static void control_fsync(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct control_handle *handle = handle_of(fi);

	if (handle->written.len)
		commit(req, node, handle, 0);
	else
		fuse_reply_err(req, 0);
}

/*
 * Whether nothing more can follow this close, as far as is known: children of the
 * writer close it too, perhaps in the middle of a value.
 */
static bool may_be_last_close(
	fuse_req_t req, const struct node *node, const struct control_handle *handle)
{
	pid_t caller = fuse_req_ctx(req)->pid;
	struct writer_look look;

	if (!handle->opener)
		return true;
	if (!writer_is_thread_of(caller, handle->opener))
		return false;
	look = writer_look(node->mount->peers, caller, node->ino,
		(struct writer_limit){WRITER_FEW, INT64_MAX});
	return look.holders != HOLDERS_SOME && !look.was_killed;
}

static void control_flush(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct control_handle *handle = handle_of(fi);

	if (handle->written.len && may_be_last_close(req, node, handle))
		commit(req, node, handle, 0);
	else
		fuse_reply_err(req, 0);
}

static void control_release(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct control_handle *handle = handle_of(fi);
	struct control *control = control_of(node);

	if (handle->written.len)
		log_warning("control",
			"%s/.sqs: %s: nothing was done: its writer ended before its value did",
			control->queue->name, control->key);
	handle_free(control, handle);
	fuse_reply_err(req, 0);
}

static const struct node_type control_type = {
	.kind = "control",
	.mode = S_IFREG | 0666,
	.stat = control_stat,
	.free = control_free,
	.open = control_open,
	.read = control_read,
	.write = control_write,
	.flush = control_flush,
	.fsync = control_fsync,
	.release = control_release,
};
