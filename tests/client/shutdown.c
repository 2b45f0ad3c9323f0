/* SPDX-License-Identifier: MIT */
/*
 * The end of a client: no completion lost, nobody waited for too long.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqs/base/clock.h"
#include "tests/client/scene.h"
#include "tests/lib/test.h"

static void start_send(size_t i, const char *queue_url)
{
	const struct sqs_send args = {
		.queue_url = queue_url, .body = "x", .body_len = 1, .delay_s = -1};

	sqs_start(sqs_send_new(client, &args, outcome_note, &outcomes[i]));
}

static void start_receive(size_t i)
{
	const struct sqs_receive args = {.queue_url = JOBS,
		.max_messages = 1,
		.wait_ms = INT64_MAX,
		.visibility_s = -1};

	sqs_start(sqs_receive_new(client, &args, outcome_note, &outcomes[i]));
}

TEST(a_client_with_nothing_to_do_ends_at_once)
{
	int64_t began_ms;

	scene_begin();
	began_ms = clock_boot_ms();
	sqs_client_free(client, 60000);
	CHECK(clock_boot_ms() - began_ms < 30000);
	double_free(server);
}

/* Receives, sends in flight, sends that wait for a connection, calls, back-offs. */
TEST(everything_that_is_blocked_is_cancelled_in_time)
{
	int64_t began_ms;

	scene_begin();
	double_script(server,
		(struct double_act){
			.action = "SendMessage", .deed = DOUBLE_HOLD, .times = 1000});
	double_script(server,
		(struct double_act){
			.action = "PurgeQueue", .deed = DOUBLE_HOLD, .times = 1000});
	for (size_t i = 0; i < 100; i++) {
		char url[80];

		start_receive(i);
		snprintf(url, sizeof(url), JOBS "%zu", i);
		start_send(100 + i, url);
		sqs_start(sqs_purge_queue_new(
			client, url, outcome_note, &outcomes[200 + i]));
	}
	CHECK(double_await(server, NULL, 65));
	began_ms = clock_boot_ms();
	sqs_client_free(client, 100);
	/* An attempt takes 15 s, a poll 20 s. */
	CHECK(clock_boot_ms() - began_ms < 10000);
	CHECK_NUMBER(scene_count(SQS_CANCELLED, 300), 300);
	double_free(server);
}

TEST(what_was_started_is_drained)
{
	scene_begin();
	for (size_t i = 0; i < 200; i++)
		start_send(i, JOBS);
	start_receive(200);
	sqs_client_free(client, 10000);
	CHECK_NUMBER(scene_count(SQS_OK, 201), 200);
	CHECK_NUMBER(outcomes[200].error, SQS_CANCELLED);
	double_free(server);
}

TEST(a_send_under_way_gets_the_time_of_the_drain)
{
	int64_t began_ms;

	scene_begin();
	double_script(server,
		(struct double_act){.action = "SendMessage", .deed = DOUBLE_HOLD});
	start_send(0, JOBS);
	CHECK(double_await(server, "SendMessage", 1));
	began_ms = clock_boot_ms();
	sqs_client_free(client, 300);
	CHECK(clock_boot_ms() - began_ms >= 300);
	CHECK_NUMBER(outcomes[0].error, SQS_CANCELLED);
	double_free(server);
}

static void release_the_send(void *arg, const struct sqs_result *result)
{
	outcome_note(arg, result);
	double_release(server);
}

/* The send is answered when the receive has ended: in time only if that ends first. */
TEST(receives_do_not_wait_for_the_drain)
{
	const struct sqs_receive args = {.queue_url = JOBS,
		.max_messages = 1,
		.wait_ms = INT64_MAX,
		.visibility_s = -1};

	scene_begin();
	double_script(server,
		(struct double_act){.action = "SendMessage", .deed = DOUBLE_HOLD});
	start_send(0, JOBS);
	CHECK(double_await(server, "SendMessage", 1));
	sqs_start(sqs_receive_new(client, &args, release_the_send, &outcomes[1]));
	CHECK(double_await(server, "ReceiveMessage", 1));
	sqs_client_free(client, 10000);
	CHECK_NUMBER(outcomes[1].error, SQS_CANCELLED);
	CHECK_NUMBER(outcomes[0].error, SQS_OK);
	double_free(server);
}

static void start_another(void *arg, const struct sqs_result *result)
{
	(void)arg;
	outcome_note(&outcomes[0], result);
	start_send(1, JOBS);
}

TEST(what_a_completion_starts_at_the_end_is_cancelled)
{
	const struct sqs_receive args = {.queue_url = JOBS,
		.max_messages = 1,
		.wait_ms = 20000,
		.visibility_s = -1};

	scene_begin();
	sqs_start(sqs_receive_new(client, &args, start_another, NULL));
	CHECK(double_await(server, "ReceiveMessage", 1));
	sqs_client_free(client, 1000);
	CHECK_NUMBER(outcomes[0].error, SQS_CANCELLED);
	CHECK_NUMBER(outcomes[1].calls, 1);
	CHECK_NUMBER(outcomes[1].error, SQS_CANCELLED);
	double_free(server);
}

TEST(messages_that_nobody_took_are_given_back_while_draining)
{
	scene_begin();
	outcomes[0].leaves_messages = true;
	double_put(server, "x");
	start_receive(0);
	CHECK(outcome_await(&outcomes[0]));
	sqs_client_free(client, 5000);
	CHECK_NUMBER(double_count(server, "ChangeMessageVisibility"), 1);
	double_free(server);
}

TEST_MAIN
