/* SPDX-License-Identifier: MIT */
#include "sqs/wire/xml.h"

#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/wire/error.h"
#include "tests/lib/test.h"

#define HEAD "<?xml version=\"1.0\"?>"
#define NS " xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\""
#define META "<ResponseMetadata><RequestId>b5293cb5</RequestId></ResponseMetadata>"

static struct arena arena;
static struct wire_reply reply;

static bool reads(enum wire_action action, const char *xml)
{
	arena_finish(&arena);
	return xml_read_reply(view_of(xml), action, &arena, &reply);
}

static void auto_arena(struct arena *local)
{
	arena_finish(local);
}

/* -------------------------------------------------------------------------------------
 * Replies as SQS writes them
 */

TEST(a_send_is_read)
{
	CHECK(reads(WIRE_SEND_MESSAGE,
		HEAD "<SendMessageResponse" NS "><SendMessageResult>"
		     "<MessageId>5fea7756</MessageId>"
		     "<MD5OfMessageBody>fafb00f5</MD5OfMessageBody>"
		     "<MD5OfMessageAttributes>3ae8f24a</MD5OfMessageAttributes>"
		     "<SequenceNumber>18849496460467696128</SequenceNumber>"
		     "</SendMessageResult>" META "</SendMessageResponse>"));
	CHECK(view_is(reply.request_id, "b5293cb5"));
	CHECK_NUMBER(reply.done_count, 1);
	CHECK(view_is(reply.done->message_id, "5fea7756"));
	CHECK(view_is(reply.done->body_md5, "fafb00f5"));
	CHECK(view_is(reply.done->attributes_md5, "3ae8f24a"));
	CHECK(view_is(reply.done->sequence_number, "18849496460467696128"));
	CHECK(view_is_absent(reply.done->system_attributes_md5));
}

TEST(a_received_message_is_read)
{
	CHECK(reads(WIRE_RECEIVE_MESSAGE, HEAD
		"<ReceiveMessageResponse" NS "><ReceiveMessageResult>\n <Message>\n"
		"  <MessageId>id</MessageId>\n"
		"  <ReceiptHandle>AQEB+/=</ReceiptHandle>"
		"<MD5OfBody>md5</MD5OfBody>"
		"<Body> {&quot;a&quot;:&#xD;\n&lt;&amp;&gt;}<![CDATA[<x>&]]>\t</Body>"
		"<Attribute><Name>SenderId</Name><Value>195</Value></Attribute>"
		"<Attribute><Name>SentTimestamp</Name><Value>1238</Value></Attribute>"
		"<MD5OfMessageAttributes>amd5</MD5OfMessageAttributes>"
		"<MessageAttribute><Name>B</Name><Value>"
		"<BinaryValue>AP8=</BinaryValue><DataType>Binary</DataType>"
		"</Value></MessageAttribute>"
		"<MessageAttribute><Name>S</Name><Value><DataType>String</DataType>"
		"<StringValue>v</StringValue></Value></MessageAttribute>"
		"</Message></ReceiveMessageResult>" META "</ReceiveMessageResponse>"));
	CHECK_NUMBER(reply.message_count, 1);
	CHECK(view_is(reply.messages->body, " {\"a\":\r\n<&>}<x>&\t"));
	CHECK(view_is(reply.messages->receipt_handle, "AQEB+/="));
	CHECK_NUMBER(reply.messages->system.count, 2);
	CHECK(view_is(reply.messages->system.items[1].name, "SentTimestamp"));
	CHECK(view_is(reply.messages->system.items[1].value, "1238"));
	CHECK_NUMBER(reply.messages->attributes.count, 2);
	CHECK(reply.messages->attributes.items[0].is_binary);
	CHECK_BYTES(reply.messages->attributes.items[0].value.data,
		reply.messages->attributes.items[0].value.len, "\x00\xff", 2);
	CHECK(!reply.messages->attributes.items[1].is_binary);
	CHECK(view_is(reply.messages->attributes.items[1].type, "String"));
}

TEST(a_receive_that_found_nothing_is_read)
{
	CHECK(reads(WIRE_RECEIVE_MESSAGE,
		"<ReceiveMessageResponse><ReceiveMessageResult/>"
		"</ReceiveMessageResponse>"));
	CHECK_NUMBER(reply.message_count, 0);
	CHECK(view_is_absent(reply.request_id));
}

TEST(a_batch_is_read_with_what_was_refused)
{
	CHECK(reads(WIRE_DELETE_MESSAGE_BATCH,
		"<DeleteMessageBatchResponse><DeleteMessageBatchResult>"
		"<DeleteMessageBatchResultEntry><Id>0</Id></DeleteMessageBatchResultEntry>"
		"<BatchResultErrorEntry><Id>1</Id><SenderFault>true</SenderFault>"
		"<Code>ReceiptHandleIsInvalid</Code><Message/></BatchResultErrorEntry>"
		"<DeleteMessageBatchResultEntry><Id>2</Id></DeleteMessageBatchResultEntry>"
		"</DeleteMessageBatchResult></DeleteMessageBatchResponse>"));
	CHECK_NUMBER(reply.done_count, 2);
	CHECK(view_is(reply.done[1].id, "2"));
	CHECK_NUMBER(reply.refused_count, 1);
	CHECK(view_is(reply.refused->id, "1"));
	CHECK(reply.refused->sender_fault);
	CHECK(view_is(reply.refused->message, ""));
}

#define TASK(inside)                                                              \
	"<R><ListMessageMoveTasksResult><ListMessageMoveTasksResultEntry>" inside \
	"</ListMessageMoveTasksResultEntry></ListMessageMoveTasksResult></R>"

TEST(a_move_task_is_read)
{
	CHECK(reads(WIRE_LIST_MESSAGE_MOVE_TASKS,
		TASK("<TaskHandle>h</TaskHandle><Status>RUNNING</Status>"
		     "<SourceArn>s</SourceArn><DestinationArn>d</DestinationArn>"
		     "<MaxNumberOfMessagesPerSecond>1</MaxNumberOfMessagesPerSecond>"
		     "<ApproximateNumberOfMessagesMoved>2</ApproximateNumberOfMessagesMoved>"
		     "<ApproximateNumberOfMessagesToMove>3"
		     "</ApproximateNumberOfMessagesToMove>"
		     "<FailureReason>f</FailureReason>"
		     "<StartedTimestamp>1442428276921</StartedTimestamp>")));
	CHECK_NUMBER(reply.task_count, 1);
	CHECK(view_is(reply.tasks->handle, "h") &&
		view_is(reply.tasks->status, "RUNNING"));
	CHECK(view_is(reply.tasks->source_arn, "s"));
	CHECK(view_is(reply.tasks->destination_arn, "d"));
	CHECK(view_is(reply.tasks->failure_reason, "f"));
	CHECK_NUMBER(reply.tasks->per_second, 1);
	CHECK_NUMBER(reply.tasks->moved, 2);
	CHECK_NUMBER(reply.tasks->to_move, 3);
	CHECK_NUMBER(reply.tasks->started_ms, 1442428276921);
}

TEST(numbers_that_are_missing_are_absent)
{
	CHECK(reads(WIRE_LIST_MESSAGE_MOVE_TASKS,
		TASK("<ApproximateNumberOfMessagesMoved>7"
		     "</ApproximateNumberOfMessagesMoved>")));
	CHECK_NUMBER(reply.task_count, 1);
	CHECK_NUMBER(reply.tasks->moved, 7);
	CHECK(reply.tasks->to_move == WIRE_ABSENT);
	CHECK(reply.tasks->per_second == WIRE_ABSENT);
}

/* Some servers name the root of void replies differently; some add elements. */
TEST(what_is_not_needed_is_not_looked_at)
{
	CHECK(reads(WIRE_DELETE_MESSAGE,
		"<wrapper name=\"DeleteMessageResponse\">" META "</wrapper>"));
	CHECK(view_is(reply.request_id, "b5293cb5"));
	CHECK(reads(WIRE_LIST_QUEUES,
		"<q:R xmlns:q=\"urn:x\"><New><QueueUrl>no</QueueUrl></New>"
		"<q:ListQueuesResult a=\"b\"><!-- c --><?pi?><QueueUrl>yes</QueueUrl>"
		"<New>x</New></q:ListQueuesResult></q:R>"));
	CHECK_NUMBER(reply.urls.count, 1);
	CHECK(view_is(reply.urls.items[0], "yes"));
}

/* -------------------------------------------------------------------------------------
 * What is not a reply
 */

#define RESULT(inside) "<R><ListQueuesResult>" inside "</ListQueuesResult></R>"

static const char *const not_replies[] = {
	"",
	" ",
	"<",
	"not XML",
	"{\"QueueUrls\":[]}",
	"<R/>",
	"<R><SendMessageResult/></R>",
	"<ListQueuesResult/>",
	"<ErrorResponse><ListQueuesResult/></ErrorResponse>",
	RESULT("<QueueUrl>a</QueueUr>"),
	RESULT("<QueueUrl>a"),
	RESULT("<QueueUrl>&nbsp;</QueueUrl>"),
	RESULT("<QueueUrl>&#0;</QueueUrl>"),
	RESULT("<QueueUrl>\x01</QueueUrl>"),
	RESULT("<QueueUrl>\xff</QueueUrl>"),
	RESULT("") RESULT(""),
	RESULT("") "<",
	"<!DOCTYPE html><html><body>Sign in</body></html>",
	"<!DOCTYPE R SYSTEM \"http://example.com/x.dtd\">" RESULT(""),
	"<!DOCTYPE R [<!ENTITY a \"x\">]>" RESULT("<QueueUrl>&a;</QueueUrl>"),
	"<!DOCTYPE R [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" RESULT(
		"<QueueUrl>&a;</QueueUrl>"),
	"<!DOCTYPE R [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
	"<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;\">]>" RESULT(
		"<QueueUrl>&d;&d;&d;&d;</QueueUrl>"),
};

TEST(what_is_no_reply_is_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(not_replies); i++)
		CHECK_NUMBER(reads(WIRE_LIST_QUEUES, not_replies[i]) ? -1 : (int)i, i);
	CHECK(reads(WIRE_LIST_QUEUES, RESULT("")));
}

TEST(a_number_that_is_none_is_refused)
{
#define MOVED(n)                                                               \
	"<R><CancelMessageMoveTaskResult><ApproximateNumberOfMessagesMoved>" n \
	"</ApproximateNumberOfMessagesMoved></CancelMessageMoveTaskResult></R>"
	CHECK(reads(WIRE_CANCEL_MESSAGE_MOVE_TASK, MOVED("12")));
	CHECK_NUMBER(reply.moved, 12);
	CHECK(!reads(WIRE_CANCEL_MESSAGE_MOVE_TASK, MOVED("twelve")));
	CHECK(!reads(WIRE_CANCEL_MESSAGE_MOVE_TASK, MOVED("")));
}

/* Elements where they do not belong are unknown there, however deep. */
TEST(wrong_nesting_yields_nothing)
{
	AUTO(buf) struct buf deep = BUF_INIT(0);

	CHECK(reads(WIRE_RECEIVE_MESSAGE,
		"<R><ReceiveMessageResult><Body>a</Body><Message><Message><Body>b</Body>"
		"</Message><Body>c<Body>d</Body></Body></Message></ReceiveMessageResult>"
		"<Message><Body>e</Body></Message></R>"));
	CHECK_NUMBER(reply.message_count, 1);
	CHECK(view_is(reply.messages->body, "c"));

	buf_add_string(&deep, "<R><ReceiveMessageResult>");
	for (int i = 0; i < 100000; i++)
		buf_add_string(&deep, "<a>");
	for (int i = 0; i < 100000; i++)
		buf_add_string(&deep, "</a>");
	buf_add_string(&deep, "</ReceiveMessageResult></R>");
	CHECK(!reads(WIRE_RECEIVE_MESSAGE, deep.data));
}

enum { MEGABYTE = 1048576, MESSAGES = 10 };

/* Whether ten messages of 1 MiB of this character come back. */
static bool large_reply_comes_back(char filler)
{
	AUTO(arena) struct arena local = {0};
	AUTO(buf) struct buf xml = BUF_INIT(0);
	AUTO(free) char *body = malloc(MEGABYTE);
	struct wire_message messages[MESSAGES] = {0};
	struct wire_reply written = {
		.action = WIRE_RECEIVE_MESSAGE,
		.messages = messages,
		.message_count = MESSAGES,
	};

	memset(body, filler, MEGABYTE);
	for (int i = 0; i < MESSAGES; i++)
		messages[i].body = (struct view){body, MEGABYTE};
	return xml_write_reply(&xml, &written) &&
	       xml_read_reply(buf_view(&xml), WIRE_RECEIVE_MESSAGE, &local, &reply) &&
	       reply.message_count == MESSAGES &&
	       view_equals(reply.messages[9].body, messages[9].body);
}

/* The second, of 63 MB in XML, is the largest reply there can be. */
TEST(the_largest_replies_are_read)
{
	CHECK(large_reply_comes_back('x'));
	CHECK(large_reply_comes_back('"'));
}

/* -------------------------------------------------------------------------------------
 * Faults
 */

/* An empty element is ten bytes, what it becomes some hundred. */
TEST(more_elements_than_any_reply_has_are_refused)
{
	static const char *const elements[] = {
		"<Message/>", "<Message><Attribute/></Message>", "<Unknown/>"};
	static const bool is_read[] = {false, false, true};

	for (size_t i = 0; i < ARRAY_SIZE(elements); i++) {
		AUTO(buf) struct buf xml = BUF_INIT(0);
		AUTO(arena) struct arena local = {0};

		buf_add_string(&xml, "<r><ReceiveMessageResult>");
		for (size_t n = 0; n < 200000; n++)
			buf_add_string(&xml, elements[i]);
		buf_add_string(&xml, "</ReceiveMessageResult></r>");
		CHECK(xml_read_reply(buf_view(&xml), WIRE_RECEIVE_MESSAGE, &local,
			      &reply) == is_read[i]);
	}
}

TEST(a_fault_is_read)
{
	AUTO(arena) struct arena local = {0};
	struct wire_fault fault;

	CHECK(xml_read_fault(
		VIEW_LITERAL("<?xml version=\"1.0\"?><ErrorResponse" NS
			     "><Error><Type>Sender</Type>"
			     "<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"
			     "<Message>No &quot;q&quot;.</Message><Detail/></Error>"
			     "<RequestId>42d59b56</RequestId></ErrorResponse>"),
		400, &local, &fault));
	CHECK_NUMBER(fault.http_status, 400);
	CHECK(view_is(fault.code, "AWS.SimpleQueueService.NonExistentQueue"));
	CHECK(view_is(fault.message, "No \"q\"."));
	CHECK(view_is(fault.request_id, "42d59b56"));
	CHECK(fault.sender_fault);
	CHECK_NUMBER(wire_error_of_fault(&fault), SQS_NO_SUCH_QUEUE);
}

TEST(without_a_readable_fault_the_status_decides)
{
	static const char *const pages[] = {"", "<html><body>503</body></html>",
		"Service Unavailable", "<UnknownOperationException/>",
		"<ErrorResponse><Error><Code>Throttling</Code></Error>"};

	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		AUTO(arena) struct arena local = {0};
		struct wire_fault fault;

		CHECK(!xml_read_fault(view_of(pages[i]), 503, &local, &fault));
		CHECK_NUMBER(fault.http_status, 503);
		CHECK(view_is_absent(fault.code) && view_is_absent(fault.message));
		CHECK(!fault.sender_fault);
		CHECK_NUMBER(wire_error_of_fault(&fault), SQS_SERVICE_FAILED);
	}
}

TEST(a_fault_is_written)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	struct wire_fault fault =
		wire_fault_of(WIRE_QUEUE_DOES_NOT_EXIST, (struct view){0});

	fault.request_id = VIEW_LITERAL("r");
	CHECK(xml_write_fault(&text, &fault));
	CHECK_TEXT(text.data,
		HEAD "\n<ErrorResponse" NS "><Error><Type>Sender</Type>"
		     "<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"
		     "<Message>The specified queue does not exist for this wsdl "
		     "version.</Message><Detail/></Error><RequestId>r</RequestId>"
		     "</ErrorResponse>\n");
}

/* -------------------------------------------------------------------------------------
 * Replies as they are written
 */

TEST(a_reply_is_written)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	struct wire_message message = {
		.id = VIEW_LITERAL("i"),
		.receipt_handle = VIEW_LITERAL("r"),
		.body_md5 = VIEW_LITERAL("m"),
		.body = VIEW_LITERAL("<\"a\"&\r\n'>"),
	};
	struct wire_reply written = {
		.action = WIRE_RECEIVE_MESSAGE,
		.request_id = VIEW_LITERAL("q"),
		.messages = &message,
		.message_count = 1,
	};

	CHECK(xml_write_reply(&text, &written));
	CHECK_TEXT(text.data,
		HEAD "\n<ReceiveMessageResponse" NS "><ReceiveMessageResult><Message>"
		     "<MessageId>i</MessageId><ReceiptHandle>r</ReceiptHandle>"
		     "<MD5OfBody>m</MD5OfBody>"
		     "<Body>&lt;&quot;a&quot;&amp;&#xD;\n'&gt;</Body></Message>"
		     "</ReceiveMessageResult><ResponseMetadata><RequestId>q</RequestId>"
		     "</ResponseMetadata></ReceiveMessageResponse>\n");
}

TEST(a_void_reply_has_no_result)
{
	AUTO(buf) struct buf text = BUF_INIT(0);

	CHECK(xml_write_reply(&text, &(struct wire_reply){.action = WIRE_PURGE_QUEUE,
					     .request_id = VIEW_LITERAL("q")}));
	CHECK_TEXT(text.data,
		HEAD "\n<PurgeQueueResponse" NS "><ResponseMetadata><RequestId>q"
		     "</RequestId></ResponseMetadata></PurgeQueueResponse>\n");
}

/* -------------------------------------------------------------------------------------
 * STS
 */

#define STS(action, inside)                                                          \
	"<" action                                                                   \
	"Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" action      \
	"Result><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser><Credentials>" inside \
	"</Credentials></" action "Result></" action "Response>"
#define KEYS                                                                    \
	"<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s/k</SecretAccessKey>" \
	"<SessionToken>t</SessionToken>"

TEST(credentials_of_sts_are_read)
{
	static const char *const documents[] = {
		STS("AssumeRole", KEYS "<Expiration>2015-08-30T12:36:00Z</Expiration>"),
		STS("AssumeRoleWithWebIdentity",
			"<Expiration>2015-08-30T12:36:00Z</Expiration>" KEYS),
	};

	for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
		AUTO(arena) struct arena local = {0};
		struct wire_credentials credentials;

		CHECK(xml_read_sts_credentials(
			view_of(documents[i]), &local, &credentials));
		CHECK(view_is(credentials.access_key, "ASIA"));
		CHECK(view_is(credentials.secret_key, "s/k"));
		CHECK(view_is(credentials.token, "t"));
		CHECK(view_is(credentials.expiration, "2015-08-30T12:36:00Z"));
		CHECK_NUMBER(credentials.expires_ms, 1440938160000);
	}
}

TEST(credentials_that_lack_something_are_refused)
{
	static const char *const documents[] = {
		STS("AssumeRole", KEYS),
		STS("AssumeRole", KEYS "<Expiration>soon</Expiration>"),
		STS("AssumeRole", "<Expiration>2015-08-30T12:36:00Z</Expiration>"),
		STS("GetSessionToken",
			KEYS "<Expiration>2015-08-30T12:36:00Z</Expiration>"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
		AUTO(arena) struct arena local = {0};
		struct wire_credentials credentials;

		CHECK(!xml_read_sts_credentials(
			view_of(documents[i]), &local, &credentials));
	}
	arena_finish(&arena);
}

TEST_MAIN
