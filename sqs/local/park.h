/* SPDX-License-Identifier: MIT */
/*
 * The park: long polls that found nothing, by queue, the oldest first.
 *
 * A parked call costs no thread: it is a suspended connection. While it is here its
 * connection is watched in the server's epoll set, so that a peer that hangs up is
 * noticed before a message is taken for it.
 */
#ifndef SQS_LOCAL_PARK_H
#define SQS_LOCAL_PARK_H

#include "sqs/base/list.h"
#include "sqs/base/map.h"
#include "sqs/local/call.h"
#include "sqs/local/timers.h"

/* Exists while something is parked on the queue. */
struct park_queue {
	int64_t id;
	struct list calls;
	struct timer ready; /* when something becomes receivable by itself */
};

struct park {
	int epoll;
	struct map queues;
	struct timers ready; /* of the queues; in the service's time */
	size_t count;        /* calls */
};

/* `epoll` is borrowed; its events for parked calls carry the call. */
void park_init(struct park *park, int epoll);

/* Nothing is parked. */
void park_finish(struct park *park);

/* NULL: nothing is parked on it. */
struct park_queue *park_find(struct park *park, int64_t id);

/* All queues are to be asked then. */
void park_ask_all(struct park *park, int64_t at_ms);

/* READY -> PARKED, on call->service.queue. False, and still READY, when there is no
 * memory. */
bool park_add(struct park *park, struct call *call);

/* PARKED -> `next`. Its queue may be gone after this. */
void park_remove(struct park *park, struct call *call, enum call_state next);

/* Whether a parked call is the only one of its queue. */
bool park_is_only(const struct call *call);

/* The call that has waited longest. */
struct call *park_oldest(const struct park_queue *queue);

#endif
