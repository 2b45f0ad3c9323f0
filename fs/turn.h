/* SPDX-License-Identifier: MIT */
/*
 * Turns: how opens of `next` that come together get an inode each.
 *
 * Two opens of one inode would share the kernel's pages: sendfile(2) of one could
 * read the message of the other. So an OPEN whose inode another has taken since
 * its LOOKUP is turned away with ESTALE, on which the kernel looks the name up
 * anew and opens again, but once only. So that the second time is never in vain,
 * one thread at a time is invited, and the idle inode is kept for it:
 *
 *	   OPEN of a taken inode, or while another thread is invited
 *	WAITING ────► INVITED (ESTALE) ────► LOOKUP: the idle inode ────► OPEN takes it
 *	   └─ interrupt, end of the mount          └─ thread gone: the next is invited
 *
 * That is two LOOKUPs and two OPENs for each of N opens that come together.
 *
 * What cannot be helped shares an inode: a reopen through /proc/self/fd, a thread
 * that cannot be known (another PID namespace).
 */
#ifndef FS_TURN_H
#define FS_TURN_H

#include "fs/next.h"

/*
 * Whether this OPEN of `next` is served now, its inode taken. If not, the request is
 * answered later, EINTR or ESTALE; for that it is handed to turn_wait(), lock free.
 * Lock held.
 */
bool turn_take_locked(struct next *next, pid_t tid);
void turn_wait(fuse_req_t req, struct next *next);

/* After an OPEN was served: invites who waits. Lock free. */
void turn_over(struct queue *queue);

#endif
