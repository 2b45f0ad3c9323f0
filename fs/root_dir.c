/* SPDX-License-Identifier: MIT */
#include "fs/root_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/control.h"
#include "fs/options.h"
#include "fs/queue_remove.h"
#include "fs/root.h"
#include "sqs/base/cleanup.h"

/* mkdir and lookup hold the root's lock. */
enum { CREATE_MS = 5000, LOOKUP_MS = 3000 };

/* -------------------------------------------------------------------------------------
 * lookup and mkdir: an operation whose answer is a queue's URL
 */

struct naming {
	fuse_req_t req;
	struct root *root; /* a reference */
	const char *operation;
	char name[SQS_LONGEST_QUEUE_NAME + 1];
};

static void on_url(void *arg, const struct sqs_result *result)
{
	struct naming *naming = arg;
	struct root *root = naming->root;
	struct mount *mount = root->dir.node.mount;
	struct queue *queue = NULL;
	bool is_ours = result->queue_url &&
		       strcmp(sqs_queue_name_of(result->queue_url), naming->name) == 0;

	call_end(naming->req);
	mount_lock(mount);
	if (is_ours)
		queue = root_add_locked(root, result->queue_url);
	if (queue)
		node_ref_locked(&queue->dir.node);
	mount_unlock(mount);
	if (queue)
		call_reply_entry(naming->req, &queue->dir.node);
	else if (result->error == SQS_NO_SUCH_QUEUE)
		call_reply_no_entry(naming->req);
	else if (result->error)
		call_reply_failure(
			naming->req, naming->operation, naming->name, result->failure);
	else
		fuse_reply_err(naming->req, is_ours ? ENOMEM : EPROTO);
	if (queue)
		node_unref(&queue->dir.node);
	node_unref(&root->dir.node);
	free(naming);
}

static struct naming *naming_new(
	fuse_req_t req, struct node *dir, const char *operation, const char *name)
{
	struct naming *naming = calloc(1, sizeof(*naming));

	if (!naming)
		return NULL;
	naming->req = req;
	naming->root = root_of(dir->mount);
	naming->operation = operation;
	strncpy(naming->name, name, sizeof(naming->name) - 1);
	mount_lock(dir->mount);
	node_ref_locked(dir);
	mount_unlock(dir->mount);
	return naming;
}

static void naming_start(struct naming *naming, struct sqs_op *op, int64_t timeout_ms)
{
	if (!op) {
		fuse_reply_err(naming->req, ENOMEM);
		node_unref(&naming->root->dir.node);
		free(naming);
		return;
	}
	sqs_op_set_timeout(op, timeout_ms);
	call_start(naming->req, op);
}

static void root_lookup(fuse_req_t req, struct node *dir, const char *name)
{
	struct mount *mount = dir->mount;
	struct node *found;
	struct naming *naming;

	mount_lock(mount);
	if (strcmp(name, ".stats") == 0)
		found = control_stats_locked(mount);
	else if ((found = dir_find_locked(dir_of(dir), name)) != NULL)
		node_ref_locked(found);
	mount_unlock(mount);
	if (found) {
		call_reply_entry(req, found);
		node_unref(found);
		return;
	}
	if (!sqs_queue_name_is_valid(name)) {
		call_reply_no_entry(req);
		return;
	}
	naming = naming_new(req, dir, "lookup", name);
	if (naming)
		naming_start(naming,
			sqs_get_queue_url_new(mount->client, name, NULL, on_url, naming),
			LOOKUP_MS);
	else
		fuse_reply_err(req, ENOMEM);
}

/* The errno of a name that no new queue can have; 0: it can. */
static int refuse_new_name(struct mount *mount, const char *name)
{
	bool exists, is_ending;

	if (strlen(name) > SQS_LONGEST_QUEUE_NAME)
		return ENAMETOOLONG;
	if (!sqs_queue_name_is_valid(name))
		return strcmp(name, ".stats") == 0 ? EEXIST : EINVAL;
	mount_lock(mount);
	exists = dir_find_locked(mount->root, name) != NULL;
	is_ending = mount->is_ending;
	mount_unlock(mount);
	return exists ? EEXIST : is_ending ? ESHUTDOWN : 0;
}

static void root_mkdir(fuse_req_t req, struct node *dir, const char *name, mode_t mode)
{
	static const struct sqs_pair fifo = {"FifoQueue", "true"};
	struct mount *mount = dir->mount;
	int error = refuse_new_name(mount, name);
	struct naming *naming;

	(void)mode;
	if (error) {
		fuse_reply_err(req, error);
		return;
	}
	naming = naming_new(req, dir, "mkdir", name);
	if (naming)
		naming_start(naming,
			sqs_create_queue_new(mount->client, name, &fifo,
				sqs_queue_is_fifo(name), on_url, naming),
			CREATE_MS);
	else
		fuse_reply_err(req, ENOMEM);
}

/* -------------------------------------------------------------------------------------
 * The rest
 */

static void root_rmdir(fuse_req_t req, struct node *dir, const char *name)
{
	struct node *found;

	mount_lock(dir->mount);
	found = dir_find_locked(dir_of(dir), name);
	if (found)
		node_ref_locked(found);
	mount_unlock(dir->mount);
	if (found)
		queue_remove(req, queue_of(found));
	else
		fuse_reply_err(req, ENOENT);
	node_unref(found);
}

/* There is no file but .stats. */
static void root_unlink(fuse_req_t req, struct node *dir, const char *name)
{
	(void)dir;
	(void)name;
	fuse_reply_err(req, EPERM);
}

/* EPERM, not EXDEV: mv would copy and delete. */
static void root_rename(fuse_req_t req, struct node *dir, const char *name,
	struct node *new_dir, const char *new_name, unsigned flags)
{
	(void)dir;
	(void)name;
	(void)new_dir;
	(void)new_name;
	(void)flags;
	fuse_reply_err(req, EPERM);
}

static void root_free(struct node *node)
{
	struct root *root = (struct root *)(void *)node;

	dir_finish_locked(&root->dir);
	root_list_finish_locked(root);
	free(root);
}

const struct node_type root_type = {
	.kind = "root",
	.mode = S_IFDIR | 0777,
	.free = root_free,
	.lookup = root_lookup,
	.opendir = root_opendir,
	.mkdir = root_mkdir,
	.rmdir = root_rmdir,
	.unlink = root_unlink,
	.rename = root_rename,
};

/* -------------------------------------------------------------------------------------
 * Making it
 */

static struct dir *root_new_locked(struct mount *mount)
{
	struct root *root = calloc(1, sizeof(*root));

	if (!root)
		return NULL;
	dir_init_locked(&root->dir, mount, &root_type);
	root_list_init(root);
	return &root->dir;
}

/* The queues of -o queue=URL,... */
static bool add_named_locked(struct mount *mount)
{
	AUTO(free) char *urls = strdup(mount->options->queue_urls);
	char *rest = urls, *url;

	while (urls && (url = strsep(&rest, ",")) != NULL) {
		struct queue *queue = root_add_locked(root_of(mount), url);

		if (!queue)
			return false;
		queue->is_named = true;
	}
	return urls != NULL;
}

bool root_init(struct mount *mount)
{
	const struct options *options = mount->options;
	struct queue *queue;
	bool ok;

	mount_lock(mount);
	if (options->source_kind == SOURCE_QUEUE) {
		queue = queue_new_locked(mount, options->source);
		mount->root = queue ? &queue->dir : NULL;
		ok = queue != NULL;
	} else {
		mount->root = root_new_locked(mount);
		ok = mount->root && (!options->queue_urls || add_named_locked(mount));
	}
	mount_unlock(mount);
	return ok;
}
