/* SPDX-License-Identifier: MIT */
/*
 * One allocation of the service fails, whichever, while a request is executed: it has its
 * effect and says so, or has none and is refused; what is in memory and what is in the
 * store are the same then.
 */
#include <stdio.h>
#include <string.h>

#include "tests/lib/starve.h"
#include "tests/unit/local/world.h"

static struct world world;

/* -------------------------------------------------------------------------------------
 * Requests
 */

static const char *create(void)
{
	return world_create(&world, "made", "DelaySeconds=7;VisibilityTimeout=40");
}

static const char *set(void)
{
	return world_set(&world, "jobs",
		"MaximumMessageSize=2048;RedrivePolicy={\"deadLetterTargetArn\":"
		"\"arn:aws:sqs:eu-west-1:123456789012:dead\",\"maxReceiveCount\":3}");
}

static const char *send(void)
{
	return world_send(&world, "jobs", "one more");
}

static const char *send_to(void)
{
	return world_send_to(&world, "jobs.fifo", "group", "one more", NULL);
}

static const char *send_batch(void)
{
	static struct wire_entry entries[3];
	struct wire_request request = wire_request_of(WIRE_SEND_MESSAGE_BATCH);

	for (int i = 0; i < 3; i++)
		entries[i] = (struct wire_entry){.id = {&"abc"[i], 1},
			.body = VIEW_LITERAL("of a batch"),
			.delay_s = WIRE_ABSENT,
			.visibility_s = WIRE_ABSENT};
	request.queue_url = VIEW_LITERAL("jobs");
	request.entries = entries;
	request.entry_count = 3;
	return world_ask(&world, &request);
}

static const char *receive(void)
{
	world_receive(&world, "jobs", 10);
	return world.verdict == SERVICE_FAULT ? "refused" : "";
}

static const char *delete (void)
{
	return world_delete(&world, "jobs", "held");
}

static const char *hide(void)
{
	return world_hide(&world, "jobs", "held", 0);
}

static const char *purge(void)
{
	return world_act(&world, WIRE_PURGE_QUEUE, "jobs");
}

static const char *delete_queue(void)
{
	return world_act(&world, WIRE_DELETE_QUEUE, "jobs.fifo");
}

/* -------------------------------------------------------------------------------------
 * What is there
 */

static bool begin(void)
{
	return world_init(&world) && !*world_create(&world, "dead", NULL) &&
	       !*world_create(&world, "jobs", NULL) &&
	       !*world_create(&world, "jobs.fifo", "FifoQueue=true") &&
	       !*world_send(&world, "jobs", "held") &&
	       !strcmp(world_receive(&world, "jobs", 1), "held") &&
	       !*world_send(&world, "jobs", "first") &&
	       !*world_send_to(&world, "jobs.fifo", "group", "first", NULL);
}

static void look(char *text, size_t size)
{
	static const char *const what[][2] = {{"jobs", "MaximumMessageSize"},
		{"jobs", "RedrivePolicy"}, {"made", "DelaySeconds"},
		{"made", "VisibilityTimeout"}};
	static const char *const queues[] = {"jobs", "jobs.fifo", "made"};
	size_t len = 0;

	for (size_t i = 0; i < 3; i++)
		len += (size_t)snprintf(
			text + len, size - len, "%s; ", world_counts(&world, queues[i]));
	for (size_t i = 0; i < 4; i++)
		len += (size_t)snprintf(text + len, size - len, "%s; ",
			world_get(&world, what[i][0], what[i][1]));
}

/* Whether there was an n-th allocation; *is_well: all was as it should be. */
static bool run(const char *(*request)(void), long n, const char *before,
	const char *after, bool *is_well)
{
	char now[1000], later[1000] = "";
	const char *answer;
	long count;

	*is_well = begin();
	starve_nth(n);
	answer = request();
	count = starve_count();
	starve_nth(0);
	look(now, sizeof(now));
	if (world_restart(&world))
		look(later, sizeof(later));
	*is_well = *is_well && strcmp(now, later) == 0 &&
		   strcmp(now, *answer ? before : after) == 0;
	if (!*is_well)
		printf("# allocation %ld: '%s'\n# now    %s\n# later  %s\n# before %s\n"
		       "# after  %s\n",
			n, answer, now, later, before, after);
	world_finish(&world);
	return count >= n;
}

static bool run_with_each(const char *(*request)(void))
{
	char before[1000], after[1000];
	bool is_well = begin(), goes_on = true;
	long n = 0;

	look(before, sizeof(before));
	is_well = is_well && !*request();
	look(after, sizeof(after));
	world_finish(&world);
	while (is_well && goes_on)
		goes_on = run(request, ++n, before, after, &is_well);
	printf("# %ld allocations\n", n - 1);
	return is_well;
}

TEST(a_queue_is_made_whole_or_not)
{
	CHECK(run_with_each(create));
}

TEST(attributes_are_all_set_or_none)
{
	CHECK(run_with_each(set));
}

TEST(a_message_is_sent_or_refused)
{
	CHECK(run_with_each(send));
	CHECK(run_with_each(send_to));
	CHECK(run_with_each(send_batch));
}

TEST(a_message_is_in_flight_when_it_was_received)
{
	CHECK(run_with_each(receive));
}

TEST(a_receipt_is_used_or_refused)
{
	CHECK(run_with_each(delete));
	CHECK(run_with_each(hide));
}

TEST(a_queue_is_emptied_or_refused)
{
	CHECK(run_with_each(purge));
	CHECK(run_with_each(delete_queue));
}

TEST_MAIN
