/* SPDX-License-Identifier: MIT */
#include "fs/control.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fs/dump.h"
#include "fs/inbox.h"
#include "fs/lines.h"
#include "sqs/base/cleanup.h"

/* -------------------------------------------------------------------------------------
 * Rows that say one thing
 */

/* Ends a read whose answer is one attribute of the queue. */
static void on_attribute(
	struct control_call *call, const struct sqs_result *result, const char *name)
{
	const char *value = control_find(result, name);

	if (result->error) {
		control_failed(call, result->failure);
		return;
	}
	if (value)
		buf_printf(&call->out, "%s\n", value);
	control_done(call);
}

static void on_count(void *arg, const struct sqs_result *result)
{
	on_attribute(arg, result, "ApproximateNumberOfMessages");
}

static void count_read(struct control_call *call)
{
	static const char *const name = "ApproximateNumberOfMessages";

	control_start(call, sqs_get_attributes_new(control_client(call),
				    control_url(call), &name, 1, on_count, call));
}

static void on_arn(void *arg, const struct sqs_result *result)
{
	on_attribute(arg, result, "QueueArn");
}

static void arn_read(struct control_call *call)
{
	static const char *const name = "QueueArn";

	control_start(call, sqs_get_attributes_new(control_client(call),
				    control_url(call), &name, 1, on_arn, call));
}

static void url_read(struct control_call *call)
{
	buf_printf(&call->out, "%s\n", control_url(call));
	control_done(call);
}

static void on_purged(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;

	if (result->error)
		control_failed(call, result->failure);
	else
		control_done(call);
}

static void purge_write(struct control_call *call)
{
	control_start(call, sqs_purge_queue_new(control_client(call), control_url(call),
				    on_purged, call));
}

/* -------------------------------------------------------------------------------------
 * The directory
 */

static const struct control_row rows[] = {
	{"arn", 0444, arn_read, NULL},
	{"count", 0444, count_read, NULL},
	{"purge", 0222, NULL, purge_write},
	{"redrive", 0666, redrive_read, redrive_write},
	{"sources", 0444, sources_read, NULL},
	{"url", 0444, url_read, NULL},
};

/* Those that are more than a row. */
static const struct {
	const char *name;
	struct node *(*make_locked)(struct queue *queue);
} modules[] = {
	{"attributes", attributes_new_locked},
	{"dump", dump_new_locked},
	{"inbox", inbox_new_locked},
	{"lines", lines_new_locked},
	{"tags", tags_new_locked},
};

struct control_dir {
	struct dir dir;
	struct queue *queue; /* a reference */
};

static void control_dir_free(struct node *node)
{
	struct control_dir *controls = (struct control_dir *)(void *)node;

	controls->queue->controls = NULL;
	dir_finish_locked(&controls->dir);
	node_unref_locked(&controls->queue->dir.node);
	free(controls);
}

static const struct node_type control_dir_type = {
	.kind = "controls",
	.mode = S_IFDIR | 0777,
	.free = control_dir_free,
};

static bool attach_locked(struct dir *dir, const char *name, struct node *child)
{
	bool attached = child && dir_attach_locked(dir, name, child);

	node_unref_locked(child);
	return attached;
}

static bool attach_all_locked(struct control_dir *controls)
{
	struct queue *queue = controls->queue;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct control *control = control_new_locked(
			queue->dir.node.mount, queue, &rows[i], rows[i].name);

		if (!attach_locked(&controls->dir, rows[i].name,
			    control ? &control->node : NULL))
			return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		if (!attach_locked(&controls->dir, modules[i].name,
			    modules[i].make_locked(queue)))
			return false;
	}
	return true;
}

/*
 * The queue does not hold its controls: they hold the queue, and go when nobody
 * refers to them.
 */
struct node *control_dir_locked(struct queue *queue)
{
	struct control_dir *controls;

	if (queue->controls) {
		node_ref_locked(queue->controls);
		return queue->controls;
	}
	controls = calloc(1, sizeof(*controls));
	if (!controls)
		return NULL;
	dir_init_locked(&controls->dir, queue->dir.node.mount, &control_dir_type);
	controls->queue = queue;
	node_ref_locked(&queue->dir.node);
	queue->controls = &controls->dir.node;
	if (!attach_all_locked(controls)) {
		node_unref_locked(&controls->dir.node);
		return NULL;
	}
	return &controls->dir.node;
}

struct node *control_stats_locked(struct mount *mount)
{
	struct control *control =
		control_new_locked(mount, NULL, &stats_row, stats_row.name);

	return control ? &control->node : NULL;
}
