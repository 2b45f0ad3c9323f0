/* SPDX-License-Identifier: MIT */
/*
 * The directory that is mounted on: whether it can be, and how to let go of it.
 */
#ifndef FS_MOUNTPOINT_H
#define FS_MOUNTPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Clears what a killed daemon left ("Transport endpoint is not connected"), then
 * checks that the mount point is a directory without a live mount of ours on it.
 * /dev/fd/N, a descriptor that somebody else mounted, is taken as it is. False, and
 * one line in why[size] that says what to do.
 */
bool mountpoint_prepare(const char *path, char *why, size_t size);

/* The device of the queues that were mounted there last; 0: unknown. */
dev_t mountpoint_device(const char *path);

/*
 * No new users; those who are in may go on (umount -l). May take a while. Where that
 * device is not what is mounted there last, somebody has mounted over it, and all stays
 * as it is.
 */
void mountpoint_detach(const char *path, dev_t device);

#endif
