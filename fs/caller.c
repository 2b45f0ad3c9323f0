/* SPDX-License-Identifier: MIT */
#include "fs/caller.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"

enum { PROC_SIZE = 1024, BEGAN_FIELD = 22, NS_A_SECOND = 1000000000 };

/* The number in the line that begins with this label; 0: no such line. */
static pid_t number_of(const char *status, const char *label)
{
	const char *line = strstr(status, label);

	return line ? (pid_t)strtol(line + strlen(label), NULL, 10) : 0;
}

/* The beginning of a file of /proc/PID. */
static bool read_proc(pid_t pid, const char *file, char text[PROC_SIZE])
{
	char path[32];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, PROC_SIZE - 1);
	if (len <= 0)
		return false;
	text[len] = '\0';
	return true;
}

struct caller caller_of(pid_t tid)
{
	struct caller caller = {.tid = tid};
	char status[PROC_SIZE];

	if (tid <= 0 || !read_proc(tid, "status", status))
		return caller;
	/* With the line end before it: the first line is a name that the process chose,
	 * in which line ends are escaped. */
	caller.tgid = number_of(status, "\nTgid:");
	caller.parent = number_of(status, "\nPPid:");
	return caller;
}

int64_t caller_began_ns(pid_t tgid)
{
	long ticks_a_second = sysconf(_SC_CLK_TCK);
	char stat[PROC_SIZE];
	const char *rest;

	if (tgid <= 0 || ticks_a_second <= 0 || !read_proc(tgid, "stat", stat))
		return INT64_MAX;
	/* The second field is a name in parentheses, in which anything may stand. */
	rest = strrchr(stat, ')');
	for (int field = 2; rest && field < BEGAN_FIELD; field++)
		rest = strchr(rest + 1, ' ');
	return rest ? strtoll(rest, NULL, 10) * (NS_A_SECOND / ticks_a_second)
		    : INT64_MAX;
}
