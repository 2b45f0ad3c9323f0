/* SPDX-License-Identifier: MIT */
/* ReceiveRequestAttemptId: a receive whose answer was lost is asked for again. */
#include <stdio.h>

#include "tests/unit/local/claim.h"

static const char *receive_as(const char *queue, const char *attempt_id)
{
	struct wire_request request = wire_request_of(WIRE_RECEIVE_MESSAGE);
	const char *code;
	static char bodies[100];
	size_t at = 0;

	request.queue_url = view_of(queue);
	request.max_messages = 2;
	request.attempt_id = view_of(attempt_id);
	code = world_ask(&world, &request);
	if (*code)
		return code;
	bodies[0] = '\0';
	for (size_t i = 0; i < world.call.reply.message_count; i++) {
		const struct wire_message *message = &world.call.reply.messages[i];
		struct world_held *held = world_held(&world, message->body.data);

		snprintf(held->older, sizeof(held->older), "%s", held->handle);
		snprintf(held->handle, sizeof(held->handle), "%s",
			message->receipt_handle.data);
		at += (size_t)snprintf(
			bodies + at, sizeof(bodies) - at, "%s", message->body.data);
	}
	return bodies;
}

static bool send_three(void)
{
	return !*world_send_to(&world, "q.fifo", "g", "1", NULL) &&
	       !*world_send_to(&world, "q.fifo", "g", "2", NULL) &&
	       !*world_send_to(&world, "q.fifo", "h", "3", NULL);
}

#define AGAIN(attempt_id, bodies) CHECK_TEXT(receive_as("q.fifo", attempt_id), bodies)

CLAIM(the_same_messages_and_handles_and_their_time_anew, "q.fifo", "FifoQueue=true")
{
	CHECK(send_three());
	AGAIN("try", "12");
	world_after(&world, 20);
	AGAIN("try", "12");
	CHECK_TEXT(world_held(&world, "1")->handle, world_held(&world, "1")->older);
	world_after(&world, 29);
	CHECK_TEXT(world_counts(&world, "q.fifo"), "1 2 0");
	AGAIN("try", "12");
	AGAIN("another", "3");
	CHECK(world_restart(&world));
	AGAIN("try", "12");
	CHECK_TEXT(world_delete(&world, "q.fifo", "1"), "");
}

CLAIM(not_after_one_was_deleted, "q.fifo", "FifoQueue=true")
{
	CHECK(send_three());
	AGAIN("try", "12");
	CHECK_TEXT(world_delete(&world, "q.fifo", "1"), "");
	AGAIN("try", "3");
}

CLAIM(not_after_one_was_changed, "q.fifo", "FifoQueue=true")
{
	CHECK(send_three());
	AGAIN("try", "12");
	CHECK_TEXT(world_hide(&world, "q.fifo", "2", 100), "");
	AGAIN("try", "3");
}

CLAIM(not_after_they_became_visible, "q.fifo", "FifoQueue=true")
{
	CHECK(send_three());
	AGAIN("try", "12");
	world_after(&world, 30);
	AGAIN("try", "31"); /* a new receive: the group that waits longest is first */
	CHECK(strcmp(world_held(&world, "1")->handle, world_held(&world, "1")->older) !=
		0);
}

/* Taken by another with the same timeout in the same millisecond: another receive. */
CLAIM(not_after_another_took_them, "q.fifo", "FifoQueue=true")
{
	CHECK(send_three());
	AGAIN("try", "12");
	CHECK_TEXT(world_hide(&world, "q.fifo", "1", 0), "");
	CHECK_TEXT(world_hide(&world, "q.fifo", "2", 0), "");
	CHECK_TEXT(world_receive(&world, "q.fifo", 10), "1 2 3");
	AGAIN("try", "");
}

CLAIM(not_after_five_minutes, "q.fifo", "FifoQueue=true;VisibilityTimeout=1000")
{
	CHECK(send_three());
	AGAIN("try", "12");
	world_after(&world, 300);
	world_tick(&world);
	AGAIN("try", "3");
}

CLAIM(only_on_fifo_queues_and_as_an_id, "q", NULL)
{
	CHECK_TEXT(world_create(&world, "q.fifo", "FifoQueue=true"), "");
	CHECK_TEXT(receive_as("q", "try"), "InvalidParameterValue");
	AGAIN("a b", "InvalidParameterValue");
	AGAIN("", "InvalidParameterValue");
}

TEST_MAIN
