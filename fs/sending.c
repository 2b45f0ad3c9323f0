/* SPDX-License-Identifier: MIT */
#include "fs/sending.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>

#include "fs/draft_send.h"
#include "fs/options.h"
#include "fs/queue.h"
#include "fs/unsent.h"

void sending_init(struct sending *sending)
{
	list_init(&sending->drafts);
	list_init(&sending->barriers);
	list_init(&sending->runnable);
	unsent_offer_locked(list_entry(sending, struct queue, sending));
}

bool sending_is_draft_name(const struct mount *mount, const char *name)
{
	const char *globs = mount->options->draft;

	while (globs && *globs) {
		size_t len = strcspn(globs, ":");
		char glob[NAME_MAX + 1];

		if (len && len < sizeof(glob)) {
			memcpy(glob, globs, len);
			glob[len] = '\0';
			if (fnmatch(glob, name, 0) == 0)
				return true;
		}
		globs += len + (globs[len] == ':');
	}
	return false;
}

unsigned sending_unsent_locked(const struct queue *queue)
{
	unsigned count = 0;

	list_each (link, &queue->sending.drafts)
		count += draft_is_unsent(list_entry(link, struct draft, link));
	return count;
}

/* -------------------------------------------------------------------------------------
 * Everything of a queue, or of the mount
 */

static struct draft *draft_at(struct list *link)
{
	return list_entry(link, struct draft, link);
}

void sending_drop_empty_locked(struct queue *queue)
{
	list_each_safe (link, &queue->sending.drafts) {
		if (!draft_is_unsent(draft_at(link)))
			draft_discard_locked(draft_at(link));
	}
}

/* Drafts that wait for their time, each with a reference. False: no memory for them. */
static bool take_retrying(struct queue *queue, struct draft ***taken, size_t *taken_count)
{
	struct mount *mount = queue->dir.node.mount;
	size_t count = 0, room = 0;

	mount_lock(mount);
	list_each (link, &queue->sending.drafts)
		room += draft_at(link)->state == DRAFT_RETRYING;
	*taken = room ? calloc(room, sizeof(struct draft *)) : NULL;
	list_each (link, &queue->sending.drafts) {
		struct draft *draft = draft_at(link);

		if (*taken && draft->state == DRAFT_RETRYING) {
			node_ref_locked(&draft->node);
			(*taken)[count++] = draft;
		}
	}
	mount_unlock(mount);
	*taken_count = count;
	return *taken || !room;
}

static bool retry_now(struct queue *queue)
{
	struct draft **retrying;
	size_t count;
	bool ok = take_retrying(queue, &retrying, &count);

	for (size_t i = 0; i < count; i++) {
		draft_send(retrying[i], NULL);
		node_unref(&retrying[i]->node);
	}
	free(retrying);
	return ok;
}

void sending_barrier(struct queue *queue, struct barrier *barrier)
{
	struct mount *mount = queue->dir.node.mount;
	bool all_go;

	mount_lock(mount);
	barrier->error = 0;
	list_append(&queue->sending.barriers, &barrier->link);
	/* Held back until every retry is under way. */
	queue->sending.pending++;
	mount_unlock(mount);
	all_go = retry_now(queue);
	mount_lock(mount);
	if (!all_go)
		barrier->error = ENOMEM;
	queue->sending.pending--;
	mount_unlock(mount);
	draft_poke(queue);
}

struct queue *sending_next_queue(struct mount *mount, struct queue *queue)
{
	struct list *link;
	struct queue *next = NULL;

	mount_lock(mount);
	link = queue ? queue->mount_link.next : mount->queues.next;
	if (link != &mount->queues) {
		next = list_entry(link, struct queue, mount_link);
		node_ref_locked(&next->dir.node);
	}
	node_unref_locked(queue ? &queue->dir.node : NULL);
	mount_unlock(mount);
	return next;
}

/* Whoever waits for a file that nobody will send now is answered. */
static void give_up_waiting(struct queue *queue)
{
	struct mount *mount = queue->dir.node.mount;
	struct list waiters = LIST_INIT(waiters);

	mount_lock(mount);
	list_each (link, &queue->sending.drafts) {
		if (draft_at(link)->state != DRAFT_SENDING)
			draft_waiters_take_locked(draft_at(link), &waiters, ECANCELED);
	}
	mount_unlock(mount);
	draft_waiters_settle(&waiters);
}

void sending_end(struct mount *mount)
{
	struct queue *queue = NULL;

	while ((queue = sending_next_queue(mount, queue)) != NULL) {
		retry_now(queue);
		give_up_waiting(queue);
	}
}
