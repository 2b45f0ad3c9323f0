/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "fs/draft_outcome.h"
#include "fs/group.h"
#include "fs/helper.h"
#include "fs/options.h"
#include "fs/saved.h"
#include "fs/send_order.h"
#include "fs/spool.h"
#include "fs/unsent.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

enum { FIRST_RETRY_MS = 1000, MOST_NAMESAKES = 1000 };

/* The directory of a mount's unsent files, to be freed; NULL: no memory, no home. */
static char *mount_directory(const struct mount *mount)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const struct passwd *user = home && *home ? NULL : getpwuid(getuid());
	const char *below = "";
	char *path;

	if (!state || *state != '/') {
		state = user ? user->pw_dir : home;
		below = "/.local/state";
	}
	if (!state ||
		asprintf(&path, "%s%s/sqsfs/unsent/%s", state, below, mount->id) < 0)
		return NULL;
	return path;
}

/* That of this queue's. */
static char *directory_of(const struct queue *queue)
{
	AUTO(free) char *dir = mount_directory(queue->dir.node.mount);
	char *path;

	if (!dir || asprintf(&path, "%s/%s", dir, queue->name) < 0)
		return NULL;
	return path;
}

bool sending_claim_unsent(struct mount *mount, char *why, size_t size)
{
	AUTO(free) char *dir = mount_directory(mount);

	mount->unsent_lock = dir ? saved_lock_dir(dir) : -1;
	if (dir && mount->unsent_lock < 0 && errno != ENOENT)
		log_warning("unsent", "nothing kept is offered again: %s: %s", dir,
			errno == EWOULDBLOCK ? "another mount does it" : strerror(errno));
	return spool_claim(mount, why, size);
}

/* -------------------------------------------------------------------------------------
 * Saving
 */

/*
 * How the next mount is to take it. A file whose writer lost the mount is cut short;
 * what was refused for good will be again, and the rest is worth another try.
 */
static enum draft_state saved_state(const struct draft *draft)
{
	switch (draft->state) {
	case DRAFT_WRITING:
		return draft->has_draft_name ? DRAFT_WRITING : DRAFT_KILLED;
	case DRAFT_REFUSED:
		return draft->failure && draft_error_is_for_good(draft->failure->error)
			       ? DRAFT_REFUSED
			       : DRAFT_RETRYING;
	case DRAFT_KILLED:
	case DRAFT_SPOILED:
		return draft->state;
	default:
		return DRAFT_RETRYING;
	}
}

/* What an earlier mount kept may have another name, and another place in its group. */
static void replace_copy(struct draft *draft, struct saved *saved)
{
	struct saved *old = draft->saved;

	if (!saved)
		return;
	if (old && strcmp(saved_path(old), saved_path(saved)) != 0)
		saved_remove(old);
	else
		saved_free(old);
	draft->saved = saved;
}

/* NAME, or NAME.2 and so on where another's lies: another mount of the same source may
 * have kept one, or a group has left its directory. */
static struct saved *write_down(
	const char *dir, const struct saved_message *message, const struct saved *old)
{
	struct saved_message renamed = *message;
	struct saved *saved = saved_write(dir, message, old);
	char name[NAME_MAX + 1];

	for (unsigned n = 2; !saved && errno == EEXIST && n < MOST_NAMESAKES; n++) {
		snprintf(name, sizeof(name), "%.240s.%u", message->name, n);
		renamed.name = name;
		saved = saved_write(dir, &renamed, old);
	}
	return saved;
}

static void save(const char *dir, struct draft *draft)
{
	char error[1024];
	bool has_error = draft_describe_error(draft, error, sizeof(error));
	struct saved_message message = {
		.group_id = draft->group_id,
		.name = draft->node.name,
		.state = draft_state_name(saved_state(draft)),
		.error = has_error ? error : NULL,
		.dedup_id = draft->dedup_id[0] ? draft->dedup_id : NULL,
		.order = send_order_position_locked(draft),
		.parts = draft->parts,
		.bytes = buf_view(&draft->bytes),
		.attributes = &draft->attributes,
	};

	if (dir && !spool_has_locked(draft))
		replace_copy(draft, write_down(dir, &message, draft->saved));
	if (draft->saved)
		log_warning("unsent", "%s/%s was not sent: kept in %s",
			draft->queue->name, message.name, saved_path(draft->saved));
	else
		log_error("unsent", "%s/%s was not sent, and is lost: %s: %s",
			draft->queue->name, message.name, dir ? dir : "no home directory",
			dir ? strerror(errno) : "set XDG_STATE_HOME");
}

/* Nobody else is here any more: the lock is held for the sake of those below. */
static void save_queue(struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	AUTO(free) char *dir = directory_of(queue);

	mount_lock(mount);
	/* All first: who has left an order counts no more. */
	list_each (link, &queue->sending.drafts) {
		struct draft *draft = list_entry(link, struct draft, link);

		if (draft_is_unsent(draft) && draft->node.name)
			save(dir, draft);
	}
	while (!list_is_empty(&queue->sending.drafts)) {
		struct draft *draft =
			list_entry(queue->sending.drafts.next, struct draft, link);

		list_remove(&draft->link);
		saved_free(TAKE(draft->saved)); /* the helper has gone: it stays */
		draft_discard_locked(draft);
	}
	mount_unlock(mount);
}

void sending_save_unsent(struct mount *mount)
{
	struct queue *queue = NULL;

	while ((queue = sending_next_queue(mount, queue)) != NULL)
		save_queue(queue);
}

/* -------------------------------------------------------------------------------------
 * Restoring
 */

/* The directory of this group, made if need be; NULL: no memory, or the name is taken. */
static struct dir *group_dir_locked(struct queue *queue, const char *group_id)
{
	struct node *there = group_id ? dir_find_locked(&queue->dir, group_id) : NULL;

	if (!group_id)
		return &queue->dir;
	if (there)
		return node_is_dir(there) ? dir_of(there) : NULL;
	return group_new_locked(queue, group_id);
}

static void set_error_locked(struct draft *draft, const char *error)
{
	struct sqs_failure failure = {.error = SQS_SERVICE_FAILED};

	snprintf(failure.message, sizeof(failure.message), "%.*s",
		(int)sizeof(failure.message) - 1, error);
	draft_set_failure_locked(draft, &failure);
}

/* It goes on where the last mount left it; what waited or was being sent is retried. */
static void resume_locked(struct draft *draft, const char *state)
{
	enum draft_state next = DRAFT_RETRYING;

	static const enum draft_state kept[] = {
		DRAFT_WRITING, DRAFT_KILLED, DRAFT_SPOILED, DRAFT_REFUSED};

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		if (strcmp(state, draft_state_name(kept[i])) == 0)
			next = kept[i];
	}
	if (next == DRAFT_WRITING)
		return;
	if (next == DRAFT_RETRYING || next == DRAFT_REFUSED)
		send_order_join_locked(draft);
	draft_enter_locked(draft, next);
	draft->retries = next == DRAFT_RETRYING;
	if (draft->retries)
		timer_set_locked(&draft->timer, clock_boot_ms() + FIRST_RETRY_MS);
}

static struct draft *restore_locked(struct queue *queue,
	const struct saved_message *message, struct attributes *attributes)
{
	struct dir *dir = group_dir_locked(queue, message->group_id);
	struct draft *draft = NULL;

	/* What is spooled from now on comes behind it, even if the clock was set back. */
	if (message->order > queue->sending.last_spooled)
		queue->sending.last_spooled = message->order;
	if (!dir || dir_find_locked(dir, message->name))
		return NULL;
	draft = draft_new_locked(queue, dir, message->group_id, message->name);
	if (!draft)
		return NULL;
	if (draft_write_locked(
		    draft, message->bytes.data, message->bytes.len, 0, INT64_MAX) != 0 ||
		draft->state != DRAFT_WRITING) {
		draft_discard_locked(draft);
		node_unref_locked(&draft->node);
		return NULL;
	}
	draft->attributes = *attributes;
	*attributes = (struct attributes){0};
	draft->parts = message->parts;
	if (message->dedup_id)
		snprintf(draft->dedup_id, sizeof(draft->dedup_id), "%s",
			message->dedup_id);
	if (message->error)
		set_error_locked(draft, message->error);
	resume_locked(draft, message->state);
	return draft;
}

static void on_found(void *arg, struct saved *saved, const struct saved_message *message,
	struct attributes *attributes)
{
	struct queue *queue = arg;
	struct mount *mount = queue->dir.node.mount;
	struct draft *draft;

	mount_lock(mount);
	draft = restore_locked(queue, message, attributes);
	if (draft) {
		draft->saved = saved;
		draft->spool_number = spool_has_locked(draft) ? message->order : 0;
	}
	node_unref_locked(draft ? &draft->node : NULL);
	mount_unlock(mount);
	if (draft) {
		log_info("unsent", "%s/%s, kept by an earlier mount, is offered again",
			queue->name, message->name);
		return;
	}
	log_warning("unsent", "%s/%s cannot be offered again: it stays in %s",
		queue->name, message->name, saved_path(saved));
	saved_free(saved);
}

struct offer {
	struct job job;
	struct queue *queue; /* a reference */
};

static void run_offer(struct job *job)
{
	struct offer *offer = list_entry(job, struct offer, job);
	struct mount *mount = offer->queue->dir.node.mount;
	AUTO(free) char *unsent = directory_of(offer->queue);
	AUTO(free) char *spool = spool_directory(offer->queue);

	if (spool)
		saved_read_all(spool, on_found, offer->queue);
	if (unsent && mount->unsent_lock >= 0)
		saved_read_all(unsent, on_found, offer->queue);
	node_unref(&offer->queue->dir.node);
	free(offer);
}

void unsent_offer_locked(struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	struct offer *offer = mount->helper ? calloc(1, sizeof(*offer)) : NULL;

	if (!offer)
		return;
	node_ref_locked(&queue->dir.node);
	offer->queue = queue;
	offer->job.run = run_offer;
	list_init(&offer->job.link);
	helper_add(mount->helper, &offer->job);
}

void sending_restore_unsent(struct mount *mount)
{
	helper_wait(mount->helper);
}
