/* SPDX-License-Identifier: MIT */
/*
 * .sqs/tags: a file for each tag. Which there are only the service knows, so a
 * listing asks it, and so does a lookup of an unknown name when nobody asked
 * lately. Waiting in a lookup, a create or an unlink here stops nobody but others in this
 * directory.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/control.h"
#include "sqs/base/clock.h"

enum {
	TAGS_MS = 3000,       /* a request under the directory's lock */
	FRESH_MS = 1000,      /* one listing serves the lookups that follow it */
	LONGEST_TAG_KEY = 128 /* TagQueue; in characters */
};

struct tags {
	struct dir dir;
	struct queue *queue;  /* a reference */
	int64_t listed_at_ms; /* lock; 0: never */
};

static struct tags *tags_of(struct node *node)
{
	return (struct tags *)(void *)node;
}

/* -------------------------------------------------------------------------------------
 * One tag
 */

static void on_value(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;
	const char *value = control_find(result, call->control->key);

	if (result->error) {
		control_failed(call, result->failure);
	} else if (!value) {
		control_error(call, ENOENT);
	} else {
		buf_printf(&call->out, "%s\n", value);
		control_done(call);
	}
}

static void tag_read(struct control_call *call)
{
	control_start(call, sqs_list_tags_new(control_client(call), control_url(call),
				    on_value, call));
}

static void on_set(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;

	if (result->error)
		control_failed(call, result->failure);
	else
		control_done(call);
}

static void tag_write(struct control_call *call)
{
	struct sqs_pair tag = {call->control->key, control_line(call)};

	control_start(call, sqs_tag_queue_new(control_client(call), control_url(call),
				    &tag, 1, on_set, call));
}

static const struct control_row tag_row = {"tag", 0666, tag_read, tag_write};

/* -------------------------------------------------------------------------------------
 * Which there are. Lock held.
 */

/* A key is foreign: only what is a plain file name becomes one. */
static bool is_file_name(const char *key)
{
	return *key && strlen(key) <= NAME_MAX && !strchr(key, '/') &&
	       strcmp(key, ".") != 0 && strcmp(key, "..") != 0;
}

/* The tag's file, made if it is new; a reference of the directory's. */
static struct control *add_locked(struct tags *tags, const char *key)
{
	struct node *known = dir_find_locked(&tags->dir, key);
	struct control *control;
	bool attached;

	if (known)
		return control_of(known);
	control = control_new_locked(tags->dir.node.mount, tags->queue, &tag_row, key);
	if (!control)
		return NULL;
	attached = dir_attach_locked(&tags->dir, key, &control->node);
	node_unref_locked(&control->node);
	return attached ? control : NULL;
}

static void drop_missing_locked(struct tags *tags, const struct sqs_result *result)
{
	struct node *child;

	for (size_t i = 0; (child = map_next(&tags->dir.children, &i)) != NULL;) {
		if (!control_find(result, child->name))
			dir_detach_locked(child);
	}
}

static bool update_locked(struct tags *tags, const struct sqs_result *result)
{
	drop_missing_locked(tags, result);
	for (size_t i = 0; i < result->pair_count; i++) {
		const char *key = result->pairs[i].name;

		if (is_file_name(key) && !add_locked(tags, key))
			return false;
	}
	tags->listed_at_ms = clock_boot_ms();
	return true;
}

/* -------------------------------------------------------------------------------------
 * The directory
 */

struct tags_call {
	fuse_req_t req;
	struct tags *tags; /* a reference */
	struct fuse_file_info fi;
	char name[]; /* empty: an OPENDIR */
};

static struct tags_call *tags_call_new(fuse_req_t req, struct node *dir, const char *name)
{
	struct tags_call *call = calloc(1, sizeof(*call) + strlen(name) + 1);

	if (!call) {
		fuse_reply_err(req, ENOMEM);
		return NULL;
	}
	call->req = req;
	call->tags = tags_of(dir);
	strcpy(call->name, name);
	mount_lock(dir->mount);
	node_ref_locked(dir);
	mount_unlock(dir->mount);
	return call;
}

static void tags_call_free(struct tags_call *call)
{
	node_unref(&call->tags->dir.node);
	free(call);
}

static void tags_call_start(struct tags_call *call, struct sqs_op *op)
{
	if (!op) {
		fuse_reply_err(call->req, ENOMEM);
		tags_call_free(call);
		return;
	}
	sqs_op_set_timeout(op, TAGS_MS);
	call_start(call->req, op);
}

static void on_listed(void *arg, const struct sqs_result *result)
{
	struct tags_call *call = arg;
	struct node *dir = &call->tags->dir.node;
	bool ok = false;

	call_end(call->req);
	if (!result->error) {
		mount_lock(dir->mount);
		ok = update_locked(call->tags, result);
		mount_unlock(dir->mount);
	}
	if (result->error)
		call_reply_failure(
			call->req, "tags", call->tags->queue->name, result->failure);
	else if (!ok)
		fuse_reply_err(call->req, ENOMEM);
	else if (*call->name)
		dir_lookup(call->req, dir, call->name);
	else
		dir_opendir(call->req, dir, &call->fi);
	tags_call_free(call);
}

static void list_then_answer(
	fuse_req_t req, struct node *dir, const char *name, struct fuse_file_info *fi)
{
	struct tags_call *call = tags_call_new(req, dir, name);

	if (!call)
		return;
	if (fi)
		call->fi = *fi;
	tags_call_start(call, sqs_list_tags_new(dir->mount->client,
				      call->tags->queue->url, on_listed, call));
}

static void tags_opendir(fuse_req_t req, struct node *dir, struct fuse_file_info *fi)
{
	list_then_answer(req, dir, "", fi);
}

static void tags_lookup(fuse_req_t req, struct node *dir, const char *name)
{
	struct tags *tags = tags_of(dir);
	bool is_known;

	mount_lock(dir->mount);
	is_known =
		dir_find_locked(&tags->dir, name) ||
		(tags->listed_at_ms && clock_boot_ms() - tags->listed_at_ms < FRESH_MS);
	mount_unlock(dir->mount);
	if (is_known)
		dir_lookup(req, dir, name);
	else
		list_then_answer(req, dir, name, NULL);
}

static void tags_create(fuse_req_t req, struct node *dir, const char *name, mode_t mode,
	struct fuse_file_info *fi)
{
	struct control *control = NULL;

	(void)mode;
	if (strlen(name) > LONGEST_TAG_KEY) {
		fuse_reply_err(req, ENAMETOOLONG);
		return;
	}
	mount_lock(dir->mount);
	control = add_locked(tags_of(dir), name);
	if (control)
		node_ref_locked(&control->node);
	mount_unlock(dir->mount);
	if (!control) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	control_reply_create(req, control, fi);
	node_unref(&control->node);
}

static void on_untagged(void *arg, const struct sqs_result *result)
{
	struct tags_call *call = arg;
	struct node *dir = &call->tags->dir.node, *child;

	call_end(call->req);
	if (result->error) {
		call_reply_failure(call->req, "untag", call->name, result->failure);
		tags_call_free(call);
		return;
	}
	mount_lock(dir->mount);
	child = dir_find_locked(&call->tags->dir, call->name);
	if (child)
		dir_detach_locked(child);
	mount_unlock(dir->mount);
	fuse_reply_err(call->req, 0);
	tags_call_free(call);
}

static void tags_unlink(fuse_req_t req, struct node *dir, const char *name)
{
	struct tags_call *call = tags_call_new(req, dir, name);
	const char *key = name;

	if (call)
		tags_call_start(call,
			sqs_untag_queue_new(dir->mount->client, call->tags->queue->url,
				&key, 1, on_untagged, call));
}

static void tags_free(struct node *node)
{
	struct tags *tags = tags_of(node);

	dir_finish_locked(&tags->dir);
	node_unref_locked(&tags->queue->dir.node);
	free(tags);
}

static const struct node_type tags_type = {
	.kind = "tags",
	.mode = S_IFDIR | 0777,
	.free = tags_free,
	.lookup = tags_lookup,
	.opendir = tags_opendir,
	.create = tags_create,
	.unlink = tags_unlink,
};

struct node *tags_new_locked(struct queue *queue)
{
	struct tags *tags = calloc(1, sizeof(*tags));

	if (!tags)
		return NULL;
	dir_init_locked(&tags->dir, queue->dir.node.mount, &tags_type);
	tags->queue = queue;
	node_ref_locked(&queue->dir.node);
	return &tags->dir.node;
}
