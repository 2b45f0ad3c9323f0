/* SPDX-License-Identifier: MIT */
/* Long polls: when a receive waits, until when, and what ends it. */
#include <stdio.h>

#include "tests/unit/local/claim.h"

/* Executes a receive as a server does, `wait_until_ms` being carried on. */
static enum service_verdict poll(
	const char *queue, int64_t wait_s, int64_t *wait_until_ms, bool out_of_time)
{
	static struct wire_request request;

	request = wire_request_of(WIRE_RECEIVE_MESSAGE);
	request.queue_url = view_of(queue);
	request.wait_s = wait_s;
	arena_finish(&world.arena);
	world.call = (struct service_call){.request = &request,
		.arena = &world.arena,
		.wait_until_ms = *wait_until_ms,
		.out_of_time = out_of_time};
	service_begin(world.service);
	world.verdict = service_execute(world.service, &world.call, world.now_ms);
	service_commit(world.service);
	*wait_until_ms = world.call.wait_until_ms;
	return world.verdict;
}

static int64_t receivable_in_ms(void)
{
	int64_t at_ms =
		service_receivable_at(world.service, world.call.queue, world.now_ms);

	return at_ms == INT64_MAX ? -1 : at_ms - world.now_ms;
}

CLAIM(a_poll_waits_as_long_as_it_says, "q", NULL)
{
	int64_t until_ms = 0;

	CHECK_NUMBER(poll("q", 20, &until_ms, false), SERVICE_WAIT);
	CHECK_NUMBER(until_ms, world.now_ms + 20000);
	CHECK_NUMBER(receivable_in_ms(), -1);
	world_after(&world, 5);
	CHECK_NUMBER(poll("q", 20, &until_ms, false), SERVICE_WAIT);
	CHECK_NUMBER(until_ms, world.now_ms + 15000);
	world_after(&world, 15);
	CHECK_NUMBER(poll("q", 20, &until_ms, true), SERVICE_REPLY);
	CHECK_NUMBER(world.call.reply.message_count, 0);
}

CLAIM(or_as_the_queue_says, "q", "ReceiveMessageWaitTimeSeconds=7")
{
	int64_t until_ms = 0;

	CHECK_NUMBER(poll("q", WIRE_ABSENT, &until_ms, false), SERVICE_WAIT);
	CHECK_NUMBER(until_ms, world.now_ms + 7000);
	until_ms = 0;
	CHECK_NUMBER(poll("q", 0, &until_ms, false), SERVICE_REPLY);
}

CLAIM(a_short_poll_never_waits, "q", NULL)
{
	int64_t until_ms = 0;

	CHECK_NUMBER(poll("q", WIRE_ABSENT, &until_ms, false), SERVICE_REPLY);
}

CLAIM(a_send_ends_the_wait, "q", NULL)
{
	int64_t until_ms = 0;

	CHECK_NUMBER(poll("q", 20, &until_ms, false), SERVICE_WAIT);
	CHECK_TEXT(world_send(&world, "q", "a"), "");
	poll("q", 20, &until_ms, false);
	CHECK_NUMBER(world.call.reply.message_count, 1);
}

CLAIM(so_does_the_end_of_a_delay_or_of_a_visibility_timeout, "q", "DelaySeconds=4")
{
	int64_t until_ms = 0;

	CHECK_NUMBER(poll("q", 20, &until_ms, false), SERVICE_WAIT);
	CHECK_TEXT(world_send(&world, "q", "a"), "");
	CHECK_NUMBER(poll("q", 20, &until_ms, false), SERVICE_WAIT);
	CHECK_NUMBER(receivable_in_ms(), 4000);
	world_after(&world, 4);
	CHECK(receivable_in_ms() <= 0);
	CHECK_TEXT(world_receive_for(&world, "q", 1, 3), "a");
	CHECK_NUMBER(poll("q", 20, &until_ms, false), SERVICE_WAIT);
	CHECK_NUMBER(receivable_in_ms(), 3000);
}

/* What is blocked is not receivable, though it is visible. */
CLAIM(a_blocked_group_becomes_receivable_with_its_first_message, "q.fifo",
	"FifoQueue=true")
{
	int64_t until_ms = 0;

	CHECK_TEXT(world_send_to(&world, "q.fifo", "g", "1", NULL), "");
	CHECK_TEXT(world_send_to(&world, "q.fifo", "g", "2", NULL), "");
	CHECK_TEXT(world_receive(&world, "q.fifo", 1), "1");
	CHECK_NUMBER(poll("q.fifo", 20, &until_ms, false), SERVICE_WAIT);
	CHECK_NUMBER(receivable_in_ms(), 30000);
	CHECK_TEXT(world_delete(&world, "q.fifo", "1"), "");
	poll("q.fifo", 20, &until_ms, false);
	CHECK_NUMBER(world.call.reply.message_count, 1);
}

CLAIM(a_purge_does_not_lose_the_queue_of_a_waiting_poll, "q", NULL)
{
	int64_t until_ms = 0, queue;

	CHECK_NUMBER(poll("q", 20, &until_ms, false), SERVICE_WAIT);
	queue = world.call.queue;
	CHECK_TEXT(world_act(&world, WIRE_PURGE_QUEUE, "q"), "");
	CHECK_TEXT(world_send(&world, "q", "a"), "");
	CHECK(service_receivable_at(world.service, queue, world.now_ms) <= world.now_ms);
}

CLAIM(a_poll_hears_at_once_that_its_queue_was_deleted, "q", NULL)
{
	int64_t until_ms = 0, queue;

	CHECK_NUMBER(poll("q", 20, &until_ms, false), SERVICE_WAIT);
	queue = world.call.queue;
	CHECK_TEXT(world_act(&world, WIRE_DELETE_QUEUE, "q"), "");
	CHECK(service_receivable_at(world.service, queue, world.now_ms) <= world.now_ms);
	CHECK_NUMBER(poll("q", 20, &until_ms, false), SERVICE_FAULT);
	CHECK(view_is(world.call.fault.code, "AWS.SimpleQueueService.NonExistentQueue"));
}

/* The ids of the queues that have changed. */
static const char *changed(void)
{
	static char text[200];
	size_t len = 0;
	int64_t id;

	text[0] = '\0';
	while ((id = service_next_changed(world.service)) != 0)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "%s%d", len ? " " : "", (int)id);
	return text;
}

/* Who waits on any other queue need not be looked at. */
CLAIM(what_changes_names_its_queue, "1", NULL)
{
	const char *policy = "RedrivePolicy={\"deadLetterTargetArn\":"
			     "\"arn:aws:sqs:eu-west-1:123456789012:1\","
			     "\"maxReceiveCount\":1}";

	CHECK_TEXT(world_create(&world, "2", policy), "");
	CHECK_TEXT(world_create(&world, "3.fifo", "FifoQueue=true"), "");
	CHECK_TEXT(changed(), "");
	CHECK_TEXT(world_send(&world, "1", "a"), "");
	CHECK_TEXT(world_send(&world, "1", "b"), "");
	CHECK_TEXT(changed(), "1");
	CHECK_TEXT(world_receive_for(&world, "1", 1, 5), "a");
	CHECK_TEXT(changed(), "1");
	CHECK_TEXT(world_hide(&world, "1", "a", 0), "");
	CHECK_TEXT(changed(), "1");
	CHECK_TEXT(world_send(&world, "2", "c"), "");
	CHECK_TEXT(world_receive_for(&world, "2", 1, 0), "c");
	CHECK_TEXT(changed(), "2");
	CHECK_TEXT(world_receive(&world, "2", 1), "(none)");
	CHECK_TEXT(changed(), "2 1");
	CHECK_TEXT(world_send_to(&world, "3.fifo", "g", "d", NULL), "");
	CHECK_TEXT(world_receive(&world, "3.fifo", 1), "d");
	CHECK_TEXT(changed(), "3");
	CHECK_TEXT(world_delete(&world, "3.fifo", "d"), "");
	CHECK_TEXT(changed(), "3");
	CHECK_TEXT(world_set(&world, "3.fifo", "DelaySeconds=9"), "");
	CHECK_TEXT(changed(), "3");
	world_counts(&world, "1");
	world_tick(&world);
	CHECK_TEXT(changed(), "");
	CHECK_TEXT(world_act(&world, WIRE_DELETE_QUEUE, "2"), "");
	CHECK_TEXT(changed(), "2");
}

CLAIM(a_tick_is_due_when_something_ends, "q", "MessageRetentionPeriod=60")
{
	world_tick(&world);
	CHECK(service_tick_at(world.service) > world.now_ms);
	CHECK_TEXT(world_send(&world, "q", "a"), "");
	CHECK_NUMBER(service_tick_at(world.service), world.now_ms + 60000);
	CHECK_TEXT(world_act(&world, WIRE_PURGE_QUEUE, "q"), "");
	CHECK(service_tick_at(world.service) <= world.now_ms);
	world_tick(&world);
	CHECK_NUMBER(service_tick_at(world.service), INT64_MAX);
}

TEST_MAIN
