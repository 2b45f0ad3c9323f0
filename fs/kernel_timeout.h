/* SPDX-License-Identifier: MIT */
/*
 * The kernel may abort a FUSE connection one of whose requests takes too long
 * (fs.fuse.default_request_timeout, fs.fuse.max_request_timeout).
 */
#ifndef FS_KERNEL_TIMEOUT_H
#define FS_KERNEL_TIMEOUT_H

/* How long a request may wait, in seconds, and stay clear of that; 0: for ever. */
int kernel_timeout_s(void);

#endif
