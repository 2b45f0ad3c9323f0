/* SPDX-License-Identifier: MIT */
/* Fair queues: while one tenant holds many messages in flight, others go first. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/local/claim.h"

static const char *send_as(const char *tenant, const char *body)
{
	struct wire_entry entry = {.body = view_of(body),
		.group_id = view_of(tenant),
		.delay_s = WIRE_ABSENT};
	struct wire_request request = wire_request_of(WIRE_SEND_MESSAGE);

	request.queue_url = VIEW_LITERAL("q");
	request.entries = &entry;
	request.entry_count = 1;
	return world_ask(&world, &request);
}

/* A tenant takes 30 messages into flight and has `waiting` more. */
static bool make_noise(int waiting)
{
	for (int i = 0; i < 30 + waiting; i++)
		send_as("loud", "loud");
	for (int i = 0; i < 3; i++)
		world_receive(&world, "q", 10);
	return atoi(strchr(world_counts(&world, "q"), ' ')) == 30;
}

CLAIM(without_noise_the_oldest_is_first, "q", NULL)
{
	for (int i = 0; i < 20; i++)
		CHECK_TEXT(send_as("loud", "loud"), "");
	CHECK_TEXT(send_as("quiet", "quiet"), "");
	CHECK_TEXT(world_receive(&world, "q", 1), "loud");
	CHECK_TEXT(world_system(&world, "MessageGroupId"), "loud");
}

CLAIM(quiet_tenants_and_messages_of_none_go_first, "q", NULL)
{
	CHECK(make_noise(20));
	CHECK_TEXT(send_as("quiet", "quiet"), "");
	CHECK_TEXT(world_send(&world, "q", "nobody's"), "");
	CHECK_TEXT(world_receive(&world, "q", 3), "quiet nobody's loud");
}

/* However far behind they stand, and each tenant in turn. */
CLAIM(quiet_tenants_are_found_behind_a_long_backlog, "q", NULL)
{
	CHECK(make_noise(2000));
	for (int i = 0; i < 2; i++) {
		CHECK_TEXT(send_as("c", "c"), "");
		CHECK_TEXT(send_as("a", "a"), "");
		CHECK_TEXT(send_as("b", "b"), "");
	}
	CHECK_TEXT(world_receive(&world, "q", 1), "a");
	CHECK_TEXT(world_receive(&world, "q", 1), "b");
	CHECK_TEXT(world_receive(&world, "q", 2), "c a");
	CHECK_TEXT(world_receive(&world, "q", 10),
		"b c loud loud loud loud loud loud loud loud");
}

CLAIM(noise_is_over_when_its_messages_come_back, "q", NULL)
{
	CHECK(make_noise(1));
	CHECK_TEXT(send_as("quiet", "quiet"), "");
	world_after(&world, 31);
	CHECK_TEXT(world_receive(&world, "q", 2), "loud quiet");
}

CLAIM(noise_is_heard_after_a_restart, "q", NULL)
{
	CHECK(make_noise(5));
	CHECK_TEXT(send_as("quiet", "quiet"), "");
	CHECK(world_restart(&world));
	CHECK_TEXT(world_receive(&world, "q", 2), "quiet loud");
}

TEST_MAIN
