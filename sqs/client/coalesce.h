/* SPDX-License-Identifier: MIT */
/*
 * Sends, deletes and changes of visibility: what waits together travels together.
 *
 * Up to ten operations of a queue, and one megabyte, make one batch; one alone is
 * sent in the single form. How long the first one waits for company:
 *
 * | kind           | waits                                                          |
 * | -------------- | -------------------------------------------------------------- |
 * | send           | not at all; if it expects company, a tenth of the round trip,  |
 * |                | 1 ms at most                                                   |
 * | delete         | until 5 ms have brought no other, 20 ms at most: they come one |
 * |                | by one from a loop over files, and nobody waits for them       |
 * | change; delete | until 1 ms has brought no other, 10 ms at most                 |
 * | of a FIFO one  |                                                                |
 *
 * and never once ten are there. Requests in flight are not limited here.
 *
 * A batch that is refused as a whole for what one entry may have caused is sent
 * again one by one, so that a bad entry fails alone. Of a FIFO queue, a batch
 * carries at most one message of a group (sqs/client/group.h).
 */
#ifndef SQS_CLIENT_COALESCE_H
#define SQS_CLIENT_COALESCE_H

#include "sqs/client/op.h"

/* How long a delete in that queue waits for the next one. Any thread. */
int64_t coalesce_patience_ns(const char *queue_url);

extern const struct op_kind coalesce_send;
extern const struct op_kind coalesce_delete;
extern const struct op_kind coalesce_change;

/* The holder of a group is done: the next send of it stands in line. */
void coalesce_open_group(struct lane *lane, struct group *group);

#endif
