/* SPDX-License-Identifier: MIT */
/*
 * What the kernel asks, handed to the node it asks about. What a node's type has no
 * handler for is answered here:
 *
 *	chmod, chown, utimens      accepted and ignored: tools do it on the side
 *	truncate                   to 0 of what is writable: accepted; else EPERM
 *	ioctl                      ENOTTY: "is it a terminal?"
 *	getxattr user.*            ENODATA; security, system, trusted: ENOTSUP
 *	link, symlink, mknod of what is no file      EPERM
 *	fallocate, copy_file_range EOPNOTSUPP; lseek ENOSYS: tools fall back
 */
#ifndef FS_OPS_H
#define FS_OPS_H

#include "fs/mount.h"

/* `userdata` of the session is the mount. */
extern const struct fuse_lowlevel_ops ops_table;

#endif
