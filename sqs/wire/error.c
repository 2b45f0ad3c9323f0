/* SPDX-License-Identifier: MIT */
#include "sqs/wire/error.h"

#include <assert.h>
#include <string.h>

#include "sqs/base/cleanup.h"

#define SQS "AWS.SimpleQueueService."
#define DENIED "The request was refused: the credentials are not good for it."
#define SLOW_DOWN "The rate of requests is too high. Slow down."
#define BROKEN "The service failed for a reason of its own. Try again."
#define NO_KEY "The queue's KMS key cannot be used."

/* Columns: see struct wire_error_row. Status, fault and names are the service's. */
static const struct wire_error_row rows[] = {
	[WIRE_ERROR_UNKNOWN] = {"", "", false, 400, true, SQS_INVALID, WIRE_RETRY_NEVER,
		"The request was refused.", NULL},

	[WIRE_QUEUE_DOES_NOT_EXIST] = {SQS "NonExistentQueue", "QueueDoesNotExist", true,
		400, true, SQS_NO_SUCH_QUEUE, WIRE_RETRY_NEVER,
		"The specified queue does not exist for this wsdl version.",
		"The specified queue does not exist."},
	[WIRE_QUEUE_NAME_EXISTS] = {"QueueAlreadyExists", "QueueNameExists", true, 400,
		true, SQS_QUEUE_EXISTS, WIRE_RETRY_NEVER,
		"A queue already exists with the same name and other attributes.", NULL},
	[WIRE_QUEUE_DELETED_RECENTLY] = {SQS "QueueDeletedRecently",
		"QueueDeletedRecently", true, 400, true, SQS_BUSY, WIRE_RETRY_NEVER,
		"You must wait 60 seconds after deleting a queue before you can create "
		"another with the same name.",
		NULL},
	[WIRE_PURGE_IN_PROGRESS] = {SQS "PurgeQueueInProgress", "PurgeQueueInProgress",
		true, 403, true, SQS_BUSY, WIRE_RETRY_NEVER,
		"Only one PurgeQueue operation on a queue is allowed every 60 seconds.",
		NULL},
	[WIRE_OVER_LIMIT] = {"OverLimit", "OverLimit", true, 403, true,
		SQS_TOO_MANY_IN_FLIGHT, WIRE_RETRY_NEVER,
		"Too many messages are in flight.", NULL},
	[WIRE_INVALID_MESSAGE_CONTENTS] = {"InvalidMessageContents",
		"InvalidMessageContents", true, 400, true, SQS_BAD_CONTENT,
		WIRE_RETRY_NEVER,
		"The message contains characters outside the allowed set.", NULL},
	[WIRE_RECEIPT_HANDLE_IS_INVALID] = {"ReceiptHandleIsInvalid",
		"ReceiptHandleIsInvalid", true, 404, true, SQS_RECEIPT_STALE,
		WIRE_RETRY_NEVER,
		"The input receipt handle is not a valid receipt handle.", NULL},
	[WIRE_INVALID_ID_FORMAT] = {"InvalidIdFormat", "InvalidIdFormat", true, 400, true,
		SQS_RECEIPT_STALE, WIRE_RETRY_NEVER,
		"The receipt handle is not one of this version.", NULL},
	[WIRE_MESSAGE_NOT_IN_FLIGHT] = {SQS "MessageNotInflight", "MessageNotInflight",
		true, 400, true, SQS_RECEIPT_STALE, WIRE_RETRY_NEVER,
		"The message is not in flight.", NULL},
	[WIRE_INVALID_ATTRIBUTE_NAME] = {"InvalidAttributeName", "InvalidAttributeName",
		true, 400, true, SQS_NO_SUCH_ATTRIBUTE, WIRE_RETRY_NEVER,
		"Unknown attribute.", NULL},
	[WIRE_INVALID_ATTRIBUTE_VALUE] = {"InvalidAttributeValue",
		"InvalidAttributeValue", true, 400, true, SQS_INVALID, WIRE_RETRY_NEVER,
		"The value of an attribute is invalid.", NULL},
	[WIRE_UNSUPPORTED_OPERATION] = {SQS "UnsupportedOperation",
		"UnsupportedOperation", true, 400, true, SQS_UNSUPPORTED,
		WIRE_RETRY_NEVER, "The operation is not supported.", NULL},
	[WIRE_RESOURCE_NOT_FOUND] = {"ResourceNotFoundException",
		"ResourceNotFoundException", true, 404, true, SQS_NOT_FOUND,
		WIRE_RETRY_NEVER, "The specified resource does not exist.", NULL},
	[WIRE_INVALID_ADDRESS] = {"InvalidAddress", "InvalidAddress", true, 404, true,
		SQS_INVALID, WIRE_RETRY_NEVER, "The address is not valid.", NULL},

	[WIRE_EMPTY_BATCH] = {SQS "EmptyBatchRequest", "EmptyBatchRequest", true, 400,
		true, SQS_INVALID, WIRE_RETRY_NEVER,
		"There should be at least one entry in the batch request.", NULL},
	[WIRE_TOO_MANY_ENTRIES] = {SQS "TooManyEntriesInBatchRequest",
		"TooManyEntriesInBatchRequest", true, 400, true, SQS_INVALID,
		WIRE_RETRY_NEVER, "Maximum number of entries per request are 10.", NULL},
	[WIRE_BATCH_TOO_LONG] = {SQS "BatchRequestTooLong", "BatchRequestTooLong", true,
		400, true, SQS_TOO_LARGE, WIRE_RETRY_NEVER,
		"Batch requests cannot be longer than 1048576 bytes.", NULL},
	[WIRE_BATCH_IDS_NOT_DISTINCT] = {SQS "BatchEntryIdsNotDistinct",
		"BatchEntryIdsNotDistinct", true, 400, true, SQS_INVALID,
		WIRE_RETRY_NEVER, "Two entries of the batch have the same id.", NULL},
	[WIRE_INVALID_BATCH_ID] = {SQS "InvalidBatchEntryId", "InvalidBatchEntryId", true,
		400, true, SQS_INVALID, WIRE_RETRY_NEVER,
		"A batch entry id can only contain alphanumeric characters, hyphens and "
		"underscores. It can be at most 80 letters long.",
		NULL},

	[WIRE_INVALID_PARAMETER_VALUE] = {"InvalidParameterValue",
		"InvalidParameterValueException", false, 400, true, SQS_INVALID,
		WIRE_RETRY_NEVER, "A parameter has an invalid value.", NULL},
	[WIRE_INVALID_PARAMETER_COMBINATION] = {"InvalidParameterCombination",
		"InvalidParameterCombinationException", false, 400, true, SQS_INVALID,
		WIRE_RETRY_NEVER, "Two parameters do not go together.", NULL},
	[WIRE_MISSING_PARAMETER] = {"MissingParameter",
		"MissingRequiredParameterException", false, 400, true, SQS_INVALID,
		WIRE_RETRY_NEVER, "A required parameter is missing.", NULL},
	[WIRE_INVALID_ACTION] = {"InvalidAction", "InvalidAction", false, 400, true,
		SQS_UNSUPPORTED, WIRE_RETRY_NEVER,
		"The action is not valid for this endpoint.", NULL},
	[WIRE_UNKNOWN_OPERATION] = {"UnknownOperationException",
		"UnknownOperationException", false, 404, true, SQS_UNSUPPORTED,
		WIRE_RETRY_NEVER, "There is no such operation.", NULL},
	[WIRE_MALFORMED_QUERY_STRING] = {"MalformedQueryString",
		"MalformedQueryStringException", false, 400, true, SQS_INVALID,
		WIRE_RETRY_NEVER, "The form contains a syntax error.", NULL},
	[WIRE_SERIALIZATION] = {"SerializationException", "SerializationException", false,
		400, true, SQS_INVALID, WIRE_RETRY_NEVER, "The request is not readable.",
		NULL},
	[WIRE_VALIDATION] = {"ValidationError", "ValidationException", false, 400, true,
		SQS_INVALID, WIRE_RETRY_NEVER, "A parameter is not valid.", NULL},
	[WIRE_REQUEST_TOO_LARGE] = {"RequestEntityTooLarge",
		"RequestEntityTooLargeException", false, 413, true, SQS_TOO_LARGE,
		WIRE_RETRY_NEVER, "The request is too large.", NULL},

	[WIRE_ACCESS_DENIED] = {"AccessDenied", "AccessDeniedException", false, 403, true,
		SQS_DENIED, WIRE_RETRY_NEVER, "Access to the resource is denied.", NULL},
	[WIRE_INVALID_SECURITY] = {"InvalidSecurity", "InvalidSecurity", true, 403, true,
		SQS_DENIED, WIRE_RETRY_NEVER,
		"The request was not made over a secure connection.", NULL},
	[WIRE_INVALID_CLIENT_TOKEN] = {"InvalidClientTokenId",
		"UnrecognizedClientException", false, 403, true, SQS_BAD_CREDENTIALS,
		WIRE_RETRY_AFTER_CREDENTIALS,
		"The security token included in the request is invalid.", NULL},
	[WIRE_SIGNATURE_DOES_NOT_MATCH] = {"SignatureDoesNotMatch",
		"InvalidSignatureException", false, 403, true, SQS_BAD_CREDENTIALS,
		WIRE_RETRY_AFTER_CLOCK,
		"The request signature we calculated does not match the signature you "
		"provided. Check your AWS Secret Access Key and signing method. Consult "
		"the service documentation for details.",
		NULL},
	[WIRE_INCOMPLETE_SIGNATURE] = {"IncompleteSignature",
		"IncompleteSignatureException", false, 400, true, SQS_BAD_CREDENTIALS,
		WIRE_RETRY_NEVER, "The signature of the request is incomplete.", NULL},
	[WIRE_MISSING_AUTHENTICATION] = {"MissingAuthenticationToken",
		"MissingAuthenticationTokenException", false, 403, true,
		SQS_BAD_CREDENTIALS, WIRE_RETRY_NEVER,
		"Request is missing Authentication Token", NULL},
	[WIRE_EXPIRED_TOKEN] = {"ExpiredToken", "ExpiredTokenException", false, 403, true,
		SQS_CREDENTIALS_EXPIRED, WIRE_RETRY_AFTER_CREDENTIALS,
		"The security token included in the request is expired", NULL},
	[WIRE_REQUEST_EXPIRED] = {"RequestExpired", "RequestExpired", false, 400, true,
		SQS_BAD_CREDENTIALS, WIRE_RETRY_AFTER_CLOCK, "The request has expired.",
		NULL},
	[WIRE_REQUEST_IN_THE_FUTURE] = {"RequestInTheFuture", "RequestInTheFuture", false,
		400, true, SQS_BAD_CREDENTIALS, WIRE_RETRY_AFTER_CLOCK,
		"The request is from the future.", NULL},
	[WIRE_REQUEST_TIME_TOO_SKEWED] = {"RequestTimeTooSkewed", "RequestTimeTooSkewed",
		false, 403, true, SQS_BAD_CREDENTIALS, WIRE_RETRY_AFTER_CLOCK,
		"The request's time differs too much from the service's.", NULL},
	[WIRE_OPT_IN_REQUIRED] = {"OptInRequired", "OptInRequired", false, 403, true,
		SQS_DENIED, WIRE_RETRY_NEVER, DENIED, NULL},
	[WIRE_AUTH_FAILURE] = {"AuthFailure", "AuthFailure", false, 403, true,
		SQS_BAD_CREDENTIALS, WIRE_RETRY_AFTER_CLOCK, DENIED, NULL},
	[WIRE_INVALID_IDENTITY_TOKEN] = {"InvalidIdentityToken",
		"InvalidIdentityTokenException", false, 400, true, SQS_BAD_CREDENTIALS,
		WIRE_RETRY_NEVER, "The web identity token is not valid.", NULL},
	[WIRE_IDP_REJECTED_CLAIM] = {"IDPRejectedClaim", "IDPRejectedClaimException",
		false, 403, true, SQS_BAD_CREDENTIALS, WIRE_RETRY_NEVER,
		"The identity provider rejected the claim.", NULL},

	[WIRE_KMS_ACCESS_DENIED] = {"KMS.AccessDeniedException", "KmsAccessDenied", true,
		400, true, SQS_DENIED, WIRE_RETRY_NEVER, NO_KEY, NULL},
	[WIRE_KMS_DISABLED] = {"KMS.DisabledException", "KmsDisabled", true, 400, true,
		SQS_KEY_UNAVAILABLE, WIRE_RETRY_NEVER, NO_KEY, NULL},
	[WIRE_KMS_INVALID_STATE] = {"KMS.InvalidStateException", "KmsInvalidState", true,
		400, true, SQS_KEY_UNAVAILABLE, WIRE_RETRY_NEVER, NO_KEY, NULL},
	[WIRE_KMS_NOT_FOUND] = {"KMS.NotFoundException", "KmsNotFound", true, 400, true,
		SQS_KEY_UNAVAILABLE, WIRE_RETRY_NEVER, NO_KEY, NULL},
	[WIRE_KMS_INVALID_KEY_USAGE] = {"KMS.InvalidKeyUsageException",
		"KmsInvalidKeyUsage", true, 400, true, SQS_KEY_UNAVAILABLE,
		WIRE_RETRY_NEVER, NO_KEY, NULL},
	[WIRE_KMS_OPT_IN_REQUIRED] = {"KMS.OptInRequired", "KmsOptInRequired", true, 403,
		true, SQS_DENIED, WIRE_RETRY_NEVER, NO_KEY, NULL},
	[WIRE_KMS_THROTTLED] = {"KMS.ThrottlingException", "KmsThrottled", true, 400,
		true, SQS_THROTTLED, WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},

	[WIRE_REQUEST_THROTTLED] = {"RequestThrottled", "RequestThrottled", true, 403,
		true, SQS_THROTTLED, WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_THROTTLING] = {"Throttling", "ThrottlingException", false, 400, true,
		SQS_THROTTLED, WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_THROTTLED] = {"ThrottledException", "ThrottledException", false, 400, true,
		SQS_THROTTLED, WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_TOO_MANY_REQUESTS] = {"TooManyRequestsException",
		"TooManyRequestsException", false, 429, true, SQS_THROTTLED,
		WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_PROVISIONED_THROUGHPUT_EXCEEDED] =
		{"ProvisionedThroughputExceededException",
			"ProvisionedThroughputExceededException", false, 400, true,
			SQS_THROTTLED, WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_TRANSACTION_IN_PROGRESS] = {"TransactionInProgressException",
		"TransactionInProgressException", false, 400, true, SQS_THROTTLED,
		WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_REQUEST_LIMIT_EXCEEDED] = {"RequestLimitExceeded", "RequestLimitExceeded",
		false, 503, true, SQS_THROTTLED, WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_BANDWIDTH_LIMIT_EXCEEDED] = {"BandwidthLimitExceeded",
		"BandwidthLimitExceeded", false, 509, true, SQS_THROTTLED,
		WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_LIMIT_EXCEEDED] = {"LimitExceededException", "LimitExceededException",
		false, 400, true, SQS_THROTTLED, WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_SLOW_DOWN] = {"SlowDown", "SlowDown", false, 503, true, SQS_THROTTLED,
		WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_EC2_THROTTLED] = {"EC2ThrottledException", "EC2ThrottledException", false,
		503, true, SQS_THROTTLED, WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},
	[WIRE_PRIOR_REQUEST_NOT_COMPLETE] = {"PriorRequestNotComplete",
		"PriorRequestNotComplete", false, 400, true, SQS_THROTTLED,
		WIRE_RETRY_THROTTLE, SLOW_DOWN, NULL},

	[WIRE_REQUEST_TIMEOUT] = {"RequestTimeout", "RequestTimeoutException", false, 400,
		false, SQS_TIMED_OUT, WIRE_RETRY_TRANSIENT,
		"The request took too long to arrive.", NULL},
	[WIRE_INTERNAL_FAILURE] = {"InternalFailure", "InternalFailure", false, 500,
		false, SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT, BROKEN, NULL},
	[WIRE_INTERNAL_ERROR] = {"InternalError", "InternalErrorException", false, 500,
		false, SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT, BROKEN, NULL},
	[WIRE_SQS_INTERNAL_ERROR] = {SQS "InternalError", "InternalServerError", true,
		500, false, SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT, BROKEN, NULL},
	[WIRE_SERVICE_UNAVAILABLE] = {"ServiceUnavailable", "ServiceUnavailableException",
		false, 503, false, SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT, BROKEN,
		NULL},
	[WIRE_IDP_COMMUNICATION] = {"IDPCommunicationError",
		"IDPCommunicationErrorException", false, 400, false, SQS_SERVICE_FAILED,
		WIRE_RETRY_TRANSIENT, "The identity provider could not be reached.",
		NULL},
};
static_assert(ARRAY_SIZE(rows) == WIRE_ERROR_COUNT, "an error has no row");

/* Other spellings of rows above, of older or other services. */
static const struct {
	const char *code;
	enum wire_error error;
} aliases[] = {
	{"NonExistentQueue", WIRE_QUEUE_DOES_NOT_EXIST},
	{"MissingRequiredParameter", WIRE_MISSING_PARAMETER},
	{"InvalidClientTokenIdException", WIRE_INVALID_CLIENT_TOKEN},
	{"InvalidAccessKeyId", WIRE_INVALID_CLIENT_TOKEN},
	{"SignatureDoesNotMatchException", WIRE_SIGNATURE_DOES_NOT_MATCH},
	{"MissingAuthenticationTokenException", WIRE_MISSING_AUTHENTICATION},
	{"RequestExpiredException", WIRE_REQUEST_EXPIRED},
	{"RequestThrottledException", WIRE_REQUEST_THROTTLED},
	{"TooManyRequests", WIRE_TOO_MANY_REQUESTS},
	{"InvalidActionException", WIRE_INVALID_ACTION},
	{"UnknownOperation", WIRE_UNKNOWN_OPERATION},
	{"InternalServerException", WIRE_INTERNAL_ERROR},
	{"InternalFailureException", WIRE_INTERNAL_FAILURE},
};

/* What a fault without a known code means; the first row whose status is not above it. */
static const struct {
	int least_status;
	enum sqs_error error;
	enum wire_retry retry;
} statuses[] = {
	{511, SQS_BAD_REPLY, WIRE_RETRY_NEVER},
	{510, SQS_SERVICE_FAILED, WIRE_RETRY_NEVER},
	{509, SQS_THROTTLED, WIRE_RETRY_THROTTLE},
	{505, SQS_SERVICE_FAILED, WIRE_RETRY_NEVER},
	{502, SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT},
	{501, SQS_UNSUPPORTED, WIRE_RETRY_NEVER},
	{500, SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT},
	{430, SQS_INVALID, WIRE_RETRY_NEVER}, {429, SQS_THROTTLED, WIRE_RETRY_THROTTLE},
	{414, SQS_INVALID, WIRE_RETRY_NEVER}, {413, SQS_TOO_LARGE, WIRE_RETRY_NEVER},
	{409, SQS_INVALID, WIRE_RETRY_NEVER}, {408, SQS_TIMED_OUT, WIRE_RETRY_TRANSIENT},
	{407, SQS_DENIED, WIRE_RETRY_NEVER}, /* a proxy's */
	{405, SQS_UNSUPPORTED, WIRE_RETRY_NEVER}, {404, SQS_NOT_FOUND, WIRE_RETRY_NEVER},
	{403, SQS_DENIED, WIRE_RETRY_NEVER}, {402, SQS_INVALID, WIRE_RETRY_NEVER},
	{401, SQS_DENIED, WIRE_RETRY_NEVER}, {400, SQS_INVALID, WIRE_RETRY_NEVER},
	{0, SQS_BAD_REPLY, WIRE_RETRY_NEVER}, /* no error status at all */
};

/* InvalidParameterValue says only in its text what is wrong. */
static const struct {
	const char *part;
	enum sqs_error error;
} refinements[] = {
	{"must be shorter than", SQS_TOO_LARGE},
	{"receipt handle has expired", SQS_RECEIPT_STALE},
	{"does not exist or is not available", SQS_RECEIPT_STALE},
};

static const char *const texts[] = {
	[SQS_OK] = "no error",
	[SQS_CANCELLED] = "cancelled",
	[SQS_NO_MESSAGE] = "no message",
	[SQS_NO_MEMORY] = "out of memory",
	[SQS_NO_SUCH_QUEUE] = "no such queue",
	[SQS_QUEUE_EXISTS] = "the queue exists with other attributes",
	[SQS_BUSY] = "the queue was deleted or purged less than 60 seconds ago",
	[SQS_RECEIPT_STALE] = "the receipt handle is no longer good",
	[SQS_TOO_MANY_IN_FLIGHT] = "too many messages are in flight",
	[SQS_BAD_CONTENT] = "characters that a message cannot carry",
	[SQS_TOO_LARGE] = "the message is too large",
	[SQS_INVALID] = "a parameter was refused",
	[SQS_NO_SUCH_ATTRIBUTE] = "no such attribute",
	[SQS_UNSUPPORTED] = "not supported by the service",
	[SQS_NOT_FOUND] = "not found",
	[SQS_DENIED] = "access denied",
	[SQS_NO_CREDENTIALS] = "no credentials were found",
	[SQS_BAD_CREDENTIALS] = "the service does not accept the credentials",
	[SQS_CREDENTIALS_EXPIRED] = "the credentials have expired",
	[SQS_KEY_UNAVAILABLE] = "the queue's KMS key is not available",
	[SQS_THROTTLED] = "too many requests",
	[SQS_UNREACHABLE] = "the service cannot be reached",
	[SQS_INSECURE] = "no secure connection could be made",
	[SQS_TIMED_OUT] = "timed out",
	[SQS_BAD_REPLY] = "the reply is not one of SQS",
	[SQS_BAD_DIGEST] = "what arrived is not what was sent",
	[SQS_SERVICE_FAILED] = "the service failed",
};
static_assert(ARRAY_SIZE(texts) == SQS_ERROR_COUNT, "an error has no text");

const char *sqs_error_text(enum sqs_error error)
{
	if ((unsigned)error >= SQS_ERROR_COUNT || !texts[error])
		return "unknown error";
	return texts[error];
}

const struct wire_error_row *wire_error_row(enum wire_error error)
{
	assert((unsigned)error < WIRE_ERROR_COUNT);
	return &rows[error];
}

/* "com.amazonaws.sqs#QueueDoesNotExist:http://..." is "QueueDoesNotExist". */
static struct view bare_code(struct view code)
{
	const char *end;
	const char *hash;

	if (code.len == 0)
		return code;
	end = memchr(code.data, ':', code.len);
	if (end)
		code.len = (size_t)(end - code.data);
	hash = memrchr(code.data, '#', code.len);
	if (hash) {
		code.len -= (size_t)(hash + 1 - code.data);
		code.data = hash + 1;
	}
	return code;
}

enum wire_error wire_error_find_code(struct view code)
{
	code = bare_code(code);
	if (code.len == 0)
		return WIRE_ERROR_UNKNOWN;
	for (enum wire_error i = WIRE_ERROR_UNKNOWN + 1; i < WIRE_ERROR_COUNT; i++) {
		if (view_is(code, rows[i].code) || view_is(code, rows[i].json))
			return i;
	}
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (view_is(code, aliases[i].code))
			return aliases[i].error;
	}
	return WIRE_ERROR_UNKNOWN;
}

static size_t find_status(int http_status)
{
	size_t i = 0;

	while (http_status < statuses[i].least_status && i + 1 < ARRAY_SIZE(statuses))
		i++;
	return i;
}

static bool says(struct view message, const char *part)
{
	return message.len && memmem(message.data, message.len, part, strlen(part));
}

enum sqs_error wire_error_of_fault(const struct wire_fault *fault)
{
	enum wire_error error = wire_error_find_code(fault->code);

	if (error == WIRE_ERROR_UNKNOWN)
		return statuses[find_status(fault->http_status)].error;
	for (size_t i = 0;
		error == WIRE_INVALID_PARAMETER_VALUE && i < ARRAY_SIZE(refinements);
		i++) {
		if (says(fault->message, refinements[i].part))
			return refinements[i].error;
	}
	return rows[error].error;
}

enum wire_retry wire_retry_of_fault(const struct wire_fault *fault)
{
	enum wire_error error = wire_error_find_code(fault->code);

	if (error == WIRE_ERROR_UNKNOWN)
		return statuses[find_status(fault->http_status)].retry;
	return rows[error].retry;
}

struct wire_fault wire_fault_of(enum wire_error error, struct view message)
{
	const struct wire_error_row *row = wire_error_row(error);

	return (struct wire_fault){
		.http_status = row->http_status,
		.code = view_of(row->code),
		.message = message,
		.sender_fault = row->sender_fault,
	};
}

bool wire_refuse(struct wire_fault *fault, enum wire_error error, struct view message)
{
	*fault = wire_fault_of(error, message);
	return false;
}

bool wire_refuse_memory(struct wire_fault *fault)
{
	return wire_refuse(fault, WIRE_INTERNAL_ERROR, VIEW_LITERAL("Out of memory."));
}
