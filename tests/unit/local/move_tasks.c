/* SPDX-License-Identifier: MIT */
/* Move tasks: messages go from a dead-letter queue to where they came from. */
#include "tests/unit/local/claim.h"

#define ARN(name) "arn:aws:sqs:eu-west-1:123456789012:" name
#define REDRIVE                                          \
	"RedrivePolicy={\"deadLetterTargetArn\":\"" ARN( \
		"dead") "\",\"maxReceiveCount\":1}"

static char handle[300];

static const char *start(const char *source, const char *destination, int64_t rate)
{
	struct wire_request request = wire_request_of(WIRE_START_MESSAGE_MOVE_TASK);
	const char *code;

	request.source_arn = view_of(source);
	request.destination_arn = view_of(destination);
	request.max_per_second = rate;
	code = world_ask(&world, &request);
	if (world.call.reply.task_handle.data)
		strcpy(handle, world.call.reply.task_handle.data);
	return code;
}

static const char *cancel(const char *task_handle)
{
	struct wire_request request = wire_request_of(WIRE_CANCEL_MESSAGE_MOVE_TASK);

	request.task_handle = view_of(task_handle);
	return world_ask(&world, &request);
}

/* The latest task; NULL without one. */
static const struct wire_move_task *latest(void)
{
	struct wire_request request = wire_request_of(WIRE_LIST_MESSAGE_MOVE_TASKS);

	request.source_arn = view_of(ARN("dead"));
	world_ask(&world, &request);
	return world.call.reply.task_count ? world.call.reply.tasks : NULL;
}

/* Sends messages to a queue and lets them die. */
static bool bury(const char *queue, int count)
{
	for (int i = 0; i < count; i++)
		world_send(&world, queue, queue);
	for (int i = 0; i < count; i++)
		world_receive_for(&world, queue, 1, 1);
	world_after(&world, 1);
	return strcmp(world_receive(&world, queue, 1), "(none)") == 0;
}

#define SETUP                                               \
	CHECK_TEXT(world_create(&world, "a", REDRIVE), ""); \
	CHECK_TEXT(world_create(&world, "b", REDRIVE), "")

CLAIM(each_goes_back_to_where_it_came_from_as_a_new_message, "dead", NULL)
{
	char id[40];

	SETUP;
	CHECK(bury("a", 1));
	CHECK(bury("b", 1));
	strcpy(id, world_held(&world, "a")->message_id);
	CHECK_TEXT(world_counts(&world, "dead"), "2 0 0");
	CHECK_TEXT(start(ARN("dead"), NULL, WIRE_ABSENT), "");
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "dead"), "0 0 0");
	CHECK_TEXT(world_counts(&world, "a"), "1 0 0");
	CHECK_TEXT(world_counts(&world, "b"), "1 0 0");
	CHECK(view_is(latest()->status, "COMPLETED"));
	CHECK_NUMBER(latest()->moved, 2);
	CHECK_NUMBER(latest()->to_move, 2);
	CHECK(view_is_absent(latest()->handle));
	CHECK(view_is_absent(latest()->destination_arn));
	CHECK_TEXT(world_receive(&world, "a", 1), "a");
	CHECK_TEXT(world_system(&world, "ApproximateReceiveCount"), "1");
	CHECK_TEXT(world_system(&world, "SentTimestamp"), "1700000002000");
	CHECK_TEXT(world_system(&world, "DeadLetterQueueSourceArn"), "-");
	CHECK(strcmp(id, world_held(&world, "a")->message_id) != 0);
}

CLAIM(a_handle_from_before_is_none_of_the_new_message, "dead", NULL)
{
	SETUP;
	CHECK(bury("a", 1));
	CHECK_TEXT(start(ARN("dead"), NULL, WIRE_ABSENT), "");
	world_tick(&world);
	CHECK_TEXT(world_delete(&world, "a", "a"), "");
	CHECK_TEXT(world_hide(&world, "a", "a", 10), "InvalidParameterValue");
	CHECK_TEXT(world_counts(&world, "a"), "1 0 0");
}

CLAIM(or_all_to_one_destination, "dead", NULL)
{
	SETUP;
	CHECK_TEXT(world_create(&world, "c", NULL), "");
	CHECK(bury("a", 12));
	CHECK(bury("b", 3));
	CHECK_TEXT(start(ARN("dead"), ARN("c"), WIRE_ABSENT), "");
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "c"), "15 0 0");
	CHECK(view_is(latest()->destination_arn, ARN("c")));
}

CLAIM(a_rate_is_kept_and_a_restart_goes_on, "dead", NULL)
{
	SETUP;
	CHECK(bury("a", 10));
	CHECK_TEXT(start(ARN("dead"), NULL, 2), "");
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "a"), "1 0 0");
	world_after(&world, 1);
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "a"), "3 0 0");
	CHECK(world_restart(&world));
	CHECK(view_is(latest()->status, "RUNNING"));
	CHECK_NUMBER(latest()->per_second, 2);
	CHECK_NUMBER(latest()->moved, 3);
	world_after(&world, 1);
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "a"), "5 0 0");
	world_after(&world, 10);
	world_tick(&world);
	CHECK(view_is(latest()->status, "COMPLETED"));
	CHECK_TEXT(world_counts(&world, "a"), "10 0 0");
}

CLAIM(what_has_moved_stays_moved_when_it_is_cancelled, "dead", NULL)
{
	SETUP;
	CHECK(bury("a", 5));
	CHECK_TEXT(start(ARN("dead"), NULL, 1), "");
	world_after(&world, 1);
	world_tick(&world);
	CHECK_TEXT(latest()->handle.data, handle);
	CHECK_TEXT(cancel(handle), "");
	CHECK_NUMBER(world.call.reply.moved, 2);
	world_after(&world, 10);
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "a"), "2 0 0");
	CHECK(view_is(latest()->status, "CANCELLED"));
	CHECK_TEXT(cancel(handle), "AWS.SimpleQueueService.UnsupportedOperation");
	CHECK_TEXT(start(ARN("dead"), NULL, WIRE_ABSENT), "");
}

CLAIM(a_task_fails_where_a_message_has_nowhere_to_go, "dead", NULL)
{
	SETUP;
	CHECK_TEXT(world_send(&world, "dead", "sent to it"), "");
	CHECK_TEXT(start(ARN("dead"), NULL, WIRE_ABSENT), "");
	world_tick(&world);
	CHECK(view_is(latest()->status, "FAILED"));
	CHECK(view_is(latest()->failure_reason, "CouldNotDetermineMessageSource"));
	CHECK_TEXT(world_counts(&world, "dead"), "1 0 0");
}

CLAIM(or_where_its_queue_is_gone, "dead", NULL)
{
	SETUP;
	CHECK(bury("a", 1));
	CHECK_TEXT(world_act(&world, WIRE_DELETE_QUEUE, "a"), "");
	CHECK_TEXT(start(ARN("dead"), NULL, WIRE_ABSENT), "");
	world_tick(&world);
	CHECK(view_is(latest()->status, "FAILED"));
	CHECK(view_is(
		latest()->failure_reason, "AWS.SimpleQueueService.NonExistentQueue"));
	CHECK_TEXT(world_counts(&world, "dead"), "1 0 0");
}

CLAIM(what_is_refused, "dead", NULL)
{
	SETUP;
	CHECK_TEXT(start(ARN("gone"), NULL, WIRE_ABSENT), "ResourceNotFoundException");
	CHECK_TEXT(world_words(&world),
		"The resource that you specified for the SourceArn parameter doesn't "
		"exist.");
	CHECK_NUMBER(world.call.fault.http_status, 404);
	CHECK_TEXT(start(ARN("a"), NULL, WIRE_ABSENT), "InvalidParameterValue");
	CHECK_TEXT(world_words(&world),
		"Source queue must be configured as a Dead Letter Queue.");
	CHECK_TEXT(start(ARN("dead"), ARN("gone"), WIRE_ABSENT),
		"ResourceNotFoundException");
	CHECK_TEXT(start(ARN("dead"), ARN("dead"), WIRE_ABSENT), "InvalidParameterValue");
	CHECK_TEXT(start(ARN("dead"), NULL, 501), "InvalidParameterValue");
	CHECK_TEXT(start(ARN("dead"), NULL, 1), "");
	CHECK_TEXT(start(ARN("dead"), NULL, 1), "InvalidParameterValue");
	CHECK(strstr(world_words(&world), "There is already a task running."));
	CHECK_TEXT(cancel("nonsense"), "InvalidParameterValue");
	CHECK_TEXT(world_words(&world), "Value for parameter TaskHandle is invalid.");
	/* {"taskId":"x"} */
	CHECK_TEXT(cancel("eyJ0YXNrSWQiOiJ4In0="), "ResourceNotFoundException");
	CHECK_TEXT(world_words(&world), "Task does not exist.");
}

TEST_MAIN
