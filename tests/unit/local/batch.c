/* SPDX-License-Identifier: MIT */
/* Batches: each entry by itself, and what refuses all of them. */
#include <stdio.h>

#include "sqs/base/cleanup.h"
#include "tests/unit/local/claim.h"

#define V(text) VIEW_LITERAL(text)

static const char *ask(enum wire_action action, const char *queue,
	struct wire_entry *entries, size_t count)
{
	struct wire_request request = wire_request_of(action);

	request.queue_url = view_of(queue);
	request.entries = entries;
	request.entry_count = count;
	return world_ask(&world, &request);
}

static struct wire_entry entry(const char *id, const char *body)
{
	return (struct wire_entry){.id = view_of(id),
		.body = view_of(body),
		.delay_s = WIRE_ABSENT,
		.visibility_s = WIRE_ABSENT};
}

CLAIM(good_entries_are_sent_and_bad_ones_say_why, "q", "MaximumMessageSize=1024")
{
	char large[1026] = "";
	struct wire_entry entries[4] = {entry("good", "a"), entry("chars", "b\x01"),
		entry("large", large), entry("too", "c")};

	memset(large, 'x', 1025);
	entries[2] = entry("large", large);
	CHECK_TEXT(ask(WIRE_SEND_MESSAGE_BATCH, "q", entries, 4), "");
	CHECK_NUMBER(world.call.reply.done_count, 2);
	CHECK_NUMBER(world.call.reply.refused_count, 2);
	CHECK(view_is(world.call.reply.done[0].id, "good"));
	CHECK(view_is(world.call.reply.done[1].id, "too"));
	CHECK(view_is(
		world.call.reply.done[0].body_md5, "0cc175b9c0f1b6a831c399e269772661"));
	CHECK(view_is(world.call.reply.refused[0].id, "chars"));
	CHECK(view_is(world.call.reply.refused[0].code, "InvalidMessageContents"));
	CHECK(view_is(world.call.reply.refused[1].code, "InvalidParameterValue"));
	CHECK(view_is(world.call.reply.refused[1].message,
		"One or more parameters cannot be validated. Reason: Message must be "
		"shorter than 1024 bytes."));
	CHECK(world.call.reply.refused[1].sender_fault);
	CHECK_TEXT(world_receive(&world, "q", 10), "a c");
}

static const struct {
	const char *ids[3];
	const char *code, *words;
} wholes[] = {
	{{NULL}, "AWS.SimpleQueueService.EmptyBatchRequest",
		"There should be at least one SendMessageBatchRequestEntry in the "
		"request."},
	{{"a", "a"}, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id a repeated."},
	{{"a", ""}, "AWS.SimpleQueueService.InvalidBatchEntryId",
		"A batch entry id can only contain alphanumeric characters, hyphens and "
		"underscores. It can be at most 80 letters long."},
	{{"a b"}, "AWS.SimpleQueueService.InvalidBatchEntryId", "A batch entry id"},
	{{"a", "b"}, "", ""},
};

CLAIM(what_refuses_a_whole_batch, "q", NULL)
{
	struct wire_entry many[11];

	for (size_t i = 0; i < ARRAY_SIZE(wholes); i++) {
		struct wire_entry entries[3];
		size_t count = 0;

		for (; wholes[i].ids[count]; count++)
			entries[count] = entry(wholes[i].ids[count], "x");
		CHECK_TEXT(ask(WIRE_SEND_MESSAGE_BATCH, "q", entries, count),
			wholes[i].code);
		if (*wholes[i].words)
			CHECK(strstr(world_words(&world), wholes[i].words));
	}
	for (size_t i = 0; i < ARRAY_SIZE(many); i++) {
		static const char *const ids[] = {
			"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};

		many[i] = entry(ids[i], "x");
	}
	CHECK_TEXT(ask(WIRE_SEND_MESSAGE_BATCH, "q", many, 11),
		"AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
	CHECK_TEXT(world_words(&world),
		"Maximum number of entries per request are 10. You have sent 11.");
	many[3].body = V("");
	CHECK_TEXT(ask(WIRE_SEND_MESSAGE_BATCH, "q", many, 10), "MissingParameter");
	many[3] = entry(NULL, "x");
	CHECK_TEXT(ask(WIRE_SEND_MESSAGE_BATCH, "q", many, 10), "MissingParameter");
	CHECK_TEXT(world_counts(&world, "q"), "2 0 0");
}

CLAIM(a_batch_is_a_mebibyte_whatever_the_queue_says, "q", NULL)
{
	static char half[524289];
	struct wire_entry entries[2];

	memset(half, 'x', 524288);
	entries[0] = entry("a", half);
	entries[1] = entry("b", half);
	CHECK_TEXT(ask(WIRE_SEND_MESSAGE_BATCH, "q", entries, 2), "");
	entries[1].body = (struct view){half, 524289};
	CHECK_TEXT(ask(WIRE_SEND_MESSAGE_BATCH, "q", entries, 2),
		"AWS.SimpleQueueService.BatchRequestTooLong");
	CHECK_TEXT(world_words(&world), "Batch requests cannot be longer than 1048576 "
					"bytes. You have sent 1048577 bytes.");
}

CLAIM(missing_fifo_ids_refuse_the_whole_batch, "q.fifo", "FifoQueue=true")
{
	struct wire_entry entries[2] = {entry("a", "x"), entry("b", "y")};

	entries[0].group_id = entries[0].dedup_id = V("g");
	CHECK_TEXT(ask(WIRE_SEND_MESSAGE_BATCH, "q.fifo", entries, 2),
		"InvalidParameterValue");
	CHECK_TEXT(world_words(&world),
		"The request must contain the parameter MessageGroupId.");
	CHECK_TEXT(world_counts(&world, "q.fifo"), "0 0 0");
	entries[1].group_id = entries[1].dedup_id = V("h");
	CHECK_TEXT(ask(WIRE_SEND_MESSAGE_BATCH, "q.fifo", entries, 2), "");
	CHECK_NUMBER(world.call.reply.done[1].sequence_number.len, 20);
}

CLAIM(deletes_and_changes_go_by_ten_too, "q", NULL)
{
	struct wire_entry entries[3] = {
		entry("a", NULL), entry("b", NULL), entry("c", NULL)};

	CHECK_TEXT(world_send(&world, "q", "a"), "");
	CHECK_TEXT(world_send(&world, "q", "b"), "");
	CHECK_TEXT(world_receive(&world, "q", 10), "a b");
	entries[0].receipt_handle = view_of(world_held(&world, "a")->handle);
	entries[1].receipt_handle = V("garbage");
	entries[2].receipt_handle = view_of(world_held(&world, "b")->handle);
	entries[0].visibility_s = entries[1].visibility_s = entries[2].visibility_s = 0;
	CHECK_TEXT(ask(WIRE_CHANGE_MESSAGE_VISIBILITY_BATCH, "q", entries, 3), "");
	CHECK_NUMBER(world.call.reply.done_count, 2);
	CHECK_NUMBER(world.call.reply.refused_count, 1);
	CHECK(view_is(world.call.reply.refused[0].code, "ReceiptHandleIsInvalid"));
	CHECK_TEXT(world_counts(&world, "q"), "2 0 0");
	CHECK_TEXT(ask(WIRE_DELETE_MESSAGE_BATCH, "q", entries, 3), "");
	CHECK_NUMBER(world.call.reply.done_count, 2);
	CHECK_TEXT(world_counts(&world, "q"), "0 0 0");
	CHECK_TEXT(ask(WIRE_DELETE_MESSAGE_BATCH, "q", entries, 0),
		"AWS.SimpleQueueService.EmptyBatchRequest");
}

TEST_MAIN
