/* SPDX-License-Identifier: MIT */
#include "fs/startup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sqs/base/log.h"

enum { IS_READY = '\0' }; /* no line begins so */

static int parent_fd = -1; /* the child's end of the pipe; -1: nobody waits */
static bool is_over;       /* ready or failed */

/* What the child says: IS_READY, or the line; nothing if it died. */
static size_t read_all(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size &&
		((n = read(fd, text + len, size - len)) > 0 || errno == EINTR)) {
		if (n > 0)
			len += (size_t)n;
		else if (n == 0)
			break;
	}
	return len;
}

static _Noreturn void wait_for_child(int fd)
{
	char text[1024];
	size_t len = read_all(fd, text, sizeof(text));

	if (len > 0 && text[0] == IS_READY)
		_exit(EXIT_SUCCESS);
	if (len == 0)
		fprintf(stderr,
			"sqsfs: ended before the mount was usable; see the log\n");
	else
		fprintf(stderr, "sqsfs: %.*s\n", (int)len, text);
	_exit(EXIT_FAILURE);
}

bool startup_begin(bool foreground)
{
	int ends[2];
	pid_t child;

	if (foreground)
		return true;
	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC) != 0 || (child = fork()) < 0) {
		fprintf(stderr, "sqsfs: cannot go to the background: %s\n",
			strerror(errno));
		return false;
	}
	if (child > 0) {
		close(ends[1]);
		wait_for_child(ends[0]);
	}
	close(ends[0]);
	parent_fd = ends[1];
	setsid();
	return true;
}

/* 0, 1 and 2 stay taken, or a socket would get their numbers. */
static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	if (chdir("/") != 0)
		log_warning("start", "cannot leave the working directory");
}

bool startup_ready(void)
{
	const char ready = IS_READY;
	bool is_wanted;

	if (is_over)
		return true;
	is_over = true;
	if (parent_fd < 0)
		return true;
	leave_terminal();
	is_wanted = write(parent_fd, &ready, 1) == 1;
	close(parent_fd);
	parent_fd = -1;
	return is_wanted;
}

void startup_failed(const char *format, ...)
{
	char text[1000];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (is_over) {
		log_error("sqsfs", "%s", text);
		return;
	}
	is_over = true;
	if (parent_fd < 0)
		fprintf(stderr, "sqsfs: %s\n", text);
	else if (write(parent_fd, text, strlen(text)) < 0)
		log_error("sqsfs", "%s", text);
}
