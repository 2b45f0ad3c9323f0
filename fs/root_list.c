/* SPDX-License-Identifier: MIT */
/*
 * Which queues there are, and listing them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/call.h"
#include "fs/errno.h"
#include "fs/failure.h"
#include "fs/options.h"
#include "fs/root.h"
#include "fs/root_dir.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

enum {
	LIST_MS = 15 * 1000,
	/* For this long a list may lack a new queue and name a deleted one. */
	LIST_LAG_MS = 60 * 1000,
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

/* -------------------------------------------------------------------------------------
 * Which queues there are. All with the lock held.
 */

static void forget_locked(struct root *root, struct removed *removed)
{
	if (!removed)
		return;
	map_remove(&root->removed_names, removed->name);
	list_remove(&removed->link);
	free(removed);
}

static void forget_removed_locked(struct root *root, int64_t now_ms)
{
	list_each_safe (link, &root->removed) {
		struct removed *removed = list_entry(link, struct removed, link);

		if (now_ms - removed->at_ms < LIST_LAG_MS)
			return;
		forget_locked(root, removed);
	}
}

/* Without memory for it the name may be listed for a while longer. */
void root_removed_locked(struct mount *mount, const char *name)
{
	struct root *root = root_of(mount);
	int64_t now_ms = clock_boot_ms();
	struct removed *removed;

	if (!root)
		return;
	forget_removed_locked(root, now_ms);
	forget_locked(root, map_get(&root->removed_names, name));
	removed = calloc(1, sizeof(*removed));
	if (!removed || !map_put(&root->removed_names, name, removed)) {
		free(removed);
		return;
	}
	removed->at_ms = now_ms;
	strncpy(removed->name, name, sizeof(removed->name) - 1);
	list_append(&root->removed, &removed->link);
}

struct queue *root_add_locked(struct root *root, const char *url)
{
	struct mount *mount = root->dir.node.mount;
	const char *name = sqs_queue_name_of(url);
	struct node *known = dir_find_locked(&root->dir, name);
	struct queue *queue;
	bool attached;

	if (known)
		return queue_of(known);
	forget_locked(root, map_get(&root->removed_names, name));
	queue = queue_new_locked(mount, url);
	if (!queue)
		return NULL;
	attached = dir_attach_locked(&root->dir, name, &queue->dir.node);
	node_unref_locked(&queue->dir.node);
	return attached ? queue : NULL;
}

/* Groups without files, at most. */
static bool is_empty_locked(const struct queue *queue)
{
	struct node *child;

	for (size_t i = 0; (child = map_next(&queue->dir.children, &i)) != NULL;) {
		if (!node_is_dir(child) || dir_of(child)->children.count)
			return false;
	}
	return true;
}

static bool is_idle_locked(const struct queue *queue)
{
	return is_empty_locked(queue) && list_is_empty(&queue->sending.drafts) &&
	       queue->sending.pending == 0 && queue->receiving.held_count == 0 &&
	       queue->receiving.deleting == 0;
}

/* Whether a list that does not name the queue means that it is gone. */
static bool is_gone_locked(const struct queue *queue, int64_t now_ms)
{
	if (queue->is_named || queue->listed_at_ms == now_ms)
		return false;
	return queue->listed_at_ms || queue->refusal == SQS_NO_SUCH_QUEUE ||
	       now_ms - queue->known_at_ms > LIST_LAG_MS;
}

/* One with files that could not be sent stays listed, for they must be seen; what else
 * it holds stays in reach by its name. */
static void drop_unlisted_locked(struct root *root, int64_t now_ms)
{
	struct node *child;

	for (size_t i = 0; (child = map_next(&root->dir.children, &i)) != NULL;) {
		struct queue *queue = queue_of(child);

		child->is_unlisted = is_gone_locked(queue, now_ms) &&
				     sending_unsent_locked(queue) == 0;
		if (child->is_unlisted && is_idle_locked(queue)) {
			queue_drop_empty_groups_locked(queue);
			dir_detach_locked(child);
		}
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
		if (!sqs_queue_name_is_valid(name) || map_get(&root->removed_names, name))
			continue;
		queue = root_add_locked(root, url);
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
	root->asked_at_ms = refusal == SQS_NO_MEMORY ? 0 : clock_boot_ms();
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
	char line[FAILURE_SIZE];

	if (result->error && result->error != SQS_CANCELLED)
		log_warning("list", "%s", failure_advice(result->failure, line));
	root_listed(root->dir.node.mount, result);
	node_unref(&root->dir.node);
}

static void ask_for_list(struct root *root)
{
	struct mount *mount = root->dir.node.mount;
	struct sqs_op *op = sqs_list_queues_new(mount->client, NULL, on_list, root);
	bool asks, answers;

	mount_lock(mount);
	answers = !op && !root->is_asking;
	asks = op && !root->is_asking;
	if (asks) {
		root->is_asking = true;
		node_ref_locked(&root->dir.node);
	}
	mount_unlock(mount);
	if (answers)
		root_listed(mount, &(struct sqs_result){.error = SQS_NO_MEMORY});
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

void root_opendir(fuse_req_t req, struct node *dir, struct fuse_file_info *fi)
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

void root_list_init(struct root *root)
{
	list_init(&root->openers);
	list_init(&root->removed);
}

void root_list_finish_locked(struct root *root)
{
	forget_removed_locked(root, INT64_MAX);
	map_finish(&root->removed_names);
}
