/* SPDX-License-Identifier: MIT */
/*
 * What could not be sent before the mount ended: saved in the state directory, and
 * offered again by the next mount of the same source, or by the one of several that
 * has the lock of MOUNT-ID:
 *
 *	$XDG_STATE_HOME/sqsfs/unsent/MOUNT-ID/QUEUE/...      as saved.h says
 *
 * What is in the spool (-o spool=) lies there in the same form. sending.h has what
 * the mount calls.
 */
#ifndef FS_UNSENT_H
#define FS_UNSENT_H

#include "fs/queue.h"

/* Reads, in the background, what is kept for this queue. Lock held. */
void unsent_offer_locked(struct queue *queue);

#endif
