/* SPDX-License-Identifier: MIT */
/*
 * The mailbox is how operations reach the client's thread: what was started, and what
 * was asked to be cancelled. Its lock is a leaf: nothing is called under it.
 *
 * A burst of posts wakes the thread once, and one that is awake not at all.
 */
#ifndef SQS_CLIENT_MAILBOX_H
#define SQS_CLIENT_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "sqs/base/list.h"

struct sqs_op;

struct mailbox {
	pthread_mutex_t lock;
	int wake_fd; /* an eventfd, readable when the thread should look; -1: none */

	/* Under the lock. */
	struct list started;   /* of op->link */
	struct list cancelled; /* of op->cancel_link */
	bool is_asleep;        /* the thread is about to wait, or waits */
	int64_t wakes_at_ns;   /* while it does: when it will look by itself */
	bool has_news;         /* it was told to look, and has not yet */
	bool is_closed;        /* what is started now is too late */
};

/* False when there is no descriptor to be had. */
bool mailbox_init(struct mailbox *mailbox);
void mailbox_finish(struct mailbox *mailbox);

/* Any thread. What is started in one call is taken in one. It wakes the thread, unless
 * that wakes by itself within the patience of all of it. */
void mailbox_start(struct mailbox *mailbox, struct sqs_op *const *ops, size_t count);
void mailbox_cancel(struct mailbox *mailbox, struct sqs_op *op);
void mailbox_wake(struct mailbox *mailbox);
/* Wakes, and from now on marks what is started as late. */
void mailbox_close(struct mailbox *mailbox);

/* The client's thread: moves all that was posted to the ends of two lists. */
void mailbox_take(struct mailbox *mailbox, struct list *started, struct list *cancelled);

/* The client's thread: whether it may wait now, until then at the latest: nothing is
 * there, and from now on a post wakes it. */
bool mailbox_sleep(struct mailbox *mailbox, int64_t wakes_at_ns);

/* The client's thread: an operation that was asked to be cancelled is going away. */
void mailbox_forget(struct mailbox *mailbox, struct sqs_op *op);

#endif
