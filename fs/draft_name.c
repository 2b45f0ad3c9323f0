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
 * rename
 */

/* Frees the new name. 0 or an errno. Lock held. */
static int replace_locked(
	const struct draft *draft, struct dir *dir, const char *name, unsigned flags)
{
	struct node *there = dir_find_locked(dir, name);
	struct draft *other = draft_of(there);

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
	draft_discard_locked(other);
	return 0;
}

static int rename_locked(
	struct draft *draft, struct node *new_dir, const char *new_name, unsigned flags)
{
	const char *group_id = NULL;
	struct queue *queue = group_queue_of(new_dir, &group_id);
	struct dir *dir = dir_of(new_dir);
	int error;

	if (queue != draft->queue)
		return EXDEV;
	if (receiving_is_next(new_name) && !group_id)
		return EPERM;
	if (dir_find_locked(dir, new_name) == &draft->node)
		return 0;
	error = replace_locked(draft, dir, new_name, flags);
	if (error)
		return error;
	return draft_move_locked(draft, dir, group_id, new_name) ? 0 : ENOMEM;
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
	fuse_reply_err(waiter->req, error);
	free(waiter);
}

static void send_renamed(fuse_req_t req, struct draft *draft)
{
	struct draft_waiter *waiter = NULL;

	if (draft->node.mount->options->sync)
		waiter = draft_waiter_new(draft, req, on_sent);
	if (waiter)
		waiter->answer_by_ms = clock_boot_ms() + SYNC_RENAME_MS;
	else
		fuse_reply_err(req, 0);
	draft_send(draft, waiter);
}

void draft_rename(fuse_req_t req, struct node *dir, const char *name,
	struct node *new_dir, const char *new_name, unsigned flags)
{
	struct mount *mount = dir->mount;
	struct draft *draft;
	bool sends = false;
	int error = ENOENT;

	mount_lock(mount);
	draft = find_locked(dir, name);
	if (draft)
		error = rename_locked(draft, new_dir, new_name, flags);
	if (!error)
		sends = is_complete(draft);
	if (sends && draft->state == DRAFT_KILLED)
		draft_enter_locked(draft, DRAFT_WRITING);
	mount_unlock(mount);
	if (sends)
		send_renamed(req, draft);
	else
		fuse_reply_err(req, error);
	if (draft) {
		draft_poke(draft->queue);
		node_unref(&draft->node);
	}
}
