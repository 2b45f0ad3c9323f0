/* SPDX-License-Identifier: MIT */
#include "fs/reader.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "fs/deleting.h"
#include "fs/errno.h"
#include "fs/intake.h"
#include "fs/message.h"
#include "fs/options.h"
#include "fs/stock.h"
#include "fs/turn.h"
#include "fs/visibility.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

enum reader_state { READER_WAITING, READER_HOLDING, READER_GONE };

static const char *const state_names[] = {
	[READER_WAITING] = "waiting",
	[READER_HOLDING] = "holding",
	[READER_GONE] = "gone",
};

struct reader {
	struct list link;         /* lock: in next->readers */
	struct next *next;        /* constant; a reference */
	struct queue *queue;      /* constant; a reference */
	enum reader_state state;  /* lock */
	struct message *message;  /* HOLDING; open for this reader */
	fuse_req_t req;           /* WAITING */
	struct fuse_file_info fi; /* WAITING */
	bool is_late;             /* FUSE thread: its name had a message already */
	bool is_leader;           /* lock: it receives for all who open this next.NAME */
	pid_t tid;                /* constant: the thread that opened */
	pid_t tgid;               /* lock: its process; 0: unknown */
	bool is_known;            /* lock: that was looked up */
	size_t read_upto;         /* FUSE thread: bytes [0, read_upto) were read */
	bool is_finished;         /* FUSE thread: it was read to its end */
};

/* The only function that changes the state. Lock held. */
static void enter(struct reader *reader, enum reader_state next)
{
	static const unsigned may_enter[] = {
		[READER_WAITING] = 1u << READER_HOLDING | 1u << READER_GONE,
		[READER_HOLDING] = 1u << READER_GONE,
		[READER_GONE] = 0,
	};

	assert(may_enter[reader->state] & 1u << next);
	log_debug("reader", "%s: %s -> %s", reader->queue->name,
		state_names[reader->state], state_names[next]);
	reader->state = next;
}

/* -------------------------------------------------------------------------------------
 * Life
 */

/* Lock held. NULL: no memory. */
static struct reader *reader_new_locked(struct next *next, fuse_req_t req)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->next = next;
	reader->queue = next->queue;
	reader->req = req;
	reader->tid = fuse_req_ctx(req)->pid;
	node_ref_locked(&next->node);
	node_ref_locked(&next->queue->dir.node);
	list_append(&next->readers, &reader->link);
	return reader;
}

/* Counts it among those that have a message. Lock held. */
static void join_locked(struct reader *reader, struct message *message)
{
	struct next *next = reader->next;

	reader->message = message;
	if (next->holding == 0)
		next->common = message;
	else if (next->common != message)
		next->common = NULL;
	next->holding++;
}

static void leave_locked(struct reader *reader)
{
	struct next *next = reader->next;

	if (--next->holding == 0)
		next->common = NULL;
}

/* Ends it, and returns what is to be started then. Lock held. */
static struct sqs_op *reader_end_locked(struct reader *reader)
{
	struct sqs_op *op = NULL;

	enter(reader, READER_GONE);
	list_remove(&reader->link);
	if (reader->message) {
		leave_locked(reader);
		op = message_close_locked(reader->message);
	}
	node_unref_locked(&reader->queue->dir.node);
	node_unref_locked(&reader->next->node);
	free(reader);
	return op;
}

static void reader_end(struct reader *reader)
{
	struct mount *mount = reader->next->node.mount;
	struct sqs_op *op;

	mount_lock(mount);
	op = reader_end_locked(reader);
	mount_unlock(mount);
	if (op)
		sqs_start(op);
}

/* -------------------------------------------------------------------------------------
 * Open
 */

/* False: no memory for its name, without which nobody could delete it. */
static bool show_locked(struct reader *reader, struct message *message)
{
	struct next *next = reader->next;

	if (message->node.parent)
		return true;
	if (!next->name)
		return message_show_by_id_locked(message);
	/* stat before and after the open must tell of one file. */
	message->node.ino = next->node.ino;
	return message_show_locked(message, &reader->queue->dir, next->name);
}

static bool has_one_reader_locked(const struct next *next)
{
	return next->readers.next == next->readers.prev;
}

static void reader_fail(struct reader *reader, const struct sqs_failure *failure)
{
	call_reply_failure(reader->req, "receive", reader->queue->name, failure);
	reader_end(reader);
}

/* It has its message: tells the opener, unless that is not there any more. From a
 * successful reply on the reader is the FUSE thread's. False: no memory for its name, and
 * the message goes back. Lock free. */
static bool reader_hold(struct reader *reader, struct message *message)
{
	struct mount *mount = reader->next->node.mount;
	struct fuse_file_info fi = reader->fi;
	fuse_req_t req = reader->req;
	bool is_shown, is_alone;

	mount_lock(mount);
	is_shown = show_locked(reader, message);
	is_alone = has_one_reader_locked(reader->next);
	if (is_shown) {
		enter(reader, READER_HOLDING);
		join_locked(reader, message);
	}
	mount_unlock(mount);
	if (!is_shown) {
		visibility_decline(&message, 1);
		reader_fail(reader, &(struct sqs_failure){.error = SQS_NO_MEMORY});
		return false;
	}
	if (is_alone && !reader->is_late)
		call_tell_size(&reader->next->node, message->body);
	fi.fh = (uintptr_t)reader;
	fi.direct_io = !reader->is_late;
	fi.noflush = 1;
	if (fuse_reply_open(req, &fi) != 0)
		reader_end(reader);
	return true;
}

/*
 * Moves a next.NAME on: who waits gets the message that is bound to it, or the first
 * of them begins to receive for all. Lock free.
 */
static void advance(struct next *next)
{
	struct mount *mount = next->node.mount;
	struct message *bound;
	struct intake *intake;

	do {
		mount_lock(mount);
		bound = next_bound_locked(next);
		intake = bound || !next->is_receiving
				 ? intake_take_locked(&next->followers)
				 : NULL;
		if (intake && bound) {
			message_open_locked(bound);
		} else if (intake) {
			next->is_receiving = true;
			((struct reader *)intake_arg(intake))->is_leader = true;
		}
		mount_unlock(mount);
		if (intake && bound)
			intake_give(intake, bound);
		else if (intake)
			intake_start(intake);
	} while (intake && bound);
}

static void stock_offer_all(
	struct queue *queue, struct message *const *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		stock_offer(queue, messages[i]);
}

/* Of a FIFO queue nothing overtakes what goes back. */
static void on_arrival(void *arg, const struct intake_end *end)
{
	struct reader *reader = arg;
	struct next *next = reader->next;
	struct queue *queue = reader->queue;
	struct mount *mount = next->node.mount;
	bool is_leader;

	mount_lock(mount);
	node_ref_locked(&next->node);
	node_ref_locked(&queue->dir.node);
	is_leader = reader->is_leader;
	mount_unlock(mount);

	if (end->count == 0)
		reader_fail(reader, end->failure);
	else if (reader_hold(reader, end->messages[0]) || !queue->is_fifo)
		stock_offer_all(queue, end->messages + 1, end->count - 1);
	else
		visibility_decline(end->messages + 1, end->count - 1);

	mount_lock(mount);
	if (is_leader)
		next->is_receiving = false;
	mount_unlock(mount);
	if (next->name)
		advance(next);
	node_unref(&queue->dir.node);
	node_unref(&next->node);
}

/*
 * A message that is there already, open for the caller; NULL: none. While somebody
 * receives for a next.NAME, that message is for all who open it. Lock held.
 */
static struct message *at_hand_locked(struct next *next)
{
	struct message *bound = next_bound_locked(next);

	if (!bound)
		return next->is_receiving ? NULL : stock_take_locked(next->queue);
	message_open_locked(bound);
	return bound;
}

static void reader_wait(struct reader *reader, int max)
{
	struct next *next = reader->next;
	struct intake *intake = intake_new(&(struct intake_args){
		.req = reader->req,
		.queue = reader->queue,
		.max = max,
		.wait_ms = intake_wait_ms(next->node.mount, reader->fi.flags),
		.is_reader = true,
		.done = on_arrival,
		.arg = reader,
	});

	if (!intake) {
		reader_fail(reader, &(struct sqs_failure){.error = SQS_NO_MEMORY});
	} else if (!next->name) {
		intake_start(intake);
	} else {
		intake_park(intake, &next->followers);
		advance(next);
	}
}

/* What is known without a request; denied sends say nothing of receives. Lock held. */
static int refusal_locked(const struct next *next)
{
	const struct queue *queue = next->queue;
	int error;

	if (!queue || queue->is_gone)
		return ENOENT;
	if (next->node.mount->is_ending)
		return ESHUTDOWN;
	error = queue_refusal_locked(queue, clock_boot_ms());
	return queue->refusal == SQS_DENIED ? 0 : error;
}

enum { NOT_ITS_TURN = -1 };

/* A reader with its inode taken; NULL: *error says why there is none. Lock held. */
static struct reader *begin_locked(struct next *next, fuse_req_t req, int *error)
{
	struct reader *reader;

	*error = refusal_locked(next);
	if (*error)
		return NULL;
	*error = NOT_ITS_TURN;
	if (!next->name && !turn_take_locked(next, fuse_req_ctx(req)->pid))
		return NULL;
	reader = reader_new_locked(next, req);
	*error = reader ? 0 : ENOMEM;
	return reader;
}

static void serve(struct reader *reader, const struct fuse_file_info *fi)
{
	struct next *next = reader->next;
	struct message *message;
	int max;

	reader->fi = *fi;
	mount_lock(next->node.mount);
	reader->is_late = next_bound_locked(next) != NULL;
	message = at_hand_locked(next);
	max = stock_wants_locked(reader->queue);
	mount_unlock(next->node.mount);
	if (message)
		reader_hold(reader, message);
	else
		reader_wait(reader, max);
}

void reader_open(fuse_req_t req, struct next *next, struct fuse_file_info *fi)
{
	struct mount *mount = next->node.mount;
	struct reader *reader;
	struct queue *queue;
	int error;

	mount_lock(mount);
	reader = begin_locked(next, req, &error);
	queue = next->queue;
	if (queue)
		node_ref_locked(&queue->dir.node);
	mount_unlock(mount);
	if (reader)
		serve(reader, fi);
	else if (error == NOT_ITS_TURN)
		turn_wait(req, next);
	else
		fuse_reply_err(req, error);
	if (queue)
		turn_over(queue);
	node_unref(queue ? &queue->dir.node : NULL);
}

/* -------------------------------------------------------------------------------------
 * Read and release
 */

static struct reader *reader_of(uint64_t handle)
{
	return (struct reader *)(uintptr_t)handle;
}

/* Which process has read it to its end: that one may unlink `next`. */
static void note_finished(struct reader *reader, pid_t tid)
{
	struct mount *mount = reader->next->node.mount;
	struct message *message = reader->message;
	pid_t tgid;

	reader->is_finished = true;
	if (reader->next->name)
		return;
	tgid = caller_of(tid).tgid;
	mount_lock(mount);
	message->finished_by = tgid;
	message->finished_at_ns = clock_boot_ns();
	if (message->state != MESSAGE_GONE) {
		list_remove(&message->finished_link);
		list_append(&reader->queue->receiving.finished, &message->finished_link);
	}
	mount_unlock(mount);
}

static void note_read(struct reader *reader, size_t start, size_t end, pid_t tid)
{
	struct mount *mount = reader->next->node.mount;

	mount_lock(mount);
	reader->message->is_used = true;
	mount_unlock(mount);
	if (start <= reader->read_upto && end > reader->read_upto)
		reader->read_upto = end;
	if (!reader->is_finished && reader->read_upto == reader->message->body.len)
		note_finished(reader, tid);
}

void reader_read(
	fuse_req_t req, struct next *next, size_t size, off_t offset, uint64_t handle)
{
	struct reader *reader = reader_of(handle);
	struct view body = reader->message->body;
	size_t start =
		offset < 0 || (size_t)offset > body.len ? body.len : (size_t)offset;
	pid_t tid = fuse_req_ctx(req)->pid;

	(void)next;
	if (size > body.len - start)
		size = body.len - start;
	/* Only what has reached the reader was read. */
	if (fuse_reply_buf(req, body.data + start, size) == 0)
		note_read(reader, start, start + size, tid);
}

void reader_release(fuse_req_t req, struct next *next, uint64_t handle)
{
	struct reader *reader = reader_of(handle);
	struct message *message = reader->message;
	struct mount *mount = next->node.mount;
	struct sqs_op *delete_op = NULL, *return_op;

	fuse_reply_err(req, 0);
	mount_lock(mount);
	if (mount->options->ack_close && reader->is_finished && !next->name &&
		message_is_live_locked(message))
		delete_op = deleting_begin_locked(message);
	return_op = reader_end_locked(reader);
	mount_unlock(mount);
	if (delete_op)
		sqs_start(delete_op);
	if (return_op)
		sqs_start(return_op);
}

/* -------------------------------------------------------------------------------------
 * Whose
 */

/* The process of an opener is looked up when it is first asked for, and once, though it
 * be gone: most inodes have one open only. */
static pid_t tgid_of_locked(struct reader *reader)
{
	if (!reader->is_known)
		reader->tgid = caller_of(reader->tid).tgid;
	reader->is_known = true;
	return reader->tgid;
}

/* How well an open fits the caller; the parent because a shell opens for its commands. */
static int fit_locked(struct reader *reader, const struct caller *caller)
{
	if (reader->tid == caller->tid)
		return 3;
	if (!caller->tgid)
		return 0;
	if (tgid_of_locked(reader) == caller->tgid)
		return 2;
	return reader->tgid == caller->parent ? 1 : 0;
}

/* The message of the open that fits best; of several, the latest. */
static struct message *best_fit_locked(struct next *next, const struct caller *caller)
{
	struct message *best = NULL;
	int best_fit = -1;

	list_each (link, &next->readers) {
		struct reader *reader = list_entry(link, struct reader, link);
		int fit;

		if (reader->state != READER_HOLDING)
			continue;
		fit = fit_locked(reader, caller);
		if (fit >= best_fit) {
			best_fit = fit;
			best = reader->message;
		}
	}
	return best;
}

/* However many have it open, they seldom differ: of `next` those few that share an inode
 * do, and of next.NAME those who opened it before its lease was lost. Lock held:
 * /proc/PID/status answers without waiting for anybody. */
static struct message *message_of_reader_locked(
	struct next *next, const struct fuse_file_info *fi, pid_t tid)
{
	struct caller caller;

	if (fi)
		return reader_of(fi->fh)->message;
	if (next->holding == 0 || next->common)
		return next->common;
	caller = caller_of(tid);
	return best_fit_locked(next, &caller);
}

struct message *reader_message(
	struct next *next, const struct fuse_file_info *fi, pid_t tid)
{
	struct mount *mount = next->node.mount;
	struct message *message;

	mount_lock(mount);
	message = message_of_reader_locked(next, fi, tid);
	if (!message)
		message = next_bound_locked(next);
	if (message)
		node_ref_locked(&message->node);
	mount_unlock(mount);
	return message;
}
