/* SPDX-License-Identifier: MIT */
#include "fs/errno.h"

#include <assert.h>
#include <errno.h>

#include "sqs/base/cleanup.h"

static const int errno_table[] = {
	[SQS_OK] = 0,
	[SQS_CANCELLED] = EINTR,
	[SQS_NO_MESSAGE] = EAGAIN,
	[SQS_NO_MEMORY] = ENOMEM,
	[SQS_NO_SUCH_QUEUE] = ENOENT,
	[SQS_QUEUE_EXISTS] = EEXIST,
	[SQS_BUSY] = EBUSY,
	[SQS_RECEIPT_STALE] = ESTALE,
	[SQS_TOO_MANY_IN_FLIGHT] = ENOBUFS,
	[SQS_BAD_CONTENT] = EILSEQ,
	[SQS_TOO_LARGE] = EMSGSIZE,
	[SQS_INVALID] = EINVAL,
	[SQS_NO_SUCH_ATTRIBUTE] = EINVAL,
	[SQS_UNSUPPORTED] = EOPNOTSUPP,
	[SQS_NOT_FOUND] = ENOENT,
	[SQS_DENIED] = EACCES,
	[SQS_NO_CREDENTIALS] = EACCES,
	[SQS_BAD_CREDENTIALS] = EACCES,
	[SQS_CREDENTIALS_EXPIRED] = EKEYEXPIRED,
	[SQS_KEY_UNAVAILABLE] = ENOKEY,
	[SQS_THROTTLED] = EAGAIN,
	[SQS_UNREACHABLE] = EHOSTUNREACH,
	[SQS_INSECURE] = EHOSTUNREACH,
	[SQS_TIMED_OUT] = ETIMEDOUT,
	[SQS_BAD_REPLY] = EPROTO,
	[SQS_BAD_DIGEST] = EBADMSG,
	[SQS_SERVICE_FAILED] = EIO,
};
static_assert(ARRAY_SIZE(errno_table) == SQS_ERROR_COUNT, "an error has no errno");

int errno_of(enum sqs_error error)
{
	if ((size_t)error >= ARRAY_SIZE(errno_table))
		return EIO;
	return errno_table[error];
}
