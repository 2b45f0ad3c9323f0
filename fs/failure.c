/* SPDX-License-Identifier: MIT */
#include "fs/failure.h"

#include <stdio.h>
#include <string.h>

#include "fs/errno.h"

static void append(char text[FAILURE_SIZE], const char *between, const char *more)
{
	size_t len = strlen(text);

	if (*more)
		snprintf(
			text + len, FAILURE_SIZE - len, "%s%s", len ? between : "", more);
}

static void append_words(char text[FAILURE_SIZE], const struct sqs_failure *failure)
{
	append(text, ": ", failure->code);
	append(text, ": ", failure->message);
	append(text, ", request ", failure->request_id);
}

const char *failure_words(const struct sqs_failure *failure, char text[FAILURE_SIZE])
{
	text[0] = '\0';
	if (!*failure->code && !*failure->message)
		append(text, "", sqs_error_text(failure->error));
	append_words(text, failure);
	return text;
}

const char *failure_line(const struct sqs_failure *failure, char text[FAILURE_SIZE])
{
	text[0] = '\0';
	append(text, "", sqs_error_text(failure->error));
	append_words(text, failure);
	return text;
}

const char *failure_advice(const struct sqs_failure *failure, char text[FAILURE_SIZE])
{
	failure_line(failure, text);
	append(text, "; ", errno_advice(failure->error));
	return text;
}
