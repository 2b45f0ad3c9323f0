/* SPDX-License-Identifier: MIT */
/*
 * Files whose text is made at each OPEN, and is not there before: controls and dumps.
 *
 * With read(2) each handle has its own. What reads through the kernel's pages, as
 * sendfile(2) and splice(2) do since Linux 6.5, ends at the size that the kernel knows,
 * so that is told before the OPEN is answered; and the pages are the inode's, so one
 * handle at a time may fill them: the one that was opened while no other was. For the
 * others such a read fails with EINVAL, on which programs that prefer sendfile(2) read.
 */
#ifndef FS_SNAPSHOT_H
#define FS_SNAPSHOT_H

#include "fs/node.h"
#include "sqs/base/buf.h"

/* Of a node; its attr_timeout_s must be 0. */
struct snapshots {
	size_t count; /* lock: open now, and not empty */
	size_t size; /* lock: for stat(2): of the first of those that are open; 0: none */
};

/* Of a handle. */
struct snapshot {
	struct buf text; /* constant once it is open; owned */
	bool is_open;    /* one of the count */
	bool has_pages;
};

/* Its text is complete and its OPEN about to be answered. Lock free. */
void snapshot_open(
	struct node *node, struct snapshots *snapshots, struct snapshot *snapshot);

/* Frees it, whether it was opened or not. Lock free. */
void snapshot_close(
	struct node *node, struct snapshots *snapshots, struct snapshot *snapshot);

/* Answers a READ. */
void snapshot_read(fuse_req_t req, const struct snapshot *snapshot, size_t size,
	off_t offset, const struct fuse_file_info *fi);

#endif
