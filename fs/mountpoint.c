/* SPDX-License-Identifier: MIT */
#include "fs/mountpoint.h"

#include <errno.h>
#include <mntent.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/log.h"

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

/* The type of the last thing mounted there, "" for none. */
static void find_mount(const char *path, char *type, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	const struct mntent *entry;

	*type = '\0';
	while (mounts && (entry = getmntent(mounts)) != NULL) {
		if (strcmp(entry->mnt_dir, path) == 0)
			snprintf(type, size, "%s", entry->mnt_type);
	}
	if (mounts)
		endmntent(mounts);
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

void mountpoint_detach(const char *path)
{
	if (is_descriptor(path))
		return;
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno == EPERM)
		run_fusermount(path);
}

bool mountpoint_prepare(const char *path, char *why, size_t size)
{
	struct stat st;
	char type[64];

	if (is_descriptor(path))
		return true;
	if (is_dead(path)) {
		log_info("mount", "%s: clearing a dead mount", path);
		mountpoint_detach(path);
	}
	if (is_dead(path))
		snprintf(why, size,
			"%s: a dead mount is in the way; try: fusermount3 -uz %s", path,
			path);
	else if (stat(path, &st) != 0)
		snprintf(why, size, "mount point %s: %s", path, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		snprintf(why, size, "mount point %s: not a directory", path);
	else if (find_mount(path, type, sizeof(type)), strcmp(type, "fuse.sqsfs") == 0)
		snprintf(why, size,
			"mount point %s: busy, queues are mounted there; try: fusermount3 -u %s",
			path, path);
	else
		return true;
	return false;
}
