/* SPDX-License-Identifier: MIT */
/*
 * Waits until nothing of a queue is under way: no send, no delete, no message on its
 * way back. For fsyncdir and rmdir, which hold the directory's lock, and for close, so
 * it is bounded in time.
 */
#ifndef FS_SETTLE_H
#define FS_SETTLE_H

#include "fs/queue.h"

/*
 * Calls `done` once, lock free, on any thread, perhaps at once, with the request
 * still to be answered: error is 0, the errno of the first failure, EINTR, or
 * SETTLE_LATE. `arg` is handed through. The queue is referenced until then.
 */
enum { SETTLE_LATE = -1 }; /* something is still under way */
typedef void settle_done_fn(void *arg, int error);
void settle(fuse_req_t req, struct queue *queue, int64_t timeout_ms, settle_done_fn *done,
	void *arg);

/* The same for fsyncdir: replies with the outcome; what is late is EAGAIN, no failure, but
 * not done either. */
void settle_and_reply(fuse_req_t req, struct queue *queue, int64_t timeout_ms);

/* The same of messages on their way back alone, which never fails but by interrupt and
 * time: what is not given back comes back by itself. */
void settle_returns(fuse_req_t req, struct queue *queue, int64_t timeout_ms,
	settle_done_fn *done, void *arg);

#endif
