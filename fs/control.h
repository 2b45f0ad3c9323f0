/* SPDX-License-Identifier: MIT */
/*
 * .sqs: a queue's controls, files whose reading and writing are requests.
 *
 * The request of a read is made at OPEN, that of a write in the WRITE that completes
 * what is written, which is where a shell's echo looks for errors; what no WRITE has
 * completed, as a value without a newline, at FLUSH or FSYNC. Each file is a row: its name, its mode, what reads
 * it, what writes it. A row's function answers its call once, now or in a
 * completion, with control_done(), control_failed() or control_error().
 */
#ifndef FS_CONTROL_H
#define FS_CONTROL_H

#include "fs/queue.h"
#include "fs/snapshot.h"

struct control_call;

struct control_row {
	const char *name;
	mode_t mode; /* permission bits */
	void (*read)(struct control_call *call);
	void (*write)(struct control_call *call);
};

/* A control file: a row, for a queue. */
struct control {
	struct node node;
	const struct control_row *row; /* constant */
	struct queue *queue;           /* constant, a reference; NULL for .stats */
	char *key; /* constant: the file's own name, which a row may use; owned */
	struct snapshots snapshots;
};

/* What is being asked of a control file, until it is answered. */
struct control_call {
	fuse_req_t req;
	struct control *control; /* a reference */
	struct buf out;          /* read: what the file says */
	struct buf in;           /* write: what was written, at least a byte */
	struct control_handle *handle;
	struct fuse_file_info fi;
	size_t taken; /* a WRITE of so many bytes; 0: it is none */
	bool is_open; /* an OPEN or CREATE, answered with the handle */
	bool is_create;
};

/* `.sqs` of this queue; a reference for the caller. NULL: no memory. Lock held. */
struct node *control_dir_locked(struct queue *queue);

/* `.stats`: a reference for the caller. NULL: no memory. Lock held. */
struct node *control_stats_locked(struct mount *mount);

/* -------------------------------------------------------------------------------------
 * For control_*.c
 */

/* A file of this row, in no directory yet, one reference. NULL: no memory. Lock held. */
struct control *control_new_locked(struct mount *mount, struct queue *queue,
	const struct control_row *row, const char *key);

/* CREATE of a control file that was just made: open, nothing written yet. */
void control_reply_create(
	fuse_req_t req, struct control *control, struct fuse_file_info *fi);

static inline struct control *control_of(struct node *node)
{
	return (struct control *)(void *)node;
}

/* Starts the operation of a call, interruptible; NULL is answered with ENOMEM. */
void control_start(struct control_call *call, struct sqs_op *op);

void control_done(struct control_call *call);
void control_failed(struct control_call *call, const struct sqs_failure *failure);
void control_error(struct control_call *call, int error);

/* What was written without the white space around it; NUL behind it. */
const char *control_word(struct control_call *call);
/* What was written without one newline at its end; NUL behind it. */
const char *control_line(struct control_call *call);

static inline struct sqs_client *control_client(const struct control_call *call)
{
	return call->control->node.mount->client;
}

static inline const char *control_url(const struct control_call *call)
{
	return call->control->queue->url;
}

/* The value of a pair; NULL: none. */
const char *control_find(const struct sqs_result *result, const char *name);

/* What the table in control.c is made of. */
extern const struct control_row stats_row;
void redrive_read(struct control_call *call);
void redrive_write(struct control_call *call);
void sources_read(struct control_call *call);
struct node *attributes_new_locked(struct queue *queue);
struct node *tags_new_locked(struct queue *queue);

#endif
