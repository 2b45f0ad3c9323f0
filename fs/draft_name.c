/* SPDX-License-Identifier: MIT */
/*
 * The names of drafts: unlink, and rename, which completes a draft.
 *
 * The kernel holds the directory's lock during both, so they answer at once; only
 * -o sync lets a rename wait for the send, for a few seconds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fs/draft_file.h"
#include "fs/draft_send.h"
#include "fs/group.h"
#include "fs/options.h"
#include "sqs/base/clock.h"

enum { SYNC_RENAME_MS = 5000 };

/* The draft of this name, with a reference; NULL: none. Lock held. */
static struct draft *find_locked(struct node *dir, const char *name)
{
	struct draft *draft = draft_of(dir_find_locked(dir_of(dir), name));

	if (draft)
		node_ref_locked(&draft->node);
	return draft;
}

void draft_unlink(fuse_req_t req, struct node *dir, const char *name)
{
	struct mount *mount = dir->mount;
	struct draft *draft;

	mount_lock(mount);
	draft = find_locked(dir, name);
	if (draft)
		draft_discard_locked(draft);
	mount_unlock(mount);
	fuse_reply_err(req, draft ? 0 : ENOENT);
	if (draft) {
		draft_poke(draft->queue);
		node_unref(&draft->node);
	}
}

/* -------------------------------------------------------------------------------------
 * The other draft that has the new name
 */

/* It steps aside, so that it can come back; *aside is it, with a reference. 0 or an errno.
 * Lock held. */
static int move_aside_locked(const struct draft *draft, struct dir *dir, const char *name,
	unsigned flags, struct draft **aside)
{
	struct node *there = dir_find_locked(dir, name);
	struct draft *other = draft_of(there);
	char hidden[64];

	if (!there || there == &draft->node)
		return 0;
	if (flags & RENAME_NOREPLACE && !(other && other->state == DRAFT_SENT))
		return EEXIST;
	if (node_is_dir(there))
		return EISDIR;
	if (!other)
		return EEXIST; /* a message in flight is not overwritten */
	if (other->state == DRAFT_SENDING)
		return EBUSY;
	snprintf(hidden, sizeof(hidden), ".replaced-%016llx",
		(unsigned long long)other->node.ino);
	if (dir_find_locked(dir, hidden) || !dir_move_locked(there, dir, hidden))
		return ENOMEM;
	node_ref_locked(there);
	*aside = other;
	return 0;
}

/* It is replaced, or back in its place; without memory for that it stays aside. Lock
 * held. */
static void end_aside_locked(struct draft *aside, bool is_replaced, const char *name)
{
	if (!aside)
		return;
	if (is_replaced || !aside->node.parent)
		draft_discard_locked(aside);
	else
		dir_move_locked(&aside->node, aside->node.parent, name);
	node_unref_locked(&aside->node);
}

/* -------------------------------------------------------------------------------------
 * rename
 */

/* One that is under way; for -o sync it lasts until the file is sent. */
struct renaming {
	struct draft *draft; /* a reference, as to what follows */
	struct dir *old_dir;
	char *old_name;
	char *new_name;
	struct draft *aside; /* NULL: the new name was free */
};

/* NULL: no memory. Lock held. */
static struct renaming *renaming_new_locked(
	struct draft *draft, struct dir *old_dir, const char *new_name)
{
	struct renaming *renaming = calloc(1, sizeof(*renaming));
	char *old_name = strdup(draft->node.name), *copy = strdup(new_name);

	if (!renaming || !old_name || !copy) {
		free(renaming);
		free(old_name);
		free(copy);
		return NULL;
	}
	*renaming = (struct renaming){.draft = draft,
		.old_dir = old_dir,
		.old_name = old_name,
		.new_name = copy};
	node_ref_locked(&draft->node);
	node_ref_locked(&old_dir->node);
	return renaming;
}

/* It succeeded, or everything is as it was. Lock held. */
static void renaming_end_locked(struct renaming *renaming, bool is_done)
{
	struct draft *draft = renaming->draft;
	const char *old_group = NULL;
	bool is_in_place = draft->node.parent != NULL;

	if (!is_done && is_in_place &&
		group_queue_of(&renaming->old_dir->node, &old_group) &&
		!dir_find_locked(renaming->old_dir, renaming->old_name))
		draft_move_locked(
			draft, renaming->old_dir, old_group, renaming->old_name);
	end_aside_locked(renaming->aside, is_done, renaming->new_name);
	node_unref_locked(&draft->node);
	node_unref_locked(&renaming->old_dir->node);
	free(renaming->old_name);
	free(renaming->new_name);
	free(renaming);
}

/* Moves it. 0, or an errno and nothing has changed. Lock held. */
static int rename_locked(struct renaming *renaming, struct node *new_dir, unsigned flags)
{
	struct draft *draft = renaming->draft;
	const char *group_id = NULL;
	struct queue *queue = group_queue_of(new_dir, &group_id);
	struct dir *dir = dir_of(new_dir);
	int error;

	if (queue != draft->queue)
		return EXDEV;
	if (receiving_is_next(renaming->new_name) && !group_id)
		return EPERM;
	if (dir_find_locked(dir, renaming->new_name) == &draft->node)
		return 0;
	error = move_aside_locked(
		draft, dir, renaming->new_name, flags, &renaming->aside);
	if (error)
		return error;
	return draft_move_locked(draft, dir, group_id, renaming->new_name) ? 0 : ENOMEM;
}

/* Whether the file is to be sent under its new name. Whoever renames one that was cut
 * short has looked at it. */
static bool is_complete(const struct draft *draft)
{
	switch (draft->state) {
	case DRAFT_WRITING:
	case DRAFT_REFUSED:
	case DRAFT_RETRYING:
	case DRAFT_KILLED:
		return draft->writers == 0 && !draft->has_draft_name;
	default:
		return false;
	}
}

static void on_sent(struct draft_waiter *waiter, int error)
{
	struct mount *mount = waiter->draft->node.mount;
	struct queue *queue = waiter->draft->queue;

	mount_lock(mount);
	node_ref_locked(&queue->dir.node);
	renaming_end_locked(waiter->arg, error == 0);
	mount_unlock(mount);
	fuse_reply_err(waiter->req, error);
	draft_poke(queue);
	node_unref(&queue->dir.node);
	free(waiter);
}

/* The renaming lasts until the outcome is known, or the time is over. */
static void send_and_wait(struct renaming *renaming, struct draft_waiter *waiter)
{
	waiter->arg = renaming;
	waiter->answer_by_ms = clock_boot_ms() + SYNC_RENAME_MS;
	draft_send(renaming->draft, waiter);
}

void draft_rename(fuse_req_t req, struct node *dir, const char *name,
	struct node *new_dir, const char *new_name, unsigned flags)
{
	struct mount *mount = dir->mount;
	struct draft_waiter *waiter = NULL;
	struct renaming *renaming = NULL;
	struct draft *draft;
	bool sends = false;
	int error = ENOENT;

	mount_lock(mount);
	draft = find_locked(dir, name);
	if (draft) {
		renaming = renaming_new_locked(draft, dir_of(dir), new_name);
		error = renaming ? rename_locked(renaming, new_dir, flags) : ENOMEM;
	}
	if (!error)
		sends = is_complete(draft);
	if (sends && mount->options->sync) {
		waiter = draft_waiter_new(draft, req, on_sent);
		error = waiter ? 0 : ENOMEM;
		sends = waiter != NULL;
	}
	if (sends && draft->state == DRAFT_KILLED)
		draft_enter_locked(draft, DRAFT_WRITING);
	if (renaming && !waiter)
		renaming_end_locked(renaming, error == 0);
	mount_unlock(mount);
	if (waiter) {
		send_and_wait(renaming, waiter);
	} else {
		fuse_reply_err(req, error);
		if (sends)
			draft_send(draft, NULL);
	}
	if (draft) {
		draft_poke(draft->queue);
		node_unref(&draft->node);
	}
}
