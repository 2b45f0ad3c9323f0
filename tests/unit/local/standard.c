/* SPDX-License-Identifier: MIT */
/* Standard queues: send, receive, visibility, delete, purge, delays, retention. */
#include <stdio.h>
#include <time.h>

#include "tests/unit/local/claim.h"

CLAIM(what_is_sent_is_received_and_deleted, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "hello"), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "1 0 0");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "hello");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 1 0");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
	CHECK_TEXT(world_delete(&world, "jobs", "hello"), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 0 0");
	world_after(&world, 100);
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
}

/* A message that was received and not deleted comes back when its visibility timeout
 * ends, and not before. */
CLAIM(a_received_message_comes_back, "jobs", "VisibilityTimeout=30")
{
	CHECK_TEXT(world_send(&world, "jobs", "hello"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "hello");
	world_after(&world, 29.999);
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
	world_after(&world, 0.001);
	CHECK_TEXT(world_counts(&world, "jobs"), "1 0 0");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "hello");
	CHECK_TEXT(world_system(&world, "ApproximateReceiveCount"), "2");
}

CLAIM(a_receives_own_visibility_overrides_the_queues, "jobs", "VisibilityTimeout=30")
{
	CHECK_TEXT(world_send(&world, "jobs", "hello"), "");
	CHECK_TEXT(world_receive_for(&world, "jobs", 1, 5), "hello");
	world_after(&world, 5);
	CHECK_TEXT(world_receive_for(&world, "jobs", 1, 0), "hello");
	CHECK_TEXT(world_counts(&world, "jobs"), "1 0 0");
	CHECK_TEXT(world_receive(&world, "jobs", 10), "hello");
	CHECK_TEXT(world_system(&world, "ApproximateReceiveCount"), "3");
}

CLAIM(ten_are_received_at_once_and_one_without_saying, "jobs", NULL)
{
	for (char c = 'a'; c < 'm'; c++)
		CHECK_TEXT(world_send(&world, "jobs", (char[]){c, 0}), "");
	CHECK_TEXT(world_receive(&world, "jobs", 10), "a b c d e f g h i j");
	CHECK_NUMBER(world_receive_for(&world, "jobs", 1, 0)[0], 'k');
	CHECK_TEXT(world_counts(&world, "jobs"), "2 10 0");
}

/* ---- what a handle is worth: facts of AWS, standard column ---- */

CLAIM(a_handle_deletes_after_its_visibility_ended, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	world_after(&world, 31);
	CHECK_TEXT(world_delete(&world, "jobs", "a"), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 0 0");
}

CLAIM(an_older_handle_deletes_nothing, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	world_after(&world, 31);
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	CHECK_TEXT(world_delete_older(&world, "jobs", "a"), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 1 0");
	CHECK_TEXT(world_delete(&world, "jobs", "a"), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 0 0");
}

CLAIM(deleting_twice_is_no_error, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	CHECK_TEXT(world_delete(&world, "jobs", "a"), "");
	CHECK_TEXT(world_delete(&world, "jobs", "a"), "");
}

CLAIM(garbage_is_no_handle, "jobs", NULL)
{
	CHECK_TEXT(
		world_delete_handle(&world, "jobs", "garbage"), "ReceiptHandleIsInvalid");
	CHECK_TEXT(world_words(&world),
		"The input receipt handle \"garbage\" is not a valid receipt handle.");
	CHECK_NUMBER(world.call.fault.http_status, 404);
}

CLAIM(a_handle_belongs_to_its_queue, "jobs", NULL)
{
	CHECK_TEXT(world_create(&world, "other", NULL), "");
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	CHECK_TEXT(world_delete(&world, "other", "a"), "ReceiptHandleIsInvalid");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 1 0");
}

CLAIM(visibility_changes_count_from_the_call, "jobs", "VisibilityTimeout=30")
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	world_after(&world, 20);
	CHECK_TEXT(world_hide(&world, "jobs", "a", 20), "");
	world_after(&world, 19);
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
	world_after(&world, 1);
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	CHECK_TEXT(world_hide(&world, "jobs", "a", 0), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "1 0 0");
}

CLAIM(a_visible_message_can_be_hidden_again_by_its_latest_handle, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	world_after(&world, 31);
	CHECK_TEXT(world_hide(&world, "jobs", "a", 30), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 1 0");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
}

CLAIM(a_deleted_message_cannot_be_hidden, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	CHECK_TEXT(world_delete(&world, "jobs", "a"), "");
	CHECK_TEXT(world_hide(&world, "jobs", "a", 30), "InvalidParameterValue");
	CHECK(strstr(world_words(&world),
		"Reason: Message does not exist or is not available for visibility "
		"timeout change."));
}

CLAIM(nothing_is_hidden_for_more_than_twelve_hours, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	world_after(&world, 2);
	CHECK_TEXT(world_hide(&world, "jobs", "a", 43200), "InvalidParameterValue");
	CHECK(strstr(world_words(&world), "beyond the limit [43200 seconds]"));
	CHECK_TEXT(world_hide(&world, "jobs", "a", 43195), "");
}

/* ---- time ---- */

CLAIM(a_delayed_message_waits, "jobs", "DelaySeconds=10")
{
	CHECK_TEXT(world_send(&world, "jobs", "late"), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 0 1");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
	world_after(&world, 10);
	CHECK_TEXT(world_counts(&world, "jobs"), "1 0 0");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "late");
}

CLAIM(a_new_delay_is_not_retroactive_on_a_standard_queue, "jobs", "DelaySeconds=10")
{
	CHECK_TEXT(world_send(&world, "jobs", "late"), "");
	CHECK_TEXT(world_set(&world, "jobs", "DelaySeconds=0"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
	CHECK_TEXT(world_send(&world, "jobs", "soon"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "soon");
}

CLAIM(retention_ends_whatever_the_state, "jobs", "MessageRetentionPeriod=60")
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_send(&world, "jobs", "b"), "");
	CHECK_TEXT(world_receive_for(&world, "jobs", 1, 1000), "a");
	world_after(&world, 59);
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "jobs"), "1 1 0");
	world_after(&world, 1);
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "jobs"), "0 0 0");
}

CLAIM(a_shorter_retention_counts_for_what_is_there, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	world_after(&world, 100);
	world_tick(&world);
	CHECK_TEXT(world_set(&world, "jobs", "MessageRetentionPeriod=60"), "");
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "jobs"), "0 0 0");
}

/* A clock that is corrected by a little stands still; one that is set back is followed.
 */
CLAIM(a_clock_may_go_back, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	world_after(&world, 31);
	CHECK_TEXT(world_counts(&world, "jobs"), "1 0 0");
	world_after(&world, -5);
	CHECK_TEXT(world_counts(&world, "jobs"), "1 0 0");
	world_after(&world, -15);
	CHECK_TEXT(world_counts(&world, "jobs"), "0 1 0");
	world_after(&world, 20);
	CHECK_TEXT(world_counts(&world, "jobs"), "1 0 0");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
}

/* ---- purge and delete ---- */

CLAIM(purging_removes_all_states_once_a_minute, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_send(&world, "jobs", "b"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	CHECK_TEXT(world_set(&world, "jobs", "DelaySeconds=60"), "");
	CHECK_TEXT(world_send(&world, "jobs", "c"), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "1 1 1");
	CHECK_TEXT(world_act(&world, WIRE_PURGE_QUEUE, "jobs"), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 0 0");
	CHECK_TEXT(world_delete(&world, "jobs", "a"), "");
	world_after(&world, 59);
	CHECK_TEXT(world_act(&world, WIRE_PURGE_QUEUE, "jobs"),
		"AWS.SimpleQueueService.PurgeQueueInProgress");
	CHECK_TEXT(world_words(&world),
		"Only one PurgeQueue operation on jobs is allowed every 60 seconds.");
	CHECK_NUMBER(world.call.fault.http_status, 403);
	world_after(&world, 1);
	CHECK_TEXT(world_act(&world, WIRE_PURGE_QUEUE, "jobs"), "");
	world_tick(&world);
	CHECK_TEXT(world_receive(&world, "jobs", 10), "(none)");
}

CLAIM(a_deleted_name_rests_for_a_minute, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_act(&world, WIRE_DELETE_QUEUE, "jobs"), "");
	CHECK_TEXT(world_send(&world, "jobs", "b"),
		"AWS.SimpleQueueService.NonExistentQueue");
	world_after(&world, 59);
	CHECK_TEXT(world_create(&world, "jobs", NULL),
		"AWS.SimpleQueueService.QueueDeletedRecently");
	CHECK_TEXT(world_words(&world),
		"You must wait 60 seconds after deleting a queue before you can create "
		"another with the same name.");
	world_after(&world, 1);
	world_tick(&world);
	CHECK_TEXT(world_create(&world, "jobs", NULL), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
}

/* ---- naming a queue ---- */

CLAIM(a_queue_is_named_by_any_host_a_bare_name_or_the_path, "jobs", NULL)
{
	static const char *const urls[] = {"jobs",
		"http://localhost:9324/123456789012/jobs",
		"https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"};
	struct wire_request request = wire_request_of(WIRE_PURGE_QUEUE);
	struct service_call call = {.request = &request,
		.path = VIEW_LITERAL("/123456789012/jobs"),
		.arena = &world.arena};

	for (size_t i = 0; i < 3; i++)
		CHECK_TEXT(world_send(&world, urls[i], "x"), "");
	CHECK_TEXT(world_counts(&world, "jobs"), "3 0 0");
	CHECK(service_begin(world.service));
	CHECK_NUMBER(service_execute(world.service, &call, world.now_ms), SERVICE_REPLY);
	CHECK(service_commit(world.service));
	CHECK_TEXT(world_counts(&world, "jobs"), "0 0 0");
}

/* ---- what a message carries ---- */

CLAIM(system_attributes_are_those_of_sqs, "jobs", NULL)
{
	CHECK_TEXT(world_send(&world, "jobs", "hello"), "");
	world_after(&world, 5);
	CHECK_TEXT(world_receive_for(&world, "jobs", 1, 0), "hello");
	world_after(&world, 5);
	CHECK_TEXT(world_receive(&world, "jobs", 1), "hello");
	CHECK_TEXT(world_system(&world, "SenderId"), "AIDATEST");
	CHECK_TEXT(world_system(&world, "SentTimestamp"), "1700000000000");
	CHECK_TEXT(world_system(&world, "ApproximateFirstReceiveTimestamp"),
		"1700000005000");
	CHECK_TEXT(world_system(&world, "ApproximateReceiveCount"), "2");
	CHECK_TEXT(world_system(&world, "SequenceNumber"), "-");
	CHECK_TEXT(world_system(&world, "MessageGroupId"), "-");
	CHECK_TEXT(world_system(&world, "DeadLetterQueueSourceArn"), "-");
}

/* Digests that AWS gave for the same bytes. */
CLAIM(digests_are_those_of_aws, "jobs", NULL)
{
	struct wire_attribute sent[] = {
		{VIEW_LITERAL("Hello"), VIEW_LITERAL("String"), VIEW_LITERAL("There"),
			false},
		{VIEW_LITERAL("General"), VIEW_LITERAL("String"), VIEW_LITERAL("Kenobi"),
			false},
		{VIEW_LITERAL("Help.Me"), VIEW_LITERAL("String"), VIEW_LITERAL("Me"),
			false},
	};
	static const struct {
		const char *filter, *md5;
	} filters[] = {
		{"All", "4c360f3fdafd970e05fae2f149d997f5"},
		{".*", "4c360f3fdafd970e05fae2f149d997f5"},
		{"*", "4c360f3fdafd970e05fae2f149d997f5"},
		{"Hel.*", "83fee93c1bcd8b9a5a923ffacdc636c7"},
		{"Hello", "a311262e065454b75da111d535b8dacd"},
		{"Nothing", ""},
	};
	struct wire_entry entry = {.body = VIEW_LITERAL("test"),
		.delay_s = WIRE_ABSENT,
		.attributes = {sent, 3}};
	struct wire_request request = wire_request_of(WIRE_SEND_MESSAGE);

	request.queue_url = VIEW_LITERAL("jobs");
	request.entries = &entry;
	request.entry_count = 1;
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK(view_is(
		world.call.reply.done->body_md5, "098f6bcd4621d373cade4e832627b4f6"));
	CHECK(view_is(world.call.reply.done->attributes_md5,
		"4c360f3fdafd970e05fae2f149d997f5"));
	for (size_t i = 0; i < 6; i++) {
		struct view filter = view_of(filters[i].filter);

		request = wire_request_of(WIRE_RECEIVE_MESSAGE);
		request.queue_url = VIEW_LITERAL("jobs");
		request.visibility_s = 0;
		request.message_attribute_names = (struct wire_views){&filter, 1};
		CHECK_TEXT(world_ask(&world, &request), "");
		CHECK_NUMBER(world.call.reply.message_count, 1);
		CHECK(view_equals(world.call.reply.messages->attributes_md5,
			view_of(filters[i].md5)));
		CHECK(view_is(world.call.reply.messages->body_md5,
			"098f6bcd4621d373cade4e832627b4f6"));
	}
}

CLAIM(bytes_and_the_trace_come_back, "jobs", NULL)
{
	struct wire_attribute sent = {
		VIEW_LITERAL("B"), VIEW_LITERAL("Binary.x"), {"\0\xff", 2}, true};
	struct wire_attribute trace = {VIEW_LITERAL("AWSTraceHeader"),
		VIEW_LITERAL("String"),
		VIEW_LITERAL("Root=1-5759e988-bd862e3fe1be46a994272793;Parent="
			     "53995c3f42cd8ad8;Sampled=1"),
		false};
	struct wire_entry entry = {.body = VIEW_LITERAL("a\r\nb\tc"),
		.delay_s = WIRE_ABSENT,
		.attributes = {&sent, 1},
		.system_attributes = {&trace, 1}};
	struct wire_request request = wire_request_of(WIRE_SEND_MESSAGE);
	const struct wire_message *message;

	request.queue_url = VIEW_LITERAL("jobs");
	request.entries = &entry;
	request.entry_count = 1;
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK(view_is(world.call.reply.done->system_attributes_md5,
		"5ae4d5d7636402d80f4eb6d213245a88"));
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a\r\nb\tc");
	message = world.call.reply.messages;
	CHECK_NUMBER(message->attributes.count, 1);
	CHECK(message->attributes.items->is_binary);
	CHECK_BYTES(message->attributes.items->value.data,
		message->attributes.items->value.len, "\0\xff", 2);
	CHECK(view_is(message->attributes.items->type, "Binary.x"));
	CHECK_TEXT(world_system(&world, "AWSTraceHeader"),
		"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;"
		"Sampled=1");
}

/* ---- restart ---- */

CLAIM(everything_is_there_after_a_restart, "jobs", "VisibilityTimeout=40")
{
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_send(&world, "jobs", "b"), "");
	CHECK_TEXT(world_send(&world, "jobs", "c"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a");
	CHECK_TEXT(world_set(&world, "jobs", "DelaySeconds=60"), "");
	CHECK_TEXT(world_send(&world, "jobs", "d"), "");
	CHECK(world_restart(&world));
	CHECK_TEXT(world_counts(&world, "jobs"), "2 1 1");
	CHECK_TEXT(world_get(&world, "jobs", "VisibilityTimeout"), "40");
	CHECK_TEXT(world_delete(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 10), "b c");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 2 1");
	CHECK(world_restart(&world));
	world_after(&world, 60);
	CHECK_TEXT(world_counts(&world, "jobs"), "3 0 0");
}

static double cpu_of_peeks(const char *queue)
{
	struct buf out = BUF_INIT(0);
	clock_t before = clock();

	for (int i = 0; i < 50; i++) {
		buf_clear(&out);
		service_peek(world.service, queue, (struct service_place){0}, 10, &out,
			world.now_ms);
	}
	buf_finish(&out);
	return (double)(clock() - before);
}

/* In one turn. */
static void send_many(const char *queue, int count)
{
	struct wire_entry entry = {.body = VIEW_LITERAL("x"), .delay_s = WIRE_ABSENT};
	struct wire_request request = wire_request_of(WIRE_SEND_MESSAGE);
	struct service_call call = {.request = &request, .arena = &world.arena};

	request.queue_url = view_of(queue);
	request.entries = &entry;
	request.entry_count = 1;
	service_begin(world.service);
	for (int i = 0; i < count; i++) {
		service_execute(world.service, &call, world.now_ms);
		arena_finish(&world.arena);
	}
	service_commit(world.service);
}

CLAIM(a_peek_does_not_look_at_other_queues, "small", NULL)
{
	double alone, beside;

	CHECK_TEXT(world_create(&world, "large", NULL), "");
	CHECK_TEXT(world_send(&world, "small", "a"), "");
	cpu_of_peeks("small"); /* warm */
	alone = cpu_of_peeks("small");
	send_many("large", 5000);
	beside = cpu_of_peeks("small");
	printf("# alone: %.1f ms, beside 5000 messages: %.1f ms\n", alone / 1000,
		beside / 1000);
	CHECK_TEXT(world_counts(&world, "large"), "5000 0 0");
	CHECK(beside < 10 * alone);
}

CLAIM(a_peek_shows_messages_and_takes_none, "jobs", NULL)
{
	struct buf out = BUF_INIT(10000);
	struct service_place next = {0};

	CHECK_TEXT(world_send(&world, "jobs", "a \"quoted\" one"), "");
	CHECK_TEXT(world_send(&world, "jobs", "b"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "a \"quoted\" one");
	next = service_peek(world.service, "jobs", next, 1, &out, world.now_ms);
	CHECK(next.id > 0);
	CHECK(strstr(out.data, "\"State\":\"in flight\""));
	CHECK(strstr(out.data, "\"Body\":\"a \\\"quoted\\\" one\""));
	buf_clear(&out);
	next = service_peek(world.service, "jobs", next, 10, &out, world.now_ms);
	CHECK_NUMBER(next.id, 0);
	CHECK(strstr(out.data, "\"State\":\"visible\""));
	buf_clear(&out);
	CHECK(service_counters(world.service, &out, world.now_ms));
	CHECK(strstr(
		out.data, "sqs_local_messages{queue=\"jobs\",state=\"visible\"} 1\n"));
	CHECK(strstr(out.data, "sqs_local_requests_total{action=\"SendMessage\"} 2\n"));
	buf_finish(&out);
	CHECK_TEXT(world_counts(&world, "jobs"), "1 1 0");
}

TEST_MAIN
