/* SPDX-License-Identifier: MIT */
#include "fs/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/draft_op.h"
#include "fs/draft_outcome.h"
#include "fs/helper.h"
#include "fs/options.h"
#include "fs/saved.h"
#include "fs/send_order.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

static const char prefix[] = "spooled-"; /* listed: what waits is seen */

/* For so long after a failure the next file is not tried first. */
enum { AWAY_MS = 5000 };

static const bool is_out_of_reach[SQS_ERROR_COUNT] = {
	[SQS_UNREACHABLE] = true,
	[SQS_TIMED_OUT] = true,
	[SQS_INSECURE] = true,
	[SQS_SERVICE_FAILED] = true,
};

bool spool_claim(struct mount *mount, char *why, size_t size)
{
	const char *spool = mount->options->spool;
	AUTO(free) char *dir = NULL;

	if (!spool)
		return true;
	if (asprintf(&dir, "%s/%s", spool, mount->id) < 0) {
		snprintf(why, size, "no memory");
		return false;
	}
	if (saved_make_dir(dir) && (mount->spool_lock = saved_lock_dir(dir)) >= 0)
		return true;
	if (errno == EWOULDBLOCK)
		snprintf(why, size,
			"%s is in use by another mount of this source: "
			"stop it, or name another directory",
			spool);
	else
		snprintf(
			why, size, "cannot use the spool %s: %s", spool, strerror(errno));
	return false;
}

char *spool_directory(const struct queue *queue)
{
	const struct mount *mount = queue->dir.node.mount;
	char *path;

	if (!mount->options->spool || asprintf(&path, "%s/%s/%s", mount->options->spool,
					      mount->id, queue->name) < 0)
		return NULL;
	return path;
}

bool spool_has_locked(const struct draft *draft)
{
	return draft->saved && draft->node.name &&
	       strncmp(draft->node.name, prefix, sizeof(prefix) - 1) == 0;
}

/* The name that it was written under. */
static const char *own_name(const struct draft *draft)
{
	enum { DIGITS = 16 };
	const char *name = draft->node.name, *number = name + sizeof(prefix) - 1;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0 ||
		strspn(number, "0123456789abcdef") != DIGITS || number[DIGITS] != '-' ||
		!number[DIGITS + 1])
		return name;
	return number + DIGITS + 1;
}

static bool is_behind_spooled(const struct draft *draft)
{
	const struct draft *blocker = send_order_blocker_locked(draft);

	return blocker && spool_has_locked(blocker);
}

static bool is_away(const struct draft *draft)
{
	return clock_boot_ms() < draft->queue->sending.away_until_ms;
}

bool spool_wants_locked(const struct draft *draft, enum sqs_error error)
{
	struct mount *mount = draft->node.mount;

	if (!mount->options->spool || spool_has_locked(draft) || !draft->node.parent)
		return false;
	if (is_out_of_reach[error]) {
		draft->queue->sending.away_until_ms = clock_boot_ms() + AWAY_MS;
		return true;
	}
	/* Called off because the one before it failed, or because the mount ends. */
	return error == SQS_CANCELLED && (mount->is_ending || is_away(draft));
}

bool spool_wants_new_locked(const struct draft *draft)
{
	const struct mount *mount = draft->node.mount;

	if (!mount->options->spool || spool_has_locked(draft) || !draft->node.parent)
		return false;
	return is_away(draft) || is_behind_spooled(draft);
}

/* -------------------------------------------------------------------------------------
 * Putting one there
 */

struct spooling {
	struct job job;
	struct draft *draft; /* its bytes are lent to us */
	spool_done_fn *done;
	uint64_t number;
	char *dir;
	char *group_id;
	char name[NAME_MAX + 1];
};

static void spooling_free(struct spooling *spooling)
{
	free(spooling->dir);
	free(spooling->group_id);
	free(spooling);
}

/* The old name is free now; for a while it tells that its file is in good hands. */
static void leave_receipt_locked(const struct draft *draft, struct dir *dir,
	const char *group_id, const char *name)
{
	struct draft *receipt = draft_new_locked(draft->queue, dir, group_id, name);

	if (!receipt)
		return;
	receipt->sent = draft_size(draft);
	draft_receipt_locked(receipt);
	node_unref_locked(&receipt->node);
}

static bool move_aside_locked(struct draft *draft, const char *name)
{
	struct dir *dir = draft->node.parent;
	AUTO(free) char *old_name = strdup(draft->node.name);

	if (old_name && strcmp(old_name, name) == 0)
		return true;
	if (!old_name || !dir_move_locked(&draft->node, dir, name))
		return false;
	leave_receipt_locked(draft, dir, draft->group_id, old_name);
	return true;
}

/* It is still written to, after an fsync: what there is of it becomes a file of its own,
 * with a reference. NULL: no memory. */
static struct draft *split_off_locked(struct draft *draft, const char *name)
{
	struct draft *part =
		draft_new_locked(draft->queue, draft->node.parent, draft->group_id, name);

	if (!part)
		return NULL;
	if (!attributes_copy(&part->attributes, &draft->attributes) ||
		!buf_add_view(&part->bytes, buf_view(&draft->bytes))) {
		draft_discard_locked(part);
		node_unref_locked(&part->node);
		return NULL;
	}
	part->scan = draft->scan;
	part->retries = true;
	memcpy(part->dedup_id, draft->dedup_id, sizeof(part->dedup_id));
	draft_set_failure_locked(part, draft->failure);
	send_order_bequeath_locked(draft, part);
	draft_enter_locked(part, DRAFT_WRITING);
	draft_retry_later_locked(part);
	return part;
}

/* What has the spool's name then, with a reference. NULL: it was removed meanwhile, or
 * there is no memory. */
static struct draft *rename_locked(struct draft *draft, const char *name)
{
	if (!draft->node.parent)
		return NULL;
	if (draft->writers)
		return split_off_locked(draft, name);
	if (!move_aside_locked(draft, name))
		return NULL;
	node_ref_locked(&draft->node);
	return draft;
}

static struct saved *write_down(const struct spooling *spooling)
{
	const struct draft *draft = spooling->draft;
	struct saved_message message = {
		.group_id = spooling->group_id,
		.name = spooling->name,
		.state = draft_state_name(DRAFT_RETRYING),
		.dedup_id = draft->dedup_id[0] ? draft->dedup_id : NULL,
		.order = spooling->number,
		.bytes = buf_view(&draft->bytes),
		.attributes = &draft->attributes,
	};
	struct saved *saved = saved_write(spooling->dir, &message, draft->saved);

	if (!saved)
		log_error("spool", "cannot write %s/%s: %s", spooling->dir,
			spooling->name, strerror(errno));
	return saved;
}

/* The one before `saved`, unless that has taken its place on the disk. */
static void drop_copy_locked(struct draft *draft, const struct saved *saved)
{
	if (draft->saved && strcmp(saved_path(draft->saved), saved_path(saved)) == 0)
		saved_free(TAKE(draft->saved));
	else
		saved_forget_locked(draft);
}

static void run_spooling(struct job *job)
{
	struct spooling *spooling = list_entry(job, struct spooling, job);
	struct draft *draft = spooling->draft;
	struct mount *mount = draft->node.mount;
	struct saved *saved = write_down(spooling);
	struct draft *spooled = NULL;

	mount_lock(mount);
	if (saved) {
		spooled = rename_locked(draft, spooling->name);
		drop_copy_locked(draft, saved);
		(spooled ? spooled : draft)->saved = saved;
		if (spooled)
			spooled->spool_number = spooling->number;
		if (!spooled)
			saved_forget_locked(draft);
	}
	mount_unlock(mount);
	spooling->done(draft, spooled);
	node_unref(spooled ? &spooled->node : NULL);
	spooling_free(spooling);
}

/* Later ones have larger numbers, also after a restart. */
static uint64_t next_number(struct sending *sending)
{
	uint64_t now = (uint64_t)clock_wall_ms() << 10;

	sending->last_spooled =
		now > sending->last_spooled ? now : sending->last_spooled + 1;
	return sending->last_spooled;
}

/* It keeps its place, and so its number; but what is split off cannot have its name. */
static uint64_t place_of(const struct draft *draft)
{
	if (draft->spool_number && !draft->writers)
		return draft->spool_number;
	return next_number(&draft->queue->sending);
}

bool spool_put_locked(struct draft *draft, spool_done_fn *done)
{
	struct spooling *spooling = calloc(1, sizeof(*spooling));

	if (!spooling)
		return false;
	spooling->job.run = run_spooling;
	spooling->draft = draft;
	spooling->done = done;
	spooling->number = place_of(draft);
	spooling->dir = spool_directory(draft->queue);
	spooling->group_id = draft->group_id ? strdup(draft->group_id) : NULL;
	if (!spooling->dir || (draft->group_id && !spooling->group_id) ||
		!draft_fix_dedup_id_locked(draft)) {
		spooling_free(spooling);
		return false;
	}
	snprintf(spooling->name, sizeof(spooling->name), "%s%016" PRIx64 "-%.220s",
		prefix, spooling->number, own_name(draft));
	list_init(&spooling->job.link);
	helper_add(draft->node.mount->helper, &spooling->job);
	return true;
}

/* -------------------------------------------------------------------------------------
 * What is sent with it
 */

struct update {
	struct job job;
	struct draft *draft; /* a reference */
};

/* Its copy goes on this thread alone, so that it stays while it is written to. */
static void run_update(struct job *job)
{
	struct update *update = list_entry(job, struct update, job);
	struct draft *draft = update->draft;
	struct mount *mount = draft->node.mount;
	struct attributes attributes = {0};
	char dedup_id[sizeof(draft->dedup_id)];
	struct saved_message message = {
		.state = draft_state_name(DRAFT_RETRYING),
		.attributes = &attributes,
	};
	const struct saved *saved;
	bool is_copied;

	mount_lock(mount);
	saved = draft->saved;
	is_copied = saved && attributes_copy(&attributes, &draft->attributes);
	memcpy(dedup_id, draft->dedup_id, sizeof(dedup_id));
	message.order = draft->spool_number;
	mount_unlock(mount);
	message.dedup_id = dedup_id[0] ? dedup_id : NULL;
	if (is_copied && !saved_update(saved, &message))
		log_error("spool", "cannot write the attributes of %s: %s",
			saved_path(saved), strerror(errno));
	attributes_finish(&attributes);
	node_unref(&draft->node);
	free(update);
}

void spool_update_locked(struct draft *draft)
{
	struct update *update = spool_has_locked(draft) ? malloc(sizeof(*update)) : NULL;

	if (!update)
		return;
	draft_make_dedup_id_locked(draft);
	node_ref_locked(&draft->node);
	update->job.run = run_update;
	update->draft = draft;
	list_init(&update->job.link);
	helper_add(draft->node.mount->helper, &update->job);
}
