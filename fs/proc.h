/* SPDX-License-Identifier: MIT */
/*
 * What the files of /proc/PID say of a process: reading one, and the two forms of
 * their text, lines of a name and a value, and a line of fields.
 *
 * Whether a file answers at once depends on the file and on what the process is in:
 *
 *	status, fdinfo, task/TID/children    always, even inside execve and exit
 *	stat                                 waits for an execve
 *
 * See writer.h for who may read what.
 */
#ifndef FS_PROC_H
#define FS_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROC_STATUS_SIZE = 4096, PROC_STAT_SIZE = 1024 }; /* room for all that is wanted */

/* The beginning of /proc/PID/FILE, as a text with a NUL. False: there is no such process,
 * or we may not look at it. */
bool proc_read(pid_t pid, const char *file, char *text, size_t size);

/* The same of a file that is open. */
bool proc_read_open(int fd, char *text, size_t size);

/* The number in a line "NAME:	NUMBER" of status or fdinfo. False: there is no such line. */
bool proc_number(const char *text, const char *name, int base, uint64_t *number);

/* A field of stat, from the third on, counted from 1. False: there is none. */
bool proc_stat_field(const char *stat, int field, uint64_t *number);

#endif
