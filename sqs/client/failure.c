/* SPDX-License-Identifier: MIT */
#include "sqs/client/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sqs/wire/error.h"

const struct sqs_failure failure_none = {.error = SQS_OK};

bool failure_say(
	struct sqs_failure *failure, enum sqs_error error, const char *format, ...)
{
	va_list args;

	failure->error = error;
	failure->code[0] = '\0';
	failure->request_id[0] = '\0';
	va_start(args, format);
	vsnprintf(failure->message, sizeof(failure->message), format, args);
	va_end(args);
	return false;
}

void failure_text(char *out, size_t size, struct view text)
{
	size_t len = text.len < size ? text.len : size - 1;

	if (len)
		memcpy(out, text.data, len);
	out[len] = '\0';
}

void failure_of_fault(struct sqs_failure *failure, const struct wire_fault *fault)
{
	failure->error = wire_error_of_fault(fault);
	failure_text(failure->code, sizeof(failure->code), fault->code);
	failure_text(failure->request_id, sizeof(failure->request_id), fault->request_id);
	if (fault->message.len)
		failure_text(failure->message, sizeof(failure->message), fault->message);
	else
		snprintf(failure->message, sizeof(failure->message),
			"%s (HTTP status %d)", sqs_error_text(failure->error),
			fault->http_status);
}
