/* SPDX-License-Identifier: MIT */
#include "sqs/local/request_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#include "sqs/base/buf.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/log.h"

enum { GATHERED_BYTES = 64 * 1024, MOST_NAME = 100 };

struct request_log {
	int fd;
	bool has_failed; /* and that was said */
	struct buf lines;
};

struct request_log *request_log_new(const char *path, char *why, size_t why_size)
{
	struct request_log *log = calloc(1, sizeof(*log));

	if (!log) {
		snprintf(why, why_size, "out of memory");
		return NULL;
	}
	log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log->fd < 0) {
		snprintf(why, why_size, "cannot write the request log %s: %s", path,
			strerror(errno));
		free(log);
		return NULL;
	}
	return log;
}

void request_log_free(struct request_log *log)
{
	if (!log)
		return;
	request_log_flush(log);
	close(log->fd);
	buf_finish(&log->lines);
	free(log);
}

static void add_time(struct buf *lines, int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm utc;
	char text[32];

	gmtime_r(&seconds, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	buf_printf(lines, "%s.%03dZ ", text, (int)(wall_ms % 1000));
}

/* A foreign text as one word of printable ASCII. */
static void add_word(struct buf *lines, struct view text)
{
	size_t len = text.len < MOST_NAME ? text.len : MOST_NAME;

	if (len == 0)
		buf_add_char(lines, '-');
	for (size_t i = 0; i < len; i++) {
		char c = text.data[i];

		buf_add_char(lines, c > ' ' && c < 0x7f ? c : '?');
	}
}

void request_log_add(struct request_log *log, const struct request_log_line *line)
{
	struct buf *lines;

	if (!log)
		return;
	lines = &log->lines;
	add_time(lines, line->wall_ms);
	buf_add_string(lines, line->action ? line->action : "-");
	buf_add_char(lines, ' ');
	add_word(lines, line->queue);
	buf_printf(lines, " entries=%zu status=%d code=", line->entries, line->status);
	add_word(lines, line->code);
	buf_printf(lines, " micros=%lld\n", (long long)line->micros);
	if (lines->len >= GATHERED_BYTES)
		request_log_flush(log);
}

void request_log_flush(struct request_log *log)
{
	ssize_t written;

	if (!log || log->lines.len == 0)
		return;
	written = write(log->fd, log->lines.data, log->lines.len);
	if ((written < 0 || (size_t)written < log->lines.len) && !log->has_failed) {
		log->has_failed = true;
		log_error("request log", "lines are lost: %s",
			written < 0 ? strerror(errno) : "the disk is full");
	}
	buf_clear(&log->lines);
}
