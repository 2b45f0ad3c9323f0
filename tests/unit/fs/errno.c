/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "fs/errno.h"
#include "fs/failure.h"
#include "tests/lib/test.h"

TEST(success_is_no_error)
{
	CHECK_NUMBER(errno_of(SQS_OK), 0);
}

TEST(every_error_has_an_errno)
{
	for (int error = SQS_OK + 1; error < SQS_ERROR_COUNT; error++) {
		if (errno_of((enum sqs_error)error) <= 0)
			CHECK_TEXT(sqs_error_text((enum sqs_error)error),
				"an error with an errno");
	}
}

/* semantics.md: the anchors of the table of errors. */
TEST(the_errno_says_what_to_do)
{
	static const struct {
		enum sqs_error error;
		int number;
	} anchors[] = {
		{SQS_NO_SUCH_QUEUE, ENOENT},
		{SQS_DENIED, EACCES},
		{SQS_CREDENTIALS_EXPIRED, EKEYEXPIRED},
		{SQS_THROTTLED, EAGAIN},
		{SQS_TOO_MANY_IN_FLIGHT, ENOBUFS},
		{SQS_BUSY, EBUSY},
		{SQS_TOO_LARGE, EMSGSIZE},
		{SQS_BAD_CONTENT, EILSEQ},
		{SQS_RECEIPT_STALE, ESTALE},
		{SQS_UNREACHABLE, EHOSTUNREACH},
		{SQS_TIMED_OUT, ETIMEDOUT},
		{SQS_BAD_REPLY, EPROTO},
		{SQS_BAD_DIGEST, EBADMSG},
		{SQS_SERVICE_FAILED, EIO},
		{SQS_CANCELLED, EINTR},
		{SQS_NO_MESSAGE, EAGAIN},
	};

	for (size_t i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++)
		CHECK_NUMBER(errno_of(anchors[i].error), anchors[i].number);
}

TEST(every_failure_has_advice)
{
	for (int error = SQS_CANCELLED + 1; error < SQS_ERROR_COUNT; error++) {
		if (!*errno_advice((enum sqs_error)error))
			CHECK_TEXT(sqs_error_text((enum sqs_error)error),
				"an error with advice");
	}
	CHECK_TEXT(errno_advice(SQS_OK), "");
	CHECK_TEXT(errno_advice((enum sqs_error)SQS_ERROR_COUNT), "");
}

/* semantics.md: "A line of the log, and on the terminal at mount, carries the service's
 * own code, message and request id, and says what can be done, or that it is tried
 * again" */
TEST(a_failure_is_one_line)
{
	char text[FAILURE_SIZE];
	const struct sqs_failure denied = {
		SQS_DENIED, "AccessDenied", "You may not.", "abc-1"};
	const struct sqs_failure ours = {.error = SQS_UNREACHABLE, .message = "no route"};
	const struct sqs_failure bare = {.error = SQS_NO_MEMORY};

	CHECK_TEXT(failure_words(&denied, text),
		"AccessDenied: You may not., request abc-1");
	CHECK_TEXT(failure_line(&denied, text),
		"access denied: AccessDenied: You may not., request abc-1");
	CHECK_TEXT(failure_advice(&denied, text),
		"access denied: AccessDenied: You may not., request abc-1; "
		"ask for the right that is missing");
	CHECK_TEXT(failure_words(&ours, text), "no route");
	CHECK_TEXT(failure_advice(&ours, text),
		"the service cannot be reached: no route; check endpoint and network");
	CHECK_TEXT(failure_words(&bare, text), "out of memory");
	CHECK_TEXT(failure_line(&bare, text), "out of memory");
}

TEST(what_is_no_error_of_ours_is_eio)
{
	CHECK_NUMBER(errno_of((enum sqs_error)SQS_ERROR_COUNT), EIO);
}

TEST_MAIN
