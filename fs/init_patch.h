/* SPDX-License-Identifier: MIT */
/*
 * Two capabilities that libfuse 3.14 knows but does not tell the kernel.
 *
 *	FUSE_PARALLEL_DIROPS      lookups and listings of one directory at the same time
 *	FUSE_HANDLE_KILLPRIV_V2   no question for security.capability before each WRITE;
 *	                          our files have no set-id bits that a write must clear
 *
 * It passes the session's reads and writes on and sets the two bits in the reply to
 * INIT. Harmless where libfuse sets them itself.
 */
#ifndef FS_INIT_PATCH_H
#define FS_INIT_PATCH_H

#include "fs/mount.h"

/* After fuse_session_mount(), before the first request is read. False: no memory. */
bool init_patch(struct fuse_session *session);

#endif
