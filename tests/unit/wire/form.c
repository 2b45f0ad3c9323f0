/* SPDX-License-Identifier: MIT */
#include "sqs/wire/form.h"

#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/wire/error.h"
#include "tests/lib/test.h"

static struct arena arena;
static struct form form;
static struct wire_request request;
static struct wire_fault fault;

/* Reads a form into `request`; false, and `fault`, when it is refused. */
static bool reads(struct view text)
{
	arena_finish(&arena);
	form = (struct form){0};
	fault = (struct wire_fault){0};
	return form_add(&form, &arena, text, &fault) &&
	       form_read_request(&form, &arena, &request, &fault);
}

static bool refuses(const char *text, enum wire_error error)
{
	return !reads(view_of(text)) && wire_error_find_code(fault.code) == error;
}

/* -------------------------------------------------------------------------------------
 * Writing
 */

static struct wire_attribute attributes[] = {
	{VIEW_LITERAL("Hello"), VIEW_LITERAL("String"), VIEW_LITERAL("There"), false},
	{VIEW_LITERAL("B"), VIEW_LITERAL("Binary.x"), VIEW_LITERAL("\x00\xff"), true},
};

static struct wire_entry entries[] = {
	{
		.id = VIEW_LITERAL("0"),
		.body = VIEW_LITERAL("a b&c=\xc3\xa9\r\n"),
		.delay_s = 0,
		.visibility_s = WIRE_ABSENT,
		.attributes = {attributes, 2},
	},
	{
		.id = VIEW_LITERAL("1"),
		.body = VIEW_LITERAL("x"),
		.group_id = VIEW_LITERAL("g"),
		.dedup_id = VIEW_LITERAL("d"),
		.delay_s = WIRE_ABSENT,
		.visibility_s = WIRE_ABSENT,
	},
};

TEST(a_batch_is_written_as_sqs_reads_it)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	struct wire_request batch = wire_request_of(WIRE_SEND_MESSAGE_BATCH);

	batch.queue_url = VIEW_LITERAL("http://h/1/q");
	batch.entries = entries;
	batch.entry_count = 2;
	CHECK(form_write_request(&text, &batch));
#define FIRST "&SendMessageBatchRequestEntry.1."
#define SECOND "&SendMessageBatchRequestEntry.2."
	CHECK_TEXT(text.data,
		"Action=SendMessageBatch&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F1%2Fq" FIRST
		"Id=0" FIRST "MessageBody=a%20b%26c%3D%C3%A9%0D%0A" FIRST
		"DelaySeconds=0" FIRST "MessageAttribute.1.Name=Hello" FIRST
		"MessageAttribute.1.Value.StringValue=There" FIRST
		"MessageAttribute.1.Value.DataType=String" FIRST
		"MessageAttribute.2.Name=B" FIRST
		"MessageAttribute.2.Value.BinaryValue=AP8%3D" FIRST
		"MessageAttribute.2.Value.DataType=Binary.x" SECOND "Id=1" SECOND
		"MessageBody=x" SECOND "MessageDeduplicationId=d" SECOND
		"MessageGroupId=g");
}

TEST(a_single_entry_stands_in_the_request_itself)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	struct wire_request change = wire_request_of(WIRE_CHANGE_MESSAGE_VISIBILITY);
	struct wire_entry entry = {
		.receipt_handle = VIEW_LITERAL("r+/="),
		.delay_s = WIRE_ABSENT,
		.visibility_s = 0,
	};

	change.queue_url = VIEW_LITERAL("q");
	change.entries = &entry;
	change.entry_count = 1;
	CHECK(form_write_request(&text, &change));
	CHECK_TEXT(text.data,
		"Action=ChangeMessageVisibility&Version=2012-11-05&QueueUrl=q"
		"&ReceiptHandle=r%2B%2F%3D&VisibilityTimeout=0");
}

TEST(lists_are_numbered_and_what_is_not_given_is_left_out)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	struct wire_request receive = wire_request_of(WIRE_RECEIVE_MESSAGE);
	struct view names[] = {VIEW_LITERAL("All"), VIEW_LITERAL("SentTimestamp")};

	receive.queue_url = VIEW_LITERAL("q");
	receive.wait_s = 20;
	receive.attribute_names = (struct wire_views){names, 2};
	receive.message_attribute_names = (struct wire_views){names, 1};
	CHECK(form_write_request(&text, &receive));
	CHECK_TEXT(text.data,
		"Action=ReceiveMessage&Version=2012-11-05&QueueUrl=q&WaitTimeSeconds=20"
		"&AttributeName.1=All&AttributeName.2=SentTimestamp"
		"&MessageAttributeName.1=All");
}

TEST(a_form_that_does_not_fit_is_not_written)
{
	AUTO(buf) struct buf text = BUF_INIT(60);
	struct wire_request list = wire_request_of(WIRE_LIST_QUEUES);

	list.prefix = VIEW_LITERAL("a prefix that does not fit");
	CHECK(!form_write_request(&text, &list));
}

/* -------------------------------------------------------------------------------------
 * Reading
 */

TEST(fields_are_decoded)
{
	CHECK(reads(
		VIEW_LITERAL("Action=SendMessage&MessageBody=a+b%2Bc%26%3d%c3%A9%00")));
	CHECK_NUMBER(request.entry_count, 1);
	CHECK_BYTES(request.entries->body.data, request.entries->body.len,
		"a b+c&=\xc3\xa9\0", 10);
	CHECK(view_is_absent(request.queue_url));
	CHECK(request.entries->delay_s == WIRE_ABSENT);
}

TEST(an_empty_value_is_not_an_absent_one)
{
	CHECK(reads(VIEW_LITERAL("Action=SendMessage&MessageBody=&MessageGroupId")));
	CHECK(view_is(request.entries->body, ""));
	CHECK(view_is(request.entries->group_id, ""));
	CHECK(view_is_absent(request.entries->dedup_id));
}

TEST(of_two_fields_with_one_name_the_later_counts)
{
	struct wire_fault unused;

	CHECK(reads(VIEW_LITERAL("QueueUrl=a&Action=DeleteQueue&QueueUrl=b")));
	CHECK(view_is(request.queue_url, "b"));
	CHECK(form_add(&form, &arena, VIEW_LITERAL("QueueUrl=c"), &unused));
	CHECK(view_is(form_get(&form, "QueueUrl"), "c"));
	CHECK(view_is_absent(form_get(&form, "QueueUr")));
	CHECK(view_is_absent(form_get(&form, "")));
}

TEST(elements_come_in_the_order_of_their_numbers)
{
	CHECK(reads(VIEW_LITERAL("Action=UntagQueue&TagKey.10=d&TagKey.2=b&TagKey.1=a"
				 "&TagKey.9=c&TagKey.2=bb")));
	CHECK_NUMBER(request.tag_keys.count, 4);
	CHECK(view_is(request.tag_keys.items[0], "a"));
	CHECK(view_is(request.tag_keys.items[1], "bb"));
	CHECK(view_is(request.tag_keys.items[2], "c"));
	CHECK(view_is(request.tag_keys.items[3], "d"));
}

TEST(one_element_without_a_number_is_read)
{
	CHECK(reads(VIEW_LITERAL("Action=GetQueueAttributes&AttributeName=All")));
	CHECK_NUMBER(request.attribute_names.count, 1);
	CHECK(view_is(request.attribute_names.items[0], "All"));

	CHECK(reads(VIEW_LITERAL("Action=SetQueueAttributes&Attribute.Name=DelaySeconds"
				 "&Attribute.Value=5")));
	CHECK_NUMBER(request.attributes.count, 1);
	CHECK(view_is(request.attributes.items[0].name, "DelaySeconds"));
	CHECK(view_is(request.attributes.items[0].value, "5"));

	CHECK(reads(VIEW_LITERAL("Action=AddPermission&Label=l&AWSAccountId=1"
				 "&ActionName=SendMessage")));
	CHECK(view_is(request.accounts.items[0], "1"));
	CHECK(view_is(request.action_names.items[0], "SendMessage"));
}

TEST(a_batch_is_read_with_all_that_belongs_to_its_entries)
{
#define ENTRY(n) "&SendMessageBatchRequestEntry." n "."
	CHECK(reads(VIEW_LITERAL(
		"Action=SendMessageBatch" ENTRY("2") "Id=b" ENTRY("2") "MessageAttribute.1.Name=N" ENTRY("2") "MessageAttribute.1.Value.DataType=Binary" ENTRY("2") "MessageAttribute.1.Value.BinaryValue=AP8=" ENTRY("2") "MessageSystemAttribute.1.Name=AWSTraceHeader" ENTRY(
			"2") "MessageSystemAttribute.1.Value.StringValue=t" ENTRY("20") "Id=c" ENTRY("1") "Id=a" ENTRY("1") "DelaySeconds=-7")));
	CHECK_NUMBER(request.entry_count, 3);
	CHECK(view_is(request.entries[0].id, "a"));
	CHECK_NUMBER(request.entries[0].delay_s, -7);
	CHECK(view_is(request.entries[2].id, "c"));
	CHECK_NUMBER(request.entries[1].attributes.count, 1);
	CHECK(request.entries[1].attributes.items->is_binary);
	CHECK_BYTES(request.entries[1].attributes.items->value.data,
		request.entries[1].attributes.items->value.len, "\x00\xff", 2);
	CHECK(view_is(request.entries[1].system_attributes.items->value, "t"));
	CHECK(!request.entries[1].system_attributes.items->is_binary);
}

TEST(names_that_only_look_like_elements_are_ignored)
{
	CHECK(reads(VIEW_LITERAL("Action=UntagQueue&TagKey.0=a&TagKey.01=b&TagKey.-1=c"
				 "&TagKey.1x=d&TagKey.=e&TagKey.99999999999=f&TagKey..1=g"
				 "&TagKey.1-1=h&TagKeys.1=i&tagkey.1=j&.=k&=l&&")));
	CHECK_NUMBER(request.tag_keys.count, 0);
	CHECK(reads(VIEW_LITERAL("Action=TagQueue&Tag.1=x&Tag.2.Key=k")));
	CHECK_NUMBER(request.tags.count, 1);
	CHECK(view_is(request.tags.items[0].name, "k"));
	CHECK(view_is_absent(request.tags.items[0].value));
}

TEST(what_cannot_be_represented_is_refused)
{
	CHECK(refuses("", WIRE_UNKNOWN_OPERATION));
	CHECK(refuses("Version=2012-11-05", WIRE_UNKNOWN_OPERATION));
	CHECK_NUMBER(fault.http_status, 404);
	CHECK(refuses("Action=Frobnicate", WIRE_INVALID_ACTION));
	CHECK(view_is(
		fault.message, "The action Frobnicate is not valid for this endpoint."));
	CHECK(refuses("Action=%00%ff", WIRE_INVALID_ACTION));
	CHECK(view_is(fault.message,
		"The action (unprintable) is not valid for this endpoint."));
	CHECK(refuses(
		"Action=ReceiveMessage&WaitTimeSeconds=x", WIRE_INVALID_PARAMETER_VALUE));
	CHECK(view_is(fault.message, "Value x for parameter WaitTimeSeconds is invalid. "
				     "Reason: Must be an integer."));
	CHECK(refuses(
		"Action=ReceiveMessage&WaitTimeSeconds=", WIRE_INVALID_PARAMETER_VALUE));
	CHECK(refuses("Action=ReceiveMessage&WaitTimeSeconds=99999999999999999999",
		WIRE_INVALID_PARAMETER_VALUE));
	CHECK(refuses("Action=SendMessage&MessageAttribute.1.Value.BinaryValue=*",
		WIRE_INVALID_PARAMETER_VALUE));
	CHECK(refuses("Action=%", WIRE_MALFORMED_QUERY_STRING));
	CHECK(refuses("Action=%4", WIRE_MALFORMED_QUERY_STRING));
	CHECK(refuses("Action=%4g", WIRE_MALFORMED_QUERY_STRING));
	CHECK(refuses("%zz=ListQueues", WIRE_MALFORMED_QUERY_STRING));
}

TEST(more_fields_than_any_request_has_are_refused)
{
	AUTO(buf) struct buf text = BUF_INIT(0);

	buf_add_string(&text, "Action=UntagQueue");
	for (int i = 1; i < FORM_MOST_FIELDS; i++)
		buf_printf(&text, "&TagKey.%d=x", i);
	CHECK(reads(buf_view(&text)));
	CHECK_NUMBER(request.tag_keys.count, FORM_MOST_FIELDS - 1);
	CHECK(!form_add(&form, &arena, VIEW_LITERAL("a"), &fault));
	buf_add_string(&text, "&a");
	CHECK(refuses(text.data, WIRE_MALFORMED_QUERY_STRING));
}

/* Deep and wide names cost no more than their bytes: this takes no noticeable time. */
TEST(a_hostile_form_is_read_without_harm)
{
	AUTO(buf) struct buf text = BUF_INIT(0);

	buf_add_string(&text, "Action=SendMessageBatch");
	for (int i = 1; i < FORM_MOST_FIELDS; i++)
		buf_printf(&text,
			"&SendMessageBatchRequestEntry.%d.MessageAttribute.%d.Name=x",
			i % 97 + 1, i);
	CHECK(reads(buf_view(&text)));
	CHECK_NUMBER(request.entry_count, 97);
	arena_finish(&arena);
}

TEST_MAIN
