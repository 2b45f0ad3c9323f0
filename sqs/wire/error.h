/* SPDX-License-Identifier: MIT */
/*
 * The catalogue of errors: what the service may answer, and what that means.
 *
 * One row a code. The client goes from a fault to enum sqs_error and to whether a
 * retry can help; the local server goes from a row to a fault. Texts that the rows
 * hold are literals and live for ever.
 */
#ifndef SQS_WIRE_ERROR_H
#define SQS_WIRE_ERROR_H

#include <stdbool.h>

#include "sqs/sqs.h"
#include "sqs/wire/message.h"

enum wire_error {
	WIRE_ERROR_UNKNOWN, /* a code that has no row: judged by its HTTP status */

	/* Queues and messages. */
	WIRE_QUEUE_DOES_NOT_EXIST,
	WIRE_QUEUE_NAME_EXISTS,
	WIRE_QUEUE_DELETED_RECENTLY,
	WIRE_PURGE_IN_PROGRESS,
	WIRE_OVER_LIMIT,
	WIRE_INVALID_MESSAGE_CONTENTS,
	WIRE_RECEIPT_HANDLE_IS_INVALID,
	WIRE_INVALID_ID_FORMAT, /* its name before 2023 */
	WIRE_MESSAGE_NOT_IN_FLIGHT,
	WIRE_INVALID_ATTRIBUTE_NAME,
	WIRE_INVALID_ATTRIBUTE_VALUE,
	WIRE_UNSUPPORTED_OPERATION,
	WIRE_RESOURCE_NOT_FOUND,
	WIRE_INVALID_ADDRESS,

	/* Batches. */
	WIRE_EMPTY_BATCH,
	WIRE_TOO_MANY_ENTRIES,
	WIRE_BATCH_TOO_LONG,
	WIRE_BATCH_IDS_NOT_DISTINCT,
	WIRE_INVALID_BATCH_ID,

	/* Requests as such. */
	WIRE_INVALID_PARAMETER_VALUE,
	WIRE_INVALID_PARAMETER_COMBINATION,
	WIRE_MISSING_PARAMETER,
	WIRE_INVALID_ACTION,
	WIRE_UNKNOWN_OPERATION, /* JSON: no such X-Amz-Target; Query: no Action at all */
	WIRE_MALFORMED_QUERY_STRING,
	WIRE_SERIALIZATION, /* JSON that is not, or has a member of the wrong type */
	WIRE_VALIDATION,
	WIRE_REQUEST_TOO_LARGE, /* HTTP 413 */

	/* Who asks. */
	WIRE_ACCESS_DENIED,
	WIRE_INVALID_SECURITY,
	WIRE_INVALID_CLIENT_TOKEN,
	WIRE_SIGNATURE_DOES_NOT_MATCH,
	WIRE_INCOMPLETE_SIGNATURE,
	WIRE_MISSING_AUTHENTICATION,
	WIRE_EXPIRED_TOKEN,
	WIRE_REQUEST_EXPIRED,
	WIRE_REQUEST_IN_THE_FUTURE,
	WIRE_REQUEST_TIME_TOO_SKEWED,
	WIRE_OPT_IN_REQUIRED,
	WIRE_AUTH_FAILURE,
	WIRE_INVALID_IDENTITY_TOKEN, /* STS */
	WIRE_IDP_REJECTED_CLAIM,     /* STS */

	/* Keys of KMS. */
	WIRE_KMS_ACCESS_DENIED,
	WIRE_KMS_DISABLED,
	WIRE_KMS_INVALID_STATE,
	WIRE_KMS_NOT_FOUND,
	WIRE_KMS_INVALID_KEY_USAGE,
	WIRE_KMS_OPT_IN_REQUIRED,
	WIRE_KMS_THROTTLED,

	/* Too fast. */
	WIRE_REQUEST_THROTTLED,
	WIRE_THROTTLING,
	WIRE_THROTTLED,
	WIRE_TOO_MANY_REQUESTS,
	WIRE_PROVISIONED_THROUGHPUT_EXCEEDED,
	WIRE_TRANSACTION_IN_PROGRESS,
	WIRE_REQUEST_LIMIT_EXCEEDED,
	WIRE_BANDWIDTH_LIMIT_EXCEEDED,
	WIRE_LIMIT_EXCEEDED,
	WIRE_SLOW_DOWN,
	WIRE_EC2_THROTTLED,
	WIRE_PRIOR_REQUEST_NOT_COMPLETE,

	/* The service's own fault. */
	WIRE_REQUEST_TIMEOUT,
	WIRE_INTERNAL_FAILURE,
	WIRE_INTERNAL_ERROR,
	WIRE_SQS_INTERNAL_ERROR,
	WIRE_SERVICE_UNAVAILABLE,
	WIRE_IDP_COMMUNICATION, /* STS */

	WIRE_ERROR_COUNT
};

/* Whether asking again can help, and what must happen before. */
enum wire_retry {
	WIRE_RETRY_NEVER,
	WIRE_RETRY_TRANSIENT,         /* after a back-off */
	WIRE_RETRY_THROTTLE,          /* after a longer one */
	WIRE_RETRY_AFTER_CREDENTIALS, /* once, with fresh credentials */
	WIRE_RETRY_AFTER_CLOCK, /* once, if the reply's Date shows that our clock is off
				 */
};

struct wire_error_row {
	const char *code; /* of the Query protocol, and in x-amzn-query-error */
	const char *json; /* the last part of "__type" */
	/* Whether "__type" has the service's own namespace, com.amazonaws.sqs, and not
	 * the one that all services share. */
	bool is_of_sqs;
	int http_status;
	bool sender_fault;
	enum sqs_error error;
	enum wire_retry retry;
	const char *message;      /* what to say when there is nothing better */
	const char *json_message; /* where the JSON protocol says it differently; or NULL
				   */
};

/* Never NULL. */
const struct wire_error_row *wire_error_row(enum wire_error error);

/*
 * By either spelling, with or without a namespace ("com.amazonaws.sqs#") and what
 * follows a colon; the older spellings of a code are found too. WIRE_ERROR_UNKNOWN
 * when there is no row.
 */
enum wire_error wire_error_find_code(struct view query_or_json_code);

/*
 * What a fault means to a caller of sqs/sqs.h. Never SQS_OK. A fault without a
 * known code is judged by its HTTP status; InvalidParameterValue, by its text.
 */
enum sqs_error wire_error_of_fault(const struct wire_fault *fault);

enum wire_retry wire_retry_of_fault(const struct wire_fault *fault);

/*
 * The fault of a row: its code and status. An absent message is replaced by the
 * row's when it is written, in the words of the protocol. No request id.
 */
struct wire_fault wire_fault_of(enum wire_error error, struct view message);

/* Fills *fault in, and is false: what a reader that refuses returns. */
bool wire_refuse(struct wire_fault *fault, enum wire_error error, struct view message);
bool wire_refuse_memory(struct wire_fault *fault);

#endif
