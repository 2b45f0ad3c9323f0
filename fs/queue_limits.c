/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fs/queue.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/text.h"

enum { KNOWN_FOR_MS = 60 * 1000, ASKED_FOR_MS = 10 * 1000 };

/* What a queue has that says nothing else. */
static const struct queue_limits default_limits = {
	.max_message = SQS_LARGEST_MESSAGE,
	.visibility_s = 30,
};

static const char *const names[] = {
	"MaximumMessageSize",
	"VisibilityTimeout",
	"ContentBasedDeduplication",
};

bool queue_limits_locked(struct queue *queue, struct limits_waiter *waiter)
{
	int64_t known_at_ms = queue->limits.known_at_ms;

	if (known_at_ms && clock_boot_ms() - known_at_ms < KNOWN_FOR_MS)
		return true;
	list_append(&queue->limits_waiters, &waiter->link);
	return false;
}

void queue_limits_forget_locked(struct queue *queue)
{
	queue->limits.known_at_ms = 0;
}

static void read_limit(struct queue_limits *limits, const struct sqs_pair *pair)
{
	struct view value = view_of(pair->value);
	int64_t number;

	if (strcmp(pair->name, "ContentBasedDeduplication") == 0)
		limits->content_dedup = view_is(value, "true");
	else if (!number_parse(value, 0, INT32_MAX, &number))
		return;
	else if (strcmp(pair->name, "MaximumMessageSize") == 0)
		limits->max_message = number;
	else if (strcmp(pair->name, "VisibilityTimeout") == 0)
		limits->visibility_s = (int)number;
}

/* Whoever may not ask gets the defaults, and does not ask again for a while. */
static bool is_an_answer(enum sqs_error error)
{
	return error == SQS_OK || error == SQS_DENIED || error == SQS_UNSUPPORTED;
}

static void on_limits(void *arg, const struct sqs_result *result)
{
	struct queue *queue = arg;
	struct mount *mount = queue->dir.node.mount;
	struct list waiters = LIST_INIT(waiters);
	struct queue_limits limits = default_limits;
	const struct sqs_failure known = {.error = SQS_OK};
	bool are_known = is_an_answer(result->error);
	struct list *link;

	limits.known_at_ms = clock_boot_ms();
	for (size_t i = 0; i < result->pair_count; i++)
		read_limit(&limits, &result->pairs[i]);
	mount_lock(mount);
	queue->limits_asked = false;
	if (are_known)
		queue->limits = limits;
	if (result->error == SQS_NO_SUCH_QUEUE)
		queue_refused_locked(queue, result->error);
	list_splice(&waiters, &queue->limits_waiters);
	mount_unlock(mount);
	while ((link = list_pop(&waiters)) != NULL) {
		struct limits_waiter *waiter =
			list_entry(link, struct limits_waiter, link);

		waiter->ready(waiter, are_known ? &known : result->failure);
	}
	node_unref(&queue->dir.node);
}

void queue_limits_start(struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	struct sqs_op *op;
	bool asks;

	mount_lock(mount);
	asks = !queue->limits_asked && !list_is_empty(&queue->limits_waiters);
	if (asks) {
		queue->limits_asked = true;
		node_ref_locked(&queue->dir.node);
	}
	mount_unlock(mount);
	if (!asks)
		return;
	op = sqs_get_attributes_new(
		mount->client, queue->url, names, ARRAY_SIZE(names), on_limits, queue);
	if (!op) {
		on_limits(queue,
			&(struct sqs_result){
				.error = SQS_NO_MEMORY,
				.failure = &(struct sqs_failure){.error = SQS_NO_MEMORY},
			});
		return;
	}
	sqs_op_set_timeout(op, ASKED_FOR_MS);
	sqs_start(op);
}
