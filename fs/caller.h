/* SPDX-License-Identifier: MIT */
/*
 * Who calls: the process behind the thread that FUSE names.
 *
 * caller_of() reads /proc/TID/status only, which never blocks, not even for a process
 * that is inside execve or exit. 0 means unknown: another PID namespace, or gone already.
 */
#ifndef FS_CALLER_H
#define FS_CALLER_H

#include <stdint.h>
#include <sys/types.h>

struct caller {
	pid_t tid;
	pid_t tgid;   /* the process */
	pid_t parent; /* its parent process */
};

struct caller caller_of(pid_t tid);

/*
 * When a process began, by clock_boot_ns(): numbers of processes come again, this does
 * not. INT64_MAX: unknown. /proc/PID/stat waits for an execve, so only for the caller
 * of a request that is no FLUSH and not answered yet.
 */
int64_t caller_began_ns(pid_t tgid);

#endif
