/* SPDX-License-Identifier: MIT */
/*
 * Operations that are a request of their own: what they ask, and what they hear.
 */
#include <stdlib.h>
#include <string.h>

#include "sqs/base/cleanup.h"
#include "tests/client/await.h"
#include "tests/client/double.h"
#include "tests/lib/test.h"

#define JOBS "http://localhost/000000000000/jobs"
#define ARN "arn:aws:sqs:us-east-1:000000000000:dead"

static struct double_server *server;
static struct sqs_client *client;
static struct outcome outcome;
static char text[256];

static const struct sqs_pair pairs[] = {
	{"VisibilityTimeout", "5"}, {"DelaySeconds", "1"}};
static const char *const names[] = {"QueueArn", "VisibilityTimeout"};

#define OP(name, call)                   \
	static struct sqs_op *name(void) \
	{                                \
		return call;             \
	}
#define NOTE outcome_note, &outcome

OP(create, sqs_create_queue_new(client, "jobs", pairs, 2, NOTE))
OP(delete_queue, sqs_delete_queue_new(client, JOBS, NOTE))
OP(list, sqs_list_queues_new(client, "jo", NOTE))
OP(list_all, sqs_list_queues_new(client, NULL, NOTE))
OP(get_url, sqs_get_queue_url_new(client, "jobs", "123456789012", NOTE))
OP(get_all, sqs_get_attributes_new(client, JOBS, NULL, 0, NOTE))
OP(get_some, sqs_get_attributes_new(client, JOBS, names, 2, NOTE))
OP(set, sqs_set_attributes_new(client, JOBS, pairs, 1, NOTE))
OP(purge, sqs_purge_queue_new(client, JOBS, NOTE))
OP(list_tags, sqs_list_tags_new(client, JOBS, NOTE))
OP(tag, sqs_tag_queue_new(client, JOBS, pairs, 1, NOTE))
OP(untag, sqs_untag_queue_new(client, JOBS, names, 2, NOTE))
OP(permit, sqs_add_permission_new(client, JOBS, "all", names, 1, names, 2, NOTE))
OP(forbid, sqs_remove_permission_new(client, JOBS, "all", NOTE))
OP(sources, sqs_list_dead_letter_sources_new(client, JOBS, NOTE))
OP(move, sqs_start_move_task_new(client, ARN, NULL, 50, NOTE))
OP(stop_move, sqs_cancel_move_task_new(client, "handle", NOTE))
OP(list_moves, sqs_list_move_tasks_new(client, ARN, NOTE))

/* One parameter a row; "" is one that must not be there. */
static const struct {
	struct sqs_op *(*make)(void);
	const char *action, *parameter, *value;
} parameters[] = {
	{create, "CreateQueue", "QueueName", "jobs"},
	{create, "CreateQueue", "QueueUrl", ""},
	{create, "CreateQueue", "Attribute.2.Name", "DelaySeconds"},
	{create, "CreateQueue", "Attribute.2.Value", "1"},
	{delete_queue, "DeleteQueue", "QueueUrl", JOBS},
	{list, "ListQueues", "QueueNamePrefix", "jo"},
	{list, "ListQueues", "MaxResults", "1000"},
	{list_all, "ListQueues", "QueueNamePrefix", ""},
	{get_url, "GetQueueUrl", "QueueName", "jobs"},
	{get_url, "GetQueueUrl", "QueueOwnerAWSAccountId", "123456789012"},
	{get_all, "GetQueueAttributes", "AttributeName.1", "All"},
	{get_some, "GetQueueAttributes", "AttributeName.2", "VisibilityTimeout"},
	{set, "SetQueueAttributes", "Attribute.1.Value", "5"},
	{purge, "PurgeQueue", "QueueUrl", JOBS},
	{list_tags, "ListQueueTags", "QueueUrl", JOBS},
	{tag, "TagQueue", "Tag.1.Key", "VisibilityTimeout"},
	{untag, "UntagQueue", "TagKey.2", "VisibilityTimeout"},
	{permit, "AddPermission", "Label", "all"},
	{permit, "AddPermission", "AWSAccountId.1", "QueueArn"},
	{permit, "AddPermission", "ActionName.2", "VisibilityTimeout"},
	{forbid, "RemovePermission", "Label", "all"},
	{sources, "ListDeadLetterSourceQueues", "QueueUrl", JOBS},
	{sources, "ListDeadLetterSourceQueues", "MaxResults", "1000"},
	{move, "StartMessageMoveTask", "SourceArn", ARN},
	{move, "StartMessageMoveTask", "DestinationArn", ""},
	{move, "StartMessageMoveTask", "MaxNumberOfMessagesPerSecond", "50"},
	{stop_move, "CancelMessageMoveTask", "TaskHandle", "handle"},
	{list_moves, "ListMessageMoveTasks", "SourceArn", ARN},
	{list_moves, "ListMessageMoveTasks", "MaxResults", "10"},
};

static void begin(void)
{
	server = double_new();
	client = client_of(double_socket(server));
	outcome = (struct outcome){0};
}

static void end(void)
{
	sqs_client_free(client, 1000);
	double_free(server);
}

TEST(every_call_asks_for_what_it_was_given)
{
	begin();
	for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
		size_t before = double_count(server, parameters[i].action);

		outcome = (struct outcome){0};
		CHECK_NUMBER(outcome_run(&outcome, parameters[i].make()), SQS_OK);
		CHECK_TEXT(double_parameter(server, parameters[i].action, before,
				   parameters[i].parameter, text, sizeof(text)),
			parameters[i].value);
	}
	end();
}

TEST(a_list_has_all_pages)
{
	begin();
	CHECK_NUMBER(outcome_run(&outcome, list_all()), SQS_OK);
	CHECK_TEXT(outcome.text, "http://localhost/000000000000/first "
				 "http://localhost/000000000000/second "
				 "http://localhost/000000000000/third");
	CHECK_NUMBER(double_count(server, "ListQueues"), 2);
	CHECK_TEXT(double_parameter(
			   server, "ListQueues", 1, "NextToken", text, sizeof(text)),
		"page 2");
	end();
}

TEST(a_page_that_failed_is_asked_for_again)
{
	begin();
	double_script(server, (struct double_act){.deed = DOUBLE_HANG_UP});
	CHECK_NUMBER(outcome_run(&outcome, sources()), SQS_OK);
	CHECK_NUMBER(double_count(server, "ListDeadLetterSourceQueues"), 3);
	end();
}

TEST(a_made_queue_has_a_url)
{
	begin();
	CHECK_NUMBER(outcome_run(&outcome, create()), SQS_OK);
	CHECK_TEXT(outcome.text, JOBS);
	end();
}

TEST(a_reply_without_the_url_is_none)
{
	begin();
	double_script(server, (struct double_act){.deed = DOUBLE_TEXT,
				      .text = "<GetQueueUrlResponse><GetQueueUrlResult/>"
					      "</GetQueueUrlResponse>"});
	CHECK_NUMBER(outcome_run(&outcome, get_url()), SQS_BAD_REPLY);
	end();
}

TEST_MAIN
