/* SPDX-License-Identifier: MIT */
#include "fs/caller.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqs/base/cleanup.h"

/* The number in the line that begins with this label; 0: no such line. */
static pid_t number_of(const char *status, const char *label)
{
	const char *line = strstr(status, label);

	return line ? (pid_t)strtol(line + strlen(label), NULL, 10) : 0;
}

struct caller caller_of(pid_t tid)
{
	struct caller caller = {.tid = tid};
	char path[32], status[1024];
	ssize_t len;

	if (tid <= 0)
		return caller;
	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return caller;
	len = read(fd, status, sizeof(status) - 1);
	if (len <= 0)
		return caller;
	status[len] = '\0';
	/* With the line end before it: the first line is a name that the process chose,
	 * in which line ends are escaped. */
	caller.tgid = number_of(status, "\nTgid:");
	caller.parent = number_of(status, "\nPPid:");
	return caller;
}
