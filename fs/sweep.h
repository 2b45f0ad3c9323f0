/* SPDX-License-Identifier: MIT */
/*
 * The sweep: one timer a queue that looks after everything it holds: renews the
 * leases of what is open, lets what is over expire, retries deletes, forgets.
 *
 * One timer, on a grid of tenths of a second, so that what is due together goes
 * together: k renewals are ceil(k / 10) requests.
 */
#ifndef FS_SWEEP_H
#define FS_SWEEP_H

#include "fs/message.h"

/* Something about the message has changed: the sweep comes in time for it. Lock held. */
void sweep_plan_locked(struct message *message);

#endif
