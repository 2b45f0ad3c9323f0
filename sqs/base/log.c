/* SPDX-License-Identifier: MIT */
#include "sqs/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

static struct {
	const char *program;
	enum log_level level;
	bool to_syslog;
} state = {"sqsfs", LOG_LEVEL_WARNING, false};

static const struct {
	const char *word;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", LOG_ERR},
	[LOG_LEVEL_WARNING] = {"warning", LOG_WARNING},
	[LOG_LEVEL_INFO] = {"info", LOG_INFO},
	[LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

void log_open(const char *program, enum log_level level, bool to_syslog)
{
	state.program = program;
	state.level = level;
	state.to_syslog = to_syslog;
	if (to_syslog)
		openlog(program, LOG_PID, LOG_DAEMON);
}

bool log_enabled(enum log_level level)
{
	return level <= state.level;
}

void log_line(enum log_level level, const char *subject, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (!log_enabled(level))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ')
			*c = ' '; /* one event, one line, whatever a server wrote */
	}
	if (state.to_syslog)
		syslog(levels[level].priority, "%s: %s", subject, text);
	else
		fprintf(stderr, "%s: %s: %s: %s\n", state.program, levels[level].word,
			subject, text);
}
