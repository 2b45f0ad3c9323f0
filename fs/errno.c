/* SPDX-License-Identifier: MIT */
#include "fs/errno.h"

#include <assert.h>
#include <errno.h>

#include "sqs/base/cleanup.h"

/* The advice is that of the table in semantics.md; "": nobody needs any. */
static const struct {
	int number;
	const char *advice;
} table[] = {
	[SQS_OK] = {0, ""},
	[SQS_CANCELLED] = {EINTR, ""},
	[SQS_NO_MESSAGE] = {EAGAIN, "try again later"},
	[SQS_NO_MEMORY] = {ENOMEM, "try again"},
	[SQS_NO_SUCH_QUEUE] = {ENOENT, "mkdir it, or check name, account and region"},
	[SQS_QUEUE_EXISTS] = {EEXIST, "use it"},
	[SQS_BUSY] = {EBUSY, "wait a minute"},
	[SQS_RECEIPT_STALE] = {ESTALE, "the message is visible again: receive it anew"},
	[SQS_TOO_MANY_IN_FLIGHT] = {ENOBUFS, "delete or give back what is held"},
	[SQS_BAD_CONTENT] = {EILSEQ, "use -o format=auto or base64"},
	[SQS_TOO_LARGE] = {EMSGSIZE,
		"send less, or raise the queue's MaximumMessageSize"},
	[SQS_INVALID] = {EINVAL, "do what its message says"},
	[SQS_NO_SUCH_ATTRIBUTE] = {EINVAL, "see the manual of the service for the names"},
	[SQS_UNSUPPORTED] = {EOPNOTSUPP, "do without it"},
	[SQS_NOT_FOUND] = {ENOENT, "check the name"},
	[SQS_DENIED] = {EACCES, "ask for the right that is missing"},
	[SQS_NO_CREDENTIALS] = {EACCES, "configure them as for any AWS tool"},
	[SQS_BAD_CREDENTIALS] = {EACCES, "configure them as for any AWS tool"},
	[SQS_CREDENTIALS_EXPIRED] = {EKEYEXPIRED, "renew them; no remount is needed"},
	[SQS_KEY_UNAVAILABLE] = {ENOKEY, "see the key's policy and state"},
	[SQS_THROTTLED] = {EAGAIN, "send less at a time, try again later"},
	[SQS_UNREACHABLE] = {EHOSTUNREACH, "check endpoint and network"},
	[SQS_INSECURE] = {EHOSTUNREACH, "check the certificate, or set AWS_CA_BUNDLE"},
	[SQS_TIMED_OUT] = {ETIMEDOUT, "try again; the request may have had its effect"},
	[SQS_BAD_REPLY] = {EPROTO, "check the endpoint"},
	[SQS_BAD_DIGEST] = {EBADMSG, "try again"},
	[SQS_SERVICE_FAILED] = {EIO, "try again; its message may say more"},
};
static_assert(ARRAY_SIZE(table) == SQS_ERROR_COUNT, "an error has no errno");

int errno_of(enum sqs_error error)
{
	if ((size_t)error >= ARRAY_SIZE(table))
		return EIO;
	return table[error].number;
}

const char *errno_advice(enum sqs_error error)
{
	if ((size_t)error >= ARRAY_SIZE(table))
		return "";
	return table[error].advice;
}
