/* SPDX-License-Identifier: MIT */
#include "fs/snapshot.h"

#include <errno.h>

#include "fs/call.h"
#include "fs/mount.h"

void snapshot_open(
	struct node *node, struct snapshots *snapshots, struct snapshot *snapshot)
{
	if (snapshot->text.len == 0)
		return; /* it needs no pages: the next may have them */
	mount_lock(node->mount);
	snapshot->is_open = true;
	snapshot->has_pages = snapshots->count++ == 0;
	if (snapshot->has_pages)
		snapshots->size = snapshot->text.len;
	mount_unlock(node->mount);
	if (snapshot->has_pages)
		call_tell_size(node, buf_view(&snapshot->text));
}

void snapshot_close(
	struct node *node, struct snapshots *snapshots, struct snapshot *snapshot)
{
	if (snapshot->is_open) {
		mount_lock(node->mount);
		if (--snapshots->count == 0)
			snapshots->size = 0;
		mount_unlock(node->mount);
	}
	buf_finish(&snapshot->text);
}

/* Who reads with read(2) is named in the request, who fills pages is not. */
static bool fills_pages(const struct fuse_file_info *fi)
{
	return fi->lock_owner == 0;
}

void snapshot_read(fuse_req_t req, const struct snapshot *snapshot, size_t size,
	off_t offset, const struct fuse_file_info *fi)
{
	if (fills_pages(fi) && !snapshot->has_pages)
		fuse_reply_err(req, EINVAL);
	else
		call_reply_part(
			req, snapshot->text.data, snapshot->text.len, size, offset);
}
