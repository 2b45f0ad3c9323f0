/* SPDX-License-Identifier: MIT */
/*
 * The FUSE session: the mount in the kernel, the loop that serves it, its end.
 *
 *	SERVING    requests, timers, signals                  -> ENDING: a signal, or unmounted
 *	ENDING     the same, but nothing new is waited for    -> OVER: nothing is being sent
 *	           and the mount point is free already           any more, or out of time
 *	OVER
 *
 * One thread runs it all; nothing in it blocks.
 */
#ifndef FS_SESSION_H
#define FS_SESSION_H

#include "fs/mount.h"

struct session;

/* Blocks signals in this thread and all that it starts; before any is started. */
void session_block_signals(void);

/* Is readable when a signal that ends the mount is pending. -1: there is none. */
int session_new_signal_fd(void);

/* Wakes the loop; made first, since timers want it. -1: there is none. */
int session_new_wake_fd(void);

/* Mounts. NULL, and one line in why[size], when that fails. Sets mount->session. */
struct session *session_new(struct mount *mount, int wake_fd, char *why, size_t size);

/* Serves until unmounted or told to end, and then drains; says startup_ready() when
 * the kernel has been answered. */
void session_run(struct session *session);

/* Whether processes still had files open when the loop ended: nobody releases those any
 * more. */
bool session_was_in_use(const struct session *session);

/* Lets the kernel go. Nobody replies any more. NULL is allowed. */
void session_free(struct session *session);

#endif
