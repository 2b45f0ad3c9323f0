/* SPDX-License-Identifier: MIT */
#include "sqs/local/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "sqs/base/cleanup.h"

static const char name[] = "lock";

/* "123 sqsfs" becomes `sqsfs (pid 123)`. The holder writes after it has the lock, so for
 * a moment there may be nothing to read. */
static void say_holder(int fd, const char *directory, char *why, size_t why_size)
{
	char text[64] = "";
	char program[32] = "another process";
	int pid = 0;
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	if (len > 0 && sscanf(text, "%d %31[^\n]", &pid, program) == 2)
		snprintf(why, why_size,
			"%s is in use by %s (pid %d): stop it, or name another directory",
			directory, program, pid);
	else
		snprintf(why, why_size,
			"%s is in use by another process: "
			"stop it, or name another directory",
			directory);
}

static void say_errno(const char *directory, char *why, size_t why_size)
{
	snprintf(why, why_size, "cannot lock %s: %s", directory, strerror(errno));
}

int lock_take(int directory_fd, const char *directory, char *why, size_t why_size)
{
	AUTO(close)
	int fd = openat(
		directory_fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int held;

	if (fd < 0) {
		say_errno(directory, why, why_size);
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			say_holder(fd, directory, why, why_size);
		else
			say_errno(directory, why, why_size);
		return -1;
	}
	if (ftruncate(fd, 0) != 0 || dprintf(fd, "%d %s\n", (int)getpid(),
					     program_invocation_short_name) < 0) {
		say_errno(directory, why, why_size);
		return -1;
	}
	held = fd;
	fd = -1;
	return held;
}
