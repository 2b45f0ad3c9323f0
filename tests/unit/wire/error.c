/* SPDX-License-Identifier: MIT */
#include "sqs/wire/error.h"

#include <string.h>

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

TEST(every_row_is_complete)
{
	for (enum wire_error i = WIRE_ERROR_UNKNOWN + 1; i < WIRE_ERROR_COUNT; i++) {
		const struct wire_error_row *row = wire_error_row(i);

		CHECK(row->code && row->code[0]);
		CHECK(row->json && row->json[0] && !strchr(row->json, '#'));
		CHECK(row->http_status >= 400 && row->http_status < 600);
		CHECK(row->error > SQS_OK && row->error < SQS_ERROR_COUNT);
		CHECK(row->message && row->message[0]);
		CHECK(row->sender_fault == (row->http_status < 500) ||
			row->retry != WIRE_RETRY_NEVER);
	}
}

TEST(both_spellings_of_a_row_find_it)
{
	for (enum wire_error i = WIRE_ERROR_UNKNOWN + 1; i < WIRE_ERROR_COUNT; i++) {
		CHECK_NUMBER(wire_error_find_code(view_of(wire_error_row(i)->code)), i);
		CHECK_NUMBER(wire_error_find_code(view_of(wire_error_row(i)->json)), i);
	}
}

static const struct {
	const char *code;
	enum wire_error error;
} spellings[] = {
	{"com.amazonaws.sqs#QueueDoesNotExist", WIRE_QUEUE_DOES_NOT_EXIST},
	{"com.amazonaws.sqs#QueueDoesNotExist:http://internal/",
		WIRE_QUEUE_DOES_NOT_EXIST},
	{"com.amazon.coral.service#InvalidParameterValueException",
		WIRE_INVALID_PARAMETER_VALUE},
	{"InvalidIdFormat", WIRE_INVALID_ID_FORMAT},
	{"", WIRE_ERROR_UNKNOWN},
	{"queuedoesnotexist", WIRE_ERROR_UNKNOWN},
	{"#", WIRE_ERROR_UNKNOWN},
	{":", WIRE_ERROR_UNKNOWN},
};

TEST(a_namespace_does_not_hide_a_code)
{
	for (size_t i = 0; i < ARRAY_SIZE(spellings); i++)
		CHECK_NUMBER(wire_error_find_code(view_of(spellings[i].code)),
			spellings[i].error);
	CHECK_NUMBER(wire_error_find_code((struct view){NULL, 0}), WIRE_ERROR_UNKNOWN);
}

#define STALE "Reason: The receipt handle has expired."
#define GONE \
	"Reason: Message does not exist or is not available for visibility timeout change."
#define LARGE "Reason: Message must be shorter than 1024 bytes."

/* What a fault means and whether asking again can help. */
static const struct {
	int status;
	const char *code;
	const char *message;
	enum sqs_error error;
	enum wire_retry retry;
} faults[] = {
	{400, "AWS.SimpleQueueService.NonExistentQueue", "", SQS_NO_SUCH_QUEUE,
		WIRE_RETRY_NEVER},
	{400, "QueueAlreadyExists", "", SQS_QUEUE_EXISTS, WIRE_RETRY_NEVER},
	{400, "AWS.SimpleQueueService.QueueDeletedRecently", "", SQS_BUSY,
		WIRE_RETRY_NEVER},
	{403, "AWS.SimpleQueueService.PurgeQueueInProgress", "", SQS_BUSY,
		WIRE_RETRY_NEVER},
	{403, "OverLimit", "", SQS_TOO_MANY_IN_FLIGHT, WIRE_RETRY_NEVER},
	{403, "RequestThrottled", "", SQS_THROTTLED, WIRE_RETRY_THROTTLE},
	{400, "InvalidMessageContents", "", SQS_BAD_CONTENT, WIRE_RETRY_NEVER},
	{400, "AWS.SimpleQueueService.BatchRequestTooLong", "", SQS_TOO_LARGE,
		WIRE_RETRY_NEVER},
	{400, "InvalidParameterValue", "", SQS_INVALID, WIRE_RETRY_NEVER},
	{400, "InvalidParameterValue", LARGE, SQS_TOO_LARGE, WIRE_RETRY_NEVER},
	{400, "InvalidParameterValueException", STALE, SQS_RECEIPT_STALE,
		WIRE_RETRY_NEVER},
	{400, "InvalidParameterValue", GONE, SQS_RECEIPT_STALE, WIRE_RETRY_NEVER},
	{400, "MissingParameter", LARGE, SQS_INVALID, WIRE_RETRY_NEVER},
	{404, "ReceiptHandleIsInvalid", "", SQS_RECEIPT_STALE, WIRE_RETRY_NEVER},
	{400, "AWS.SimpleQueueService.MessageNotInflight", "", SQS_RECEIPT_STALE,
		WIRE_RETRY_NEVER},
	{400, "InvalidAttributeName", "", SQS_NO_SUCH_ATTRIBUTE, WIRE_RETRY_NEVER},
	{403, "AccessDenied", "", SQS_DENIED, WIRE_RETRY_NEVER},
	{403, "InvalidClientTokenId", "", SQS_BAD_CREDENTIALS,
		WIRE_RETRY_AFTER_CREDENTIALS},
	{403, "ExpiredToken", "", SQS_CREDENTIALS_EXPIRED, WIRE_RETRY_AFTER_CREDENTIALS},
	{403, "SignatureDoesNotMatch", "", SQS_BAD_CREDENTIALS, WIRE_RETRY_AFTER_CLOCK},
	{400, "RequestExpired", "", SQS_BAD_CREDENTIALS, WIRE_RETRY_AFTER_CLOCK},
	{400, "KMS.DisabledException", "", SQS_KEY_UNAVAILABLE, WIRE_RETRY_NEVER},
	{400, "KMS.ThrottlingException", "", SQS_THROTTLED, WIRE_RETRY_THROTTLE},
	{400, "Throttling", "", SQS_THROTTLED, WIRE_RETRY_THROTTLE},
	{500, "InternalError", "", SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT},
	{503, "ServiceUnavailable", "", SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT},
	/* Nothing but a status. */
	{400, "", "", SQS_INVALID, WIRE_RETRY_NEVER},
	{401, "", "", SQS_DENIED, WIRE_RETRY_NEVER},
	{403, "Nonsense", "", SQS_DENIED, WIRE_RETRY_NEVER},
	{404, "", "", SQS_NOT_FOUND, WIRE_RETRY_NEVER},
	{405, "", "", SQS_UNSUPPORTED, WIRE_RETRY_NEVER},
	{408, "", "", SQS_TIMED_OUT, WIRE_RETRY_TRANSIENT},
	{413, "", "", SQS_TOO_LARGE, WIRE_RETRY_NEVER},
	{418, "", "", SQS_INVALID, WIRE_RETRY_NEVER},
	{429, "", "", SQS_THROTTLED, WIRE_RETRY_THROTTLE},
	{500, "", "", SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT},
	{502, "", "", SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT},
	{503, "", "", SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT},
	{504, "", "", SQS_SERVICE_FAILED, WIRE_RETRY_TRANSIENT},
	{509, "", "", SQS_THROTTLED, WIRE_RETRY_THROTTLE},
	{302, "", "", SQS_BAD_REPLY, WIRE_RETRY_NEVER},
	{200, "", "", SQS_BAD_REPLY, WIRE_RETRY_NEVER},
};

TEST(a_fault_means_what_the_table_says)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		const struct wire_fault fault = {
			.http_status = faults[i].status,
			.code = view_of(faults[i].code),
			.message = view_of(faults[i].message),
		};

		CHECK_NUMBER(wire_error_of_fault(&fault), faults[i].error);
		CHECK_NUMBER(wire_retry_of_fault(&fault), faults[i].retry);
	}
}

TEST(a_fault_of_a_row_has_its_code_and_status)
{
	const struct wire_fault fault =
		wire_fault_of(WIRE_RECEIPT_HANDLE_IS_INVALID, VIEW_LITERAL("why"));

	CHECK(view_is(fault.code, "ReceiptHandleIsInvalid"));
	CHECK(view_is(fault.message, "why"));
	CHECK_NUMBER(fault.http_status, 404);
	CHECK(fault.sender_fault);
}

TEST(every_error_has_a_text_of_its_own)
{
	for (enum sqs_error i = 0; i < SQS_ERROR_COUNT; i++) {
		CHECK(strcmp(sqs_error_text(i), "unknown error") != 0);
		for (enum sqs_error k = 0; k < i; k++)
			CHECK(strcmp(sqs_error_text(i), sqs_error_text(k)) != 0);
	}
	CHECK_TEXT(sqs_error_text(SQS_ERROR_COUNT), "unknown error");
}

TEST_MAIN
