/* SPDX-License-Identifier: MIT */
/*
 * Lines on their way to a queue: each is a message, and a request waits until the
 * service has answered for all of them.
 */
#ifndef FS_LINE_BATCH_H
#define FS_LINE_BATCH_H

#include "fs/queue.h"
#include "sqs/base/buf.h"
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

/* What is written to an open file and not sent yet: less than a batch, and a line's
 * beginning. Lock held wherever it is touched. */
struct line_rest {
	struct buf bytes;
	uint64_t sent; /* bytes of the file that went before them */
};

/* Which of it a request sends. */
struct line_part {
	size_t multiple; /* complete lines, rounded down to it */
	bool is_all;     /* the last line, too, though it has no newline */
	size_t written; /* by this request, a WRITE: the last so many bytes; 0: a FLUSH */
	bool is_exiting; /* a FLUSH that nobody can interrupt: writer.h */
};

/*
 * Takes these lines out of `rest`, which lives until `req` is answered, and sends them.
 * Answers `req` when all are answered for: with what a WRITE has written, or with the
 * errno of the first line that failed; those that were not started by then are not
 * sent, and what the failed WRITE has left in `rest` is none of it any more. What begins
 * in an earlier write and was not sent is kept: line_kept.h. A process that is dying is
 * answered at once; one that exits after EXIT_ANSWER_MS, while its lines go on. Where
 * there is no memory to begin, `req` is told, and `rest` is as before the WRITE. Lock
 * free.
 */
void line_batch_send(fuse_req_t req, struct queue *queue, struct line_rest *rest,
	const struct line_part *part);

#endif
