/* SPDX-License-Identifier: MIT */
/*
 * A file system without a service: the file operations of the benchmark cost here
 * what FUSE costs, and nothing else. It is the upper limit for sqsfs.
 *
 *	null_fs MOUNTPOINT      in the foreground, until it is unmounted
 *
 * Any name exists once it was created or begins with "next."; every write is
 * taken, every read gives 256 bytes.
 */
#define FUSE_USE_VERSION 312
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static char body[256];
static uint64_t last_ino = 1;

static struct fuse_entry_param entry_of(mode_t mode, off_t size)
{
	struct fuse_entry_param entry = {.ino = ++last_ino};

	entry.attr.st_ino = entry.ino;
	entry.attr.st_mode = mode;
	entry.attr.st_nlink = 1;
	entry.attr.st_size = size;
	entry.attr.st_uid = getuid();
	entry.attr.st_gid = getgid();
	return entry;
}

static void do_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param entry = entry_of(S_IFREG | 0600, sizeof(body));

	(void)parent;
	if (strncmp(name, "next.", 5) == 0)
		fuse_reply_entry(req, &entry);
	else
		fuse_reply_err(req, ENOENT);
}

static void do_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct fuse_entry_param entry =
		entry_of(ino == 1 ? S_IFDIR | 0700 : S_IFREG | 0600, 256);

	(void)fi;
	entry.attr.st_ino = ino;
	fuse_reply_attr(req, &entry.attr, 0);
}

static void do_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
	struct fuse_file_info *fi)
{
	struct fuse_entry_param entry = entry_of(S_IFREG | 0600, 0);

	(void)parent, (void)name, (void)mode;
	fi->direct_io = 1;
	fuse_reply_create(req, &entry, fi);
}

static void do_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	fi->direct_io = 1;
	fuse_reply_open(req, fi);
}

static void do_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
	struct fuse_file_info *fi)
{
	size_t left = offset < (off_t)sizeof(body) ? sizeof(body) - (size_t)offset : 0;

	(void)ino, (void)fi;
	fuse_reply_buf(req, body, left < size ? left : size);
}

static void do_write(fuse_req_t req, fuse_ino_t ino, const char *data, size_t size,
	off_t offset, struct fuse_file_info *fi)
{
	(void)ino, (void)data, (void)offset, (void)fi;
	fuse_reply_write(req, size);
}

static void do_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino, (void)fi;
	fuse_reply_err(req, 0);
}

static void do_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	(void)parent, (void)name;
	fuse_reply_err(req, 0);
}

static void do_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	(void)ino, (void)name, (void)size;
	fuse_reply_err(req, ENOTSUP);
}

static void do_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count)
{
	(void)ino, (void)count;
	fuse_reply_none(req);
}

static const struct fuse_lowlevel_ops ops = {
	.lookup = do_lookup,
	.forget = do_forget,
	.getattr = do_getattr,
	.create = do_create,
	.open = do_open,
	.read = do_read,
	.write = do_write,
	.flush = do_flush,
	.release = do_flush,
	.unlink = do_unlink,
	.getxattr = do_getxattr,
};

/*
 * Asks for the two INIT flags that libfuse 3.14 does not send, as sqsfs does: the
 * limit must not be lower than what it limits. Bits of struct fuse_init_out.
 */
static ssize_t patched_writev(int fd, struct iovec *iov, int count, void *userdata)
{
	static bool done;
	uint32_t *init = count == 2 ? iov[1].iov_base : NULL;

	(void)userdata;
	if (!done && init && iov[1].iov_len >= 64 && init[0] == 7) {
		init[3] |= 1u << 18 | 1u << 28; /* PARALLEL_DIROPS, HANDLE_KILLPRIV_V2 */
		done = true;
	}
	return writev(fd, iov, count);
}

static ssize_t plain_read(int fd, void *data, size_t size, void *userdata)
{
	(void)userdata;
	return read(fd, data, size);
}

int main(int argc, char **argv)
{
	char *fuse_argv[] = {argv[0], NULL};
	struct fuse_args args = FUSE_ARGS_INIT(1, fuse_argv);
	struct fuse_custom_io io = {.writev = patched_writev, .read = plain_read};
	struct fuse_session *session;
	int failed = 1;

	if (argc != 2) {
		fprintf(stderr, "usage: null_fs MOUNTPOINT\n");
		return 2;
	}
	memset(body, 'x', sizeof(body));
	session = fuse_session_new(&args, &ops, sizeof(ops), NULL);
	if (session && fuse_set_signal_handlers(session) == 0 &&
		fuse_session_mount(session, argv[1]) == 0) {
		fuse_session_custom_io(session, &io, fuse_session_fd(session));
		failed = fuse_session_loop(session) < 0;
		fuse_session_unmount(session);
	}
	if (session)
		fuse_session_destroy(session);
	fuse_opt_free_args(&args);
	return failed;
}
