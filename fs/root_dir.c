/* SPDX-License-Identifier: MIT */
#include "fs/root_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/call.h"
#include "fs/control.h"
#include "fs/errno.h"
#include "fs/options.h"
#include "fs/queue_remove.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

enum {
	LIST_MS = 15 * 1000,
	/* mkdir and lookup hold the root's lock. */
	CREATE_MS = 5000,
	LOOKUP_MS = 3000,
	/* For this long a list may lack a new queue and name a deleted one. */
	LIST_LAG_MS = 60 * 1000,
};

struct root {
	struct dir dir;
	struct list openers;    /* lock: struct opener that wait for the list */
	bool is_asking;         /* lock: a ListQueues is under way */
	int64_t asked_at_ms;    /* lock: when the last one ended; 0: never */
	enum sqs_error refusal; /* lock: why the last one told nothing */
	struct list removed;    /* lock: struct removed, the oldest first */
};

struct removed {
	struct list link;
	int64_t at_ms;
	char name[SQS_LONGEST_QUEUE_NAME + 1];
};

struct opener {
	struct call_wait wait;
	struct fuse_file_info fi;
};

static const struct node_type root_type;

/* NULL where the root is a queue. */
static struct root *root_of(struct mount *mount)
{
	struct dir *dir = mount->root;

	return dir->node.type == &root_type ? (struct root *)(void *)dir : NULL;
}

/* -------------------------------------------------------------------------------------
 * Which queues there are. All with the lock held.
 */

static void forget_removed_locked(struct root *root, int64_t now_ms)
{
	list_each_safe (link, &root->removed) {
		struct removed *removed = list_entry(link, struct removed, link);

		if (now_ms - removed->at_ms < LIST_LAG_MS)
			return;
		list_remove(link);
		free(removed);
	}
}

static struct removed *find_removed_locked(struct root *root, const char *name)
{
	list_each (link, &root->removed) {
		struct removed *removed = list_entry(link, struct removed, link);

		if (strcmp(removed->name, name) == 0)
			return removed;
	}
	return NULL;
}

void root_removed_locked(struct mount *mount, const char *name)
{
	struct root *root = root_of(mount);
	struct removed *removed = root ? calloc(1, sizeof(*removed)) : NULL;

	if (!removed)
		return;
	removed->at_ms = clock_boot_ms();
	strncpy(removed->name, name, sizeof(removed->name) - 1);
	list_append(&root->removed, &removed->link);
}

/* The queue of this URL under its own name, made if it is new; NULL: no memory. */
static struct queue *add_locked(struct root *root, const char *url)
{
	struct mount *mount = root->dir.node.mount;
	const char *name = sqs_queue_name_of(url);
	struct node *known = dir_find_locked(&root->dir, name);
	struct removed *removed = find_removed_locked(root, name);
	struct queue *queue;
	bool attached;

	if (known)
		return queue_of(known);
	if (removed) {
		list_remove(&removed->link);
		free(removed);
	}
	queue = queue_new_locked(mount, url);
	if (!queue)
		return NULL;
	attached = dir_attach_locked(&root->dir, name, &queue->dir.node);
	node_unref_locked(&queue->dir.node);
	return attached ? queue : NULL;
}

static bool is_idle_locked(const struct queue *queue)
{
	return queue->dir.children.count == 0 && list_is_empty(&queue->sending.drafts) &&
	       queue->sending.pending == 0 && queue->receiving.held_count == 0 &&
	       queue->receiving.deleting == 0;
}

/* Lets go of queues that the service has not named for a while. */
static void drop_unlisted_locked(struct root *root, int64_t now_ms)
{
	struct node *child;

	for (size_t i = 0; (child = map_next(&root->dir.children, &i)) != NULL;) {
		struct queue *queue = queue_of(child);

		if (!queue->is_named && now_ms - queue->listed_at_ms > LIST_LAG_MS &&
			is_idle_locked(queue))
			dir_detach_locked(child);
	}
}

static bool update_locked(struct root *root, const struct sqs_result *result)
{
	int64_t now_ms = clock_boot_ms();

	forget_removed_locked(root, now_ms);
	for (size_t i = 0; i < result->url_count; i++) {
		const char *url = result->urls[i], *name = sqs_queue_name_of(url);
		struct queue *queue;

		/* A name from a server: nothing but a queue's name becomes a file's. */
		if (!sqs_queue_name_is_valid(name) || find_removed_locked(root, name))
			continue;
		queue = add_locked(root, url);
		if (!queue)
			return false;
		queue->listed_at_ms = now_ms;
	}
	drop_unlisted_locked(root, now_ms);
	return true;
}

/* Who waited for the list and is to be answered now. */
static void take_openers_locked(struct root *root, struct list *taken)
{
	list_each_safe (link, &root->openers) {
		struct opener *opener = list_entry(link, struct opener, wait.link);

		if (call_wait_take_locked(&opener->wait))
			list_append(taken, link);
	}
}

/* -------------------------------------------------------------------------------------
 * opendir
 */

/* What an opendir gets. Queues that the options name are shown even where listing is
 * denied. */
static int list_errno(const struct mount *mount, enum sqs_error refusal)
{
	return refusal == SQS_DENIED && mount->options->queue_urls ? 0
								   : errno_of(refusal);
}

static void answer_opener(struct opener *opener, struct node *dir, int error)
{
	if (error)
		fuse_reply_err(opener->wait.req, error);
	else
		dir_opendir(opener->wait.req, dir, &opener->fi);
	free(opener);
}

void root_listed(struct mount *mount, const struct sqs_result *result)
{
	struct root *root = root_of(mount);
	struct list taken = LIST_INIT(taken);
	enum sqs_error refusal = result->error;
	struct list *link;

	if (!root)
		return;
	mount_lock(mount);
	root->is_asking = false;
	if (!refusal && !update_locked(root, result))
		refusal = SQS_NO_MEMORY;
	root->refusal = refusal;
	root->asked_at_ms = clock_boot_ms();
	take_openers_locked(root, &taken);
	mount_unlock(mount);
	while ((link = list_pop(&taken)) != NULL) {
		struct opener *opener = list_entry(link, struct opener, wait.link);

		call_end(opener->wait.req);
		answer_opener(opener, &root->dir.node, list_errno(mount, refusal));
	}
}

static void on_list(void *arg, const struct sqs_result *result)
{
	struct root *root = arg;

	if (result->error && result->error != SQS_CANCELLED)
		log_warning("list", "%s: %s", sqs_error_text(result->error),
			result->failure->message);
	root_listed(root->dir.node.mount, result);
	node_unref(&root->dir.node);
}

static void ask_for_list(struct root *root)
{
	struct mount *mount = root->dir.node.mount;
	struct sqs_op *op = sqs_list_queues_new(mount->client, NULL, on_list, root);
	bool asks;

	mount_lock(mount);
	asks = op && !root->is_asking;
	if (asks) {
		root->is_asking = true;
		node_ref_locked(&root->dir.node);
	}
	mount_unlock(mount);
	if (!asks) {
		sqs_op_free(op);
		return;
	}
	sqs_op_set_timeout(op, LIST_MS);
	sqs_start(op);
}

static void on_give_up(struct call_wait *wait, int error)
{
	struct opener *opener = list_entry(wait, struct opener, wait);

	answer_opener(opener, NULL, error);
}

static void root_opendir(fuse_req_t req, struct node *dir, struct fuse_file_info *fi)
{
	struct mount *mount = dir->mount;
	struct root *root = root_of(mount);
	struct opener *opener = calloc(1, sizeof(*opener));
	bool is_known;
	int error;

	mount_lock(mount);
	is_known =
		root->asked_at_ms && clock_boot_ms() - root->asked_at_ms <
					     mount->options->list_ttl_s * INT64_C(1000);
	error = list_errno(mount, root->refusal);
	mount_unlock(mount);
	if (!opener) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	opener->fi = *fi;
	if (is_known) {
		opener->wait.req = req;
		answer_opener(opener, dir, error);
		return;
	}
	call_wait(&opener->wait, req, dir, &root->openers, LIST_MS, on_give_up);
	ask_for_list(root);
}

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
		queue = add_locked(root, result->queue_url);
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
	forget_removed_locked(root, INT64_MAX);
	free(root);
}

static const struct node_type root_type = {
	.kind = "root",
	.mode = S_IFDIR | 0777,
	.free = root_free,
	.lookup = root_lookup,
	.opendir = root_opendir,
	.mkdir = root_mkdir,
	.rmdir = root_rmdir,
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
	list_init(&root->openers);
	list_init(&root->removed);
	return &root->dir;
}

/* The queues of -o queue=URL,... */
static bool add_named_locked(struct mount *mount)
{
	AUTO(free) char *urls = strdup(mount->options->queue_urls);
	char *rest = urls, *url;

	while (urls && (url = strsep(&rest, ",")) != NULL) {
		struct queue *queue = add_locked(root_of(mount), url);

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
