/* SPDX-License-Identifier: MIT */
/*
 * A message group of a FIFO queue lets one of its sends through at a time, in the
 * order in which they came: from the first launch to the outcome, back-off included.
 *
 * A group is in its lane's map from the first send that enters it to the last one
 * that leaves. The client's thread.
 */
#ifndef SQS_CLIENT_GROUP_H
#define SQS_CLIENT_GROUP_H

#include <stdbool.h>

#include "sqs/base/map.h"

struct group;
struct sqs_op;

enum group_answer {
	GROUP_OPEN,    /* the send holds the group */
	GROUP_BLOCKED, /* it stands in line, and op->is_blocked */
	GROUP_NO_MEMORY,
};

enum group_answer group_enter(struct map *groups, const char *name, struct sqs_op *op);

/* Its holder is done. The next one that holds it now; NULL: none, and the group is gone.
 */
struct sqs_op *group_leave(struct map *groups, struct group *group);

/* One that stands in line goes away. */
void group_give_up(struct sqs_op *op);

#endif
