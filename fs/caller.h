/* SPDX-License-Identifier: MIT */
/*
 * Who calls: the process behind the thread that FUSE names.
 *
 * Reads /proc/TID/status only, which never blocks, not even for a process that is
 * inside execve or exit. 0 means unknown: another PID namespace, or gone already.
 */
#ifndef FS_CALLER_H
#define FS_CALLER_H

#include <sys/types.h>

struct caller {
	pid_t tid;
	pid_t tgid;   /* the process */
	pid_t parent; /* its parent process */
};

struct caller caller_of(pid_t tid);

#endif
