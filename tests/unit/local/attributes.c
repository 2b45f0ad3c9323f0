/* SPDX-License-Identifier: MIT */
/* Making queues, and their attributes. */
#include <stdio.h>

#include "sqs/base/cleanup.h"
#include "tests/unit/local/claim.h"

/* ---- CreateQueue of a queue that exists: only what is given is compared ---- */

CLAIM(making_a_queue_again, "q", "DelaySeconds=5;VisibilityTimeout=30")
{
	static const struct {
		const char *attributes, *code;
	} again[] = {
		{NULL, ""},
		{"DelaySeconds=5", ""},
		{"DelaySeconds=05", ""},
		{"VisibilityTimeout=30", ""},
		{"MessageRetentionPeriod=345600", ""}, /* the default */
		{"DelaySeconds=6", "QueueAlreadyExists"},
		{"SqsManagedSseEnabled=TRUE", ""},
		{"SqsManagedSseEnabled=false", "QueueAlreadyExists"},
		{"FifoQueue=true", "QueueAlreadyExists"},
		{"ContentBasedDeduplication=false", "QueueAlreadyExists"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(again); i++)
		CHECK_TEXT(world_create(&world, "q", again[i].attributes), again[i].code);
	CHECK_TEXT(world_create(&world, "q", "DelaySeconds=6"), "QueueAlreadyExists");
	CHECK_TEXT(world_words(&world), "A queue already exists with the same name and a "
					"different value for attribute DelaySeconds");
	CHECK_TEXT(world_set(&world, "q", "Policy={\"a\": 1}"), "");
	CHECK_TEXT(world_create(&world, "q", "Policy={\"a\":1}"), "");
	CHECK_TEXT(world_create(&world, "q", "Policy={\"a\":2}"), "QueueAlreadyExists");
	/* What SetQueueAttributes changed is what counts from then on. */
	CHECK_TEXT(world_set(&world, "q", "DelaySeconds=6"), "");
	CHECK_TEXT(world_create(&world, "q", "DelaySeconds=6"), "");
	CHECK_TEXT(world_create(&world, "q", "DelaySeconds=5"), "QueueAlreadyExists");
}

static const struct {
	const char *name, *attributes, *code;
} names[] = {
	{"plain-Name_1", NULL, ""},
	{"", NULL, "InvalidParameterValue"},
	{"with.dot", NULL, "InvalidParameterValue"},
	{"with space", NULL, "InvalidParameterValue"},
	{"x.fifo", NULL, "InvalidParameterValue"},
	{"x.fifo", "FifoQueue=false", "InvalidParameterValue"},
	{"x.fifo", "FifoQueue=TRUE", ""},
	{"y", "FifoQueue=true", "InvalidParameterValue"},
	{"y", "FifoQueue=false", "InvalidAttributeName"},
	{".fifo", "FifoQueue=true", "InvalidParameterValue"},
	{"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
		NULL, ""},
	{"123456789012345678901234567890123456789012345678901234567890123456789012345678901",
		NULL, "InvalidParameterValue"},
	{"1234567890123456789012345678901234567890123456789012345678901234567890123456.fifo",
		"FifoQueue=true", "InvalidParameterValue"},
};

CLAIM(names_of_queues, "q", NULL)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		CHECK_TEXT(world_create(&world, names[i].name, names[i].attributes),
			names[i].code);
}

/* ---- values ---- */

static const struct {
	const char *attribute, *code, *then;
} values[] = {
	{"DelaySeconds=900", "", "900"},
	{"DelaySeconds=901", "InvalidAttributeValue", ""},
	{"DelaySeconds=-1", "InvalidAttributeValue", ""},
	{"DelaySeconds=x", "InvalidAttributeValue", ""},
	{"DelaySeconds=", "InvalidAttributeValue", ""},
	{"VisibilityTimeout=0", "", "0"},
	{"VisibilityTimeout=43200", "", "43200"},
	{"VisibilityTimeout=43201", "InvalidAttributeValue", ""},
	{"MessageRetentionPeriod=60", "", "60"},
	{"MessageRetentionPeriod=59", "InvalidAttributeValue", ""},
	{"MessageRetentionPeriod=1209601", "InvalidAttributeValue", ""},
	{"MaximumMessageSize=1024", "", "1024"},
	{"MaximumMessageSize=1023", "InvalidAttributeValue", ""},
	{"MaximumMessageSize=1048577", "InvalidAttributeValue", ""},
	{"ReceiveMessageWaitTimeSeconds=20", "", "20"},
	{"ReceiveMessageWaitTimeSeconds=21", "InvalidAttributeValue", ""},
	{"SqsManagedSseEnabled=FALSE", "", "false"},
	{"SqsManagedSseEnabled=maybe", "InvalidAttributeValue", ""},
	{"Policy={\"Version\":\"2012-10-17\"}", "", "{\"Version\":\"2012-10-17\"}"},
	{"Policy=nonsense", "InvalidAttributeValue", ""},
	{"Policy=", "", "-"},
	{"KmsMasterKeyId=a\x01", "InvalidAttributeValue", ""},
	{"KmsDataKeyReusePeriodSeconds=60", "", "60"},
	{"KmsDataKeyReusePeriodSeconds=59", "InvalidAttributeValue", ""},
	{"KmsDataKeyReusePeriodSeconds=300", "", "-"},
	{"Foobar=1", "InvalidAttributeName", ""},
	{"QueueArn=x", "InvalidAttributeName", ""},
	{"ApproximateNumberOfMessages=0", "InvalidAttributeName", ""},
	{"FifoQueue=true", "InvalidAttributeName", ""},
	{"FifoQueue=false", "InvalidAttributeName", ""},
	{"ContentBasedDeduplication=true", "InvalidAttributeName", ""},
	{"DeduplicationScope=queue", "InvalidAttributeName", ""},
	{"FifoThroughputLimit=perQueue", "InvalidAttributeName", ""},
};

/* The same by SetQueueAttributes and by CreateQueue. */
CLAIM(values_of_attributes_of_a_standard_queue, "q", NULL)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		char name[40], fresh[20];

		snprintf(name, sizeof(name), "%.*s",
			(int)strcspn(values[i].attribute, "="), values[i].attribute);
		CHECK_TEXT(world_set(&world, "q", values[i].attribute), values[i].code);
		if (!*values[i].code)
			CHECK_TEXT(world_get(&world, "q", name), values[i].then);
		snprintf(fresh, sizeof(fresh), "fresh-%zu", i);
		if (strcmp(values[i].attribute, "FifoQueue=true") != 0)
			CHECK_TEXT(world_create(&world, fresh, values[i].attribute),
				values[i].code);
	}
	CHECK_TEXT(world_set(&world, "q", "Foobar=1"), "InvalidAttributeName");
	CHECK_TEXT(world_words(&world), "Unknown Attribute Foobar.");
	CHECK_TEXT(world_set(&world, "q", "DeduplicationScope=queue"),
		"InvalidAttributeName");
	CHECK_TEXT(world_words(&world),
		"You can specify the DeduplicationScope only when "
		"FifoQueue is set to true.");
}

static const struct {
	const char *attribute, *code, *then;
} fifo_values[] = {
	{"FifoQueue=true", "", "true"},
	{"FifoQueue=false", "InvalidAttributeValue", ""},
	{"ContentBasedDeduplication=True", "", "true"},
	{"ContentBasedDeduplication=x", "InvalidAttributeValue", ""},
	{"FifoThroughputLimit=perMessageGroupId", "InvalidAttributeValue", ""},
	{"DeduplicationScope=messageGroup", "", "messageGroup"},
	{"DeduplicationScope=x", "InvalidAttributeValue", ""},
	{"FifoThroughputLimit=perMessageGroupId", "", "perMessageGroupId"},
};

CLAIM(values_of_attributes_of_a_fifo_queue, "q.fifo", "FifoQueue=true")
{
	for (size_t i = 0; i < ARRAY_SIZE(fifo_values); i++) {
		char name[40];

		snprintf(name, sizeof(name), "%.*s",
			(int)strcspn(fifo_values[i].attribute, "="),
			fifo_values[i].attribute);
		CHECK_TEXT(world_set(&world, "q.fifo", fifo_values[i].attribute),
			fifo_values[i].code);
		if (!*fifo_values[i].code)
			CHECK_TEXT(
				world_get(&world, "q.fifo", name), fifo_values[i].then);
	}
	CHECK_TEXT(
		world_set(&world, "q.fifo", "FifoQueue=false"), "InvalidAttributeValue");
	CHECK_TEXT(world_words(&world), "Invalid value for the parameter FifoQueue. "
					"Reason: Modifying queue type is not supported.");
}

/* One bad attribute among good ones changes nothing. */
CLAIM(a_refused_change_changes_nothing, "q", NULL)
{
	CHECK_TEXT(world_set(&world, "q", "DelaySeconds=7;Foobar=1"),
		"InvalidAttributeName");
	CHECK_TEXT(world_get(&world, "q", "DelaySeconds"), "0");
	CHECK_TEXT(world_create(&world, "r", "DelaySeconds=7;Foobar=1"),
		"InvalidAttributeName");
	CHECK_TEXT(
		world_send(&world, "r", "x"), "AWS.SimpleQueueService.NonExistentQueue");
}

CLAIM(encryption_is_of_one_kind, "q", NULL)
{
	CHECK_TEXT(world_get(&world, "q", "SqsManagedSseEnabled"), "true");
	CHECK_TEXT(world_set(&world, "q",
			   "KmsMasterKeyId=alias/k;SqsManagedSseEnabled=true"),
		"InvalidAttributeName");
	CHECK_TEXT(world_set(&world, "q", "KmsMasterKeyId=alias/k"), "");
	CHECK_TEXT(world_get(&world, "q", "SqsManagedSseEnabled"), "false");
	CHECK_TEXT(world_set(&world, "q", "SqsManagedSseEnabled=true"),
		"InvalidAttributeName");
	CHECK_TEXT(world_set(&world, "q", "KmsMasterKeyId="), "");
	CHECK_TEXT(world_get(&world, "q", "KmsMasterKeyId"), "-");
	CHECK_TEXT(world_get(&world, "q", "SqsManagedSseEnabled"), "false");
	CHECK_TEXT(world_set(&world, "q", "SqsManagedSseEnabled=true"), "");
}

/* ---- GetQueueAttributes ---- */

static const char *const of_all[] = {"ApproximateNumberOfMessages",
	"ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible",
	"CreatedTimestamp", "DelaySeconds", "LastModifiedTimestamp", "MaximumMessageSize",
	"MessageRetentionPeriod", "QueueArn", "ReceiveMessageWaitTimeSeconds",
	"SqsManagedSseEnabled", "VisibilityTimeout", "ContentBasedDeduplication",
	"DeduplicationScope", "FifoQueue", "FifoThroughputLimit"};

static void ask_all(const char *queue)
{
	static struct view all = {"All", 3};
	struct wire_request request = wire_request_of(WIRE_GET_QUEUE_ATTRIBUTES);

	request.queue_url = view_of(queue);
	request.attribute_names = (struct wire_views){&all, 1};
	world_ask(&world, &request);
}

static bool reply_has(const char *name)
{
	for (size_t i = 0; i < world.call.reply.pairs.count; i++) {
		if (view_is(world.call.reply.pairs.items[i].name, name))
			return true;
	}
	return false;
}

CLAIM(all_of_a_fresh_queue_are_twelve_and_sixteen_of_a_fifo_one, "q", NULL)
{
	CHECK_TEXT(world_create(&world, "q.fifo", "FifoQueue=true"), "");
	ask_all("q");
	CHECK_NUMBER(world.call.reply.pairs.count, 12);
	for (size_t i = 0; i < 12; i++)
		CHECK(reply_has(of_all[i]));
	ask_all("q.fifo");
	CHECK_NUMBER(world.call.reply.pairs.count, 16);
	for (size_t i = 0; i < 16; i++)
		CHECK(reply_has(of_all[i]));
}

CLAIM(attributes_are_asked_for_by_name, "q", NULL)
{
	struct wire_request request = wire_request_of(WIRE_GET_QUEUE_ATTRIBUTES);

	CHECK_TEXT(world_get(&world, "q", "QueueArn"),
		"arn:aws:sqs:eu-west-1:123456789012:q");
	CHECK_TEXT(world_get(&world, "q", "CreatedTimestamp"), "1700000000");
	world_after(&world, 7);
	CHECK_TEXT(world_set(&world, "q", "DelaySeconds=1"), "");
	CHECK_TEXT(world_get(&world, "q", "LastModifiedTimestamp"), "1700000007");
	CHECK_TEXT(world_get(&world, "q", "CreatedTimestamp"), "1700000000");
	CHECK_TEXT(world_get(&world, "q", "RedrivePolicy"), "-");
	CHECK_TEXT(world_get(&world, "q", "FifoQueue"), "-");
	CHECK_TEXT(world_get(&world, "q", "Foobar"), "InvalidAttributeName");
	CHECK_TEXT(world_words(&world), "Unknown Attribute Foobar.");
	/* No name, no attribute. */
	request.queue_url = VIEW_LITERAL("q");
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_NUMBER(world.call.reply.pairs.count, 0);
}

/* ---- listing ---- */

static struct wire_request listing(const char *prefix, int64_t most, const char *token)
{
	struct wire_request request = wire_request_of(WIRE_LIST_QUEUES);

	request.prefix = view_of(prefix);
	request.max_results = most;
	request.next_token = view_of(token);
	return request;
}

CLAIM(queues_are_listed_by_prefix_and_page, "b", NULL)
{
	struct wire_request request = listing(NULL, WIRE_ABSENT, NULL);
	char token[100];

	CHECK_TEXT(world_create(&world, "a1", NULL), "");
	CHECK_TEXT(world_create(&world, "a2", NULL), "");
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_NUMBER(world.call.reply.urls.count, 3);
	CHECK(view_is_absent(world.call.reply.next_token));
	request = listing("a", WIRE_ABSENT, NULL);
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_NUMBER(world.call.reply.urls.count, 2);
	request = listing(NULL, 2, NULL);
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_NUMBER(world.call.reply.urls.count, 2);
	strcpy(token, world.call.reply.next_token.data);
	request = listing(NULL, 2, token);
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_NUMBER(world.call.reply.urls.count, 1);
	CHECK_TEXT(world.call.reply.urls.items[0].data,
		"http://localhost:9324/123456789012/b");
	CHECK(view_is_absent(world.call.reply.next_token));
	request = listing(NULL, 2, "!!!");
	CHECK_TEXT(world_ask(&world, &request), "InvalidParameterValue");
	request = listing(NULL, 1001, NULL);
	CHECK_TEXT(world_ask(&world, &request), "InvalidParameterValue");
}

CLAIM(texts_are_limited_since_they_are_kept_in_memory, "q", NULL)
{
	static char attribute[8300] = "KmsMasterKeyId=";

	memset(attribute + 15, 'k', 8192);
	CHECK_TEXT(world_set(&world, "q", attribute), "");
	attribute[15 + 8192] = 'k';
	CHECK_TEXT(world_set(&world, "q", attribute), "InvalidAttributeValue");
}

/* Without MaxResults a thousand at most, and no token. */
CLAIM(a_page_without_size_has_a_thousand, "q", NULL)
{
	struct wire_request request = listing(NULL, WIRE_ABSENT, NULL);

	for (int i = 0; i < 1001; i++) {
		char name[20];

		snprintf(name, sizeof(name), "q-%d", i);
		CHECK_TEXT(world_create(&world, name, NULL), "");
	}
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_NUMBER(world.call.reply.urls.count, 1000);
	CHECK(view_is_absent(world.call.reply.next_token));
}

CLAIM(a_url_is_found_by_name, "q", NULL)
{
	struct wire_request request = wire_request_of(WIRE_GET_QUEUE_URL);

	request.queue_name = VIEW_LITERAL("q");
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_TEXT(
		world.call.reply.queue_url.data, "http://localhost:9324/123456789012/q");
	request.owner = VIEW_LITERAL("123456789012");
	CHECK_TEXT(world_ask(&world, &request), "");
	request.owner = VIEW_LITERAL("999999999999");
	CHECK_TEXT(
		world_ask(&world, &request), "AWS.SimpleQueueService.NonExistentQueue");
	request.owner = (struct view){0};
	request.queue_name = VIEW_LITERAL("Q");
	CHECK_TEXT(
		world_ask(&world, &request), "AWS.SimpleQueueService.NonExistentQueue");
	CHECK_NUMBER(world.call.fault.http_status, 400);
}

TEST_MAIN
