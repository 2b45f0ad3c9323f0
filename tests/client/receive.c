/* SPDX-License-Identifier: MIT */
/*
 * Receives: shared polls, and no message lost on the way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sqs/base/clock.h"
#include "tests/client/scene.h"
#include "tests/lib/test.h"

static struct sqs_op *ops[SCENE_OUTCOMES];

static struct sqs_op *receive_op(size_t i, int max_messages, int64_t wait_ms)
{
	const struct sqs_receive args = {.queue_url = JOBS,
		.max_messages = max_messages,
		.wait_ms = wait_ms,
		.visibility_s = -1};

	ops[i] = sqs_receive_new(client, &args, outcome_note, &outcomes[i]);
	return ops[i];
}

static void start_receive(size_t i, int max_messages, int64_t wait_ms)
{
	sqs_start(receive_op(i, max_messages, wait_ms));
}

static void start_together(size_t count, int64_t wait_ms)
{
	client_stall(client);
	for (size_t i = 0; i < count; i++)
		start_receive(i, 1, wait_ms);
	client_resume();
}

static const char *body_of(size_t i)
{
	return outcomes[i].message_count ? outcomes[i].messages[0]->body : "nothing";
}

/* -------------------------------------------------------------------------------------
 * One poll for all
 */

TEST(a_receive_is_a_long_poll_for_one_message)
{
	scene_begin();
	start_receive(0, 1, 20000);
	CHECK(double_await(server, "ReceiveMessage", 1));
	double_put(server, "hello");
	CHECK(outcome_await(&outcomes[0]));
	CHECK_NUMBER(outcomes[0].error, SQS_OK);
	CHECK_TEXT(body_of(0), "hello");
	CHECK_TEXT(outcomes[0].messages[0]->receipt_handle, "receipt-0");
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "MaxNumberOfMessages"), "1");
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "WaitTimeSeconds"), "20");
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "AttributeName.1"), "All");
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "MessageAttributeName.1"), "All");
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "VisibilityTimeout"), "");
	scene_end();
}

/* semantics.md, "What an operation costs": k readers waiting on one queue are one long
 * poll, asking for min(k, 10). */
TEST(five_hundred_receives_are_one_request)
{
	scene_begin();
	start_together(500, 20000);
	CHECK(double_await(server, "ReceiveMessage", 1));
	usleep(50 * 1000); /* room for a second one to show itself */
	CHECK_NUMBER(double_count(server, "ReceiveMessage"), 1);
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "MaxNumberOfMessages"), "10");
	scene_end();
}

TEST(those_who_wait_are_served_in_order)
{
	scene_begin();
	start_together(2, 20000);
	double_put(server, "first");
	CHECK(outcome_await(&outcomes[0]));
	CHECK(!outcome_is_there(&outcomes[1]));
	double_put(server, "second");
	CHECK(outcome_await(&outcomes[1]));
	CHECK_TEXT(body_of(0), "first");
	CHECK_TEXT(body_of(1), "second");
	scene_end();
}

TEST(a_receive_takes_as_many_as_it_asked_for)
{
	scene_begin();
	for (size_t i = 0; i < 12; i++)
		double_put(server, "x");
	start_receive(0, 10, 20000);
	CHECK(outcome_await(&outcomes[0]));
	CHECK_NUMBER(outcomes[0].message_count, 10);
	scene_end();
}

TEST(full_answers_widen_the_lane)
{
	scene_begin();
	for (size_t i = 0; i < 400; i++)
		double_put(server, "x");
	start_together(400, 20000);
	CHECK(outcome_await_all(outcomes, 400));
	CHECK_NUMBER(scene_count(SQS_OK, 400), 400);
	CHECK_NUMBER(double_count(server, "ReceiveMessage"), 40);
	CHECK(double_connections(server) > 2 && double_connections(server) <= 10);
	scene_end();
}

static double cpu_of(size_t count)
{
	clock_t before = clock();

	scene_begin();
	double_stop_recording(server);
	for (size_t i = 0; i < count; i++)
		start_receive(i, 1, 20000);
	for (size_t i = 0; i < count; i++)
		double_put(server, "x");
	outcome_await_all(outcomes, count);
	scene_end();
	return (double)(clock() - before);
}

/* Ten times as many receives cost about ten times as much; a hundred times would mean that
 * each looks at all others. */
TEST(waiting_together_costs_linear_work)
{
	bool is_linear = false;

	cpu_of(SCENE_OUTCOMES / 10); /* warm */
	/* What neighbours do to the caches differs from time to time. */
	for (int i = 0; i < 5 && !is_linear; i++) {
		double few = cpu_of(SCENE_OUTCOMES / 10);
		double many = cpu_of(SCENE_OUTCOMES);

		printf("# %zu receives: %.1f ms, %zu: %.1f ms\n",
			(size_t)SCENE_OUTCOMES / 10, few / 1000, (size_t)SCENE_OUTCOMES,
			many / 1000);
		is_linear = many < 40 * few;
	}
	CHECK(is_linear);
}

TEST(a_visibility_timeout_has_its_own_polls)
{
	struct sqs_receive args = {.queue_url = JOBS,
		.max_messages = 1,
		.wait_ms = 5000,
		.visibility_s = 77};

	scene_begin();
	sqs_start(sqs_receive_new(client, &args, outcome_note, &outcomes[0]));
	CHECK(double_await(server, "ReceiveMessage", 1));
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "VisibilityTimeout"), "77");
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "WaitTimeSeconds"), "5");
	args.visibility_s = 0;
	sqs_start(sqs_receive_new(client, &args, outcome_note, &outcomes[1]));
	CHECK(double_await(server, "ReceiveMessage", 2));
	CHECK_TEXT(scene_parameter("ReceiveMessage", 1, "VisibilityTimeout"), "0");
	scene_end();
}

/* -------------------------------------------------------------------------------------
 * Time
 */

TEST(a_wait_ends_though_the_poll_goes_on)
{
	int64_t began_ms = clock_boot_ms(), took_ms;

	scene_begin();
	start_receive(0, 1, 20000);
	start_receive(1, 1, 300);
	CHECK(outcome_await(&outcomes[1]));
	took_ms = outcomes[1].at_ms - began_ms;
	CHECK_NUMBER(outcomes[1].error, SQS_NO_MESSAGE);
	CHECK(took_ms >= 300 && took_ms < 15000); /* the poll takes 20 s */
	scene_end();
}

TEST(a_wait_ends_with_its_poll)
{
	scene_begin();
	start_receive(0, 1, 1000);
	CHECK(outcome_await(&outcomes[0]));
	CHECK_NUMBER(outcomes[0].error, SQS_NO_MESSAGE);
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "WaitTimeSeconds"), "1");
	CHECK(CLIENT_AWAIT(client, requests, 1));
	CHECK_NUMBER(double_count(server, "ReceiveMessage"), 1);
	scene_end();
}

TEST(who_does_not_wait_has_one_short_poll)
{
	scene_begin();
	start_together(50, 0);
	CHECK(outcome_await_all(outcomes, 50));
	CHECK_NUMBER(scene_count(SQS_NO_MESSAGE, 50), 50);
	CHECK_NUMBER(double_count(server, "ReceiveMessage"), 1);
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "WaitTimeSeconds"), "0");
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "MaxNumberOfMessages"), "10");
	scene_end();
}

TEST(short_polls_go_on_while_they_fill)
{
	scene_begin();
	for (size_t i = 0; i < 25; i++)
		double_put(server, "x");
	start_together(50, 0);
	CHECK(outcome_await_all(outcomes, 50));
	CHECK_NUMBER(scene_count(SQS_OK, 50), 25);
	CHECK_NUMBER(scene_count(SQS_NO_MESSAGE, 50), 25);
	scene_end();
}

/* Answers whatever came to the client before. */
static void await_a_send(size_t i)
{
	const struct sqs_send args = {.queue_url = JOBS, .body = "x", .body_len = 1};

	sqs_start(sqs_send_new(client, &args, outcome_note, &outcomes[i]));
	CHECK(outcome_await(&outcomes[i]));
}

TEST(an_empty_answer_is_not_the_last_word_while_another_poll_is_out)
{
	scene_begin();
	for (size_t i = 0; i < 10; i++)
		double_put(server, "first");
	double_script(server,
		(struct double_act){.action = "ReceiveMessage", .deed = DOUBLE_ANSWER});
	double_script(server,
		(struct double_act){.action = "ReceiveMessage", .deed = DOUBLE_HOLD});
	start_together(30, 0);
	CHECK(double_await(server, "ReceiveMessage", 3));
	await_a_send(30);
	CHECK_NUMBER(scene_count(SQS_NO_MESSAGE, 30), 0);
	for (size_t i = 0; i < 10; i++)
		double_put(server, "second");
	double_release(server);
	CHECK(outcome_await_all(outcomes, 30));
	CHECK_NUMBER(scene_count(SQS_OK, 30), 20);
	CHECK_NUMBER(scene_count(SQS_NO_MESSAGE, 30), 10);
	CHECK_NUMBER(double_count(server, "ChangeMessageVisibility"), 0);
	scene_end();
}

TEST(an_endless_wait_asks_for_20_seconds)
{
	scene_begin();
	start_receive(0, 1, INT64_MAX);
	CHECK(double_await(server, "ReceiveMessage", 1));
	CHECK_TEXT(scene_parameter("ReceiveMessage", 0, "WaitTimeSeconds"), "20");
	sqs_cancel(ops[0]);
	CHECK(outcome_await(&outcomes[0]));
	CHECK_NUMBER(outcomes[0].error, SQS_CANCELLED);
	scene_end();
}

/* -------------------------------------------------------------------------------------
 * Nobody's messages
 */

TEST(what_comes_for_a_cancelled_receive_goes_to_the_next)
{
	scene_begin();
	start_receive(0, 1, 20000);
	CHECK(double_await(server, "ReceiveMessage", 1));
	sqs_cancel(ops[0]);
	CHECK(outcome_await(&outcomes[0]));
	CHECK_NUMBER(outcomes[0].error, SQS_CANCELLED);
	start_receive(1, 1, 20000);
	client_catch_up(client);
	double_put(server, "late");
	CHECK(outcome_await(&outcomes[1]));
	CHECK_TEXT(body_of(1), "late");
	CHECK_NUMBER(double_count(server, "ReceiveMessage"), 1);
	scene_end();
}

TEST(what_comes_for_nobody_goes_back_to_the_queue)
{
	scene_begin();
	start_receive(0, 1, 20000);
	CHECK(double_await(server, "ReceiveMessage", 1));
	sqs_cancel(ops[0]);
	CHECK(outcome_await(&outcomes[0]));
	double_put(server, "late");
	CHECK(double_await(server, "ChangeMessageVisibility", 1));
	CHECK_TEXT(scene_parameter("ChangeMessageVisibility", 0, "ReceiptHandle"),
		"receipt-0");
	CHECK_TEXT(
		scene_parameter("ChangeMessageVisibility", 0, "VisibilityTimeout"), "0");
	CHECK(CLIENT_AWAIT(client, returned, 1));
	CHECK_NUMBER(double_count(server, "ReceiveMessage"), 1);
	scene_end();
}

TEST(what_a_completion_does_not_take_goes_back)
{
	scene_begin();
	outcomes[0].leaves_messages = true;
	for (size_t i = 0; i < 10; i++)
		double_put(server, "x");
	start_receive(0, 10, 20000);
	CHECK(outcome_await(&outcomes[0]));
	CHECK(double_await(server, "ChangeMessageVisibilityBatch", 1));
	CHECK(CLIENT_AWAIT(client, returned, 10));
	outcomes[0].message_count = 0;
	scene_end();
}

TEST(a_message_with_a_wrong_digest_goes_back)
{
	scene_begin();
	double_script(server, (struct double_act){.action = "ReceiveMessage",
				      .deed = DOUBLE_BAD_DIGEST});
	double_put(server, "broken");
	double_put(server, "sound");
	start_receive(0, 1, 20000);
	CHECK(outcome_await(&outcomes[0]));
	CHECK_NUMBER(outcomes[0].error, SQS_BAD_DIGEST);
	CHECK(double_await(server, "ChangeMessageVisibility", 1));
	start_receive(1, 1, 20000);
	CHECK(outcome_await(&outcomes[1]));
	CHECK_TEXT(body_of(1), "sound");
	scene_end();
}

/* -------------------------------------------------------------------------------------
 * Failures
 */

TEST(all_who_wait_hear_why_the_poll_was_refused)
{
	scene_begin();
	double_script(server, (struct double_act){.action = "ReceiveMessage",
				      .deed = DOUBLE_FAULT,
				      .status = 403,
				      .code = "AccessDenied"});
	start_together(50, 20000);
	CHECK(outcome_await_all(outcomes, 50));
	CHECK_NUMBER(scene_count(SQS_DENIED, 50), 50);
	CHECK_NUMBER(double_count(server, "ReceiveMessage"), 1);
	scene_end();
}

TEST(a_poll_that_failed_is_tried_again)
{
	scene_begin();
	double_script(server, (struct double_act){.action = "ReceiveMessage",
				      .deed = DOUBLE_PAGE,
				      .status = 503,
				      .times = 2});
	double_put(server, "at last");
	start_receive(0, 1, 20000);
	CHECK(outcome_await(&outcomes[0]));
	CHECK_TEXT(body_of(0), "at last");
	CHECK_NUMBER(double_count(server, "ReceiveMessage"), 3);
	scene_end();
}

TEST(a_poll_is_given_up_after_three_attempts)
{
	scene_begin();
	double_script(server, (struct double_act){.action = "ReceiveMessage",
				      .deed = DOUBLE_PAGE,
				      .status = 503,
				      .times = 4});
	start_receive(0, 1, 20000);
	CHECK(outcome_await(&outcomes[0]));
	CHECK_NUMBER(outcomes[0].error, SQS_SERVICE_FAILED);
	CHECK_NUMBER(double_count(server, "ReceiveMessage"), 3);
	scene_end();
}

/* A connection that is dead though nobody said so: after a suspend, say. */
TEST(a_poll_that_is_never_answered_holds_up_nobody)
{
	scene_begin();
	double_script(server,
		(struct double_act){
			.action = "ReceiveMessage", .deed = DOUBLE_HOLD, .times = 2});
	start_receive(0, 1, 1000);
	start_receive(1, 1, 0);
	CHECK(double_await(server, "ReceiveMessage", 2));
	start_receive(2, 1, 15000);
	start_receive(3, 1, 0);
	CHECK(double_await(server, "ReceiveMessage", 4));
	double_put(server, "hello");
	CHECK(outcome_await(&outcomes[2]));
	CHECK_TEXT(body_of(2), "hello");
	CHECK(outcome_await(&outcomes[3]));
	CHECK_NUMBER(outcomes[3].error, SQS_NO_MESSAGE);
	scene_end();
}

/* semantics.md: "Where the service answers nothing in that time, open fails two seconds
 * later with ETIMEDOUT, or with what went wrong, and not as if the queue were empty." */
TEST(who_was_never_answered_does_not_hear_that_there_is_nothing)
{
	scene_begin();
	double_script(server,
		(struct double_act){
			.action = "ReceiveMessage", .deed = DOUBLE_HOLD, .times = 99});
	start_receive(0, 1, 1000);
	sqs_op_set_timeout(receive_op(1, 1, 0), 3000);
	sqs_start(ops[1]);
	CHECK(outcome_await_all(outcomes, 2));
	CHECK_NUMBER(outcomes[0].error, SQS_TIMED_OUT);
	CHECK_NUMBER(outcomes[1].error, SQS_TIMED_OUT);
	CHECK(strstr(outcomes[0].failure.message, "no answer"));
	scene_end();
}

/* The polls that hang are forgotten when a later one is answered. */
TEST(who_was_answered_hears_that_there_is_nothing_though_another_poll_hangs)
{
	scene_begin();
	double_script(server,
		(struct double_act){.action = "ReceiveMessage", .deed = DOUBLE_HOLD});
	start_receive(0, 1, 1000);
	CHECK(outcome_await(&outcomes[0]));
	CHECK_NUMBER(outcomes[0].error, SQS_TIMED_OUT);
	start_receive(1, 1, 1000);
	CHECK(outcome_await(&outcomes[1]));
	CHECK_NUMBER(outcomes[1].error, SQS_NO_MESSAGE);
	start_receive(2, 1, 20000);
	start_receive(3, 1, 300);
	CHECK(outcome_await(&outcomes[3]));
	CHECK_NUMBER(outcomes[3].error, SQS_NO_MESSAGE);
	CHECK_NUMBER(double_count(server, "ReceiveMessage"), 3);
	scene_end();
}

/* The second attempt has no answer when the time is up. */
TEST(who_waits_between_attempts_hears_why_the_last_one_failed)
{
	scene_begin();
	double_script(server,
		(struct double_act){
			.action = "ReceiveMessage", .deed = DOUBLE_PAGE, .status = 503});
	double_script(server,
		(struct double_act){.action = "ReceiveMessage", .deed = DOUBLE_HOLD});
	start_receive(0, 1, 1000);
	CHECK(outcome_await(&outcomes[0]));
	CHECK_NUMBER(outcomes[0].error, SQS_SERVICE_FAILED);
	scene_end();
}

TEST(an_attempt_that_was_repeated_is_no_failure)
{
	scene_begin();
	double_script(server,
		(struct double_act){
			.action = "ReceiveMessage", .deed = DOUBLE_PAGE, .status = 503});
	start_receive(0, 1, 20000);
	CHECK(double_await(server, "ReceiveMessage", 2));
	start_receive(1, 1, 300);
	CHECK(outcome_await(&outcomes[1]));
	CHECK_NUMBER(outcomes[1].error, SQS_NO_MESSAGE);
	scene_end();
}

/* A repeated poll of a FIFO queue gets what the lost answer had. */
TEST(a_fifo_poll_keeps_its_name_when_it_is_repeated)
{
	const struct sqs_receive args = {.queue_url = JOBS ".fifo",
		.max_messages = 1,
		.wait_ms = 20000,
		.visibility_s = -1};
	char first[64];

	scene_begin();
	double_script(server, (struct double_act){.deed = DOUBLE_HANG_UP});
	double_put(server, "x");
	sqs_start(sqs_receive_new(client, &args, outcome_note, &outcomes[0]));
	CHECK(outcome_await(&outcomes[0]));
	double_parameter(server, "ReceiveMessage", 0, "ReceiveRequestAttemptId", first,
		sizeof(first));
	CHECK_NUMBER(strlen(first), 32);
	CHECK_TEXT(
		scene_parameter("ReceiveMessage", 1, "ReceiveRequestAttemptId"), first);
	sqs_start(sqs_receive_new(client, &args, outcome_note, &outcomes[1]));
	CHECK(double_await(server, "ReceiveMessage", 3));
	CHECK(strcmp(scene_parameter("ReceiveMessage", 2, "ReceiveRequestAttemptId"),
		      first) != 0);
	scene_end();
}

TEST_MAIN
