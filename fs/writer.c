/* SPDX-License-Identifier: MIT */
#include "fs/writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"

enum {
	KILLED_FLAG = 0x400,  /* PF_SIGNALED of <linux/sched.h>, in stat's field 9 */
	FLAGS_FIELD = 9,      /* proc(5) */
	EXIT_CODE_FIELD = 52, /* as in waitpid(2); 0 where we may not ptrace it */
	SIGNAL_OF_CODE = 0x7f,
};

/* -------------------------------------------------------------------------------------
 * Processes and threads
 */

/* Whether the thread exists in that process. A permission denied means that it does. */
static bool exists_in(pid_t process, pid_t thread)
{
	return syscall(SYS_tgkill, process, thread, 0) == 0 || errno == EPERM;
}

/* Reads a small file of /proc/PID; the text ends with a NUL. */
static bool read_proc(pid_t pid, const char *file, char *text, size_t size)
{
	char path[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, size - 1);
	if (len < 0)
		return false;
	text[len] = '\0';
	return true;
}

/* A number of /proc/PID/status. */
static bool status_number(
	const char *status, const char *name, int base, uint64_t *number)
{
	size_t len = strlen(name);

	for (const char *line = status; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && line[len] == ':') {
			*number = strtoull(line + len + 1, NULL, base);
			return true;
		}
	}
	return false;
}

pid_t writer_process_of(pid_t thread)
{
	char status[4096];
	uint64_t process;

	if (thread <= 0)
		return 0;
	if (exists_in(thread, thread))
		return thread;
	if (!read_proc(thread, "status", status, sizeof(status)) ||
		!status_number(status, "Tgid", 10, &process))
		return 0;
	return (pid_t)process;
}

bool writer_is_thread_of(pid_t thread, pid_t process)
{
	return thread > 0 && process > 0 &&
	       (thread == process || exists_in(process, thread));
}

bool writer_is_dying(pid_t thread)
{
	static const int harmless[] = {
		SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
	uint64_t own = 0, shared = 0, blocked = 0, ignored = 0, caught = 0, pending;
	char status[4096];

	if (!read_proc(thread, "status", status, sizeof(status)))
		return true;
	status_number(status, "SigPnd", 16, &own);
	status_number(status, "ShdPnd", 16, &shared);
	status_number(status, "SigBlk", 16, &blocked);
	status_number(status, "SigIgn", 16, &ignored);
	status_number(status, "SigCgt", 16, &caught);
	pending = (own | shared) & ~blocked & ~ignored & ~caught;
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		pending &= ~(UINT64_C(1) << (harmless[i] - 1));
	return pending != 0;
}

/* -------------------------------------------------------------------------------------
 * Exits
 */

/* A field of /proc/PID/stat, counted from 1; the second is in parentheses that may hold
 * anything. */
static unsigned long stat_field(const char *stat, int field)
{
	const char *rest = strrchr(stat, ')');

	for (int i = 2; rest && i < field; i++)
		rest = strchr(rest + 1, ' ');
	return rest ? strtoul(rest, NULL, 10) : 0;
}

/* Has it no descriptor table any more? Only an exit takes it away. */
static bool is_exiting(pid_t thread)
{
	char status[4096];
	uint64_t table = 1;

	return read_proc(thread, "status", status, sizeof(status)) &&
	       status_number(status, "FDSize", 10, &table) && table == 0;
}

static bool was_killed(pid_t thread)
{
	char stat[1024];

	if (!read_proc(thread, "stat", stat, sizeof(stat)))
		return false;
	return (stat_field(stat, FLAGS_FIELD) & KILLED_FLAG) ||
	       (stat_field(stat, EXIT_CODE_FIELD) & SIGNAL_OF_CODE);
}

/* -------------------------------------------------------------------------------------
 * Descriptors of a process and its descendants
 */

struct search {
	uint64_t ino;
	unsigned entries_left;
	int64_t deadline_ns;
};

static void auto_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* False: the limit is reached. */
static bool count_entry(struct search *search)
{
	if (search->entries_left == 0)
		return false;
	search->entries_left--;
	return search->entries_left % 32 != 0 || search->deadline_ns == INT64_MAX ||
	       clock_boot_ns() < search->deadline_ns;
}

static DIR *open_proc_dir(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return opendir(path);
}

/* The next name that is a number; NULL at the end. */
static const char *next_number(DIR *dir)
{
	const struct dirent *entry;

	do
		entry = readdir(dir);
	while (entry && (entry->d_name[0] < '0' || entry->d_name[0] > '9'));
	return entry ? entry->d_name : NULL;
}

/* Whether this entry of fdinfo is a descriptor of the inode. */
static bool is_of_inode(DIR *fdinfo, const char *name, uint64_t ino)
{
	AUTO(close) int fd = openat(dirfd(fdinfo), name, O_RDONLY | O_CLOEXEC);
	char text[512];
	uint64_t number;
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (len <= 0)
		return false;
	text[len] = '\0';
	return status_number(text, "ino", 10, &number) && number == ino;
}

/* Looks at one process's own descriptors; *count is how many it has. */
static enum writer_holders look_at_descriptors(
	struct search *search, pid_t pid, unsigned *count)
{
	AUTO(dir) DIR *fdinfo = open_proc_dir(pid, "fdinfo");
	const char *name;

	*count = 0;
	if (!fdinfo)
		return HOLDERS_UNKNOWN;
	while ((name = next_number(fdinfo)) != NULL) {
		(*count)++;
		if (!count_entry(search))
			return HOLDERS_MANY;
		if (is_of_inode(fdinfo, name, search->ino))
			return HOLDERS_SOME;
	}
	return HOLDERS_NONE;
}

static enum writer_holders look_at_descendants(struct search *search, pid_t pid);

/* A child that ended meanwhile holds nothing. */
static enum writer_holders look_at_child(struct search *search, pid_t child)
{
	unsigned count;
	enum writer_holders holders;

	if (!count_entry(search))
		return HOLDERS_MANY;
	holders = look_at_descriptors(search, child, &count);
	if (holders == HOLDERS_UNKNOWN && !exists_in(child, child))
		return HOLDERS_NONE;
	return holders == HOLDERS_NONE ? look_at_descendants(search, child) : holders;
}

enum { CHILDREN_SIZE = 4096 }; /* hundreds of them */

/* What one thread has forked: a line of process ids. */
static enum writer_holders look_at_children(
	struct search *search, pid_t pid, pid_t thread)
{
	char file[48], line[CHILDREN_SIZE];
	enum writer_holders holders = HOLDERS_NONE;
	char *next = line;

	snprintf(file, sizeof(file), "task/%d/children", (int)thread);
	if (!read_proc(pid, file, line, sizeof(line)))
		return HOLDERS_NONE;
	if (strlen(line) == sizeof(line) - 1)
		return HOLDERS_UNKNOWN; /* not all of them */
	for (long child;
		holders == HOLDERS_NONE && (child = strtol(next, &next, 10)) > 0;)
		holders = look_at_child(search, (pid_t)child);
	return holders;
}

/* One, by the links of its directory of threads; most processes have no more. */
static bool has_one_thread(pid_t pid)
{
	enum { OF_EACH_DIRECTORY = 2 };
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	return stat(path, &st) == 0 && st.st_nlink == OF_EACH_DIRECTORY + 1;
}

static enum writer_holders look_at_descendants(struct search *search, pid_t pid)
{
	enum writer_holders holders = HOLDERS_NONE;
	const char *thread;

	if (has_one_thread(pid))
		return look_at_children(search, pid, pid);
	AUTO(dir) DIR *threads = open_proc_dir(pid, "task");
	if (!threads)
		return HOLDERS_NONE;
	while (holders == HOLDERS_NONE && (thread = next_number(threads)) != NULL)
		holders = look_at_children(search, pid, (pid_t)atoi(thread));
	return holders;
}

struct writer_look writer_look(pid_t thread, uint64_t ino, struct writer_limit limit)
{
	struct search search = {ino, limit.entries, limit.deadline_ns};
	struct writer_look look = {.holders = HOLDERS_UNKNOWN};
	unsigned count;

	look.holders = look_at_descriptors(&search, thread, &count);
	look.is_exiting = count == 0 && is_exiting(thread);
	look.was_killed = look.is_exiting && was_killed(thread);
	if (look.is_exiting && look.holders == HOLDERS_UNKNOWN)
		look.holders = HOLDERS_NONE;
	if (look.holders == HOLDERS_NONE)
		look.holders = look_at_descendants(&search, thread);
	return look;
}

/* -------------------------------------------------------------------------------------
 * The verdict
 */

bool writer_must_look(const struct writer_facts *facts)
{
	return facts->is_dirty && (facts->is_opener || facts->wrote_last);
}

enum writer_verdict writer_judge(const struct writer_facts *facts)
{
	if (!facts->is_dirty)
		return VERDICT_CLEAN;
	if (facts->look.was_killed && (facts->is_opener || facts->wrote_last))
		return VERDICT_KILLED;
	if (!facts->is_opener || facts->others_may_write ||
		facts->look.holders != HOLDERS_NONE)
		return VERDICT_LATER;
	return VERDICT_NOW;
}
