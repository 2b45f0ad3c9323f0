/* SPDX-License-Identifier: MIT */
#include "sqs/wire/schema.h"

#include <assert.h>

#include "sqs/base/cleanup.h"

/* Lists are read and written without their types: a pointer, and a size_t behind it. */
#define ASSERT_LIST(record, first, second)                               \
	static_assert(offsetof(struct record, second) ==                 \
			      offsetof(struct record, first) +           \
				      offsetof(struct wire_list, count), \
		#record "." #first " has no count behind it")

ASSERT_LIST(wire_views, items, count);
ASSERT_LIST(wire_pairs, items, count);
ASSERT_LIST(wire_attributes, items, count);
ASSERT_LIST(wire_request, entries, entry_count);
ASSERT_LIST(wire_reply, messages, message_count);
ASSERT_LIST(wire_reply, done, done_count);
ASSERT_LIST(wire_reply, refused, refused_count);
ASSERT_LIST(wire_reply, tasks, task_count);

/* -------------------------------------------------------------------------------------
 * Records
 */

#define ROW(...)            \
	{                   \
		__VA_ARGS__ \
	}
#define ROWS(...) ((const struct wire_field[])ROW(__VA_ARGS__, ROW(.kind = WIRE_END)))
#define NO_ROWS ((const struct wire_field[])ROW(ROW(.kind = WIRE_END)))

/* Where a member of OWNER is, checked to be of the type that the row's kind stands for.
 */
#define IS_TYPE(type, member) \
	__builtin_types_compatible_p(type, __typeof__(((OWNER *)0)->member))
#define AT(type, member) \
	(offsetof(OWNER, member) + 0 * sizeof(char[IS_TYPE(type, member) ? 1 : -1]))

#define TEXT(name, member) ROW(name, name, WIRE_TEXT, AT(struct view, member), NULL)
#define NUMBER(name, member) ROW(name, name, WIRE_NUMBER, AT(int64_t, member), NULL)
#define FLAG(name, member) ROW(name, name, WIRE_FLAG, AT(bool, member), NULL)
#define TEXTS(query, json, member) \
	ROW(query, json, WIRE_TEXTS, AT(struct wire_views, member), &text_record)
#define PAIRS(query, json, member) \
	ROW(query, json, WIRE_PAIRS, AT(struct wire_pairs, member), &pair_record)
#define TAGS(json, member) \
	ROW("Tag", json, WIRE_PAIRS, AT(struct wire_pairs, member), &tag_record)
#define VALUES(query, json, member)                                           \
	ROW(query, json, WIRE_ATTRIBUTES, AT(struct wire_attributes, member), \
		&value_record)
#define RECORDS(query, json, member, items) \
	ROW(query, json, WIRE_RECORDS, offsetof(OWNER, member), &items)
#define SINGLE(member, items) ROW("", "", WIRE_SINGLE, offsetof(OWNER, member), &items)

static const struct wire_schema text_record = {NO_ROWS, sizeof(struct view), NULL};

#define OWNER struct wire_pair

#define IN_QUERY(name, member) ROW(name, NULL, WIRE_TEXT, AT(struct view, member), NULL)

static const struct wire_schema pair_record = {
	ROWS(IN_QUERY("Name", name), IN_QUERY("Value", value)), sizeof(OWNER), NULL};

static const struct wire_schema tag_record = {
	ROWS(IN_QUERY("Key", name), IN_QUERY("Value", value)), sizeof(OWNER), NULL};

#undef OWNER
#define OWNER struct wire_attribute

static const struct wire_schema value_rows = {
	ROWS({"StringValue", "StringValue", WIRE_STRING, AT(struct view, value), NULL},
		{"BinaryValue", "BinaryValue", WIRE_BYTES, AT(struct view, value), NULL},
		TEXT("DataType", type)),
	sizeof(OWNER), NULL};

static const struct wire_schema value_record = {
	ROWS(IN_QUERY("Name", name), {"Value", "", WIRE_NEST, 0, &value_rows}),
	sizeof(OWNER), NULL};

#undef OWNER
#define OWNER struct wire_entry

static const OWNER blank_entry = {
	.delay_s = WIRE_ABSENT,
	.visibility_s = WIRE_ABSENT,
};

#define ENTRY(...) ROW(ROWS(__VA_ARGS__), sizeof(OWNER), &blank_entry)

#define SENT                                                                 \
	TEXT("MessageBody", body), NUMBER("DelaySeconds", delay_s),          \
		VALUES("MessageAttribute", "MessageAttributes", attributes), \
		VALUES("MessageSystemAttribute", "MessageSystemAttributes",  \
			system_attributes),                                  \
		TEXT("MessageDeduplicationId", dedup_id),                    \
		TEXT("MessageGroupId", group_id)
#define RECEIPT TEXT("ReceiptHandle", receipt_handle)
#define CHANGED RECEIPT, NUMBER("VisibilityTimeout", visibility_s)
#define ID TEXT("Id", id)

static const struct wire_schema sent_one = ENTRY(SENT);
static const struct wire_schema sent_entry = ENTRY(ID, SENT);
static const struct wire_schema deleted_one = ENTRY(RECEIPT);
static const struct wire_schema deleted_entry = ENTRY(ID, RECEIPT);
static const struct wire_schema changed_one = ENTRY(CHANGED);
static const struct wire_schema changed_entry = ENTRY(ID, CHANGED);

#undef OWNER
#define OWNER struct wire_message

static const struct wire_schema message_record = {
	ROWS(TEXT("MessageId", id), TEXT("ReceiptHandle", receipt_handle),
		TEXT("MD5OfBody", body_md5), TEXT("Body", body),
		PAIRS("Attribute", "Attributes", system),
		TEXT("MD5OfMessageAttributes", attributes_md5),
		VALUES("MessageAttribute", "MessageAttributes", attributes)),
	sizeof(OWNER), NULL};

#undef OWNER
#define OWNER struct wire_done

#define ACCEPTED                                                             \
	TEXT("MessageId", message_id), TEXT("MD5OfMessageBody", body_md5),   \
		TEXT("MD5OfMessageAttributes", attributes_md5),              \
		TEXT("MD5OfMessageSystemAttributes", system_attributes_md5), \
		TEXT("SequenceNumber", sequence_number)

static const struct wire_schema accepted_one = {ROWS(ACCEPTED), sizeof(OWNER), NULL};
static const struct wire_schema accepted_entry = {
	ROWS(ID, ACCEPTED), sizeof(OWNER), NULL};
static const struct wire_schema done_entry = {ROWS(ID), sizeof(OWNER), NULL};

#undef OWNER
#define OWNER struct wire_refused

static const struct wire_schema refused_entry = {
	ROWS(ID, FLAG("SenderFault", sender_fault), TEXT("Code", code),
		TEXT("Message", message)),
	sizeof(OWNER), NULL};

#undef OWNER
#define OWNER struct wire_move_task

static const OWNER blank_task = {
	.moved = WIRE_ABSENT,
	.to_move = WIRE_ABSENT,
	.per_second = WIRE_ABSENT,
	.started_ms = WIRE_ABSENT,
};

static const struct wire_schema task_record = {
	ROWS(TEXT("TaskHandle", handle), TEXT("Status", status),
		TEXT("SourceArn", source_arn), TEXT("DestinationArn", destination_arn),
		NUMBER("MaxNumberOfMessagesPerSecond", per_second),
		NUMBER("ApproximateNumberOfMessagesMoved", moved),
		NUMBER("ApproximateNumberOfMessagesToMove", to_move),
		TEXT("FailureReason", failure_reason),
		NUMBER("StartedTimestamp", started_ms)),
	sizeof(OWNER), &blank_task};

/* -------------------------------------------------------------------------------------
 * Requests
 */

#undef OWNER
#define OWNER struct wire_request

static const OWNER blank_request = {
	.max_results = WIRE_ABSENT,
	.max_messages = WIRE_ABSENT,
	.max_per_second = WIRE_ABSENT,
	.visibility_s = WIRE_ABSENT,
	.wait_s = WIRE_ABSENT,
};

#define REQUEST(...) ROW(ROWS(__VA_ARGS__), sizeof(OWNER), &blank_request)

#define QUEUE_URL TEXT("QueueUrl", queue_url)
#define QUEUE_NAME TEXT("QueueName", queue_name)
#define LABEL TEXT("Label", label)
#define PAGE NUMBER("MaxResults", max_results), TEXT("NextToken", next_token)
#define TASK_HANDLE TEXT("TaskHandle", task_handle)
#define SOURCE_ARN TEXT("SourceArn", source_arn)
#define ATTRIBUTES PAIRS("Attribute", "Attributes", attributes)
#define ENTRIES(query, items) RECORDS(query, "Entries", entries, items)

static const struct wire_schema requests[] = {
	[WIRE_ADD_PERMISSION] = REQUEST(QUEUE_URL, LABEL,
		TEXTS("AWSAccountId", "AWSAccountIds", accounts),
		TEXTS("ActionName", "Actions", action_names)),
	[WIRE_CANCEL_MESSAGE_MOVE_TASK] = REQUEST(TASK_HANDLE),
	[WIRE_CHANGE_MESSAGE_VISIBILITY] =
		REQUEST(QUEUE_URL, SINGLE(entries, changed_one)),
	[WIRE_CHANGE_MESSAGE_VISIBILITY_BATCH] = REQUEST(QUEUE_URL,
		ENTRIES("ChangeMessageVisibilityBatchRequestEntry", changed_entry)),
	[WIRE_CREATE_QUEUE] = REQUEST(QUEUE_NAME, ATTRIBUTES, TAGS("tags", tags)),
	[WIRE_DELETE_MESSAGE] = REQUEST(QUEUE_URL, SINGLE(entries, deleted_one)),
	[WIRE_DELETE_MESSAGE_BATCH] = REQUEST(
		QUEUE_URL, ENTRIES("DeleteMessageBatchRequestEntry", deleted_entry)),
	[WIRE_DELETE_QUEUE] = REQUEST(QUEUE_URL),
	[WIRE_GET_QUEUE_ATTRIBUTES] = REQUEST(
		QUEUE_URL, TEXTS("AttributeName", "AttributeNames", attribute_names)),
	[WIRE_GET_QUEUE_URL] = REQUEST(QUEUE_NAME, TEXT("QueueOwnerAWSAccountId", owner)),
	[WIRE_LIST_DEAD_LETTER_SOURCE_QUEUES] = REQUEST(QUEUE_URL, PAGE),
	[WIRE_LIST_MESSAGE_MOVE_TASKS] =
		REQUEST(SOURCE_ARN, NUMBER("MaxResults", max_results)),
	[WIRE_LIST_QUEUES] = REQUEST(TEXT("QueueNamePrefix", prefix), PAGE),
	[WIRE_LIST_QUEUE_TAGS] = REQUEST(QUEUE_URL),
	[WIRE_PURGE_QUEUE] = REQUEST(QUEUE_URL),
	/* In JSON, names of system attributes come under either name, or both. */
	[WIRE_RECEIVE_MESSAGE] = REQUEST(QUEUE_URL,
		NUMBER("MaxNumberOfMessages", max_messages),
		NUMBER("VisibilityTimeout", visibility_s),
		NUMBER("WaitTimeSeconds", wait_s),
		TEXTS("AttributeName", "MessageSystemAttributeNames", attribute_names),
		TEXTS(NULL, "AttributeNames", attribute_names),
		TEXTS("MessageAttributeName", "MessageAttributeNames",
			message_attribute_names),
		TEXT("ReceiveRequestAttemptId", attempt_id)),
	[WIRE_REMOVE_PERMISSION] = REQUEST(QUEUE_URL, LABEL),
	[WIRE_SEND_MESSAGE] = REQUEST(QUEUE_URL, SINGLE(entries, sent_one)),
	[WIRE_SEND_MESSAGE_BATCH] =
		REQUEST(QUEUE_URL, ENTRIES("SendMessageBatchRequestEntry", sent_entry)),
	[WIRE_SET_QUEUE_ATTRIBUTES] = REQUEST(QUEUE_URL, ATTRIBUTES),
	[WIRE_START_MESSAGE_MOVE_TASK] =
		REQUEST(SOURCE_ARN, TEXT("DestinationArn", destination_arn),
			NUMBER("MaxNumberOfMessagesPerSecond", max_per_second)),
	[WIRE_TAG_QUEUE] = REQUEST(QUEUE_URL, TAGS("Tags", tags)),
	[WIRE_UNTAG_QUEUE] = REQUEST(QUEUE_URL, TEXTS("TagKey", "TagKeys", tag_keys)),
};
static_assert(ARRAY_SIZE(requests) == WIRE_ACTION_COUNT, "an action has no request");

/* -------------------------------------------------------------------------------------
 * Replies
 */

#undef OWNER
#define OWNER struct wire_reply

static const OWNER blank_reply = {
	.moved = WIRE_ABSENT,
};

#define REPLY(...) ROW(ROWS(__VA_ARGS__), sizeof(OWNER), &blank_reply)
#define VOID ROW(NO_ROWS, sizeof(OWNER), &blank_reply)
#define BATCH(query, items)                              \
	REPLY(RECORDS(query, "Successful", done, items), \
		RECORDS("BatchResultErrorEntry", "Failed", refused, refused_entry))
#define URLS(json) TEXTS("QueueUrl", json, urls), TEXT("NextToken", next_token)

static const struct wire_schema replies[] = {
	[WIRE_ADD_PERMISSION] = VOID,
	[WIRE_CANCEL_MESSAGE_MOVE_TASK] =
		REPLY(NUMBER("ApproximateNumberOfMessagesMoved", moved)),
	[WIRE_CHANGE_MESSAGE_VISIBILITY] = VOID,
	[WIRE_CHANGE_MESSAGE_VISIBILITY_BATCH] =
		BATCH("ChangeMessageVisibilityBatchResultEntry", done_entry),
	[WIRE_CREATE_QUEUE] = REPLY(QUEUE_URL),
	[WIRE_DELETE_MESSAGE] = VOID,
	[WIRE_DELETE_MESSAGE_BATCH] = BATCH("DeleteMessageBatchResultEntry", done_entry),
	[WIRE_DELETE_QUEUE] = VOID,
	[WIRE_GET_QUEUE_ATTRIBUTES] = REPLY(PAIRS("Attribute", "Attributes", pairs)),
	[WIRE_GET_QUEUE_URL] = REPLY(QUEUE_URL),
	[WIRE_LIST_DEAD_LETTER_SOURCE_QUEUES] = REPLY(URLS("queueUrls")),
	[WIRE_LIST_MESSAGE_MOVE_TASKS] = REPLY(RECORDS(
		"ListMessageMoveTasksResultEntry", "Results", tasks, task_record)),
	[WIRE_LIST_QUEUES] = REPLY(URLS("QueueUrls")),
	[WIRE_LIST_QUEUE_TAGS] = REPLY(TAGS("Tags", pairs)),
	[WIRE_PURGE_QUEUE] = VOID,
	[WIRE_RECEIVE_MESSAGE] =
		REPLY(RECORDS("Message", "Messages", messages, message_record)),
	[WIRE_REMOVE_PERMISSION] = VOID,
	[WIRE_SEND_MESSAGE] = REPLY(SINGLE(done, accepted_one)),
	[WIRE_SEND_MESSAGE_BATCH] = BATCH("SendMessageBatchResultEntry", accepted_entry),
	[WIRE_SET_QUEUE_ATTRIBUTES] = VOID,
	[WIRE_START_MESSAGE_MOVE_TASK] = REPLY(TASK_HANDLE),
	[WIRE_TAG_QUEUE] = VOID,
	[WIRE_UNTAG_QUEUE] = VOID,
};
static_assert(ARRAY_SIZE(replies) == WIRE_ACTION_COUNT, "an action has no reply");

const struct wire_schema *wire_request_schema(enum wire_action action)
{
	assert(action < WIRE_ACTION_COUNT);
	return &requests[action];
}

const struct wire_schema *wire_reply_schema(enum wire_action action)
{
	assert(action < WIRE_ACTION_COUNT);
	return &replies[action];
}

struct wire_request wire_request_of(enum wire_action action)
{
	struct wire_request request = blank_request;

	request.action = action;
	return request;
}

struct wire_reply wire_reply_of(enum wire_action action)
{
	struct wire_reply reply = blank_reply;

	reply.action = action;
	return reply;
}

/* -------------------------------------------------------------------------------------
 * Lists
 */

struct wire_list wire_list_get(const void *record, const struct wire_field *field)
{
	struct wire_list list;

	memcpy(&list, (const char *)record + field->offset, sizeof(list));
	return list;
}

void wire_list_set(void *record, const struct wire_field *field, struct wire_list list)
{
	memcpy((char *)record + field->offset, &list, sizeof(list));
}

void *wire_list_at(struct wire_list list, const struct wire_field *field, size_t i)
{
	return (char *)list.items + i * field->items->size;
}

/* A list has room for the next power of two of its elements, and for 4 at least. */
static bool is_full(size_t count)
{
	return count == 0 || (count >= 4 && (count & (count - 1)) == 0);
}

void *wire_list_add(struct arena *arena, void *record, const struct wire_field *field)
{
	struct wire_list list = wire_list_get(record, field);
	const size_t size = field->items->size;
	void *item;

	if (is_full(list.count)) {
		void *more = arena_array(arena, list.count ? 2 * list.count : 4, size);

		if (!more)
			return NULL;
		if (list.count)
			memcpy(more, list.items, list.count * size);
		list.items = more;
	}
	item = (char *)list.items + list.count * size;
	if (field->items->blank)
		memcpy(item, field->items->blank, size);
	list.count++;
	wire_list_set(record, field, list);
	return item;
}
