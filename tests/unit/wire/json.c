/* SPDX-License-Identifier: MIT */
#include "sqs/wire/json.h"

#include "sqs/base/cleanup.h"
#include "sqs/wire/error.h"
#include "tests/lib/test.h"

static struct arena arena;
static struct wire_request request;
static struct wire_fault fault;

static bool reads(enum wire_action action, const char *body)
{
	arena_finish(&arena);
	return json_read_request(view_of(body), action, &arena, &request, &fault);
}

static bool refuses(enum wire_action action, const char *body, enum wire_error error)
{
	return !reads(action, body) && wire_error_find_code(fault.code) == error;
}

TEST(a_send_is_read)
{
	CHECK(reads(WIRE_SEND_MESSAGE,
		"{\"QueueUrl\":\"u\",\"MessageBody\":\"a\\n\\u00e9\\ud83d\\ude00\\u0000b\","
		"\"DelaySeconds\":5,\"MessageAttributes\":{"
		"\"S\":{\"DataType\":\"String\",\"StringValue\":\"v\"},"
		"\"B\":{\"DataType\":\"Binary\",\"BinaryValue\":\"AP8=\"}},"
		"\"MessageSystemAttributes\":{\"AWSTraceHeader\":{\"StringValue\":\"t\"}},"
		"\"Unknown\":[1,{}]}"));
	CHECK_NUMBER(request.action, WIRE_SEND_MESSAGE);
	CHECK_NUMBER(request.entry_count, 1);
	CHECK_BYTES(request.entries->body.data, request.entries->body.len,
		"a\n\xc3\xa9\xf0\x9f\x98\x80\0b", 10);
	CHECK_NUMBER(request.entries->delay_s, 5);
	CHECK_NUMBER(request.entries->attributes.count, 2);
	CHECK(view_is(request.entries->attributes.items[0].name, "S"));
	CHECK(view_is(request.entries->attributes.items[0].value, "v"));
	CHECK(request.entries->attributes.items[1].is_binary);
	CHECK_BYTES(request.entries->attributes.items[1].value.data,
		request.entries->attributes.items[1].value.len, "\x00\xff", 2);
	CHECK_NUMBER(request.entries->system_attributes.count, 1);
}

/* The members' names are not what a rule would make of them. */
TEST(members_are_spelt_as_sqs_spells_them)
{
	CHECK(reads(WIRE_CREATE_QUEUE, "{\"QueueName\":\"q\",\"tags\":{\"k\":\"v\"},"
				       "\"Attributes\":{\"DelaySeconds\":\"5\"}}"));
	CHECK_NUMBER(request.tags.count, 1);
	CHECK_NUMBER(request.attributes.count, 1);
	CHECK(reads(WIRE_CREATE_QUEUE, "{\"QueueName\":\"q\",\"Tags\":{\"k\":\"v\"}}"));
	CHECK_NUMBER(request.tags.count, 0);
	CHECK(reads(WIRE_TAG_QUEUE, "{\"Tags\":{\"k\":\"v\"}}"));
	CHECK_NUMBER(request.tags.count, 1);
	CHECK(reads(WIRE_UNTAG_QUEUE, "{\"TagKeys\":[\"k\",\"l\"]}"));
	CHECK_NUMBER(request.tag_keys.count, 2);
	CHECK(reads(WIRE_ADD_PERMISSION,
		"{\"AWSAccountIds\":[\"1\"],\"Actions\":[\"SendMessage\",\"*\"]}"));
	CHECK_NUMBER(request.accounts.count, 1);
	CHECK_NUMBER(request.action_names.count, 2);
}

TEST(both_lists_of_system_attribute_names_count)
{
	CHECK(reads(WIRE_RECEIVE_MESSAGE,
		"{\"AttributeNames\":[\"SenderId\"],"
		"\"MessageSystemAttributeNames\":[\"SentTimestamp\"],"
		"\"MessageAttributeNames\":[\"All\"]}"));
	CHECK_NUMBER(request.attribute_names.count, 2);
	CHECK_NUMBER(request.message_attribute_names.count, 1);
}

TEST(a_number_may_be_a_text_and_a_null_is_nothing)
{
	CHECK(reads(WIRE_RECEIVE_MESSAGE,
		"{\"WaitTimeSeconds\":\"20\",\"MaxNumberOfMessages\":10.0,"
		"\"VisibilityTimeout\":null,\"QueueUrl\":null}"));
	CHECK_NUMBER(request.wait_s, 20);
	CHECK_NUMBER(request.max_messages, 10);
	CHECK(request.visibility_s == WIRE_ABSENT);
	CHECK(view_is_absent(request.queue_url));
}

TEST(no_body_is_an_empty_object)
{
	CHECK(reads(WIRE_LIST_QUEUES, ""));
	CHECK(request.max_results == WIRE_ABSENT);
	CHECK(reads(WIRE_LIST_QUEUES, "{}"));
}

static const struct {
	const char *body;
	enum wire_error error;
} refused[] = {
	{"[]", WIRE_SERIALIZATION},
	{"5", WIRE_SERIALIZATION},
	{"{", WIRE_SERIALIZATION},
	{"{}{}", WIRE_SERIALIZATION},
	{"Action=SendMessage", WIRE_SERIALIZATION},
	{"{\"MessageBody\":5}", WIRE_SERIALIZATION},
	{"{\"DelaySeconds\":1.5}", WIRE_SERIALIZATION},
	{"{\"DelaySeconds\":1e300}", WIRE_SERIALIZATION},
	{"{\"DelaySeconds\":99999999999999999999}", WIRE_SERIALIZATION},
	{"{\"DelaySeconds\":\"x\"}", WIRE_SERIALIZATION},
	{"{\"DelaySeconds\":true}", WIRE_SERIALIZATION},
	{"{\"MessageAttributes\":[]}", WIRE_SERIALIZATION},
	{"{\"MessageAttributes\":{\"a\":\"b\"}}", WIRE_SERIALIZATION},
	{"{\"MessageAttributes\":{\"a\":{\"BinaryValue\":\"*\"}}}", WIRE_SERIALIZATION},
	{"{\"a\\u0000b\":1}", WIRE_SERIALIZATION},
	{"{\"MessageBody\":\"\xff\"}", WIRE_INVALID_MESSAGE_CONTENTS},
	{"{\"MessageBody\":\"\\ud800\"}", WIRE_INVALID_MESSAGE_CONTENTS},
	{"{\"MessageBody\":\"\\ud800\\u0041\"}", WIRE_INVALID_MESSAGE_CONTENTS},
	{"{\"MessageBody\":\"\\udc00\"}", WIRE_INVALID_MESSAGE_CONTENTS},
};

TEST(what_is_no_such_request_is_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		CHECK_NUMBER(refuses(WIRE_SEND_MESSAGE, refused[i].body, refused[i].error)
				     ? (int)i
				     : -1,
			i);
	CHECK(refuses(WIRE_SEND_MESSAGE_BATCH, "{\"Entries\":[5]}", WIRE_SERIALIZATION));
	CHECK(refuses(WIRE_SEND_MESSAGE_BATCH, "{\"Entries\":{}}", WIRE_SERIALIZATION));
	CHECK(refuses(WIRE_UNTAG_QUEUE, "{\"TagKeys\":[5]}", WIRE_SERIALIZATION));
	CHECK(refuses(WIRE_TAG_QUEUE, "{\"Tags\":{\"k\":5}}", WIRE_SERIALIZATION));
}

TEST(nesting_without_end_is_refused)
{
	AUTO(buf) struct buf deep = BUF_INIT(0);

	for (int i = 0; i < 100000; i++)
		buf_add_string(&deep, "{\"a\":");
	CHECK(refuses(WIRE_SEND_MESSAGE, deep.data, WIRE_SERIALIZATION));
}

/* -------------------------------------------------------------------------------------
 * Writing
 */

TEST(empty_lists_are_left_out)
{
	static const enum wire_action actions[] = {WIRE_LIST_QUEUES, WIRE_RECEIVE_MESSAGE,
		WIRE_SEND_MESSAGE_BATCH, WIRE_GET_QUEUE_ATTRIBUTES, WIRE_LIST_QUEUE_TAGS,
		WIRE_LIST_MESSAGE_MOVE_TASKS, WIRE_PURGE_QUEUE};

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		AUTO(buf) struct buf text = BUF_INIT(0);

		CHECK(json_write_reply(
			&text, &(struct wire_reply){.action = actions[i]}));
		CHECK_TEXT(text.data, "{}");
	}
}

TEST(dead_letter_sources_begin_with_a_small_q)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	struct view url = VIEW_LITERAL("http://h/1/q");
	struct wire_reply reply = {
		.action = WIRE_LIST_DEAD_LETTER_SOURCE_QUEUES,
		.urls = {&url, 1},
	};

	CHECK(json_write_reply(&text, &reply));
	CHECK_TEXT(text.data, "{\"queueUrls\":[\"http://h/1/q\"]}");
	buf_clear(&text);
	reply.action = WIRE_LIST_QUEUES;
	CHECK(json_write_reply(&text, &reply));
	CHECK_TEXT(text.data, "{\"QueueUrls\":[\"http://h/1/q\"]}");
}

TEST(a_message_is_written)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	struct wire_pair system = {VIEW_LITERAL("SenderId"), VIEW_LITERAL("1")};
	struct wire_attribute attributes[] = {
		{VIEW_LITERAL("B"), VIEW_LITERAL("Binary"), VIEW_LITERAL("\x00\xff"),
			true},
		{VIEW_LITERAL("S"), VIEW_LITERAL("String"), VIEW_LITERAL("v"), false},
	};
	struct wire_message message = {
		.id = VIEW_LITERAL("i"),
		.body = VIEW_LITERAL("\"\\/\r\n\t\x1f\xc3\xa9"),
		.system = {&system, 1},
		.attributes = {attributes, 2},
	};
	struct wire_reply reply = {
		.action = WIRE_RECEIVE_MESSAGE, .messages = &message, .message_count = 1};

	CHECK(json_write_reply(&text, &reply));
	CHECK_TEXT(text.data,
		"{\"Messages\":[{\"MessageId\":\"i\","
		"\"Body\":\"\\\"\\\\/\\r\\n\\t\\u001f\xc3\xa9\","
		"\"Attributes\":{\"SenderId\":\"1\"},\"MessageAttributes\":{"
		"\"B\":{\"BinaryValue\":\"AP8=\",\"DataType\":\"Binary\"},"
		"\"S\":{\"StringValue\":\"v\",\"DataType\":\"String\"}}}]}");
}

TEST(flags_and_numbers_are_not_texts)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	struct wire_refused entry = {.id = VIEW_LITERAL("0"),
		.code = VIEW_LITERAL("InvalidMessageContents"),
		.sender_fault = true};
	struct wire_reply batch = {
		.action = WIRE_SEND_MESSAGE_BATCH, .refused = &entry, .refused_count = 1};
	struct wire_reply cancel = {.action = WIRE_CANCEL_MESSAGE_MOVE_TASK, .moved = 7};

	CHECK(json_write_reply(&text, &batch));
	CHECK_TEXT(text.data, "{\"Failed\":[{\"Id\":\"0\",\"SenderFault\":true,"
			      "\"Code\":\"InvalidMessageContents\"}]}");
	buf_clear(&text);
	CHECK(json_write_reply(&text, &cancel));
	CHECK_TEXT(text.data, "{\"ApproximateNumberOfMessagesMoved\":7}");
}

static const struct {
	enum wire_error error;
	const char *body;
	const char *header;
} faults[] = {
	{WIRE_QUEUE_DOES_NOT_EXIST,
		"{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\","
		"\"message\":\"The specified queue does not exist.\"}",
		"AWS.SimpleQueueService.NonExistentQueue;Sender"},
	{WIRE_MISSING_AUTHENTICATION,
		"{\"__type\":\"com.amazon.coral.service#MissingAuthenticationToken"
		"Exception\",\"message\":\"Request is missing Authentication Token\"}",
		"MissingAuthenticationToken;Sender"},
	{WIRE_SERVICE_UNAVAILABLE,
		"{\"__type\":\"com.amazon.coral.service#ServiceUnavailableException\","
		"\"message\":\"The service failed for a reason of its own. Try again.\"}",
		"ServiceUnavailable;Receiver"},
};

TEST(a_fault_has_a_type_a_message_and_a_header)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		AUTO(buf) struct buf body = BUF_INIT(0);
		AUTO(buf) struct buf header = BUF_INIT(0);
		const struct wire_fault refusal =
			wire_fault_of(faults[i].error, (struct view){0});

		CHECK(json_write_fault(&body, &refusal));
		CHECK_TEXT(body.data, faults[i].body);
		CHECK(json_write_query_error(&header, &refusal));
		CHECK_TEXT(header.data, faults[i].header);
	}
	arena_finish(&arena);
}

/* 5 MiB of empty entries would be hundreds of MiB in memory. */
TEST(more_values_than_any_request_has_are_refused)
{
	AUTO(buf) struct buf body = BUF_INIT(100000);

	buf_add_string(&body, "{\"Entries\":[{}");
	for (int i = 0; i < 10000; i++)
		buf_add_string(&body, ",{}");
	buf_add_string(&body, "]}");
	CHECK(refuses(WIRE_SEND_MESSAGE_BATCH, body.data, WIRE_SERIALIZATION));
	buf_clear(&body);
	buf_add_string(&body, "{\"MessageBody\":\"\\\"");
	for (int i = 0; i < 10001; i++)
		buf_add_string(&body, ",{[");
	buf_add_string(&body, "\"}");
	CHECK(reads(WIRE_SEND_MESSAGE, body.data));
}

TEST_MAIN
