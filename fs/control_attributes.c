/* SPDX-License-Identifier: MIT */
/*
 * .sqs/attributes: a file for each attribute of the queue. Which there are is a
 * table, so that finding one costs no request. An attribute that is not set reads
 * as empty; writing an empty line unsets it, where the service allows that.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fs/control.h"
#include "sqs/base/cleanup.h"

static void on_value(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;
	const char *value = control_find(result, call->control->key);

	if (result->error) {
		control_failed(call, result->failure);
		return;
	}
	if (value)
		buf_printf(&call->out, "%s\n", value);
	control_done(call);
}

static void attribute_read(struct control_call *call)
{
	const char *name = call->control->key;

	control_start(call, sqs_get_attributes_new(control_client(call),
				    control_url(call), &name, 1, on_value, call));
}

static void on_set(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;
	struct mount *mount = call->control->node.mount;

	if (result->error) {
		control_failed(call, result->failure);
		return;
	}
	mount_lock(mount);
	queue_limits_forget_locked(call->control->queue);
	mount_unlock(mount);
	control_done(call);
}

static void attribute_write(struct control_call *call)
{
	struct sqs_pair pair = {call->control->key, control_line(call)};

	control_start(call, sqs_set_attributes_new(control_client(call),
				    control_url(call), &pair, 1, on_set, call));
}

/* GetQueueAttributes; what is of FIFO queues alone begins at FIFO_ROWS. */
static const struct control_row rows[] = {
	{"ApproximateNumberOfMessages", 0444, attribute_read, NULL},
	{"ApproximateNumberOfMessagesDelayed", 0444, attribute_read, NULL},
	{"ApproximateNumberOfMessagesNotVisible", 0444, attribute_read, NULL},
	{"CreatedTimestamp", 0444, attribute_read, NULL},
	{"DelaySeconds", 0666, attribute_read, attribute_write},
	{"KmsDataKeyReusePeriodSeconds", 0666, attribute_read, attribute_write},
	{"KmsMasterKeyId", 0666, attribute_read, attribute_write},
	{"LastModifiedTimestamp", 0444, attribute_read, NULL},
	{"MaximumMessageSize", 0666, attribute_read, attribute_write},
	{"MessageRetentionPeriod", 0666, attribute_read, attribute_write},
	{"Policy", 0666, attribute_read, attribute_write},
	{"QueueArn", 0444, attribute_read, NULL},
	{"ReceiveMessageWaitTimeSeconds", 0666, attribute_read, attribute_write},
	{"RedriveAllowPolicy", 0666, attribute_read, attribute_write},
	{"RedrivePolicy", 0666, attribute_read, attribute_write},
	{"SqsManagedSseEnabled", 0666, attribute_read, attribute_write},
	{"VisibilityTimeout", 0666, attribute_read, attribute_write},
	{"ContentBasedDeduplication", 0666, attribute_read, attribute_write},
	{"DeduplicationScope", 0666, attribute_read, attribute_write},
	{"FifoQueue", 0444, attribute_read, NULL},
	{"FifoThroughputLimit", 0666, attribute_read, attribute_write},
};
enum { FIFO_ROWS = ARRAY_SIZE(rows) - 4 };

static void attributes_free(struct node *node)
{
	dir_finish_locked(dir_of(node));
	free(node);
}

static const struct node_type attributes_type = {
	.kind = "attributes",
	.mode = S_IFDIR | 0777,
	.free = attributes_free,
};

static bool attach_locked(
	struct dir *dir, struct queue *queue, const struct control_row *row)
{
	struct control *control =
		control_new_locked(dir->node.mount, queue, row, row->name);
	bool attached = control && dir_attach_locked(dir, row->name, &control->node);

	if (control)
		node_unref_locked(&control->node);
	return attached;
}

struct node *attributes_new_locked(struct queue *queue)
{
	struct dir *dir = calloc(1, sizeof(*dir));
	size_t count = queue->is_fifo ? ARRAY_SIZE(rows) : FIFO_ROWS;

	if (!dir)
		return NULL;
	dir_init_locked(dir, queue->dir.node.mount, &attributes_type);
	for (size_t i = 0; i < count; i++) {
		if (!attach_locked(dir, queue, &rows[i])) {
			node_unref_locked(&dir->node);
			return NULL;
		}
	}
	return &dir->node;
}
