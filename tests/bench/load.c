/* SPDX-License-Identifier: MIT */
/*
 * The file operations of the benchmark: what a shell worker does, without the shell.
 *
 *	load write DIR WORKERS MILLISECONDS BYTES   create, write, close; each close
 *confirms load read DIR WORKERS MILLISECONDS          open next.N, read to the end,
 *close, unlink load sync FILE MILLISECONDS BYTES           write and fdatasync, in place
 *
 * Prints operations a second. A worker that fails says why and ends the run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sqs/base/clock.h"

enum { MOST_WORKERS = 1024, MOST_BYTES = 1 << 20 };

struct run {
	const char *where;
	int64_t until_ns;
	size_t bytes;
};

static char content[MOST_BYTES];

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "load: %s %s: %s\n", what, name, strerror(errno));
	_exit(1);
}

static void write_one(const struct run *run, int worker, long number)
{
	char name[512];
	int fd;

	snprintf(name, sizeof(name), "%s/m%d-%ld", run->where, worker, number);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		fail("create", name);
	if (write(fd, content, run->bytes) != (ssize_t)run->bytes)
		fail("write", name);
	if (close(fd) != 0)
		fail("close", name);
}

static void read_one(const struct run *run, int worker, long number)
{
	static char buffer[MOST_BYTES + 1];
	char name[512];
	ssize_t got;
	int fd;

	(void)number;
	snprintf(name, sizeof(name), "%s/next.%d", run->where, worker);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("open", name);
	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		;
	if (got < 0)
		fail("read", name);
	if (close(fd) != 0)
		fail("close", name);
	if (unlink(name) != 0)
		fail("unlink", name);
}

static void sync_one(const struct run *run, int worker, long number)
{
	static int fd = -1;

	(void)worker;
	if (fd < 0) {
		fd = open(run->where, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || posix_fallocate(fd, 0, 16 << 20) != 0)
			fail("create", run->where);
		for (off_t at = 0; at < 16 << 20; at += MOST_BYTES) {
			if (pwrite(fd, content, MOST_BYTES, at) < 0)
				fail("write", run->where);
		}
		fsync(fd);
	}
	if (pwrite(fd, content, run->bytes, (off_t)run->bytes * (number % 8192)) < 0 ||
		fdatasync(fd) != 0)
		fail("fdatasync", run->where);
}

typedef void work_fn(const struct run *run, int worker, long number);

/* Forks the workers, lets them work until the time is up, adds up what they did. */
static long work(const struct run *run, work_fn *one, int workers)
{
	long *counts = mmap(NULL, MOST_WORKERS * sizeof(long), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long all = 0;
	int status = 0;

	if (counts == MAP_FAILED)
		fail("mmap", "counters");
	for (int worker = 0; worker < workers; worker++) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork", "a worker");
		if (pid > 0)
			continue;
		while (clock_boot_ns() < run->until_ns)
			one(run, worker, counts[worker]++);
		_exit(0);
	}
	for (int worker = 0; worker < workers; worker++) {
		int ended;

		wait(&ended);
		status |= ended;
	}
	for (int worker = 0; worker < workers; worker++)
		all += counts[worker];
	return status ? -1 : all;
}

static const struct verb {
	const char *name;
	work_fn *one;
	bool has_workers;
	bool has_bytes;
} verbs[] = {
	{"write", write_one, true, true},
	{"read", read_one, true, false},
	{"sync", sync_one, false, true},
};

/* Preallocating the file is not part of what is measured. */
static void prepare(const struct verb *verb, struct run *run)
{
	memset(content, 'x', sizeof(content));
	if (verb->one == sync_one)
		sync_one(run, 0, 0);
}

static int measure(const struct verb *verb, char **args)
{
	struct run run = {.where = args[0]};
	int workers = verb->has_workers ? atoi(*++args) : 1;
	int64_t ms = atoll(*++args), started;
	long done;

	if (verb->has_bytes)
		run.bytes = (size_t)atoll(*++args);
	if (workers < 1 || workers > MOST_WORKERS || ms < 1 || run.bytes > MOST_BYTES) {
		fprintf(stderr, "load: %s: a number is out of range\n", verb->name);
		return 2;
	}
	prepare(verb, &run);
	started = clock_boot_ns();
	run.until_ns = started + ms * 1000000;
	done = work(&run, verb->one, workers);
	if (done < 0)
		return 1;
	printf("%.0f\n", (double)done * 1e9 / (double)(clock_boot_ns() - started));
	return 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (argc == 4 + verbs[i].has_workers + verbs[i].has_bytes &&
			strcmp(argv[1], verbs[i].name) == 0)
			return measure(&verbs[i], argv + 2);
	}
	fprintf(stderr,
		"usage: load write DIR WORKERS MS BYTES | read DIR WORKERS MS | sync FILE MS BYTES\n");
	return 2;
}
