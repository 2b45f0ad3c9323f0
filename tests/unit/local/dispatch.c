/* SPDX-License-Identifier: MIT */
#include "sqs/local/dispatch.h"

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

#define FORM "application/x-www-form-urlencoded"
#define JSON "application/x-amz-json-1.0"

static const char no_action[] = "(none)";

struct row {
	const char *method;
	const char *path;
	const char *query;
	const char *type;
	const char *target;
	const char *body;
	enum dispatch_protocol protocol;
	int action;       /* of a readable request; -1: refused */
	const char *code; /* of the refusal */
	int status;
};

/* A request as http.c hands it over; `headers` has room for two. */
static struct http_request request_of(const struct row *row, struct wire_pair headers[2])
{
	struct http_request request = {
		.method = view_of(row->method),
		.path = view_of(row->path),
		.query = view_of(row->query),
		.body = view_of(row->body ? row->body : ""),
		.headers = headers,
	};

	if (row->type)
		headers[request.header_count++] = (struct wire_pair){
			VIEW_LITERAL("content-TYPE"), view_of(row->type)};
	if (row->target)
		headers[request.header_count++] = (struct wire_pair){
			VIEW_LITERAL("x-amz-target"), view_of(row->target)};
	return request;
}

TEST(a_request_is_read_in_its_protocol_or_refused_in_it)
{
	static const struct row rows[] = {
		{"POST", "/", NULL, FORM "; charset=utf-8", NULL, "Action=ListQueues",
			DISPATCH_QUERY, WIRE_LIST_QUEUES, NULL, 0},
		{"GET", "/", "Action=ListQueues&Version=2012-11-05", NULL, NULL, NULL,
			DISPATCH_QUERY, WIRE_LIST_QUEUES, NULL, 0},
		{"GET", "/000000000000/jobs",
			"Action=GetQueueAttributes&AttributeName=All", NULL, NULL, NULL,
			DISPATCH_QUERY, WIRE_GET_QUEUE_ATTRIBUTES, NULL, 0},
		{"POST", "/", NULL, NULL, NULL, "Action=ListQueues", DISPATCH_QUERY,
			WIRE_LIST_QUEUES, NULL, 0},
		{"POST", "/", NULL, JSON, "AmazonSQS.ListQueues", "{}", DISPATCH_JSON,
			WIRE_LIST_QUEUES, NULL, 0},
		{"POST", "/", NULL, "Application/X-Amz-Json-1.1", "AmazonSQS.ListQueues",
			NULL, DISPATCH_JSON, WIRE_LIST_QUEUES, NULL, 0},
		{"POST", "/", NULL, NULL, "AmazonSQS.ListQueues", "{}", DISPATCH_JSON,
			WIRE_LIST_QUEUES, NULL, 0},
		{"POST", "/000000000000/jobs", NULL, JSON, "AmazonSQS.ListQueues", "{}",
			DISPATCH_JSON, WIRE_LIST_QUEUES, NULL, 0},

		{"POST", "/", NULL, JSON, "AmazonSQS.Nonsense", "{}", DISPATCH_JSON, -1,
			"UnknownOperationException", 404},
		{"POST", "/", NULL, JSON, "DynamoDB.ListQueues", "{}", DISPATCH_JSON, -1,
			"UnknownOperationException", 404},
		{"POST", "/", NULL, JSON, "AmazonSQS.ListQueues", "{", DISPATCH_JSON, -1,
			"SerializationException", 400},
		{"POST", "/", NULL, FORM, NULL, "Action=Nonsense", DISPATCH_QUERY, -1,
			"InvalidAction", 400},
		{"POST", "/", NULL, FORM, NULL, "", DISPATCH_QUERY, -1,
			"UnknownOperationException", 404},
		{"POST", "/000000000000/jobs", NULL, FORM, NULL, "Action=ListQueues",
			DISPATCH_QUERY, -1, "InvalidAction", 400},
		{"POST", "/000000000000/jobs", NULL, FORM, NULL,
			"Action=CreateQueue&QueueName=x", DISPATCH_QUERY, -1,
			"InvalidAction", 400},
		{"POST", "/", NULL, FORM, NULL, "Action=%G1", DISPATCH_QUERY, -1,
			"MalformedQueryString", 400},
		{"PUT", "/", NULL, FORM, NULL, "Action=ListQueues", DISPATCH_QUERY, -1,
			"MethodNotAllowed", 405},
		{"GET", "/", NULL, JSON, "AmazonSQS.ListQueues", "{}", DISPATCH_JSON, -1,
			"MethodNotAllowed", 405},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct wire_pair headers[2];
		struct http_request request = request_of(row, headers);
		struct arena arena = {0};
		struct dispatch seen;

		dispatch_read(&request, &arena, &seen);
		CHECK_NUMBER(seen.protocol, row->protocol);
		CHECK_NUMBER(
			seen.is_readable ? (int)seen.request.action : -1, row->action);
		if (row->action < 0) {
			CHECK_BYTES(seen.fault.code.data, seen.fault.code.len, row->code,
				strlen(row->code));
			CHECK_NUMBER(seen.fault.http_status, row->status);
		}
		arena_finish(&arena);
	}
}

/* An answer in XML that repeated it would be none. */
TEST(an_action_of_other_bytes_is_not_repeated)
{
	const struct row row = {.method = "POST", .path = "/", .body = "Action=%01%FF"};
	struct wire_pair headers[2];
	struct http_request request = request_of(&row, headers);
	struct arena arena = {0};
	struct dispatch seen;

	dispatch_read(&request, &arena, &seen);
	CHECK_BYTES(seen.fault.message.data, seen.fault.message.len,
		"The action (unprintable) is not valid for this endpoint.", 56);
	arena_finish(&arena);
}

TEST(a_body_that_was_not_taken_is_refused)
{
	static const struct {
		enum http_refusal refusal;
		const char *type, *code, *name;
		int status;
	} rows[] = {
		{HTTP_BODY_TOO_LARGE, FORM, "RequestEntityTooLarge",
			"<Code>RequestEntityTooLarge</Code>", 413},
		{HTTP_BODY_TOO_LARGE, JSON, "RequestEntityTooLarge",
			"#RequestEntityTooLargeException\"", 413},
		{HTTP_NO_ROOM, FORM, "ServiceUnavailable",
			"<Code>ServiceUnavailable</Code>", 503},
		{HTTP_NO_ROOM, JSON, "ServiceUnavailable",
			"#ServiceUnavailableException\"", 503},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row row = {
			"POST", "/", NULL, rows[i].type, NULL, NULL, 0, 0, NULL, 0};
		struct wire_pair headers[2];
		struct http_request request = request_of(&row, headers);
		struct arena arena = {0};
		AUTO(buf) struct buf body = {0};
		struct dispatch_answer answer;
		struct dispatch seen;

		request.refusal = rows[i].refusal;
		dispatch_read(&request, &arena, &seen);
		CHECK(!seen.is_readable);
		CHECK_BYTES(seen.fault.code.data, seen.fault.code.len, rows[i].code,
			strlen(rows[i].code));
		seen.fault.request_id = VIEW_LITERAL("id-1");
		CHECK(dispatch_write_fault(
			seen.protocol, &seen.fault, &arena, &body, &answer));
		CHECK_NUMBER(answer.status, rows[i].status);
		CHECK(strstr(body.data, rows[i].name) != NULL);
		arena_finish(&arena);
	}
}

TEST(the_body_overrides_the_query_and_the_url_the_path)
{
	static const struct row row = {"POST", "/000000000000/path",
		"Action=SendMessage&MessageBody=query", FORM, NULL,
		"MessageBody=body&QueueUrl=http%3A%2F%2Fh%2F0%2Furl", 0, 0, NULL, 0};
	struct wire_pair headers[2];
	struct http_request request = request_of(&row, headers);
	struct arena arena = {0};
	struct dispatch seen;
	struct view name;

	dispatch_read(&request, &arena, &seen);
	CHECK(seen.is_readable);
	CHECK(view_is(seen.request.entries[0].body, "body"));
	name = dispatch_queue_name(&seen.request, request.path);
	CHECK(view_is(name, "url"));
	seen.request.queue_url = (struct view){0};
	name = dispatch_queue_name(&seen.request, request.path);
	CHECK(view_is(name, "path"));
	name = dispatch_queue_name(&seen.request, view_of("/"));
	CHECK_NUMBER(name.len, 0);
	arena_finish(&arena);
}

TEST(a_trace_header_becomes_the_messages_own)
{
	static const struct row row = {"POST", "/0/jobs", NULL, FORM, NULL,
		"Action=SendMessage&MessageBody=x", 0, 0, NULL, 0};
	struct wire_pair headers[3];
	struct http_request request = request_of(&row, headers);
	const struct wire_attributes *system;
	struct arena arena = {0};
	struct dispatch seen;

	headers[request.header_count++] = (struct wire_pair){
		VIEW_LITERAL("X-Amzn-Trace-Id"), VIEW_LITERAL("Root=1-2-3")};
	dispatch_read(&request, &arena, &seen);
	CHECK(seen.is_readable);
	system = &seen.request.entries[0].system_attributes;
	CHECK_NUMBER(system->count, 1);
	CHECK(view_is(system->items[0].name, "AWSTraceHeader"));
	CHECK(view_is(system->items[0].value, "Root=1-2-3"));
	arena_finish(&arena);
}

static const char *header_of(const struct dispatch_answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->header_count; i++)
		if (view_is(answer->headers[i].name, name))
			return answer->headers[i].value.data;
	return no_action;
}

TEST(a_fault_is_shaped_as_its_protocol_has_it)
{
	struct wire_fault fault = {.http_status = 400,
		.code = VIEW_LITERAL("AWS.SimpleQueueService.NonExistentQueue"),
		.request_id = VIEW_LITERAL("id-1"),
		.sender_fault = true};
	struct arena arena = {0};
	AUTO(buf) struct buf json = {0};
	AUTO(buf) struct buf xml = {0};
	struct dispatch_answer answer;

	CHECK(dispatch_write_fault(DISPATCH_JSON, &fault, &arena, &json, &answer));
	CHECK_NUMBER(answer.status, 400);
	CHECK_TEXT(header_of(&answer, "x-amzn-query-error"),
		"AWS.SimpleQueueService.NonExistentQueue;Sender");
	CHECK_TEXT(header_of(&answer, "x-amzn-RequestId"), "id-1");
	CHECK_TEXT(header_of(&answer, "Content-Type"), JSON);
	CHECK(strstr(json.data, "com.amazonaws.sqs#QueueDoesNotExist") != NULL);

	CHECK(dispatch_write_fault(DISPATCH_QUERY, &fault, &arena, &xml, &answer));
	CHECK_TEXT(header_of(&answer, "Content-Type"), "text/xml");
	CHECK_TEXT(header_of(&answer, "x-amzn-RequestId"), "id-1");
	CHECK_TEXT(header_of(&answer, "x-amzn-query-error"), no_action);
	CHECK(strstr(xml.data, "<RequestId>id-1</RequestId>") != NULL);
	arena_finish(&arena);
}

TEST_MAIN
