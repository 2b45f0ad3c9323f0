/* SPDX-License-Identifier: MIT */
/*
 * The lock of a server's directory: one process at a time.
 *
 * The file `lock` in it holds the number and name of the process that has it. The
 * kernel drops the lock with the process, however that ends.
 */
#ifndef SQS_LOCAL_LOCK_H
#define SQS_LOCAL_LOCK_H

#include <stddef.h>

/*
 * A descriptor that holds the lock until it is closed; -1, and one line in why, when
 * somebody else has it or it cannot be written. `directory` names it in that line.
 */
int lock_take(int directory_fd, const char *directory, char *why, size_t why_size);

#endif
