/* SPDX-License-Identifier: MIT */
/*
 * Going to the background: the command that was typed ends when the mount is usable,
 * or says in one line why it is not.
 *
 *	startup_begin()       forks; the parent waits in it and never returns
 *	... threads, mount ...
 *	startup_ready()       the parent exits with 0; this process lets go of the terminal
 *	startup_failed(why)   the parent prints the line and exits with 1
 *
 * In the foreground there is one process, and startup_failed() prints. After
 * startup_ready() a failure goes to the log.
 */
#ifndef FS_STARTUP_H
#define FS_STARTUP_H

#include <stdbool.h>

/* Before any thread is started. False: it cannot fork; the reason was printed. */
bool startup_begin(bool foreground);

/* False: the command was killed before it could end, and nobody wants the mount. More
 * often than once it does nothing. */
bool startup_ready(void);

void startup_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
