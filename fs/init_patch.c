/* SPDX-License-Identifier: MIT */
#include "fs/init_patch.h"

#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* From the kernel's include/uapi/linux/fuse.h. */
enum {
	FUSE_MAJOR = 7,
	INIT_REPLY_LEAST = 64, /* struct fuse_init_out */
	INIT_MAJOR_AT = 0,
	INIT_FLAGS_AT = 12,
};
static const uint32_t wanted = UINT32_C(1) << 18 | UINT32_C(1) << 28;

static bool is_patched; /* FUSE thread: INIT is answered once, first of all */

/* The reply to INIT is the first of all: its payload begins with the protocol's major
 * version. */
static void patch(struct iovec *payload)
{
	uint32_t major, flags;

	if (payload->iov_len < INIT_REPLY_LEAST)
		return;
	memcpy(&major, (char *)payload->iov_base + INIT_MAJOR_AT, sizeof(major));
	if (major != FUSE_MAJOR)
		return;
	memcpy(&flags, (char *)payload->iov_base + INIT_FLAGS_AT, sizeof(flags));
	flags |= wanted;
	memcpy((char *)payload->iov_base + INIT_FLAGS_AT, &flags, sizeof(flags));
}

static ssize_t write_reply(int fd, struct iovec *iov, int count, void *mount)
{
	(void)mount;
	if (!is_patched) {
		is_patched = true;
		if (count == 2)
			patch(&iov[1]);
	}
	return writev(fd, iov, count);
}

static ssize_t read_request(int fd, void *data, size_t size, void *mount)
{
	(void)mount;
	return read(fd, data, size);
}

bool init_patch(struct fuse_session *session)
{
	const struct fuse_custom_io io = {.writev = write_reply, .read = read_request};

	return fuse_session_custom_io(session, &io, fuse_session_fd(session)) == 0;
}
