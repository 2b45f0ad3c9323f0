/* SPDX-License-Identifier: MIT */
/*
 * Nodes that nobody but the kernel refers to: files that were sent, messages that
 * are gone, under names that nobody will use again.
 *
 * The kernel keeps such names until it is short of memory, and what it keeps we must
 * keep: each message that ever passed would cost a node for days. So it is asked, now
 * and then, to let go of those that it does not use (FUSE_NOTIFY_PRUNE of Linux 6.18;
 * an older kernel refuses once, and is not asked again). This request takes no
 * directory's lock, unlike those that invalidate a name: it never waits for us.
 */
#ifndef FS_RECLAIM_H
#define FS_RECLAIM_H

#include "fs/node.h"

struct reclaim;

/* The root is there. NULL: no memory. */
struct reclaim *reclaim_new(struct mount *mount);
/* The timers are gone. NULL is allowed. */
void reclaim_free(struct reclaim *reclaim);

/* Only the kernel refers to the node now. Lock held. */
void reclaim_later_locked(struct node *node);

#endif
