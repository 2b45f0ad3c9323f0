/* SPDX-License-Identifier: MIT */
/*
 * A lane is what waits together: the operations of one kind on one queue.
 *
 * Lanes are made when the first operation joins and are gone when nothing is left
 * in them. One that may have something to launch is on a list of the client, which
 * goes through it once a turn; so what arrived together is launched together. The
 * client's thread.
 */
#ifndef SQS_CLIENT_LANE_H
#define SQS_CLIENT_LANE_H

#include <stdbool.h>
#include <stddef.h>

#include "sqs/base/list.h"
#include "sqs/base/view.h"
#include "sqs/client/due.h"

struct lane;
struct sqs_client;

struct lane_kind {
	char letter;     /* begins the lanes' keys */
	size_t size;     /* of the struct that begins with its struct lane */
	bool is_polling; /* its requests are long polls, which have a budget of their own
			  */
	/* What the lane has beyond `struct lane`, which is filled in. */
	void (*init)(struct lane *lane, int number);
	/* Sends what may leave now; touches the lane if something had to stay only for
	 * want of connections. */
	void (*launch)(struct lane *lane);
	/* Whether anything is left besides waiting operations and requests. */
	bool (*is_idle)(const struct lane *lane);
	void (*finish)(struct lane *lane);
};

struct lane {
	struct sqs_client *client;
	const struct lane_kind *kind;
	struct view queue_url; /* NUL behind it */
	struct list waiting;   /* of op->link */
	size_t waiting_count;
	size_t requests; /* under way */
	struct list ready_link;
	struct due due; /* when to launch though nothing has happened */
	char *key;
};

/* The lane of a kind, a queue and a number; made if need be. NULL without memory. */
struct lane *lane_find(struct sqs_client *client, const struct lane_kind *kind,
	struct view queue_url, int number);

/* It may have something to launch. */
void lane_touch(struct lane *lane);

/* Frees the lane if nothing is left in it: the caller must not use it any more. */
void lane_drop_if_idle(struct lane *lane);

/* For the client's end: nothing waits in it, and nobody knows it any more. */
void lane_free(struct lane *lane);

/* Looks at the lane again then, at the latest. */
void lane_wait_until(struct lane *lane, int64_t at_ns);

#endif
