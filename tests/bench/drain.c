/* SPDX-License-Identifier: MIT */
/*
 * Empties a queue through the mount, as shell workers do, without the shell.
 *
 *	drain next QUEUE WORKERS OUT     open next.N, read to the end, close, unlink
 *	drain inbox QUEUE WORKERS OUT    list .sqs/inbox, then read and unlink each file
 *
 * A worker ends when no message comes in the mount's -o wait=. What worker N read is
 * in OUT.N, a line each. Prints the number of messages and the seconds until the last
 * of them; a worker that fails says why and ends the run. Workers of one inbox see the
 * same files, so it has one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sqs/base/clock.h"

enum { MOST_WORKERS = 64, MOST_BYTES = 1 << 20 };

struct done {
	long count;
	int64_t last_ns; /* when the last one was removed */
};

struct worker {
	const char *queue;
	int number;
	FILE *out;
	struct done *done;
};

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "drain: %s %s: %s\n", what, name, strerror(errno));
	_exit(1);
}

/* Reads a file to its end and removes it. Returns the errno of its open. */
static int take(const struct worker *worker, int dir, const char *name)
{
	static char buffer[MOST_BYTES];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return errno;
	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, (size_t)got, worker->out);
	fputc('\n', worker->out);
	if (got < 0)
		fail("read", name);
	if (close(fd) != 0)
		fail("close", name);
	if (unlinkat(dir, name, 0) != 0)
		fail("unlink", name);
	worker->done->count++;
	worker->done->last_ns = clock_boot_ns();
	return 0;
}

static int open_dir(const char *name)
{
	int dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		fail("open", name);
	return dir;
}

static void drain_next(const struct worker *worker)
{
	int dir = open_dir(worker->queue), error;
	char name[32];

	snprintf(name, sizeof(name), "next.%d", worker->number);
	while ((error = take(worker, dir, name)) == 0)
		;
	errno = error;
	if (error != EAGAIN)
		fail("open", name);
}

static void drain_inbox(const struct worker *worker)
{
	char path[512];
	long before;

	snprintf(path, sizeof(path), "%s/.sqs/inbox", worker->queue);
	do {
		DIR *dir = fdopendir(open_dir(path));
		const struct dirent *entry;

		before = worker->done->count;
		if (!dir)
			fail("open", path);
		while ((entry = readdir(dir)) != NULL) {
			if (entry->d_name[0] != '.' &&
				take(worker, dirfd(dir), entry->d_name) != 0)
				fail("open", entry->d_name);
		}
		closedir(dir);
	} while (worker->done->count > before);
}

typedef void drain_fn(const struct worker *worker);

static void start_worker(
	drain_fn *run, const char *queue, int number, const char *out, struct done *done)
{
	struct worker worker = {queue, number, NULL, done};
	char name[512];
	pid_t pid = fork();

	if (pid < 0)
		fail("fork", "a worker");
	if (pid > 0)
		return;
	snprintf(name, sizeof(name), "%s.%d", out, number);
	worker.out = fopen(name, "we");
	if (!worker.out)
		fail("create", name);
	run(&worker);
	if (fclose(worker.out) != 0)
		fail("write", name);
	_exit(0);
}

static int drain(drain_fn *run, const char *queue, int workers, const char *out)
{
	struct done *done = mmap(NULL, MOST_WORKERS * sizeof(*done),
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t began_ns = clock_boot_ns();
	struct done all = {0, began_ns};
	int status = 0;

	if (done == MAP_FAILED)
		fail("mmap", "counters");
	for (int i = 0; i < workers; i++)
		start_worker(run, queue, i, out, &done[i]);
	for (int i = 0; i < workers; i++) {
		int ended;

		wait(&ended);
		status |= ended;
	}
	for (int i = 0; i < workers; i++) {
		all.count += done[i].count;
		if (done[i].last_ns > all.last_ns)
			all.last_ns = done[i].last_ns;
	}
	printf("%ld %.1f\n", all.count, (double)(all.last_ns - began_ns) / 1e9);
	return status ? 1 : 0;
}

int main(int argc, char **argv)
{
	int workers = argc == 5 ? atoi(argv[3]) : 0;
	drain_fn *run = NULL;

	if (argc == 5 && strcmp(argv[1], "next") == 0)
		run = drain_next;
	else if (argc == 5 && strcmp(argv[1], "inbox") == 0)
		run = drain_inbox;
	if (!run || workers < 1 || workers > MOST_WORKERS) {
		fprintf(stderr, "usage: drain next|inbox QUEUE WORKERS OUT\n");
		return 2;
	}
	return drain(run, argv[2], workers, argv[4]);
}
