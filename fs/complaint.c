/* SPDX-License-Identifier: MIT */
#include "fs/complaint.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fs/mount.h"
#include "sqs/base/log.h"

/* One thread, until complaint_end(). */
static char last[200];
static bool is_over;
static int real_stderr = -1;

static void strip_newlines(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
}

static void on_fuse_log(enum fuse_log_level level, const char *format, va_list args)
{
	char text[sizeof(last)];

	vsnprintf(text, sizeof(text), format, args);
	strip_newlines(text);
	if (level > FUSE_LOG_WARNING)
		log_debug("fuse", "%s", text);
	else if (is_over)
		log_warning("fuse", "%s", text);
	else
		memcpy(last, text, sizeof(last));
}

void complaint_begin(void)
{
	int caught = memfd_create("complaints", MFD_CLOEXEC);

	fuse_set_log_func(on_fuse_log);
	real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (caught >= 0 && real_stderr >= 0)
		dup2(caught, STDERR_FILENO);
	if (caught >= 0)
		close(caught);
}

/* fusermount3 knows better than libfuse, which only sees that it failed. */
static void read_caught(void)
{
	char text[sizeof(last)];
	ssize_t len = pread(STDERR_FILENO, text, sizeof(text) - 1, 0);
	char *end;

	if (len <= 0)
		return;
	text[len] = '\0';
	end = strchr(text, '\n');
	if (end)
		*end = '\0';
	memcpy(last, text, sizeof(last));
}

void complaint_end(char *text, size_t size)
{
	if (real_stderr >= 0) {
		read_caught();
		dup2(real_stderr, STDERR_FILENO);
		close(real_stderr);
		real_stderr = -1;
	}
	is_over = true;
	snprintf(text, size, "%s", last);
}
