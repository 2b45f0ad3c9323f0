/* SPDX-License-Identifier: MIT */
#include "fs/proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"

bool proc_read_open(int fd, char *text, size_t size)
{
	ssize_t len = fd < 0 ? -1 : pread(fd, text, size - 1, 0);

	if (len < 0)
		return false;
	text[len] = '\0';
	return true;
}

bool proc_read(pid_t pid, const char *file, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	return proc_read_open(fd, text, size);
}

/* Only at the beginning of a line: the first one is a name that the process chose, in
 * which line ends are escaped. */
bool proc_number(const char *text, const char *name, int base, uint64_t *number)
{
	size_t len = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && line[len] == ':') {
			*number = strtoull(line + len + 1, NULL, base);
			return true;
		}
	}
	return false;
}

/* The second field is a name in parentheses, in which anything may stand. */
bool proc_stat_field(const char *stat, int field, uint64_t *number)
{
	const char *rest = strrchr(stat, ')');

	for (int i = 2; rest && i < field; i++)
		rest = strchr(rest + 1, ' ');
	if (!rest)
		return false;
	*number = strtoull(rest, NULL, 10);
	return true;
}
