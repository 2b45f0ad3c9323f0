/* SPDX-License-Identifier: MIT */
/*
 * The spool (-o spool=DIR): store and forward. A complete file that cannot be sent
 * because the service cannot be reached is put on the disk, which is as good as
 * sent for whoever waits. From then on it has a name of its own,
 *
 *	NAME  ->  spooled-NUMBER-NAME
 *
 * so that NAME is free for the next one, and is retried until it is sent. It lies
 * in DIR/MOUNT-ID/QUEUE, as saved.h says. NUMBER is its place: it keeps it, renamed or
 * written on, as long as it keeps its place in its group.
 */
#ifndef FS_SPOOL_H
#define FS_SPOOL_H

#include "fs/draft.h"

/* How long to try before a file is spooled; how often what is spooled is tried. */
enum { SPOOL_AFTER_MS = 4000, SPOOL_RETRY_MS = 5000 };

/* Makes the spool this mount's alone. False, and why: it cannot be; true without one. */
bool spool_claim(struct mount *mount, char *why, size_t size);

/* The directory of this queue, to be freed; NULL: there is no spool, or no memory. */
char *spool_directory(const struct queue *queue);

/* All with the lock held. */

/* Whether it lies in the spool. */
bool spool_has_locked(const struct draft *draft);

/* What is sent with it was changed: its copy there follows, in the background. Nothing for
 * one that is not there. */
void spool_update_locked(struct draft *draft);

/* Whether a file that failed so is one for the spool. */
bool spool_wants_locked(const struct draft *draft, enum sqs_error error);

/* Whether a file that was just completed is: the service could not be reached a moment
 * ago, or an earlier one of its group is there. */
bool spool_wants_new_locked(const struct draft *draft);

/*
 * Puts a draft that is SENDING, with no operation, on the disk. `done` is called
 * lock free, on the helper's thread. False: no memory, and it is not called.
 *
 * `spooled` is the draft itself, under its other name; or, where somebody still writes
 * to it, one that has its content, its place in the order and its own state; NULL: it
 * could not be put there.
 */
typedef void spool_done_fn(struct draft *draft, struct draft *spooled);
bool spool_put_locked(struct draft *draft, spool_done_fn *done);

#endif
