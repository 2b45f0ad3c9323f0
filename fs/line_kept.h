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

/* One line, without its newline; it is copied. Starts to send it. Lock free. */
void line_keep(struct queue *queue, struct view line);

#endif
