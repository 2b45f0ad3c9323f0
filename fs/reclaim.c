/* SPDX-License-Identifier: MIT */
#include "fs/reclaim.h"

#include <stdlib.h>
#include <unistd.h>

#include "fs/dir.h"
#include "fs/timer.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

enum {
	PERIOD_MS =
		1000, /* many at a time, and what is only just left may be used again */
	BATCH = 500,  /* nodes in a request */
};

/* From the kernel's include/uapi/linux/fuse.h, 7.45. */
enum { NOTIFY_PRUNE = 9 };

struct prune {
	struct fuse_prune_header {
		uint32_t len;
		int32_t code;
		uint64_t unique; /* 0: nobody asked */
		uint32_t count;
		uint32_t padding;
		uint64_t spare;
	} header;
	uint64_t ids[BATCH];
};

struct reclaim {
	struct list nodes; /* lock: node->forsaken, those not asked for yet */
	struct timer timer;
	bool is_refused; /* lock: this kernel does not know the request */
};

static void plan_locked(struct reclaim *reclaim)
{
	if (!reclaim->is_refused && !list_is_empty(&reclaim->nodes) &&
		!timer_is_set_locked(&reclaim->timer))
		timer_set_locked(&reclaim->timer, clock_boot_ms() + PERIOD_MS);
}

/* One that is in use again by now is among them: the kernel leaves that alone. */
static void take_locked(struct reclaim *reclaim, struct prune *prune)
{
	struct list *link;

	while (prune->header.count < BATCH && (link = list_pop(&reclaim->nodes)) != NULL)
		prune->ids[prune->header.count++] =
			node_id(list_entry(link, struct node, forsaken));
}

static bool ask_kernel(const struct mount *mount, struct prune *prune)
{
	size_t size = sizeof(prune->header) + prune->header.count * sizeof(prune->ids[0]);

	prune->header.len = (uint32_t)size;
	prune->header.code = NOTIFY_PRUNE;
	return write(fuse_session_fd(mount->session), prune, size) == (ssize_t)size;
}

static void on_time(struct timer *timer)
{
	struct reclaim *reclaim = list_entry(timer, struct reclaim, timer);
	struct mount *mount = timer->node->mount;
	struct prune prune;
	bool goes_on;

	do {
		prune.header = (struct fuse_prune_header){0};
		mount_lock(mount);
		take_locked(reclaim, &prune);
		mount_unlock(mount);
		goes_on = prune.header.count > 0 && ask_kernel(mount, &prune);
	} while (goes_on && prune.header.count == BATCH);
	if (goes_on || prune.header.count == 0)
		return;
	log_debug("reclaim", "this kernel keeps names until it is short of memory");
	mount_lock(mount);
	reclaim->is_refused = true;
	mount_unlock(mount);
}

void reclaim_later_locked(struct node *node)
{
	struct reclaim *reclaim = node->mount->reclaim;

	if (!reclaim || reclaim->is_refused || node->mount->is_ending ||
		!list_is_empty(&node->forsaken))
		return;
	list_append(&reclaim->nodes, &node->forsaken);
	plan_locked(reclaim);
}

struct reclaim *reclaim_new(struct mount *mount)
{
	struct reclaim *reclaim = calloc(1, sizeof(*reclaim));

	if (!reclaim)
		return NULL;
	list_init(&reclaim->nodes);
	timer_init(&reclaim->timer, &mount->root->node, on_time);
	return reclaim;
}

void reclaim_free(struct reclaim *reclaim)
{
	struct list *link;

	if (!reclaim)
		return;
	while ((link = list_pop(&reclaim->nodes)) != NULL)
		;
	free(reclaim);
}
