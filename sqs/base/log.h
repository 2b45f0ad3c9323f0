/* SPDX-License-Identifier: MIT */
/*
 * The log: one line an event, "subject: message". Never a credential, never a body.
 *
 * Any thread may log. Lines go to a sink: standard error until log_open() says
 * syslog. log_debug() costs a comparison when nobody listens.
 */
#ifndef SQS_BASE_LOG_H
#define SQS_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Says who speaks and where to; called once, before threads start. `program` is kept, not
 * copied. */
void log_open(const char *program, enum log_level level, bool to_syslog);

bool log_enabled(enum log_level level);

void log_line(enum log_level level, const char *subject, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(subject, ...) log_line(LOG_LEVEL_ERROR, subject, __VA_ARGS__)
#define log_warning(subject, ...) log_line(LOG_LEVEL_WARNING, subject, __VA_ARGS__)
#define log_info(subject, ...) log_line(LOG_LEVEL_INFO, subject, __VA_ARGS__)
#define log_debug(subject, ...)                                          \
	do {                                                             \
		if (log_enabled(LOG_LEVEL_DEBUG))                        \
			log_line(LOG_LEVEL_DEBUG, subject, __VA_ARGS__); \
	} while (0)

#endif
