/* SPDX-License-Identifier: MIT */
/* Move tasks: messages go from a dead-letter queue to where they came from. */
#include <stdio.h>

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

static const char *list(int64_t most)
{
	struct wire_request request = wire_request_of(WIRE_LIST_MESSAGE_MOVE_TASKS);

	request.source_arn = view_of(ARN("dead"));
	request.max_results = most;
	return world_ask(&world, &request);
}

/* The latest task; NULL without one. */
static const struct wire_move_task *latest(void)
{
	list(WIRE_ABSENT);
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

/* A server that was down meanwhile knows it too. */
CLAIM(no_task_runs_for_longer_than_36_hours, "dead", NULL)
{
	SETUP;
	CHECK(bury("a", 3));
	CHECK_TEXT(start(ARN("dead"), NULL, 1), "");
	world_tick(&world);
	world_after(&world, 36 * 3600);
	CHECK(world_restart(&world));
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "a"), "1 0 0");
	CHECK_TEXT(world_counts(&world, "dead"), "2 0 0");
	CHECK(view_is(latest()->status, "FAILED"));
	CHECK(view_is(latest()->failure_reason, "TimeLimitExceeded"));
	CHECK_NUMBER(latest()->moved, 1);
	CHECK(view_is_absent(latest()->handle));
	CHECK_TEXT(cancel(handle), "AWS.SimpleQueueService.UnsupportedOperation");
	CHECK_TEXT(start(ARN("dead"), NULL, WIRE_ABSENT), "");
	world_tick(&world);
	CHECK(view_is(latest()->status, "COMPLETED"));
	CHECK_TEXT(world_counts(&world, "a"), "3 0 0");
}

CLAIM(and_one_may_use_all_of_them, "dead", NULL)
{
	SETUP;
	CHECK(bury("a", 3));
	CHECK_TEXT(start(ARN("dead"), NULL, 1), "");
	world_tick(&world);
	world_after(&world, 36 * 3600 - 1);
	world_tick(&world);
	CHECK(view_is(latest()->status, "COMPLETED"));
	CHECK_TEXT(world_counts(&world, "a"), "3 0 0");
}

/* A dead-letter queue of a source of its own, and a task that empties it. */
static const char *start_number(int number)
{
	char source[20], dead[20], arn[80], redrive[200];

	snprintf(source, sizeof(source), "source%d", number);
	snprintf(dead, sizeof(dead), "dead%d", number);
	snprintf(arn, sizeof(arn), ARN("%s"), dead);
	snprintf(redrive, sizeof(redrive),
		"RedrivePolicy={\"deadLetterTargetArn\":\"%s\","
		"\"maxReceiveCount\":1}",
		arn);
	world_create(&world, dead, NULL);
	world_create(&world, source, redrive);
	return start(arn, NULL, WIRE_ABSENT);
}

CLAIM(a_hundred_tasks_are_active_at_most, "dead", NULL)
{
	for (int i = 0; i < 100; i++)
		CHECK_TEXT(start_number(i), "");
	CHECK_TEXT(start_number(100), "OverLimit");
	CHECK_TEXT(world_words(&world),
		"100 message movement tasks are active: that is the most an account may "
		"have.");
	CHECK_TEXT(cancel(handle), "");
	CHECK_TEXT(start_number(100), "");
	CHECK_TEXT(start_number(101), "OverLimit");
	world_tick(&world);
	CHECK_TEXT(start_number(101), "");
}

CLAIM(the_latest_ten_are_listed_the_last_one_first, "dead", NULL)
{
	SETUP;
	for (int i = 1; i <= 12; i++) {
		CHECK_TEXT(start(ARN("dead"), NULL, i), "");
		world_tick(&world);
		world_after(&world, 1);
	}
	CHECK_TEXT(list(WIRE_ABSENT), "");
	CHECK_NUMBER(world.call.reply.task_count, 1);
	CHECK_TEXT(list(10), "");
	CHECK_NUMBER(world.call.reply.task_count, 10);
	for (int i = 0; i < 10; i++)
		CHECK_NUMBER(world.call.reply.tasks[i].per_second, 12 - i);
	CHECK_TEXT(list(3), "");
	CHECK_NUMBER(world.call.reply.task_count, 3);
	CHECK_TEXT(list(0), "InvalidParameterValue");
	CHECK_TEXT(list(11), "InvalidParameterValue");
}

/* The new message is the old one to its reader. */
CLAIM(body_attributes_and_group_go_along, "dead", NULL)
{
	static struct wire_attribute attributes[] = {
		{VIEW_LITERAL("kind"), VIEW_LITERAL("String.x"), VIEW_LITERAL("a & b"),
			false},
	};
	struct wire_request request = wire_request_of(WIRE_SEND_MESSAGE);
	struct wire_entry entry = {.body = VIEW_LITERAL("body"),
		.delay_s = WIRE_ABSENT,
		.group_id = VIEW_LITERAL("tenant"),
		.attributes = {attributes, 1}};
	const struct wire_message *message;

	SETUP;
	request.queue_url = VIEW_LITERAL("a");
	request.entries = &entry;
	request.entry_count = 1;
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_TEXT(world_receive_for(&world, "a", 1, 0), "body");
	CHECK_TEXT(world_receive(&world, "a", 1), "(none)");
	CHECK_TEXT(start(ARN("dead"), NULL, WIRE_ABSENT), "");
	world_tick(&world);
	CHECK_TEXT(world_receive(&world, "a", 1), "body");
	CHECK_TEXT(world_system(&world, "MessageGroupId"), "tenant");
	message = &world.call.reply.messages[0];
	CHECK_NUMBER(message->attributes.count, 1);
	CHECK(view_is(message->attributes.items[0].name, "kind"));
	CHECK(view_is(message->attributes.items[0].type, "String.x"));
	CHECK(view_is(message->attributes.items[0].value, "a & b"));
	CHECK_NUMBER(message->attributes_md5.len, 32);
}

/* Visible ones only: who has a message in flight, keeps it. */
CLAIM(what_is_in_flight_stays, "dead", NULL)
{
	SETUP;
	CHECK(bury("a", 2));
	CHECK_TEXT(world_receive(&world, "dead", 1), "a");
	CHECK_TEXT(start(ARN("dead"), NULL, WIRE_ABSENT), "");
	CHECK_NUMBER(latest()->to_move, 1);
	world_tick(&world);
	CHECK(view_is(latest()->status, "COMPLETED"));
	CHECK_TEXT(world_counts(&world, "dead"), "0 1 0");
	CHECK_TEXT(world_counts(&world, "a"), "1 0 0");
	CHECK_TEXT(world_delete(&world, "dead", "a"), "");
}

CLAIM(five_hundred_a_second_are_the_most, "dead", NULL)
{
	static const struct {
		int64_t rate;
		const char *code;
	} rates[] = {{-1, "InvalidParameterValue"}, {0, "InvalidParameterValue"},
		{501, "InvalidParameterValue"}, {500, ""}};

	SETUP;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		CHECK_TEXT(start(ARN("dead"), NULL, rates[i].rate), rates[i].code);
}

CLAIM(a_fifo_queue_is_emptied_in_order_into_one_of_its_type, "plain", NULL)
{
	CHECK_TEXT(world_create(&world, "dead.fifo", "FifoQueue=true"), "");
	CHECK_TEXT(world_create(&world, "a.fifo",
			   "FifoQueue=true;RedrivePolicy={\"deadLetterTargetArn\":\"" ARN(
				   "dead.fifo") "\",\"maxReceiveCount\":1}"),
		"");
	for (int i = 0; i < 3; i++) {
		const char body[] = {(char)('1' + i), '\0'};

		CHECK_TEXT(world_send_to(&world, "a.fifo", "g", body, NULL), "");
	}
	CHECK_TEXT(world_receive_for(&world, "a.fifo", 10, 1), "1 2 3");
	world_after(&world, 1);
	CHECK_TEXT(world_receive(&world, "a.fifo", 10), "(none)");
	CHECK_TEXT(world_counts(&world, "dead.fifo"), "3 0 0");
	CHECK_TEXT(start(ARN("dead.fifo"), ARN("plain"), WIRE_ABSENT),
		"InvalidParameterValue");
	CHECK_TEXT(start(ARN("dead.fifo"), NULL, WIRE_ABSENT), "");
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "dead.fifo"), "0 0 0");
	CHECK_TEXT(world_receive(&world, "a.fifo", 10), "1 2 3");
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
