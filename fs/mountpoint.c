/* SPDX-License-Identifier: MIT */
#include "fs/mountpoint.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/log.h"
#include "sqs/base/text.h"

extern char **environ;

static bool is_descriptor(const char *path)
{
	return strncmp(path, "/dev/fd/", 8) == 0;
}

static bool is_dead(const char *path)
{
	struct statvfs st;

	return statvfs(path, &st) != 0 && (errno == ENOTCONN || errno == ECONNABORTED);
}

/* What is mounted somewhere, as far as is asked here. */
struct mounted {
	dev_t device; /* 0: nothing is */
	char type[64];
};

/* If this line of mountinfo, see proc(5), is about the path. */
static void read_mount(const char *line, const char *path, struct mounted *mounted)
{
	AUTO(free) char *point = NULL;
	const char *type = strstr(line, " - ");
	unsigned major_number, minor_number;

	if (!type || sscanf(line, "%*d %*d %u:%u %*s %ms", &major_number, &minor_number,
			     &point) != 3)
		return;
	octal_unescape(point); /* of spaces and line ends */
	if (strcmp(point, path) != 0)
		return;
	mounted->device = makedev(major_number, minor_number);
	sscanf(type + 3, "%63s", mounted->type);
}

/* The last thing mounted there. Nothing is asked of it: it may be ours. */
static struct mounted find_mount(const char *path)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	struct mounted mounted = {0};
	AUTO(free) char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0)
		read_mount(line, path, &mounted);
	if (file)
		fclose(file);
	return mounted;
}

static bool is_of_sqsfs(const struct mounted *mounted)
{
	return strcmp(mounted->type, "fuse.sqsfs") == 0;
}

/* The signals that this process blocks are its own business. */
static void run_fusermount(const char *path)
{
	char *const argv[] = {
		"fusermount3", "-u", "-z", "-q", "--", (char *)(size_t)path, NULL};
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	if (posix_spawnp(&pid, argv[0], NULL, &attributes, argv, environ) == 0)
		waitpid(pid, NULL, 0);
	else
		log_warning("unmount", "cannot run fusermount3");
	posix_spawnattr_destroy(&attributes);
}

static void detach_topmost(const char *path)
{
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno == EPERM)
		run_fusermount(path);
}

dev_t mountpoint_device(const char *path)
{
	struct mounted mounted = find_mount(path);

	return is_of_sqsfs(&mounted) ? mounted.device : 0;
}

void mountpoint_detach(const char *path, dev_t device)
{
	struct mounted mounted;

	if (is_descriptor(path))
		return;
	mounted = find_mount(path);
	if (mounted.device && mounted.device == device)
		detach_topmost(path);
	else if (mounted.device)
		log_warning("unmount",
			"%s: not unmounted: what is mounted there now (%s) is not ours",
			path, mounted.type);
}

bool mountpoint_prepare(const char *path, char *why, size_t size)
{
	struct mounted mounted;
	struct stat st;

	if (is_descriptor(path))
		return true;
	if (is_dead(path)) {
		log_info("mount", "%s: clearing a dead mount", path);
		detach_topmost(path);
	}
	if (is_dead(path))
		snprintf(why, size,
			"%s: a dead mount is in the way; try: fusermount3 -uz %s", path,
			path);
	else if (stat(path, &st) != 0)
		snprintf(why, size, "mount point %s: %s", path, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		snprintf(why, size, "mount point %s: not a directory", path);
	else if (mounted = find_mount(path), is_of_sqsfs(&mounted))
		snprintf(why, size,
			"mount point %s: busy, queues are mounted there; try: fusermount3 -u %s",
			path, path);
	else
		return true;
	return false;
}
