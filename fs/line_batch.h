/* SPDX-License-Identifier: MIT */
/*
 * Lines on their way to a queue: each is a message, and a request waits until the
 * service has answered for all of them.
 */
#ifndef FS_LINE_BATCH_H
#define FS_LINE_BATCH_H

#include "fs/queue.h"
#include "sqs/base/view.h"

/*
 * The complete, not empty lines at the beginning of these bytes, rounded down to a
 * whole multiple; `len` is how many bytes they end at. Pure.
 */
struct line_cut {
	size_t count;
	size_t len;
};
struct line_cut line_cut(struct view bytes, size_t multiple);

/* What is sent of what was written. */
struct line_part {
	struct view bytes;
	size_t count;   /* of lines, as line_cut() counts; the last perhaps without its
			   newline */
	size_t written; /* the first so many bytes are of earlier writes, which succeeded */
	bool is_exiting; /* a FLUSH that nobody can interrupt: writer.h */
};

/*
 * Sends these lines, which it copies. Answers `req` when all are answered for: with a
 * WRITE's `size`, or with 0 for size 0 (a FLUSH), or with the errno of the first that
 * failed; those that were not started by then are not sent. What begins in an earlier
 * write and was not sent is kept: line_kept.h. A process that is dying is answered at
 * once; one that exits after EXIT_ANSWER_MS, while its lines go on. False: there was no
 * memory to begin, which `req` was told; nothing is kept.
 */
bool line_batch_send(
	fuse_req_t req, struct queue *queue, const struct line_part *part, size_t size);

#endif
