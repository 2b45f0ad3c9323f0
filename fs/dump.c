/* SPDX-License-Identifier: MIT */
#include "fs/dump.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/intake.h"
#include "fs/message.h"
#include "fs/options.h"
#include "fs/settle.h"
#include "fs/snapshot.h"
#include "fs/visibility.h"
#include "sqs/base/clock.h"
#include "sqs/base/map.h"
#include "sqs/base/text.h"

/* A poll that asks all servers of the service; a shorter one may miss messages. */
enum { POLL_MS = 1000 };

/* What was sent this long after the open ends the dump of a queue that never ends. */
enum { LATER_MS = 60 * 1000 };

struct dump {
	struct node node;
	struct queue *queue; /* constant; a reference */
	struct snapshots snapshots;
};

/* A close waits so long until all are given back; nobody could end one at exit. */
enum { CLOSE_MS = 5000 };

/* An open of it. Until it is answered it belongs to its intake, then to FUSE. */
struct handle {
	struct dump *dump; /* a reference */
	fuse_req_t req;
	struct fuse_file_info fi;
	int64_t opened_wall_ms;
	struct map seen;           /* MessageId -> message, of `messages` */
	struct message **messages; /* open for this */
	size_t count;
	size_t room;
	struct snapshot snapshot;
};

static const struct node_type dump_type;

static struct dump *dump_of(struct node *node)
{
	return (struct dump *)(void *)node;
}

struct node *dump_new_locked(struct queue *queue)
{
	struct dump *dump = calloc(1, sizeof(*dump));

	if (!dump)
		return NULL;
	node_init_locked(&dump->node, queue->dir.node.mount, &dump_type);
	dump->node.attr_timeout_s = 0;
	dump->queue = queue;
	node_ref_locked(&queue->dir.node);
	return &dump->node;
}

static void dump_free(struct node *node)
{
	struct dump *dump = dump_of(node);

	node_unref_locked(&dump->queue->dir.node);
	free(dump);
}

static void dump_stat(const struct node *node, struct stat *st)
{
	st->st_size = (off_t)((const struct dump *)(const void *)node)->snapshots.size;
}

/* -------------------------------------------------------------------------------------
 * Handles
 */

static void give_all_back(struct handle *handle)
{
	visibility_decline(handle->messages, handle->count);
	handle->count = 0;
}

static void handle_free(struct handle *handle)
{
	struct dump *dump = handle->dump;

	give_all_back(handle);
	free(handle->messages);
	map_finish(&handle->seen);
	snapshot_close(&dump->node, &dump->snapshots, &handle->snapshot);
	node_unref(&dump->node);
	free(handle);
}

static bool make_room(struct handle *handle)
{
	size_t room = handle->room ? handle->room * 2 : 64;
	struct message **messages;

	if (handle->count < handle->room)
		return true;
	messages = reallocarray(handle->messages, room, sizeof(*messages));
	if (!messages)
		return false;
	handle->messages = messages;
	handle->room = room;
	return true;
}

/* Takes over a message; false when there is no memory. */
static bool add(struct handle *handle, struct message *message)
{
	const struct options *options = message->node.mount->options;
	const char *id = message->delivery->id;

	if (!make_room(handle)) {
		visibility_decline(&message, 1);
		return false;
	}
	handle->messages[handle->count++] = message;
	if (map_get(&handle->seen, id))
		return true;
	return map_put(&handle->seen, id, message) &&
	       buf_add_view(&handle->snapshot.text, message->body) &&
	       buf_add(&handle->snapshot.text, options->separator,
		       options->separator_len);
}

static bool is_late(const struct handle *handle, const struct message *message)
{
	const char *sent = sqs_message_system(message->delivery, "SentTimestamp");
	int64_t sent_ms;

	return sent && number_parse(view_of(sent), 0, INT64_MAX, &sent_ms) &&
	       sent_ms > handle->opened_wall_ms + LATER_MS;
}

/* -------------------------------------------------------------------------------------
 * Open
 */

static void on_arrival(void *arg, const struct intake_end *end);

static void fail(struct handle *handle, const struct sqs_failure *failure)
{
	call_reply_failure(handle->req, "receive", handle->dump->queue->name, failure);
	handle_free(handle);
}

static void receive_more(struct handle *handle)
{
	struct intake *intake = intake_new(&(struct intake_args){
		.req = handle->req,
		.queue = handle->dump->queue,
		.max = SQS_BATCH,
		.wait_ms = POLL_MS,
		.done = on_arrival,
		.arg = handle,
	});

	if (intake)
		intake_start(intake);
	else
		fail(handle, &(struct sqs_failure){.error = SQS_NO_MEMORY});
}

static void reply(struct handle *handle)
{
	struct dump *dump = handle->dump;
	struct fuse_file_info fi = handle->fi;

	snapshot_open(&dump->node, &dump->snapshots, &handle->snapshot);
	fi.fh = (uintptr_t)handle;
	fi.direct_io = 1;
	if (fuse_reply_open(handle->req, &fi) != 0)
		handle_free(handle);
}

static void on_arrival(void *arg, const struct intake_end *end)
{
	struct handle *handle = arg;
	bool is_kept = true, is_over = end->count == 0;

	for (size_t i = 0; i < end->count; i++) {
		is_over = is_over || is_late(handle, end->messages[i]);
		if (!add(handle, end->messages[i]))
			is_kept = false;
	}
	if (!is_kept)
		fail(handle, &(struct sqs_failure){.error = SQS_NO_MEMORY});
	else if (!is_over)
		receive_more(handle);
	else if (end->count > 0 || end->failure->error == SQS_NO_MESSAGE)
		reply(handle);
	else
		fail(handle, end->failure);
}

static void dump_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct handle *handle;

	if ((fi->flags & O_ACCMODE) != O_RDONLY) {
		fuse_reply_err(req, EACCES);
		return;
	}
	handle = calloc(1, sizeof(*handle));
	if (!handle) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	handle->dump = dump_of(node);
	handle->req = req;
	handle->fi = *fi;
	handle->opened_wall_ms = clock_wall_ms();
	mount_lock(node->mount);
	node_ref_locked(node);
	mount_unlock(node->mount);
	receive_more(handle);
}

/* -------------------------------------------------------------------------------------
 * Read, close and release
 */

static struct handle *handle_of(const struct fuse_file_info *fi)
{
	return (struct handle *)(uintptr_t)fi->fh;
}

static void dump_read(fuse_req_t req, struct node *node, size_t size, off_t offset,
	struct fuse_file_info *fi)
{
	(void)node;
	snapshot_read(req, &handle_of(fi)->snapshot, size, offset, fi);
}

/* What is not given back by now comes back by itself, and stands in the log. */
static void on_given_back(void *arg, int error)
{
	(void)error;
	fuse_reply_err(arg, 0);
}

/* The first close of a descriptor, a duplicate's too: all has been copied. */
static void dump_flush(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	give_all_back(handle_of(fi));
	settle_returns(req, dump_of(node)->queue, CLOSE_MS, on_given_back, req);
}

static void dump_release(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	(void)node;
	handle_free(handle_of(fi));
	fuse_reply_err(req, 0);
}

static const struct node_type dump_type = {
	.kind = "dump",
	.mode = S_IFREG | 0444,
	.stat = dump_stat,
	.free = dump_free,
	.open = dump_open,
	.read = dump_read,
	.flush = dump_flush,
	.release = dump_release,
};
