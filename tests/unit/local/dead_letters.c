/* SPDX-License-Identifier: MIT */
/* Dead-letter queues and what may be one. */
#include "tests/unit/local/claim.h"

#define ARN(name) "arn:aws:sqs:eu-west-1:123456789012:" name
#define REDRIVE(name, count)                             \
	"RedrivePolicy={\"deadLetterTargetArn\":\"" ARN( \
		name) "\",\"maxReceiveCount\":" count "}"

CLAIM(the_receive_that_would_be_one_too_many_moves, "dead", NULL)
{
	char id[40];

	CHECK_TEXT(world_create(&world, "jobs", REDRIVE("dead", "2")), "");
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	for (int i = 0; i < 2; i++) {
		CHECK_TEXT(world_receive_for(&world, "jobs", 1, 5), "a");
		world_after(&world, 5);
	}
	strcpy(id, world_held(&world, "a")->message_id);
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
	CHECK_TEXT(world_counts(&world, "jobs"), "0 0 0");
	CHECK_TEXT(world_counts(&world, "dead"), "1 0 0");
	CHECK_TEXT(world_receive(&world, "dead", 1), "a");
	CHECK_TEXT(world_system(&world, "DeadLetterQueueSourceArn"), ARN("jobs"));
	CHECK_TEXT(world_system(&world, "ApproximateReceiveCount"), "3");
	CHECK_TEXT(world_system(&world, "SentTimestamp"), "1700000000000");
	CHECK_TEXT(world_held(&world, "a")->message_id, id);
}

CLAIM(what_lives_behind_a_dead_letter_is_received_in_its_place, "dead", NULL)
{
	CHECK_TEXT(world_create(&world, "jobs", REDRIVE("dead", "1")), "");
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive_for(&world, "jobs", 1, 0), "a");
	world_after(&world, 1);
	CHECK_TEXT(world_send(&world, "jobs", "b"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "b");
	CHECK_TEXT(world_counts(&world, "dead"), "1 0 0");
}

CLAIM(a_handle_of_a_dead_letter_is_worth_nothing, "dead", NULL)
{
	CHECK_TEXT(world_create(&world, "jobs", REDRIVE("dead", "1")), "");
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive_for(&world, "jobs", 1, 0), "a");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
	CHECK_TEXT(world_delete(&world, "jobs", "a"), "");
	CHECK_TEXT(world_hide(&world, "jobs", "a", 5), "InvalidParameterValue");
	CHECK_TEXT(world_counts(&world, "dead"), "1 0 0");
}

/* Its retention goes on from the first send, by the period of the queue it is in. */
CLAIM(a_dead_letter_keeps_its_age, "dead", "MessageRetentionPeriod=100")
{
	CHECK_TEXT(world_create(&world, "jobs", REDRIVE("dead", "1")), "");
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	CHECK_TEXT(world_receive_for(&world, "jobs", 1, 90), "a");
	world_after(&world, 90);
	CHECK_TEXT(world_receive(&world, "jobs", 1), "(none)");
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "dead"), "1 0 0");
	world_after(&world, 10);
	world_tick(&world);
	CHECK_TEXT(world_counts(&world, "dead"), "0 0 0");
}

CLAIM(a_fifo_dead_letter_has_its_message_id_for_its_deduplication_id, "dead.fifo",
	"FifoQueue=true")
{
	CHECK_TEXT(world_create(&world, "jobs.fifo",
			   "FifoQueue=true;" REDRIVE("dead.fifo", "1")),
		"");
	CHECK_TEXT(world_send_to(&world, "jobs.fifo", "g", "1", NULL), "");
	CHECK_TEXT(world_send_to(&world, "jobs.fifo", "g", "2", NULL), "");
	CHECK_TEXT(world_receive_for(&world, "jobs.fifo", 1, 0), "1");
	CHECK_TEXT(world_receive(&world, "jobs.fifo", 1), "2");
	CHECK_TEXT(world_receive(&world, "dead.fifo", 1), "1");
	CHECK_TEXT(world_system(&world, "MessageDeduplicationId"),
		world_held(&world, "1")->message_id);
	CHECK_TEXT(world_system(&world, "MessageGroupId"), "g");
}

CLAIM(dead_letters_of_a_group_stand_in_the_order_in_which_they_came, "dead.fifo",
	"FifoQueue=true")
{
	CHECK_TEXT(world_create(
			   &world, "a.fifo", "FifoQueue=true;" REDRIVE("dead.fifo", "1")),
		"");
	CHECK_TEXT(world_create(
			   &world, "b.fifo", "FifoQueue=true;" REDRIVE("dead.fifo", "1")),
		"");
	CHECK_TEXT(world_send_to(&world, "a.fifo", "g", "sent first", NULL), "");
	CHECK_TEXT(world_send_to(&world, "b.fifo", "g", "dead first", NULL), "");
	CHECK_TEXT(world_receive_for(&world, "b.fifo", 1, 0), "dead first");
	CHECK_TEXT(world_receive(&world, "b.fifo", 1), "(none)");
	CHECK_TEXT(world_receive_for(&world, "a.fifo", 1, 0), "sent first");
	CHECK_TEXT(world_receive(&world, "a.fifo", 1), "(none)");
	CHECK_TEXT(world_receive(&world, "dead.fifo", 10), "dead first sent first");
}

CLAIM(without_its_dead_letter_queue_nothing_is_lost, "dead", NULL)
{
	CHECK_TEXT(world_create(&world, "jobs", REDRIVE("dead", "1")), "");
	CHECK_TEXT(world_act(&world, WIRE_DELETE_QUEUE, "dead"), "");
	CHECK_TEXT(world_send(&world, "jobs", "a"), "");
	for (int i = 0; i < 3; i++)
		CHECK_TEXT(world_receive_for(&world, "jobs", 1, 0), "a");
}

CLAIM(hundreds_of_dead_letters_move_on_the_way_to_a_live_one, "dead", NULL)
{
	CHECK_TEXT(world_create(&world, "jobs", REDRIVE("dead", "1")), "");
	for (int i = 0; i < 150; i++)
		CHECK_TEXT(world_send(&world, "jobs", "dead"), "");
	for (int i = 0; i < 15; i++)
		CHECK(strncmp(world_receive_for(&world, "jobs", 10, 1), "dead", 4) == 0);
	world_after(&world, 1);
	CHECK_TEXT(world_send(&world, "jobs", "alive"), "");
	CHECK_TEXT(world_receive(&world, "jobs", 1), "alive");
	CHECK_TEXT(world_counts(&world, "dead"), "150 0 0");
}

/* ---- which policies are taken ---- */

static const struct {
	const char *attributes, *code, *words;
} policies[] = {
	{REDRIVE("dead", "1000"), "", ""},
	{REDRIVE("dead", "\"7\""), "", ""}, /* a quoted number */
	{"RedrivePolicy=", "", ""},
	{REDRIVE("dead", "0"), "InvalidParameterValue",
		"Invalid value for maxReceiveCount"},
	{REDRIVE("dead", "1001"), "InvalidParameterValue",
		"from 1 to 1000 both inclusive"},
	{REDRIVE("gone", "1"), "InvalidParameterValue",
		"Dead letter target does not exist"},
	{REDRIVE("q", "1"), "InvalidParameterValue", "Dead letter target does not exist"},
	{REDRIVE("d.fifo", "1"), "InvalidParameterValue", "same type of queue"},
	{"RedrivePolicy=nonsense", "InvalidParameterValue", "not a valid JSON map"},
	{"RedrivePolicy=[]", "InvalidParameterValue", "not a valid JSON map"},
	{"RedrivePolicy={\"maxReceiveCount\":1}", "InvalidParameterValue",
		"mandatory attribute: deadLetterTargetArn"},
	{"RedrivePolicy={\"deadLetterTargetArn\":\"" ARN("dead") "\"}",
		"InvalidParameterValue", "mandatory attribute: maxReceiveCount"},
	{"RedrivePolicy={\"deadLetterTargetArn\":\"dead\",\"maxReceiveCount\":1}",
		"InvalidParameterValue", "deadLetterTargetArn"},
	{"RedriveAllowPolicy={\"redrivePermission\":\"allowAll\"}", "", ""},
	{"RedriveAllowPolicy={\"redrivePermission\":\"denyAll\"}", "", ""},
	{"RedriveAllowPolicy={\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[\"x\"]}",
		"", ""},
	{"RedriveAllowPolicy={\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[]}",
		"InvalidParameterValue", "RedriveAllowPolicy"},
	{"RedriveAllowPolicy={\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[1,2,3,"
	 "4,5,6,7,8,9,10,11]}",
		"InvalidParameterValue", "RedriveAllowPolicy"},
	{"RedriveAllowPolicy={\"redrivePermission\":\"maybe\"}", "InvalidParameterValue",
		"RedriveAllowPolicy"},
	{"RedriveAllowPolicy={\"redrivePermission\":\"denyAll\",\"sourceQueueArns\":[\"x\"]}",
		"InvalidParameterValue", "RedriveAllowPolicy"},
};

CLAIM(policies_are_checked, "q", NULL)
{
	CHECK_TEXT(world_create(&world, "dead", NULL), "");
	CHECK_TEXT(world_create(&world, "d.fifo", "FifoQueue=true"), "");
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		CHECK_TEXT(
			world_set(&world, "q", policies[i].attributes), policies[i].code);
		if (*policies[i].code)
			CHECK(strstr(world_words(&world), policies[i].words));
		else
			CHECK_TEXT(world_get(&world, "q",
					   strncmp(policies[i].attributes, "RedriveA", 8)
						   ? "RedrivePolicy"
						   : "RedriveAllowPolicy"),
				strchr(policies[i].attributes, '=')[1]
					? strchr(policies[i].attributes, '=') + 1
					: "-");
	}
}

static const struct {
	const char *allow, *code;
} allowances[] = {
	{"RedriveAllowPolicy=", ""},
	{"RedriveAllowPolicy={\"redrivePermission\":\"allowAll\"}", ""},
	{"RedriveAllowPolicy={\"redrivePermission\":\"denyAll\"}",
		"InvalidParameterValue"},
	{"RedriveAllowPolicy={\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[\"" ARN(
		 "x") "\"]}",
		"InvalidParameterValue"},
	{"RedriveAllowPolicy={\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[\"" ARN(
		 "x") "\",\"" ARN("q") "\"]}",
		""},
};

CLAIM(a_dead_letter_queue_says_whose_it_is, "dead", NULL)
{
	CHECK_TEXT(world_create(&world, "q", NULL), "");
	for (size_t i = 0; i < sizeof(allowances) / sizeof(allowances[0]); i++) {
		CHECK_TEXT(world_set(&world, "dead", allowances[i].allow), "");
		CHECK_TEXT(
			world_set(&world, "q", REDRIVE("dead", "1")), allowances[i].code);
	}
}

CLAIM(sources_are_listed_by_page, "dead", NULL)
{
	struct wire_request request =
		wire_request_of(WIRE_LIST_DEAD_LETTER_SOURCE_QUEUES);
	char token[100];

	CHECK_TEXT(world_create(&world, "a", REDRIVE("dead", "1")), "");
	CHECK_TEXT(world_create(&world, "b", NULL), "");
	CHECK_TEXT(world_create(&world, "c", REDRIVE("dead", "1")), "");
	request.queue_url = VIEW_LITERAL("dead");
	request.max_results = 1;
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_NUMBER(world.call.reply.urls.count, 1);
	CHECK_TEXT(world.call.reply.urls.items[0].data,
		"http://localhost:9324/123456789012/a");
	strcpy(token, world.call.reply.next_token.data);
	request.next_token = view_of(token);
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_NUMBER(world.call.reply.urls.count, 1);
	CHECK_TEXT(world.call.reply.urls.items[0].data,
		"http://localhost:9324/123456789012/c");
	CHECK(view_is_absent(world.call.reply.next_token));
}

TEST_MAIN
