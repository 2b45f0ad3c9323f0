/* SPDX-License-Identifier: MIT */
/*
 * Lines whose writer was told that they are written, and that no request has carried:
 * each becomes a file of its own in the queue's directory, `.line-*`, so that it is
 * seen, and sent again until it is accepted or removed.
 */
#ifndef FS_LINE_KEPT_H
#define FS_LINE_KEPT_H

#include "fs/queue.h"
#include "sqs/base/view.h"

enum { LINE_DEDUP_ID_SIZE = 33 };

/* A FIFO queue takes each line for another message, whatever it says. Empty: the queue
 * needs none, or makes it itself. False: no random bytes. */
bool line_make_dedup_id(const struct queue *queue, char id[LINE_DEDUP_ID_SIZE]);

/* One line, without its newline; it is copied. Starts to send it. `dedup_id` is that of
 * the request that failed, which may have arrived; empty: none was made. Lock free. */
void line_keep(struct queue *queue, struct view line, const char *dedup_id);

/* The beginning of one, whose writer was killed: it is not sent. Lock free. */
void line_keep_cut_short(struct queue *queue, struct view line);

#endif
