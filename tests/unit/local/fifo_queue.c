/* SPDX-License-Identifier: MIT */
/* FIFO queues: groups, order, blocking, deduplication. The scenarios are AWS's. */
#include <stdio.h>

#include "tests/unit/local/claim.h"

#define FIFO "FifoQueue=true"
#define SEND(group, body) \
	CHECK_TEXT(world_send_to(&world, "q.fifo", group, body, NULL), "")
#define RECEIVE(most, bodies) CHECK_TEXT(world_receive(&world, "q.fifo", most), bodies)
#define DELETE(body) CHECK_TEXT(world_delete(&world, "q.fifo", body), "")
#define HIDE(body, seconds) CHECK_TEXT(world_hide(&world, "q.fifo", body, seconds), "")

CLAIM(one_receive_takes_as_many_as_possible_of_one_group, "q.fifo", FIFO)
{
	SEND("g1", "g1m1");
	SEND("g2", "g2m1");
	SEND("g1", "g1m2");
	SEND("g1", "g1m3");
	RECEIVE(10, "g1m1 g1m2 g1m3 g2m1");
}

CLAIM(a_group_is_blocked_while_one_of_its_messages_is_in_flight, "q.fifo", FIFO)
{
	SEND("g1", "g1m1");
	SEND("g1", "g1m2");
	SEND("g2", "g2m1");
	RECEIVE(1, "g1m1");
	RECEIVE(10, "g2m1");
	SEND("g1", "g1m3");
	RECEIVE(10, "(none)");
	CHECK_TEXT(world_counts(&world, "q.fifo"), "2 2 0");
	DELETE("g1m1");
	RECEIVE(10, "g1m2 g1m3");
}

CLAIM(deleting_one_of_two_in_flight_does_not_unblock, "q.fifo", FIFO)
{
	SEND("g", "1");
	SEND("g", "2");
	SEND("g", "3");
	SEND("g", "4");
	RECEIVE(2, "1 2");
	DELETE("1");
	RECEIVE(10, "(none)");
	DELETE("2");
	RECEIVE(10, "3 4");
}

CLAIM(deleting_the_second_first_does_not_unblock_either, "q.fifo", FIFO)
{
	SEND("g", "1");
	SEND("g", "2");
	SEND("g", "3");
	RECEIVE(2, "1 2");
	DELETE("2");
	RECEIVE(10, "(none)");
	DELETE("1");
	RECEIVE(10, "3");
}

/* The group is there again for the first message alone, and behind the other group. */
CLAIM(a_message_given_back_is_alone_while_the_next_is_in_flight, "q.fifo", FIFO)
{
	SEND("g1", "g1m1");
	SEND("g1", "g1m2");
	RECEIVE(2, "g1m1 g1m2");
	SEND("g2", "g2m1");
	world_after(&world, 1);
	HIDE("g1m1", 0);
	RECEIVE(10, "g2m1 g1m1");
}

CLAIM(order_is_kept_when_visibility_ends, "q.fifo", FIFO)
{
	SEND("g", "1");
	SEND("g", "2");
	SEND("g", "3");
	RECEIVE(3, "1 2 3");
	world_after(&world, 30);
	RECEIVE(3, "1 2 3");
}

/* If one of three in flight is extended, it and all behind it stay invisible. */
static void extend_one_of_three(const char *extended, const char *then)
{
	SEND("g", "1");
	SEND("g", "2");
	SEND("g", "3");
	RECEIVE(3, "1 2 3");
	HIDE(extended, 100);
	world_after(&world, 31);
	RECEIVE(10, then);
}

CLAIM(extending_the_first_blocks_all, "q.fifo", FIFO)
{
	extend_one_of_three("1", "(none)");
}

CLAIM(extending_the_second_leaves_the_first, "q.fifo", FIFO)
{
	extend_one_of_three("2", "1");
}

CLAIM(extending_the_third_leaves_two, "q.fifo", FIFO)
{
	extend_one_of_three("3", "1 2");
}

CLAIM(an_emptied_group_works_again, "q.fifo", FIFO)
{
	SEND("g", "1");
	RECEIVE(1, "1");
	DELETE("1");
	SEND("g", "2");
	RECEIVE(1, "2");
}

/* ---- handles: FIFO column ---- */

CLAIM(a_handle_dies_with_its_visibility, "q.fifo", FIFO)
{
	SEND("g", "1");
	RECEIVE(1, "1");
	world_after(&world, 30);
	CHECK_TEXT(world_delete(&world, "q.fifo", "1"), "InvalidParameterValue");
	CHECK(strstr(world_words(&world), "Reason: The receipt handle has expired."));
	CHECK_TEXT(world_hide(&world, "q.fifo", "1", 30), "InvalidParameterValue");
	RECEIVE(1, "1");
	CHECK_TEXT(world_delete_older(&world, "q.fifo", "1"), "InvalidParameterValue");
	DELETE("1");
	DELETE("1");
}

CLAIM(an_extended_handle_lives_on, "q.fifo", FIFO)
{
	SEND("g", "1");
	RECEIVE(1, "1");
	HIDE("1", 100);
	world_after(&world, 99);
	DELETE("1");
	CHECK_TEXT(world_counts(&world, "q.fifo"), "0 0 0");
}

/* ---- deduplication ---- */

#define SEND_ID(group, body, id) \
	CHECK_TEXT(world_send_to(&world, "q.fifo", group, body, id), "")

CLAIM(a_duplicate_gets_the_first_ones_id_and_is_not_sent, "q.fifo", FIFO)
{
	char first[40], sequence[30];

	SEND_ID("g", "1", "same");
	snprintf(first, sizeof(first), "%s", world.call.reply.done->message_id.data);
	snprintf(sequence, sizeof(sequence), "%s",
		world.call.reply.done->sequence_number.data);
	world_after(&world, 299);
	SEND_ID("g", "2", "same");
	CHECK_TEXT(world.call.reply.done->message_id.data, first);
	CHECK_TEXT(world.call.reply.done->sequence_number.data, sequence);
	SEND_ID("g", "3", "other");
	RECEIVE(10, "1 3");
	world_after(&world, 1);
	world_tick(&world);
	SEND_ID("h", "4", "same");
	RECEIVE(10, "4");
}

CLAIM(a_duplicate_is_known_after_the_first_was_deleted_and_after_restart, "q.fifo", FIFO)
{
	SEND_ID("g", "1", "same");
	RECEIVE(1, "1");
	DELETE("1");
	CHECK(world_restart(&world));
	SEND_ID("g", "2", "same");
	RECEIVE(1, "(none)");
}

CLAIM(purging_forgets_duplicates, "q.fifo", FIFO)
{
	SEND_ID("g", "1", "same");
	CHECK_TEXT(world_act(&world, WIRE_PURGE_QUEUE, "q.fifo"), "");
	SEND_ID("g", "2", "same");
	RECEIVE(10, "2");
}

CLAIM(the_scope_is_the_queue, "q.fifo", FIFO)
{
	SEND_ID("g1", "1", "same");
	SEND_ID("g2", "2", "same");
	RECEIVE(10, "1");
	/* Changing it later changes the attribute, not what happens. */
	CHECK_TEXT(world_set(&world, "q.fifo", "DeduplicationScope=messageGroup"), "");
	CHECK_TEXT(world_get(&world, "q.fifo", "DeduplicationScope"), "messageGroup");
	SEND_ID("g3", "3", "same");
	RECEIVE(10, "(none)");
}

CLAIM(or_the_group_if_it_was_made_so, "q.fifo", FIFO ";DeduplicationScope=messageGroup")
{
	SEND_ID("g1", "1", "same");
	SEND_ID("g2", "2", "same");
	SEND_ID("g2", "3", "same");
	RECEIVE(10, "1 2");
	CHECK(world_restart(&world));
	SEND_ID("g2", "4", "same");
	RECEIVE(10, "(none)");
}

CLAIM(content_deduplicates_by_the_sha256_of_the_body, "q.fifo",
	FIFO ";ContentBasedDeduplication=true")
{
	struct wire_entry entry = {.body = VIEW_LITERAL("test"),
		.group_id = VIEW_LITERAL("g"),
		.delay_s = WIRE_ABSENT};
	struct wire_request request = wire_request_of(WIRE_SEND_MESSAGE);

	request.queue_url = VIEW_LITERAL("q.fifo");
	request.entries = &entry;
	request.entry_count = 1;
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_TEXT(world_ask(&world, &request), "");
	entry.dedup_id = VIEW_LITERAL("explicit");
	CHECK_TEXT(world_ask(&world, &request), "");
	RECEIVE(10, "test test");
	CHECK_TEXT(world_system(&world, "MessageDeduplicationId"),
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
}

CLAIM(sequence_numbers_grow_across_restarts, "q.fifo", FIFO)
{
	char last[30] = "";

	for (int i = 0; i < 20; i++) {
		struct view sequence;

		if (i % 5 == 0)
			CHECK(world_restart(&world));
		SEND("g", "x");
		sequence = world.call.reply.done->sequence_number;
		CHECK_NUMBER(sequence.len, 20);
		CHECK(strcmp(sequence.data, last) > 0);
		snprintf(last, sizeof(last), "%s", sequence.data);
	}
}

/* ---- time ---- */

CLAIM(a_new_delay_is_retroactive_on_fifo, "q.fifo", FIFO ";DelaySeconds=10")
{
	SEND("g", "1");
	CHECK_TEXT(world_counts(&world, "q.fifo"), "0 0 1");
	CHECK_TEXT(world_set(&world, "q.fifo", "DelaySeconds=2"), "");
	world_after(&world, 2);
	CHECK_TEXT(world_counts(&world, "q.fifo"), "1 0 0");
	CHECK_TEXT(world_set(&world, "q.fifo", "DelaySeconds=20"), "");
	CHECK_TEXT(world_counts(&world, "q.fifo"), "0 0 1");
	RECEIVE(1, "(none)");
	world_after(&world, 18);
	RECEIVE(1, "1");
}

CLAIM(retention_unblocks_a_group, "q.fifo", FIFO ";MessageRetentionPeriod=60")
{
	SEND("g", "1");
	RECEIVE(1, "1");
	HIDE("1", 1000);
	world_after(&world, 30);
	SEND("g", "2");
	RECEIVE(1, "(none)");
	world_after(&world, 30);
	world_tick(&world);
	RECEIVE(1, "2");
}

CLAIM(groups_go_on_where_they_were_after_a_restart, "q.fifo", FIFO)
{
	SEND("g", "1");
	SEND("g", "2");
	SEND("h", "3");
	RECEIVE(1, "1");
	CHECK(world_restart(&world));
	RECEIVE(10, "3");
	DELETE("1");
	RECEIVE(10, "2");
	CHECK_TEXT(world_system(&world, "MessageGroupId"), "g");
}

TEST_MAIN
