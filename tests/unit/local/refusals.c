/* SPDX-License-Identifier: MIT */
/* What SendMessage and ReceiveMessage refuse: AWS's codes and texts. */
#include <stdio.h>

#include "sqs/base/cleanup.h"
#include "tests/unit/local/claim.h"

#define V(text) VIEW_LITERAL(text)

/* ---- one entry, a row each ---- */

static struct wire_attribute string_attribute = {V("a"), V("String"), V("v"), false};
static struct wire_attribute bad_name = {V("AWS.x"), V("String"), V("v"), false};
static struct wire_attribute bad_type = {V("a"), V("Text"), V("v"), false};
static struct wire_attribute empty_value = {V("a"), V("String"), V(""), false};
static struct wire_attribute not_a_number = {V("a"), V("Number"), V("x"), false};
static struct wire_attribute twice[] = {
	{V("a"), V("String"), V("v"), false}, {V("a"), V("String"), V("w"), false}};
static struct wire_attribute eleven[11];
static struct wire_attribute trace = {V("AWSTraceHeader"), V("String"), V("x"), false};
static struct wire_attribute bad_trace = {
	V("AWSTraceHeader"), V("Number"), V("1"), false};
static struct wire_attribute no_trace = {V("Other"), V("String"), V("x"), false};

struct row {
	const char *queue;
	struct wire_entry entry;
	const char *code, *words;
};

#define NO_DELAY .delay_s = WIRE_ABSENT

static const struct row rows[] = {
	{"q", {.body = V("x"), NO_DELAY}, "", ""},
	{"q", {.body = V(""), NO_DELAY}, "MissingParameter",
		"The request must contain the parameter MessageBody."},
	{"q", {NO_DELAY}, "MissingParameter",
		"The request must contain the parameter MessageBody."},
	{"q", {.body = V("a\x01"), NO_DELAY}, "InvalidMessageContents", ""},
	{"q", {.body = V("a\xff"), NO_DELAY}, "InvalidMessageContents", ""},
	{"q", {.body = V("x"), .delay_s = 900}, "", ""},
	{"q", {.body = V("x"), .delay_s = 901}, "InvalidParameterValue",
		"Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds "
		"must be >= 0 and <= 900."},
	{"q", {.body = V("x"), .delay_s = -1}, "InvalidParameterValue", "Value -1"},
	{"q", {.body = V("x"), NO_DELAY, .attributes = {&string_attribute, 1}}, "", ""},
	{"q", {.body = V("x"), NO_DELAY, .attributes = {&bad_name, 1}},
		"InvalidParameterValue", "AWS.x"},
	{"q", {.body = V("x"), NO_DELAY, .attributes = {&bad_type, 1}},
		"InvalidParameterValue", "type"},
	{"q", {.body = V("x"), NO_DELAY, .attributes = {&empty_value, 1}},
		"InvalidParameterValue", "'a'"},
	{"q", {.body = V("x"), NO_DELAY, .attributes = {&not_a_number, 1}},
		"InvalidParameterValue", "'a'"},
	{"q", {.body = V("x"), NO_DELAY, .attributes = {twice, 2}},
		"InvalidParameterValue", "twice"},
	{"q", {.body = V("x"), NO_DELAY, .attributes = {eleven, 11}},
		"InvalidParameterValue", "[11] exceeds the allowed maximum [10]"},
	{"q", {.body = V("x"), NO_DELAY, .system_attributes = {&trace, 1}}, "", ""},
	{"q", {.body = V("x"), NO_DELAY, .system_attributes = {&bad_trace, 1}},
		"InvalidParameterValue", "AWSTraceHeader"},
	{"q", {.body = V("x"), NO_DELAY, .system_attributes = {&no_trace, 1}},
		"InvalidParameterValue", "AWSTraceHeader"},
	/* Fair queues: a group is welcome, a deduplication id is not. */
	{"q", {.body = V("x"), NO_DELAY, .group_id = V("g")}, "", ""},
	{"q", {.body = V("x"), NO_DELAY, .group_id = V("")}, "InvalidParameterValue",
		"MessageGroupId can only include alphanumeric and punctuation "
		"characters. 1 to 128 in length."},
	{"q", {.body = V("x"), NO_DELAY, .group_id = V("a b")}, "InvalidParameterValue",
		"MessageGroupId"},
	{"q", {.body = V("x"), NO_DELAY, .dedup_id = V("d")}, "InvalidParameterValue",
		"MessageDeduplicationId"},
	/* FIFO. */
	{"q.fifo", {.body = V("x"), NO_DELAY, .dedup_id = V("1")}, "MissingParameter",
		"The request must contain the parameter MessageGroupId."},
	{"q.fifo", {.body = V("x"), NO_DELAY, .group_id = V("g")},
		"InvalidParameterValue",
		"The queue should either have ContentBasedDeduplication enabled or "
		"MessageDeduplicationId provided explicitly"},
	{"q.fifo", {.body = V("x"), .delay_s = 2, .group_id = V("g"), .dedup_id = V("2")},
		"InvalidParameterValue",
		"Value 2 for parameter DelaySeconds is invalid. Reason: The request "
		"include parameter that is not valid for this queue type."},
	{"q.fifo", {.body = V("x"), .delay_s = 0, .group_id = V("g"), .dedup_id = V("3")},
		"", ""},
	{"q.fifo", {.body = V("x"), NO_DELAY, .group_id = V("g"), .dedup_id = V("a b")},
		"InvalidParameterValue", "MessageDeduplicationId"},
	{"q.fifo", {.body = V("x"), NO_DELAY, .group_id = V(""), .dedup_id = V("4")},
		"InvalidParameterValue", "MessageGroupId"},
	{"nope", {.body = V("x"), NO_DELAY}, "AWS.SimpleQueueService.NonExistentQueue",
		""},
	{"not/a name", {.body = V("x"), NO_DELAY}, "InvalidAddress",
		"The address not/a name is not valid for this endpoint."},
	{"", {.body = V("x"), NO_DELAY}, "MissingParameter",
		"The request must contain the parameter QueueUrl."},
};

CLAIM(what_a_send_is_refused_for, "q", NULL)
{
	CHECK_TEXT(world_create(&world, "q.fifo", "FifoQueue=true"), "");
	for (size_t i = 0; i < ARRAY_SIZE(eleven); i++) {
		static const char names[] = "abcdefghijk";

		eleven[i] = string_attribute;
		eleven[i].name = (struct view){names + i, 1};
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct wire_request request = wire_request_of(WIRE_SEND_MESSAGE);
		struct wire_entry entry = rows[i].entry;

		request.queue_url = view_of(rows[i].queue);
		request.entries = &entry;
		request.entry_count = 1;
		CHECK_TEXT(world_ask(&world, &request), rows[i].code);
		if (*rows[i].words)
			CHECK(strstr(world_words(&world), rows[i].words));
	}
}

/* Body, names, types and values count; what is as large as the limit fits. */
CLAIM(a_message_is_as_large_as_the_queue_lets_it, "q", "MaximumMessageSize=1024")
{
	char body[1025];
	struct wire_entry entry = {.body = {body, 1024}, .delay_s = WIRE_ABSENT};
	struct wire_request request = wire_request_of(WIRE_SEND_MESSAGE);

	memset(body, 'x', sizeof(body));
	request.queue_url = V("q");
	request.entries = &entry;
	request.entry_count = 1;
	CHECK_TEXT(world_ask(&world, &request), "");
	entry.body.len = 1025;
	CHECK_TEXT(world_ask(&world, &request), "InvalidParameterValue");
	CHECK_TEXT(world_words(&world),
		"One or more parameters are invalid. Reason: Message must be shorter "
		"than 1024 bytes.");
	entry.attributes = (struct wire_attributes){&string_attribute, 1};
	entry.body.len = 1024 - 8;
	CHECK_TEXT(world_ask(&world, &request), "");
	entry.body.len = 1024 - 7;
	CHECK_TEXT(world_ask(&world, &request), "InvalidParameterValue");
}

static const struct {
	int64_t most, visibility_s, wait_s;
	const char *attribute, *code, *words;
} receives[] = {
	{10, 43200, 20, "All", "", ""},
	{11, WIRE_ABSENT, WIRE_ABSENT, NULL, "InvalidParameterValue",
		"Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be "
		"between 1 and 10, if provided."},
	{0, WIRE_ABSENT, WIRE_ABSENT, NULL, "InvalidParameterValue", "Value 0"},
	{1, 43201, WIRE_ABSENT, NULL, "InvalidParameterValue", "VisibilityTimeout"},
	{1, -1, WIRE_ABSENT, NULL, "InvalidParameterValue", "VisibilityTimeout"},
	{1, WIRE_ABSENT, 21, NULL, "InvalidParameterValue",
		"Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 "
		"and <= 20, if provided."},
	{1, WIRE_ABSENT, -1, NULL, "InvalidParameterValue", "WaitTimeSeconds"},
	{1, WIRE_ABSENT, 0, "SentTimestamp", "", ""},
	{1, WIRE_ABSENT, 0, "Policy", "", ""}, /* of queues: nothing comes of it */
	{1, WIRE_ABSENT, 0, "Nonsense", "InvalidAttributeName",
		"Unknown Attribute Nonsense."},
};

CLAIM(what_a_receive_is_refused_for, "q", NULL)
{
	for (size_t i = 0; i < ARRAY_SIZE(receives); i++) {
		struct wire_request request = wire_request_of(WIRE_RECEIVE_MESSAGE);
		struct view name = view_of(receives[i].attribute);

		request.queue_url = V("q");
		request.max_messages = receives[i].most;
		request.visibility_s = receives[i].visibility_s;
		request.wait_s = receives[i].wait_s;
		request.attribute_names =
			(struct wire_views){&name, receives[i].attribute != NULL};
		CHECK_TEXT(world_ask(&world, &request), receives[i].code);
		if (*receives[i].words)
			CHECK(strstr(world_words(&world), receives[i].words));
	}
}

/* What a request said is quoted in a text that every reply can carry. */
CLAIM(a_refusal_quotes_no_bytes_that_cannot_be_sent, "q", NULL)
{
	CHECK_TEXT(world_delete_handle(&world, "q", "a\x01\xff\xc3\xa4"),
		"ReceiptHandleIsInvalid");
	CHECK_TEXT(world_words(&world),
		"The input receipt handle \"a??\xc3\xa4\" is not a "
		"valid receipt handle.");
}

CLAIM(what_a_change_of_visibility_is_refused_for, "q", NULL)
{
	CHECK_TEXT(world_send(&world, "q", "a"), "");
	CHECK_TEXT(world_receive(&world, "q", 1), "a");
	CHECK_TEXT(world_hide(&world, "q", "a", 43201), "InvalidParameterValue");
	CHECK_TEXT(world_hide(&world, "q", "a", -1), "InvalidParameterValue");
	CHECK_TEXT(world_hide(&world, "q", "a", WIRE_ABSENT), "MissingParameter");
	CHECK_TEXT(world_words(&world),
		"The request must contain the parameter VisibilityTimeout.");
	CHECK_TEXT(world_hide(&world, "q", "never seen", 1), "ReceiptHandleIsInvalid");
}

/* Sends 120,010 messages to a queue, ten a group, and receives all but ten of them. */
static void fill(const char *queue, bool is_fifo)
{
	struct wire_request send = wire_request_of(WIRE_SEND_MESSAGE_BATCH);
	struct wire_request receive = wire_request_of(WIRE_RECEIVE_MESSAGE);
	static const char ids[] = "0123456789";
	struct wire_entry entries[10];
	char group[20];

	for (int i = 0; i < 10; i++)
		entries[i] = (struct wire_entry){
			.id = {ids + i, 1}, .body = {ids + i, 1}, .delay_s = WIRE_ABSENT};
	send.queue_url = receive.queue_url = view_of(queue);
	send.entries = entries;
	send.entry_count = 10;
	receive.max_messages = 10;
	receive.visibility_s = 1000;
	for (int i = 0; i < 12001; i++) {
		snprintf(group, sizeof(group), "g%d", i);
		for (int j = 0; is_fifo && j < 10; j++)
			entries[j].group_id = view_of(group);
		CHECK_TEXT(world_ask(&world, &send), "");
	}
	for (int i = 0; i < 12000; i++)
		CHECK_TEXT(world_ask(&world, &receive), "");
	CHECK_TEXT(world_counts(&world, queue), "10 120000 0");
}

/* Standard queues answer a short poll beyond the limit with an error, a long one with
 * nothing. */
CLAIM(no_more_than_120000_are_in_flight, "q", NULL)
{
	struct wire_request receive = wire_request_of(WIRE_RECEIVE_MESSAGE);

	fill("q", false);
	receive.queue_url = V("q");
	CHECK_TEXT(world_ask(&world, &receive), "OverLimit");
	CHECK_NUMBER(world.call.fault.http_status, 403);
	receive.wait_s = 1;
	CHECK_TEXT(world_ask(&world, &receive), "");
	CHECK_NUMBER(world.verdict, SERVICE_WAIT);
	CHECK_NUMBER(service_receivable_at(world.service, world.call.queue, world.now_ms),
		world.now_ms + 1000000);
}

/* FIFO queues answer every poll with nothing. */
CLAIM(nor_of_a_fifo_queue, "q.fifo",
	"FifoQueue=true;ContentBasedDeduplication=true;DeduplicationScope=messageGroup")
{
	fill("q.fifo", true);
	CHECK_TEXT(world_receive(&world, "q.fifo", 10), "(none)");
}

TEST_MAIN
