/* SPDX-License-Identifier: MIT */
#include "fs/writer.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "fs/caller.h"
#include "fs/peer.h"
#include "fs/proc.h"
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

pid_t writer_process_of(pid_t thread)
{
	if (thread <= 0)
		return 0;
	return exists_in(thread, thread) ? thread : caller_of(thread).tgid;
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
	char status[PROC_STATUS_SIZE];

	if (!proc_read(thread, "status", status, sizeof(status)))
		return true;
	proc_number(status, "SigPnd", 16, &own);
	proc_number(status, "ShdPnd", 16, &shared);
	proc_number(status, "SigBlk", 16, &blocked);
	proc_number(status, "SigIgn", 16, &ignored);
	proc_number(status, "SigCgt", 16, &caught);
	pending = (own | shared) & ~blocked & ~ignored & ~caught;
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		pending &= ~(UINT64_C(1) << (harmless[i] - 1));
	return pending != 0;
}

/* -------------------------------------------------------------------------------------
 * Exits
 */

/* Has it no descriptor table any more? Only an exit takes it away. */
static bool is_exiting(pid_t thread)
{
	char status[PROC_STATUS_SIZE];
	uint64_t table = 1;

	return proc_read(thread, "status", status, sizeof(status)) &&
	       proc_number(status, "FDSize", 10, &table) && table == 0;
}

static bool was_killed(pid_t thread)
{
	char stat[PROC_STAT_SIZE];
	uint64_t flags = 0, code = 0;

	if (!proc_read(thread, "stat", stat, sizeof(stat)))
		return false;
	proc_stat_field(stat, FLAGS_FIELD, &flags);
	proc_stat_field(stat, EXIT_CODE_FIELD, &code);
	return (flags & KILLED_FLAG) || (code & SIGNAL_OF_CODE);
}

/* -------------------------------------------------------------------------------------
 * Descriptors of a process and its descendants
 */

struct search {
	uint64_t ino;
	unsigned entries_left;
	int64_t deadline_ns;
};

/* False: the limit is reached. */
static bool count_entry(struct search *search)
{
	if (search->entries_left == 0)
		return false;
	search->entries_left--;
	return search->entries_left % 32 != 0 || search->deadline_ns == INT64_MAX ||
	       clock_boot_ns() < search->deadline_ns;
}

/* Whether this is a descriptor of the inode. */
static bool is_of_inode(struct peer *peer, int descriptor, uint64_t ino)
{
	char text[512];
	uint64_t number;

	return peer_fdinfo(peer, descriptor, text, sizeof(text)) &&
	       proc_number(text, "ino", 10, &number) && number == ino;
}

/* Looks at one process's own descriptors, from where it is; *count is how many. */
static enum writer_holders look_at_descriptors(
	struct search *search, struct peer *peer, unsigned *count)
{
	int descriptor;

	while ((descriptor = peer_next(peer)) >= 0) {
		(*count)++;
		if (!count_entry(search))
			return HOLDERS_MANY;
		if (is_of_inode(peer, descriptor, search->ino))
			return HOLDERS_SOME;
	}
	return descriptor == PEER_END ? HOLDERS_NONE : HOLDERS_UNKNOWN;
}

static enum writer_holders look_at_descendants(struct search *search, struct peer *peer);

static enum writer_holders look_at_all(
	struct search *search, struct peer *peer, unsigned *count)
{
	enum writer_holders holders = look_at_descriptors(search, peer, count);

	return holders == HOLDERS_NONE ? look_at_descendants(search, peer) : holders;
}

/* A child that ended meanwhile holds nothing. */
static enum writer_holders look_at_child(struct search *search, pid_t child)
{
	enum writer_holders holders = HOLDERS_UNKNOWN;
	struct peer peer;
	unsigned count = 0;

	if (!count_entry(search))
		return HOLDERS_MANY;
	if (peer_open(&peer, child)) {
		holders = look_at_all(search, &peer, &count);
		peer_close(&peer);
	}
	return holders == HOLDERS_UNKNOWN && !exists_in(child, child) ? HOLDERS_NONE
								      : holders;
}

enum { CHILDREN_SIZE = 4096 }; /* hundreds of them */

/* A line of process ids that one thread has forked. */
static enum writer_holders look_at_children(struct search *search, const char *line)
{
	enum writer_holders holders = HOLDERS_NONE;
	char *next;

	if (strlen(line) == CHILDREN_SIZE - 1)
		return HOLDERS_UNKNOWN; /* not all of them */
	for (long child = strtol(line, &next, 10); holders == HOLDERS_NONE && child > 0;
		child = strtol(next, &next, 10))
		holders = look_at_child(search, (pid_t)child);
	return holders;
}

static void auto_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
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

static enum writer_holders look_at_threads(struct search *search, pid_t pid)
{
	enum writer_holders holders = HOLDERS_NONE;
	char path[32], file[48], line[CHILDREN_SIZE];
	const char *thread;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	AUTO(dir) DIR *threads = opendir(path);
	if (!threads)
		return HOLDERS_NONE;
	while (holders == HOLDERS_NONE && (thread = next_number(threads)) != NULL) {
		if (!count_entry(search))
			return HOLDERS_MANY;
		snprintf(file, sizeof(file), "task/%d/children", atoi(thread));
		if (proc_read(pid, file, line, sizeof(line)))
			holders = look_at_children(search, line);
	}
	return holders;
}

static enum writer_holders look_at_descendants(struct search *search, struct peer *peer)
{
	char line[CHILDREN_SIZE];

	if (!peer_is_alone(peer))
		return look_at_threads(search, peer->pid);
	return peer_children(peer, line, sizeof(line)) ? look_at_children(search, line)
						       : HOLDERS_NONE;
}

/* *peer is the one that was found for the thread, or NULL. */
static enum writer_holders look_at(
	struct search *search, struct peer *peer, pid_t thread, unsigned *count)
{
	enum writer_holders holders;
	struct peer once;

	if (peer)
		return look_at_all(search, peer, count);
	if (!peer_open(&once, thread))
		return HOLDERS_UNKNOWN;
	holders = look_at_all(search, &once, count);
	peer_close(&once);
	return holders;
}

struct writer_look writer_look(
	struct peers *peers, pid_t thread, uint64_t ino, struct writer_limit limit)
{
	struct search search = {ino, limit.entries, limit.deadline_ns};
	struct writer_look look;
	unsigned count = 0;

	look.holders = look_at(&search, peers_find(peers, thread), thread, &count);
	look.is_exiting = count == 0 && is_exiting(thread);
	look.was_killed = look.is_exiting && was_killed(thread);
	if (look.is_exiting && look.holders == HOLDERS_UNKNOWN)
		look.holders = HOLDERS_NONE;
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
