/* SPDX-License-Identifier: MIT */
#include "fs/ops.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "fs/call.h"
#include "fs/dir.h"

enum { MAX_BACKGROUND = 512 }; /* RELEASEs count in it, and must not queue up */

static void op_init(void *userdata, struct fuse_conn_info *conn)
{
	(void)userdata;
	conn->max_background = MAX_BACKGROUND;
	conn->congestion_threshold = MAX_BACKGROUND;
	conn->want &= ~(unsigned)FUSE_CAP_WRITEBACK_CACHE;
	conn->want |= conn->capable &
		      (FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO |
			      FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_PARALLEL_DIROPS);
}

static struct node *node_at(fuse_req_t req, fuse_ino_t id)
{
	if (id == FUSE_ROOT_ID)
		return &mount_of(req)->root->node;
	return (struct node *)(uintptr_t)id;
}

/* Replies, and returns true, if no file can have this name. */
static bool refuse_name(fuse_req_t req, const char *name)
{
	if (strlen(name) <= NAME_MAX)
		return false;
	fuse_reply_err(req, ENAMETOOLONG);
	return true;
}

/* -------------------------------------------------------------------------------------
 * Names
 */

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct node *dir = node_at(req, parent);

	if (refuse_name(req, name))
		return;
	if (dir->type->lookup)
		dir->type->lookup(req, dir, name);
	else
		dir_lookup(req, dir, name);
}

static void op_forget(fuse_req_t req, fuse_ino_t id, uint64_t lookups)
{
	if (id != FUSE_ROOT_ID)
		node_forget(mount_of(req), node_at(req, id), lookups);
	fuse_reply_none(req);
}

static void op_forget_multi(
	fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++) {
		if (forgets[i].ino != FUSE_ROOT_ID)
			node_forget(mount_of(req), node_at(req, forgets[i].ino),
				forgets[i].nlookup);
	}
	fuse_reply_none(req);
}

static void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
	struct fuse_file_info *fi)
{
	struct node *dir = node_at(req, parent);

	if (refuse_name(req, name))
		return;
	if (dir->type->create)
		dir->type->create(req, dir, name, mode, fi);
	else
		fuse_reply_err(req, EPERM);
}

static void op_mknod(
	fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device)
{
	struct fuse_file_info fi = {.flags = CALL_MKNOD | O_WRONLY | O_CREAT | O_EXCL};

	(void)device;
	if (S_ISREG(mode))
		op_create(req, parent, name, mode, &fi);
	else
		fuse_reply_err(req, EPERM);
}

static void op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct node *dir = node_at(req, parent);

	if (refuse_name(req, name))
		return;
	if (dir->type->mkdir)
		dir->type->mkdir(req, dir, name, mode);
	else
		fuse_reply_err(req, EPERM);
}

static void op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct node *dir = node_at(req, parent);

	if (dir->type->rmdir)
		dir->type->rmdir(req, dir, name);
	else
		dir_rmdir(req, dir, name);
}

static void op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct node *dir = node_at(req, parent);

	if (dir->type->unlink)
		dir->type->unlink(req, dir, name);
	else
		dir_unlink(req, dir, name);
}

static void op_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
	fuse_ino_t new_parent, const char *new_name, unsigned flags)
{
	struct node *dir = node_at(req, parent), *new_dir = node_at(req, new_parent);

	if (refuse_name(req, new_name))
		return;
	if (flags & ~(unsigned)RENAME_NOREPLACE)
		fuse_reply_err(req, EINVAL);
	else if (dir->type->rename)
		dir->type->rename(req, dir, name, new_dir, new_name, flags);
	else
		dir_rename(req, dir, name, new_dir, new_name, flags);
}

static void op_symlink(
	fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
	(void)target;
	(void)parent;
	(void)name;
	fuse_reply_err(req, EPERM);
}

static void op_link(
	fuse_req_t req, fuse_ino_t id, fuse_ino_t new_parent, const char *new_name)
{
	(void)id;
	(void)new_parent;
	(void)new_name;
	fuse_reply_err(req, EPERM);
}

/* -------------------------------------------------------------------------------------
 * Directories
 */

static void op_opendir(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct node *dir = node_at(req, id);

	if (dir->type->opendir)
		dir->type->opendir(req, dir, fi);
	else
		dir_opendir(req, dir, fi);
}

static void op_readdir(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset,
	struct fuse_file_info *fi)
{
	dir_readdir(req, node_at(req, id), size, offset, fi, false);
}

static void op_readdirplus(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset,
	struct fuse_file_info *fi)
{
	dir_readdir(req, node_at(req, id), size, offset, fi, true);
}

static void op_releasedir(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	(void)id;
	dir_releasedir(req, fi);
}

static void op_fsyncdir(
	fuse_req_t req, fuse_ino_t id, int data_only, struct fuse_file_info *fi)
{
	struct node *dir = node_at(req, id);

	(void)data_only;
	(void)fi;
	if (dir->type->fsyncdir)
		dir->type->fsyncdir(req, dir);
	else
		fuse_reply_err(req, 0);
}

/* -------------------------------------------------------------------------------------
 * Files
 */

static void op_getattr(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct node *node = node_at(req, id);

	if (node->type->getattr)
		node->type->getattr(req, node, fi);
	else
		call_reply_attr(req, node);
}

static struct stat stat_of(struct node *node)
{
	struct stat st;

	mount_lock(node->mount);
	node_stat_locked(node, &st);
	mount_unlock(node->mount);
	return st;
}

/* Asked only where the kernel does not check modes itself: mount->is_private. */
static void op_access(fuse_req_t req, fuse_ino_t id, int mask)
{
	enum { OF_OWNER = 6, ANYBODY_RUNS = 0111 };
	struct stat st = stat_of(node_at(req, id));
	unsigned denied = (unsigned)mask & ~(st.st_mode >> OF_OWNER);

	if (fuse_req_ctx(req)->uid == 0 && st.st_mode & ANYBODY_RUNS)
		denied = 0;
	else if (fuse_req_ctx(req)->uid == 0)
		denied &= X_OK;
	fuse_reply_err(req, denied ? EACCES : 0);
}

/* Only root gives files away. */
static bool gives_away(
	fuse_req_t req, const struct node *node, const struct stat *attr, int to_set)
{
	const struct mount *mount = node->mount;

	return fuse_req_ctx(req)->uid != 0 &&
	       ((to_set & FUSE_SET_ATTR_UID && attr->st_uid != mount->uid) ||
		       (to_set & FUSE_SET_ATTR_GID && attr->st_gid != mount->gid));
}

static void op_setattr(fuse_req_t req, fuse_ino_t id, struct stat *attr, int to_set,
	struct fuse_file_info *fi)
{
	struct node *node = node_at(req, id);
	bool truncates = to_set & FUSE_SET_ATTR_SIZE;

	if (gives_away(req, node, attr, to_set))
		fuse_reply_err(req, EPERM);
	else if (node->type->setattr)
		node->type->setattr(req, node, attr, to_set, fi);
	else if (truncates && (attr->st_size != 0 || !node->type->write))
		fuse_reply_err(req, EPERM);
	else
		call_reply_attr(req, node);
}

static void op_open(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct node *node = node_at(req, id);

	if (node->type->open)
		node->type->open(req, node, fi);
	else
		fuse_reply_err(req, EACCES);
}

static void op_read(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset,
	struct fuse_file_info *fi)
{
	struct node *node = node_at(req, id);

	if (node->type->read)
		node->type->read(req, node, size, offset, fi);
	else
		fuse_reply_err(req, EINVAL);
}

static void op_write(fuse_req_t req, fuse_ino_t id, const char *data, size_t size,
	off_t offset, struct fuse_file_info *fi)
{
	struct node *node = node_at(req, id);

	if (node->type->write)
		node->type->write(req, node, data, size, offset, fi);
	else
		fuse_reply_err(req, EINVAL);
}

static void op_flush(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct node *node = node_at(req, id);

	if (node->type->flush)
		node->type->flush(req, node, fi);
	else
		fuse_reply_err(req, 0);
}

static void op_fsync(
	fuse_req_t req, fuse_ino_t id, int data_only, struct fuse_file_info *fi)
{
	struct node *node = node_at(req, id);

	(void)data_only;
	if (node->type->fsync)
		node->type->fsync(req, node, fi);
	else
		fuse_reply_err(req, 0);
}

static void op_release(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct node *node = node_at(req, id);

	if (node->type->release)
		node->type->release(req, node, fi);
	else
		fuse_reply_err(req, 0);
}

static void op_ioctl(fuse_req_t req, fuse_ino_t id, unsigned command, void *arg,
	struct fuse_file_info *fi, unsigned flags, const void *in, size_t in_size,
	size_t out_size)
{
	(void)id;
	(void)command;
	(void)arg;
	(void)fi;
	(void)flags;
	(void)in;
	(void)in_size;
	(void)out_size;
	fuse_reply_err(req, ENOTTY);
}

static void op_fallocate(fuse_req_t req, fuse_ino_t id, int mode, off_t offset,
	off_t length, struct fuse_file_info *fi)
{
	(void)id;
	(void)mode;
	(void)offset;
	(void)length;
	(void)fi;
	fuse_reply_err(req, EOPNOTSUPP);
}

static void op_copy_file_range(fuse_req_t req, fuse_ino_t in, off_t in_offset,
	struct fuse_file_info *in_fi, fuse_ino_t out, off_t out_offset,
	struct fuse_file_info *out_fi, size_t len, int flags)
{
	(void)in;
	(void)in_offset;
	(void)in_fi;
	(void)out;
	(void)out_offset;
	(void)out_fi;
	(void)len;
	(void)flags;
	fuse_reply_err(req, EOPNOTSUPP);
}

static void op_statfs(fuse_req_t req, fuse_ino_t id)
{
	/* Nobody can say how much a queue holds; df hides what has no blocks. */
	const uint64_t blocks = UINT64_C(1) << 30;
	struct statvfs st = {
		.f_bsize = 4096,
		.f_frsize = 4096,
		.f_blocks = blocks,
		.f_bfree = blocks,
		.f_bavail = blocks,
		.f_files = blocks,
		.f_ffree = blocks,
		.f_favail = blocks,
		.f_namemax = NAME_MAX,
	};

	(void)id;
	fuse_reply_statfs(req, &st);
}

/* -------------------------------------------------------------------------------------
 * Extended attributes
 */

/* ENOTSUP makes ls and cp stop asking for ACLs and labels of every file. */
static bool refuse_xattr(fuse_req_t req, const char *name)
{
	if (strncmp(name, "user.", 5) == 0)
		return false;
	fuse_reply_err(req, ENOTSUP);
	return true;
}

/* cp -p and mv set the ACL that their source has: like chmod, it changes nothing. */
static bool ignore_acl(fuse_req_t req, const struct node *node, const char *name)
{
	if (strncmp(name, "system.posix_acl_", 17) != 0 || !node->type->setxattr)
		return false;
	fuse_reply_err(req, 0);
	return true;
}

static void op_getxattr(fuse_req_t req, fuse_ino_t id, const char *name, size_t size)
{
	struct node *node = node_at(req, id);

	if (refuse_xattr(req, name))
		return;
	if (node->type->getxattr)
		node->type->getxattr(req, node, name, size);
	else
		fuse_reply_err(req, ENODATA);
}

static void op_listxattr(fuse_req_t req, fuse_ino_t id, size_t size)
{
	struct node *node = node_at(req, id);

	if (node->type->listxattr)
		node->type->listxattr(req, node, size);
	else
		call_reply_xattr(req, "", 0, size);
}

static void op_setxattr(fuse_req_t req, fuse_ino_t id, const char *name,
	const char *value, size_t size, int flags)
{
	struct node *node = node_at(req, id);

	if (ignore_acl(req, node, name) || refuse_xattr(req, name))
		return;
	if (node->type->setxattr)
		node->type->setxattr(req, node, name, value, size, flags);
	else
		fuse_reply_err(req, ENOTSUP);
}

static void op_removexattr(fuse_req_t req, fuse_ino_t id, const char *name)
{
	struct node *node = node_at(req, id);

	if (ignore_acl(req, node, name) || refuse_xattr(req, name))
		return;
	if (node->type->removexattr)
		node->type->removexattr(req, node, name);
	else
		fuse_reply_err(req, ENODATA);
}

/* lseek and tmpfile are absent, which libfuse answers with ENOSYS. */
const struct fuse_lowlevel_ops ops_table = {
	.init = op_init,
	.lookup = op_lookup,
	.forget = op_forget,
	.forget_multi = op_forget_multi,
	.access = op_access,
	.getattr = op_getattr,
	.setattr = op_setattr,
	.mknod = op_mknod,
	.mkdir = op_mkdir,
	.unlink = op_unlink,
	.rmdir = op_rmdir,
	.symlink = op_symlink,
	.rename = op_rename,
	.link = op_link,
	.open = op_open,
	.read = op_read,
	.write = op_write,
	.flush = op_flush,
	.release = op_release,
	.fsync = op_fsync,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.readdirplus = op_readdirplus,
	.releasedir = op_releasedir,
	.fsyncdir = op_fsyncdir,
	.statfs = op_statfs,
	.setxattr = op_setxattr,
	.getxattr = op_getxattr,
	.listxattr = op_listxattr,
	.removexattr = op_removexattr,
	.create = op_create,
	.ioctl = op_ioctl,
	.fallocate = op_fallocate,
	.copy_file_range = op_copy_file_range,
};
