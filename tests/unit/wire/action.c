/* SPDX-License-Identifier: MIT */
#include "sqs/wire/action.h"

#include <string.h>

#include "tests/lib/test.h"

TEST(every_action_is_found_by_its_name)
{
	for (enum wire_action i = 0; i < WIRE_ACTION_COUNT; i++) {
		enum wire_action found = WIRE_ACTION_COUNT;

		CHECK(wire_action_find(view_of(wire_action_name(i)), &found));
		CHECK_NUMBER(found, i);
	}
}

TEST(what_is_no_action_is_not_found)
{
	static const char *const names[] = {"", "Send", "sendmessage", "SendMessage ",
		"SendMessageBatc", "DeleteQueues"};
	enum wire_action found = WIRE_ACTION_COUNT;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK(!wire_action_find(view_of(names[i]), &found));
	CHECK(!wire_action_find((struct view){NULL, 0}, &found));
	CHECK_NUMBER(found, WIRE_ACTION_COUNT);
}

/* The nine actions whose replies have no Result element. */
TEST(nine_actions_are_void)
{
	static const char names[] =
		" AddPermission ChangeMessageVisibility DeleteMessage "
		"DeleteQueue PurgeQueue RemovePermission "
		"SetQueueAttributes TagQueue UntagQueue ";
	int count = 0;

	for (enum wire_action i = 0; i < WIRE_ACTION_COUNT; i++) {
		const char *at = strstr(names, wire_action_name(i));
		const size_t len = strlen(wire_action_name(i));

		while (at && (at[-1] != ' ' || at[len] != ' '))
			at = strstr(at + 1, wire_action_name(i));
		CHECK(wire_action_is_void(i) == (at != NULL));
		count += wire_action_is_void(i);
	}
	CHECK_NUMBER(count, 9);
}

TEST(a_request_begins_without_numbers)
{
	const struct wire_request request = wire_request_of(WIRE_RECEIVE_MESSAGE);

	CHECK_NUMBER(request.action, WIRE_RECEIVE_MESSAGE);
	CHECK(request.max_messages == WIRE_ABSENT && request.max_results == WIRE_ABSENT);
	CHECK(request.max_per_second == WIRE_ABSENT && request.wait_s == WIRE_ABSENT);
	CHECK(request.visibility_s == WIRE_ABSENT && request.entry_count == 0);
}

TEST_MAIN
