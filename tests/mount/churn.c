/* SPDX-License-Identifier: MIT */
/*
 * Operations of every kind on a mount, in great number, none of which leaves anything
 * behind.
 *
 *	churn MOUNT WORKERS OPERATIONS          each must end as it should
 *	churn --rough MOUNT WORKERS OPERATIONS  the service fails at times: ends do not matter
 *
 * Worker N, a process, works in the queues churn-N and idle-N, which are there and
 * empty; nothing is ever sent to idle-N. It goes through the table of verbs below,
 * round after round; each verb counts as one operation. What it left in its queues in
 * rough times is taken out by `churn --clean MOUNT WORKERS`.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { MOST_WORKERS = 64, BEYOND_ANY_MESSAGE = 4 << 20, ALARM_US = 3000 };

struct worker {
	int number;
	int root, queue, idle; /* directories */
	long operations;       /* to do */
	long round;
	char next[32]; /* a next.NAME of its own */
};

static bool is_rough;

/* -------------------------------------------------------------------------------------
 * Steps
 */

static void complain(const char *what, const char *name, int error)
{
	if (is_rough)
		return;
	fprintf(stderr, "churn: %s %s: %s\n", what, name, strerror(error));
	exit(1);
}

static bool must(long result, const char *what, const char *name)
{
	if (result < 0)
		complain(what, name, errno);
	return result >= 0;
}

static void must_fail(long result, int error, const char *what, const char *name)
{
	if (result >= 0 || errno != error)
		complain(what, name, result < 0 ? errno : 0);
}

static void close_file(int fd, const char *name)
{
	must(close(fd), "close", name);
}

static int open_in(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, flags | O_CLOEXEC, 0600);

	must(fd, "open", name);
	return fd;
}

/* Makes a file with that text, still open; -1: told. */
static int begin_file(int dir, const char *name, const char *text)
{
	int fd = open_in(dir, name, O_RDWR | O_CREAT | O_TRUNC);

	if (fd >= 0)
		must(write(fd, text, strlen(text)), "write", name);
	return fd;
}

static void put(int dir, const char *name, const char *text)
{
	int fd = begin_file(dir, name, text);

	if (fd >= 0)
		close_file(fd, name);
}

static void drop(int dir, const char *name)
{
	must(unlinkat(dir, name, 0), "unlink", name);
}

/* Reads it to its end. */
static void read_all(int fd, const char *name)
{
	char text[4096];
	ssize_t got;

	while ((got = read(fd, text, sizeof(text))) > 0)
		;
	must(got, "read", name);
}

static void read_file(int dir, const char *name)
{
	int fd = open_in(dir, name, O_RDONLY);

	if (fd < 0)
		return;
	read_all(fd, name);
	close_file(fd, name);
}

/* Receives a message and deletes it. */
static void take(struct worker *worker)
{
	read_file(worker->queue, worker->next);
	drop(worker->queue, worker->next);
}

/* Visits every entry of a directory but . and .. */
static void each_entry(int parent, const char *name, void (*visit)(int, const char *))
{
	int fd = open_in(parent, name, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			visit(dirfd(dir), entry->d_name);
	}
	closedir(dir);
}

static void see(int dir, const char *name)
{
	struct stat st;

	(void)!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);
}

static void see_and_read(int dir, const char *name)
{
	see(dir, name);
	read_file(dir, name);
}

static void read_and_drop(int dir, const char *name)
{
	read_file(dir, name);
	drop(dir, name);
}

/* -------------------------------------------------------------------------------------
 * Verbs: sending
 */

static void send_one(struct worker *worker)
{
	char name[32];

	snprintf(name, sizeof(name), "file-%ld", worker->round);
	put(worker->queue, name, "a message under a name that never comes again");
	take(worker);
}

static void send_binary(struct worker *worker)
{
	put(worker->queue, "file", "\x01\x02\xff bytes that need an encoding");
	take(worker);
}

static void send_draft(struct worker *worker)
{
	char back[16];
	int fd = begin_file(worker->queue, ".draft", "a draft of a message");

	if (fd < 0)
		return;
	must(fsetxattr(fd, "user.sqs.attr.colour", "red", 3, 0), "setxattr", "colour");
	must(pread(fd, back, sizeof(back), 2), "pread", ".draft");
	must(ftruncate(fd, 7), "truncate", ".draft");
	must(fchmod(fd, 0640), "chmod", ".draft");
	close_file(fd, ".draft");
	must(renameat(worker->queue, ".draft", worker->queue, "whole"), "rename",
		".draft");
	fd = openat(worker->queue, "whole", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		must(fsync(fd), "fsync", "whole");
		close_file(fd, "whole");
	}
	take(worker);
}

static void discard_draft(struct worker *worker)
{
	put(worker->queue, ".draft", "thought better of it");
	must(renameat(worker->queue, ".draft", worker->queue, ".other"), "rename",
		".draft");
	drop(worker->queue, ".other");
}

static void send_stream(struct worker *worker)
{
	int fd = begin_file(worker->queue, "stream", "one");

	if (fd < 0)
		return;
	must(fsync(fd), "fsync", "stream");
	must(write(fd, "two", 3), "write", "stream");
	must(fsync(fd), "fsync", "stream");
	close_file(fd, "stream");
	take(worker);
	take(worker);
}

static void send_lines(struct worker *worker)
{
	int fd = open_in(worker->queue, ".sqs/lines", O_WRONLY);

	if (fd < 0)
		return;
	must(write(fd, "one\n\ntwo\nthree", 14), "write", ".sqs/lines");
	close_file(fd, ".sqs/lines");
	for (int i = 0; i < 3; i++)
		take(worker);
}

static void send_in_group(struct worker *worker)
{
	must(mkdirat(worker->queue, "group", 0700), "mkdir", "group");
	put(worker->queue, "group/file", "a message of a group");
	must(unlinkat(worker->queue, "group", AT_REMOVEDIR), "rmdir", "group");
	take(worker);
}

/* A child that holds the file last: it is sent in the background. */
static void send_from_child(struct worker *worker)
{
	int fd = begin_file(worker->queue, "inherited", "sent by a child");
	pid_t child;

	if (fd < 0)
		return;
	child = fork();
	if (child == 0)
		_exit(close(fd));
	close_file(fd, "inherited");
	waitpid(child, NULL, 0);
	take(worker);
}

static void die_writing(struct worker *worker)
{
	pid_t child = fork();

	if (child == 0) {
		begin_file(worker->queue, "half", "half a mess");
		raise(SIGKILL);
	}
	waitpid(child, NULL, 0);
	drop(worker->queue, "half");
}

/* -------------------------------------------------------------------------------------
 * Verbs: receiving
 */

/* Nobody has read it: it goes back. */
static void decline(struct worker *worker)
{
	int fd;

	put(worker->queue, "file", "declined once");
	fd = open_in(worker->queue, "next", O_RDONLY);
	if (fd >= 0)
		close_file(fd, "next");
	take(worker);
}

static void move_back(struct worker *worker)
{
	put(worker->queue, "file", "moved back once");
	read_file(worker->queue, worker->next);
	must(renameat(worker->queue, worker->next, worker->queue, "next"), "rename",
		worker->next);
	take(worker);
}

static void look_closely(struct worker *worker)
{
	char text[1024];
	int fd;

	put(worker->queue, "file", "looked at closely");
	fd = open_in(worker->queue, "next", O_RDONLY);
	if (fd < 0)
		return;
	must(fgetxattr(fd, "user.sqs.MessageId", text, sizeof(text)), "getxattr", "next");
	must(flistxattr(fd, text, sizeof(text)), "listxattr", "next");
	must_fail(fgetxattr(fd, "user.sqs.no-such", text, sizeof(text)), ENODATA,
		"getxattr", "no-such");
	must(futimens(fd, NULL), "touch", "next");
	read_all(fd, "next");
	each_entry(worker->queue, ".", see);
	close_file(fd, "next");
	drop(worker->queue, "next");
}

static void find_nothing(struct worker *worker)
{
	must_fail(openat(worker->idle, "next", O_RDONLY | O_NONBLOCK | O_CLOEXEC), EAGAIN,
		"open", "next");
	must_fail(openat(worker->idle, "next.name", O_RDONLY | O_NONBLOCK | O_CLOEXEC),
		EAGAIN, "open", "next.name");
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* The timer repeats: the first signal may come before the open. */
static void interrupt(struct worker *worker)
{
	struct itimerval often = {{0, ALARM_US}, {0, ALARM_US}}, never = {{0, 0}, {0, 0}};
	long result;
	int error;

	setitimer(ITIMER_REAL, &often, NULL);
	result = openat(worker->idle, "next", O_RDONLY | O_CLOEXEC);
	error = errno;
	setitimer(ITIMER_REAL, &never, NULL);
	errno = error;
	must_fail(result, EINTR, "open", "next");
}

static void die_waiting(struct worker *worker)
{
	pid_t child = fork();

	if (child == 0) {
		open_in(worker->idle, "next", O_RDONLY);
		_exit(0);
	}
	usleep(ALARM_US);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void use_inbox(struct worker *worker)
{
	put(worker->queue, "file", "found in the inbox");
	each_entry(worker->queue, ".sqs/inbox", read_and_drop);
}

static void use_dump(struct worker *worker)
{
	put(worker->queue, "file", "dumped once");
	read_file(worker->queue, ".sqs/dump");
	take(worker);
}

/* -------------------------------------------------------------------------------------
 * Verbs: the tree
 */

static void list(struct worker *worker)
{
	each_entry(worker->root, ".", see);
	each_entry(worker->queue, ".", see);
	read_file(worker->root, ".stats");
}

static void use_controls(struct worker *worker)
{
	see_and_read(worker->queue, ".sqs/count");
	see_and_read(worker->queue, ".sqs/url");
	see_and_read(worker->queue, ".sqs/attributes/VisibilityTimeout");
	put(worker->queue, ".sqs/tags/colour", "red");
	see_and_read(worker->queue, ".sqs/tags/colour");
	each_entry(worker->queue, ".sqs/tags", see);
	drop(worker->queue, ".sqs/tags/colour");
}

/* A name can be used again after a minute. */
static void make_queue(struct worker *worker)
{
	char name[64];

	snprintf(name, sizeof(name), "made-%d-%d-%ld", worker->number, (int)getpid(),
		worker->round);
	must(mkdirat(worker->root, name, 0700), "mkdir", name);
	must(unlinkat(worker->root, name, AT_REMOVEDIR), "rmdir", name);
}

static void fail_in_root(struct worker *worker)
{
	int root = worker->root;
	struct stat st;

	must_fail(
		fstatat(root, "no-such-queue", &st, 0), ENOENT, "stat", "no-such-queue");
	must_fail(mkdirat(root, "a bad name", 0700), EINVAL, "mkdir", "a bad name");
	must_fail(mkdirat(root, "churn-0", 0700), EEXIST, "mkdir", "churn-0");
	must_fail(renameat(root, "churn-0", root, "x"), EPERM, "rename", "churn-0");
	must_fail(openat(root, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600), EPERM,
		"create", "file");
}

static void fail_in_queue(struct worker *worker)
{
	int queue = worker->queue, fd;

	must_fail(openat(queue, "no-such", O_RDONLY | O_CLOEXEC), ENOENT, "open",
		"no-such");
	must_fail(openat(queue, "next", O_WRONLY | O_CLOEXEC), EPERM, "open", "next");
	must_fail(unlinkat(worker->idle, "next", 0), EPERM, "unlink", "next");
	must_fail(symlinkat("next", queue, "link"), EPERM, "symlink", "link");
	must_fail(linkat(queue, "next", queue, "link", 0), EPERM, "link", "next");
	must_fail(unlinkat(queue, ".sqs", AT_REMOVEDIR), EPERM, "rmdir", ".sqs");
	fd = begin_file(queue, "large", "too large");
	if (fd < 0)
		return;
	must_fail(pwrite(fd, "", 1, BEYOND_ANY_MESSAGE), EFBIG, "write", "large");
	must_fail(fsetxattr(fd, "user.sqs.attr.AWS.bad", "x", 1, 0), EINVAL, "setxattr",
		"AWS.bad");
	close(fd);
	drop(queue, "large");
}

/* -------------------------------------------------------------------------------------
 * Workers
 */

/* `every`: in every so manieth round; those that wait for something are rare. */
static const struct verb {
	void (*run)(struct worker *worker);
	int every;
} verbs[] = {
	{send_one, 1},
	{send_binary, 1},
	{send_draft, 1},
	{discard_draft, 1},
	{send_stream, 1},
	{send_lines, 1},
	{send_in_group, 1},
	{send_from_child, 5},
	{die_writing, 5},
	{decline, 1},
	{move_back, 1},
	{look_closely, 1},
	{find_nothing, 1},
	{interrupt, 2},
	{die_waiting, 5},
	{use_inbox, 1},
	{use_dump, 200},
	{list, 2},
	{use_controls, 2},
	{make_queue, 50},
	{fail_in_root, 1},
	{fail_in_queue, 1},
};

static void work(struct worker *worker)
{
	const struct verb *verb = verbs, *end = verbs + sizeof(verbs) / sizeof(verbs[0]);

	while (worker->operations > 0) {
		if (worker->round % verb->every == 0) {
			verb->run(worker);
			worker->operations--;
		}
		if (++verb == end) {
			verb = verbs;
			worker->round++;
		}
	}
}

static void drop_what_is_left(int dir, const char *name)
{
	if (strncmp(name, "next", 4) != 0)
		drop(dir, name);
}

/* What rough times have left: files, messages that the mount has, messages. */
static void clean(struct worker *worker)
{
	int fd;

	each_entry(worker->queue, ".", drop_what_is_left);
	if (unlinkat(worker->queue, worker->next, 0) != 0 && errno != EPERM &&
		errno != ENOENT)
		complain("unlink", worker->next, errno);
	while ((fd = openat(worker->queue, worker->next, O_RDONLY | O_CLOEXEC)) >= 0) {
		close(fd);
		drop(worker->queue, worker->next);
	}
}

static void run_worker(
	const char *mount, int number, long operations, void (*run)(struct worker *))
{
	static const struct sigaction interrupts = {.sa_handler = on_alarm};
	struct worker worker = {.number = number, .operations = operations};
	char name[32];

	sigaction(SIGALRM, &interrupts, NULL);
	worker.root = open_in(AT_FDCWD, mount, O_RDONLY | O_DIRECTORY);
	snprintf(name, sizeof(name), "churn-%d", number);
	worker.queue = open_in(worker.root, name, O_RDONLY | O_DIRECTORY);
	snprintf(name, sizeof(name), "idle-%d", number);
	worker.idle = open_in(worker.root, name, O_RDONLY | O_DIRECTORY);
	snprintf(worker.next, sizeof(worker.next), "next.%d", number);
	run(&worker);
	exit(0);
}

static int run_all(
	const char *mount, int workers, long operations, void (*run)(struct worker *))
{
	int status = 0;

	for (int i = 0; i < workers; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("churn: fork");
			return 1;
		}
		if (pid == 0)
			run_worker(mount, i,
				operations / workers + (i < operations % workers), run);
	}
	for (int i = 0; i < workers; i++) {
		int ended;

		wait(&ended);
		status |= ended;
	}
	return status ? 1 : 0;
}

int main(int argc, char **argv)
{
	bool cleans = argc > 1 && strcmp(argv[1], "--clean") == 0;
	int first = 1, workers;

	is_rough = argc > 1 && strcmp(argv[1], "--rough") == 0;
	first += cleans || is_rough;
	workers = argc > first + 1 ? atoi(argv[first + 1]) : 0;
	if (argc != first + 3 - cleans || workers < 1 || workers > MOST_WORKERS) {
		fprintf(stderr, "usage: churn [--rough] MOUNT WORKERS OPERATIONS\n"
				"       churn --clean MOUNT WORKERS\n");
		return 2;
	}
	if (cleans)
		return run_all(argv[first], workers, 0, clean);
	return run_all(argv[first], workers, atol(argv[first + 2]), work);
}
