/* SPDX-License-Identifier: MIT */
/*
 * What waits together travels together, counted at the server.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/client/scene.h"
#include "tests/lib/test.h"

#define ORDERS "http://localhost/000000000000/orders.fifo"

static struct sqs_op *send_op(struct outcome *outcome, const char *queue_url,
	const char *body, const char *group)
{
	const struct sqs_send args = {
		.queue_url = queue_url,
		.body = body,
		.body_len = strlen(body),
		.group_id = group,
		.dedup_id = group ? body : NULL,
		.delay_s = -1,
	};

	return sqs_send_new(client, &args, outcome_note, outcome);
}

static void start_sends(size_t count)
{
	for (size_t i = 0; i < count; i++)
		sqs_start(send_op(&outcomes[i], JOBS, "hello", NULL));
}

/* All at once, and waits for their outcomes. */
static bool send_together(size_t count)
{
	client_stall(client);
	start_sends(count);
	client_resume();
	return outcome_await_all(outcomes, count);
}

/* -------------------------------------------------------------------------------------
 * How many requests
 */

TEST(one_send_alone_is_one_single_request)
{
	scene_begin();
	CHECK_NUMBER(outcome_run(&outcomes[0], send_op(&outcomes[0], JOBS, "a b", NULL)),
		SQS_OK);
	CHECK_TEXT(outcomes[0].text, "message-0");
	CHECK_NUMBER(double_count(server, "SendMessage"), 1);
	CHECK_TEXT(scene_parameter("SendMessage", 0, "MessageBody"), "a b");
	CHECK_TEXT(scene_parameter("SendMessage", 0, "QueueUrl"), JOBS);
	CHECK_TEXT(scene_parameter("SendMessage", 0, "DelaySeconds"), "");
	scene_end();
}

/* semantics.md, "What an operation costs": k sends in flight together are as few as
 * ceil(k / 10) requests. */
TEST(sends_that_arrive_together_travel_in_tens)
{
	static const struct {
		size_t sends, batches, singles;
	} rows[] = {{2, 1, 0}, {10, 1, 0}, {11, 1, 1}, {25, 3, 0}, {100, 10, 0}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scene_begin();
		CHECK(send_together(rows[i].sends));
		CHECK_NUMBER(scene_count(SQS_OK, rows[i].sends), rows[i].sends);
		CHECK_NUMBER(double_count(server, "SendMessageBatch"), rows[i].batches);
		CHECK_NUMBER(double_count(server, "SendMessage"), rows[i].singles);
		scene_end();
	}
}

TEST(each_send_of_a_batch_hears_of_its_own_message)
{
	scene_begin();
	CHECK(send_together(3));
	CHECK_TEXT(outcomes[0].text, "message-0");
	CHECK_TEXT(outcomes[1].text, "message-1");
	CHECK_TEXT(outcomes[2].text, "message-2");
	scene_end();
}

TEST(a_batch_holds_a_megabyte_at_most)
{
	static char large[400 * 1024];

	scene_begin();
	memset(large, 'x', sizeof(large) - 1);
	client_stall(client);
	for (size_t i = 0; i < 3; i++)
		sqs_start(send_op(&outcomes[i], JOBS, large, NULL));
	client_resume();
	CHECK(outcome_await_all(outcomes, 3));
	CHECK_NUMBER(scene_count(SQS_OK, 3), 3);
	CHECK_NUMBER(double_count(server, "SendMessageBatch"), 1);
	CHECK_NUMBER(double_count(server, "SendMessage"), 1);
	scene_end();
}

TEST(queues_do_not_share_requests)
{
	scene_begin();
	client_stall(client);
	sqs_start(send_op(&outcomes[0], JOBS, "a", NULL));
	sqs_start(send_op(&outcomes[1], JOBS "2", "b", NULL));
	client_resume();
	CHECK(outcome_await_all(outcomes, 2));
	CHECK_NUMBER(double_count(server, "SendMessage"), 2);
	scene_end();
}

/* Deletes come one by one from a loop over files: each waits for the next one. */
TEST(deletes_and_changes_travel_in_tens)
{
	scene_begin();
	client_stall(client);
	for (size_t i = 0; i < 20; i++)
		sqs_start(sqs_delete_message_new(
			client, JOBS, "receipt", outcome_note, &outcomes[i]));
	for (size_t i = 20; i < 25; i++)
		sqs_start(sqs_change_visibility_new(
			client, JOBS, "receipt", 7, outcome_note, &outcomes[i]));
	client_resume();
	CHECK(outcome_await_all(outcomes, 25));
	CHECK_NUMBER(scene_count(SQS_OK, 25), 25);
	CHECK_NUMBER(double_count(server, "DeleteMessageBatch"), 2);
	CHECK_NUMBER(double_count(server, "ChangeMessageVisibilityBatch"), 1);
	CHECK_TEXT(
		scene_parameter("ChangeMessageVisibilityBatch", 0,
			"ChangeMessageVisibilityBatchRequestEntry.5.VisibilityTimeout"),
		"7");
	scene_end();
}

TEST(deletes_wait_for_the_next_one)
{
	size_t i = 0;

	scene_begin();
	/* The client has seen the first when the second is started. On a loaded machine it
	 * may have waited long enough by then. */
	for (; i < 100 && double_count(server, "DeleteMessageBatch") == 0; i++) {
		struct outcome two[2] = {0};

		sqs_start(sqs_delete_message_new(
			client, JOBS, "receipt", outcome_note, &two[0]));
		client_catch_up(client);
		sqs_start(sqs_delete_message_new(
			client, JOBS, "receipt", outcome_note, &two[1]));
		CHECK(outcome_await_all(two, 2));
	}
	CHECK(i < 100);
	scene_end();
}

/* -------------------------------------------------------------------------------------
 * Company
 */

/* A round trip of 200 ms allows a linger of 1 ms, which is the most. */
static void measure_a_slow_round_trip(void)
{
	struct outcome first = {0};

	double_script(server, (struct double_act){.deed = DOUBLE_HOLD});
	sqs_start(send_op(&first, JOBS, "first", NULL));
	double_await(server, "SendMessage", 1);
	usleep(200 * 1000);
	double_release(server);
	outcome_await(&first);
}

TEST(a_send_that_expects_company_waits_for_it)
{
	const struct sqs_send args = {.queue_url = JOBS,
		.body = "x",
		.body_len = 1,
		.delay_s = -1,
		.expects_company = true};
	size_t i = 0;

	scene_begin();
	measure_a_slow_round_trip();
	/* On a loaded machine two starts may be more than a millisecond apart. */
	for (; i < 100 && double_count(server, "SendMessageBatch") == 0; i++) {
		struct outcome two[2] = {0};

		sqs_start(sqs_send_new(client, &args, outcome_note, &two[0]));
		sqs_start(sqs_send_new(client, &args, outcome_note, &two[1]));
		CHECK(outcome_await_all(two, 2));
	}
	CHECK(i < 100);
	scene_end();
}

TEST(nobody_waits_once_ten_are_there)
{
	const struct sqs_send args = {.queue_url = JOBS,
		.body = "x",
		.body_len = 1,
		.delay_s = -1,
		.expects_company = true};

	scene_begin();
	measure_a_slow_round_trip();
	client_stall(client);
	for (size_t i = 0; i < 12; i++)
		sqs_start(sqs_send_new(client, &args, outcome_note, &outcomes[i]));
	client_resume();
	CHECK(outcome_await_all(outcomes, 12));
	CHECK_NUMBER(double_count(server, "SendMessageBatch"), 2);
	scene_end();
}

TEST(requests_in_flight_are_not_capped_at_one)
{
	scene_begin();
	double_script(server, (struct double_act){.deed = DOUBLE_HOLD, .times = 3});
	for (size_t i = 0; i < 3; i++) {
		sqs_start(send_op(&outcomes[i], JOBS, "x", NULL));
		CHECK(double_await(server, "SendMessage", i + 1));
	}
	CHECK(!outcome_is_there(&outcomes[0]));
	double_release(server);
	CHECK(outcome_await_all(outcomes, 3));
	scene_end();
}

TEST(there_are_no_more_than_64_connections)
{
	scene_begin();
	double_script(server, (struct double_act){.deed = DOUBLE_HOLD, .times = 64});
	for (size_t i = 0; i < 100; i++) {
		char url[80];

		snprintf(url, sizeof(url), JOBS "%zu", i);
		sqs_start(send_op(&outcomes[i], url, "x", NULL));
	}
	CHECK(double_await(server, "SendMessage", 64));
	usleep(20 * 1000); /* room for a 65th to show itself */
	CHECK_NUMBER(double_count(server, "SendMessage"), 64);
	double_release(server);
	CHECK(outcome_await_all(outcomes, 100));
	CHECK_NUMBER(scene_count(SQS_OK, 100), 100);
	scene_end();
}

/* While all connections are busy, who gets more to do keeps its turn. */
TEST(a_queue_that_waits_for_a_connection_keeps_its_place)
{
	struct sqs_op *list;

	scene_begin();
	double_script(server, (struct double_act){.deed = DOUBLE_HOLD, .times = 65});
	list = sqs_list_queues_new(client, NULL, outcome_note, &outcomes[0]);
	sqs_start(list);
	for (size_t i = 1; i < 64; i++) {
		sqs_start(send_op(&outcomes[i], JOBS, "x", NULL));
		CHECK(double_await(server, "SendMessage", i));
	}
	sqs_start(send_op(&outcomes[64], JOBS "1", "x", NULL));
	sqs_start(send_op(&outcomes[65], JOBS "2", "x", NULL));
	sqs_start(send_op(&outcomes[66], JOBS "1", "x", NULL));
	sqs_cancel(list);
	CHECK(double_await(server, NULL, 65));
	CHECK_TEXT(scene_parameter(NULL, 64, "QueueUrl"), JOBS "1");
	double_release(server);
	CHECK(outcome_await_all(outcomes, 67));
	scene_end();
}

/* -------------------------------------------------------------------------------------
 * A bad entry fails alone
 */

TEST(a_refused_entry_fails_alone)
{
	scene_begin();
	double_script(server, (struct double_act){.action = "SendMessageBatch",
				      .deed = DOUBLE_REFUSE,
				      .code = "InvalidMessageContents",
				      .refused = 1u << 3});
	CHECK(send_together(10));
	CHECK_NUMBER(scene_count(SQS_OK, 10), 9);
	CHECK_NUMBER(outcomes[3].error, SQS_BAD_CONTENT);
	CHECK_TEXT(outcomes[3].failure.code, "InvalidMessageContents");
	CHECK_TEXT(outcomes[3].failure.message, "refused by the double");
	CHECK_TEXT(outcomes[3].failure.request_id, "double-request-id");
	CHECK_NUMBER(double_count(server, "SendMessageBatch"), 1);
	scene_end();
}

TEST(an_entry_that_the_service_failed_is_tried_again)
{
	scene_begin();
	double_script(server, (struct double_act){.action = "SendMessageBatch",
				      .deed = DOUBLE_REFUSE,
				      .code = "InternalError",
				      .receiver_fault = true,
				      .refused = 1u << 1 | 1u << 2});
	CHECK(send_together(4));
	CHECK_NUMBER(scene_count(SQS_OK, 4), 4);
	CHECK_NUMBER(double_count(server, "SendMessageBatch"), 2);
	scene_end();
}

/* Numbers that differ, so that retries come together only if they are meant to. */
static double restless(void)
{
	static int calls;

	return calls++ % 2 ? 0.9 : 0.1;
}

static double longest_jitter(void)
{
	return 0.999;
}

static void begin_with(double (*random)(void))
{
	struct sqs_config config = {
		.endpoint = "http://localhost", .anonymous = true, .random = random};
	struct sqs_failure why;

	scene_begin();
	sqs_client_free(client, 0);
	config.unix_socket = double_socket(server);
	client = sqs_client_new(&config, &why);
}

TEST(entries_that_the_service_failed_are_tried_again_together)
{
	begin_with(restless);
	double_script(server, (struct double_act){.action = "SendMessageBatch",
				      .deed = DOUBLE_REFUSE,
				      .code = "InternalError",
				      .receiver_fault = true,
				      .refused = 0x3ff});
	CHECK(send_together(10));
	CHECK_NUMBER(scene_count(SQS_OK, 10), 10);
	CHECK_NUMBER(double_count(server, "SendMessageBatch"), 2);
	CHECK_NUMBER(double_count(server, "SendMessage"), 0);
	scene_end();
}

/* The quota allows 35 retries of requests; entries do not count one by one. */
TEST(a_batch_that_is_tried_again_costs_the_quota_one_retry)
{
	scene_begin();
	for (size_t i = 0; i < 5; i++) {
		memset(outcomes, 0, sizeof(outcomes));
		double_script(server, (struct double_act){.action = "SendMessageBatch",
					      .deed = DOUBLE_REFUSE,
					      .code = "InternalError",
					      .receiver_fault = true,
					      .refused = 0x3ff});
		CHECK(send_together(10));
		CHECK_NUMBER(scene_count(SQS_OK, 10), 10);
	}
	scene_end();
}

/* What joins the last attempt of another has attempts of its own left. */
TEST(company_takes_nobodys_attempts)
{
	begin_with(longest_jitter);
	double_script(server,
		(struct double_act){
			.action = "SendMessage", .deed = DOUBLE_HANG_UP, .times = 2});
	double_script(server, (struct double_act){.action = "SendMessageBatch",
				      .deed = DOUBLE_FAULT,
				      .status = 500,
				      .code = "InternalError"});
	sqs_start(send_op(&outcomes[0], JOBS, "old", NULL));
	CHECK(CLIENT_AWAIT(client, failures, 2));
	client_stall(client);
	sqs_start(send_op(&outcomes[1], JOBS, "new", NULL));
	usleep(150 * 1000); /* until the other's back-off is over */
	client_resume();
	CHECK(outcome_await_all(outcomes, 2));
	CHECK_NUMBER(double_count(server, "SendMessageBatch"), 1);
	CHECK_NUMBER(outcomes[0].error, SQS_SERVICE_FAILED);
	CHECK_NUMBER(outcomes[1].error, SQS_OK);
	scene_end();
}

TEST(an_entry_that_the_reply_forgets_is_an_error)
{
	scene_begin();
	double_script(server, (struct double_act){.action = "SendMessageBatch",
				      .deed = DOUBLE_FORGET,
				      .refused = 1u << 1});
	CHECK(send_together(3));
	CHECK_NUMBER(scene_count(SQS_OK, 3), 2);
	CHECK_NUMBER(outcomes[1].error, SQS_BAD_REPLY);
	scene_end();
}

TEST(a_batch_refused_for_a_parameter_is_sent_one_by_one)
{
	scene_begin();
	double_script(server, (struct double_act){.action = "SendMessageBatch",
				      .deed = DOUBLE_FAULT,
				      .status = 400,
				      .code = "InvalidParameterValue"});
	double_script(server, (struct double_act){.action = "SendMessage",
				      .deed = DOUBLE_FAULT,
				      .status = 400,
				      .code = "InvalidParameterValue"});
	CHECK(send_together(4));
	CHECK_NUMBER(double_count(server, "SendMessageBatch"), 1);
	CHECK_NUMBER(double_count(server, "SendMessage"), 4);
	CHECK_NUMBER(scene_count(SQS_OK, 4), 3);
	CHECK_NUMBER(scene_count(SQS_INVALID, 4), 1);
	scene_end();
}

TEST(a_batch_refused_for_the_queue_fails_as_one)
{
	static const struct {
		const char *code;
		int status;
		enum sqs_error error;
	} rows[] = {
		{"AWS.SimpleQueueService.NonExistentQueue", 400, SQS_NO_SUCH_QUEUE},
		{"AccessDenied", 403, SQS_DENIED},
		{"KMS.DisabledException", 400, SQS_KEY_UNAVAILABLE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scene_begin();
		double_script(server, (struct double_act){.action = "SendMessageBatch",
					      .deed = DOUBLE_FAULT,
					      .status = rows[i].status,
					      .code = rows[i].code});
		CHECK(send_together(4));
		CHECK_NUMBER(scene_count(rows[i].error, 4), 4);
		CHECK_NUMBER(double_count(server, "SendMessageBatch"), 1);
		CHECK_NUMBER(double_count(server, "SendMessage"), 0);
		scene_end();
	}
}

TEST(what_arrived_otherwise_than_it_was_sent_is_an_error)
{
	scene_begin();
	double_script(server, (struct double_act){.deed = DOUBLE_BAD_DIGEST});
	CHECK_NUMBER(outcome_run(&outcomes[0], send_op(&outcomes[0], JOBS, "a", NULL)),
		SQS_BAD_DIGEST);
	scene_end();
}

TEST(attributes_travel_and_their_digest_is_checked)
{
	const struct sqs_attribute attributes[] = {
		{"n", "Number", "42", 2}, {"b", "Binary.raw", "\0\377", 2}};
	const struct sqs_send args = {.queue_url = JOBS,
		.body = "x",
		.body_len = 1,
		.attributes = attributes,
		.attribute_count = 2,
		.delay_s = 0};

	scene_begin();
	CHECK_NUMBER(outcome_run(&outcomes[0],
			     sqs_send_new(client, &args, outcome_note, &outcomes[0])),
		SQS_OK);
	CHECK_TEXT(
		scene_parameter("SendMessage", 0, "MessageAttribute.1.Value.StringValue"),
		"42");
	CHECK_TEXT(
		scene_parameter("SendMessage", 0, "MessageAttribute.2.Value.BinaryValue"),
		"AP8=");
	CHECK_TEXT(scene_parameter("SendMessage", 0, "DelaySeconds"), "0");
	scene_end();
}

/* -------------------------------------------------------------------------------------
 * FIFO
 */

/* Within one queue, sends to one group leave in the order in which they were started. */
TEST(a_group_has_one_send_in_flight)
{
	scene_begin();
	double_script(server,
		(struct double_act){.action = "SendMessageBatch", .deed = DOUBLE_HOLD});
	client_stall(client);
	sqs_start(send_op(&outcomes[0], ORDERS, "a1", "a"));
	sqs_start(send_op(&outcomes[1], ORDERS, "a2", "a"));
	sqs_start(send_op(&outcomes[2], ORDERS, "b1", "b"));
	client_resume();
	CHECK(double_await(server, "SendMessageBatch", 1));
	CHECK_TEXT(scene_parameter("SendMessageBatch", 0,
			   "SendMessageBatchRequestEntry.1.MessageBody"),
		"a1");
	CHECK_TEXT(scene_parameter("SendMessageBatch", 0,
			   "SendMessageBatchRequestEntry.2.MessageBody"),
		"b1");
	CHECK_TEXT(scene_parameter("SendMessageBatch", 0,
			   "SendMessageBatchRequestEntry.3.MessageBody"),
		"");
	usleep(20 * 1000); /* room for a2 to overtake */
	CHECK_NUMBER(double_count(server, "SendMessage"), 0);
	double_release(server);
	CHECK(outcome_await_all(outcomes, 3));
	CHECK_TEXT(scene_parameter("SendMessage", 0, "MessageBody"), "a2");
	CHECK_TEXT(scene_parameter("SendMessage", 0, "MessageGroupId"), "a");
	CHECK_TEXT(scene_parameter("SendMessage", 0, "MessageDeduplicationId"), "a2");
	CHECK_TEXT(outcomes[0].sequence_number, "0");
	scene_end();
}

TEST(a_retry_is_not_overtaken_by_its_group)
{
	scene_begin();
	double_script(server,
		(struct double_act){.deed = DOUBLE_HANG_UP, .action = "SendMessage"});
	sqs_start(send_op(&outcomes[0], ORDERS, "a1", "a"));
	sqs_start(send_op(&outcomes[1], ORDERS, "a2", "a"));
	sqs_start(send_op(&outcomes[2], ORDERS, "a3", "a"));
	CHECK(outcome_await_all(outcomes, 3));
	CHECK_NUMBER(scene_count(SQS_OK, 3), 3);
	CHECK_NUMBER(double_count(server, "SendMessage"), 4);
	CHECK_TEXT(scene_parameter("SendMessage", 1, "MessageBody"), "a1");
	CHECK_TEXT(scene_parameter("SendMessage", 2, "MessageBody"), "a2");
	CHECK_TEXT(scene_parameter("SendMessage", 3, "MessageBody"), "a3");
	scene_end();
}

TEST(a_blocked_send_can_be_cancelled)
{
	struct sqs_op *second;

	scene_begin();
	double_script(server, (struct double_act){.deed = DOUBLE_HOLD});
	sqs_start(send_op(&outcomes[0], ORDERS, "a1", "a"));
	CHECK(double_await(server, "SendMessage", 1));
	second = send_op(&outcomes[1], ORDERS, "a2", "a");
	sqs_start(second);
	sqs_start(send_op(&outcomes[2], ORDERS, "a3", "a"));
	sqs_cancel(second);
	CHECK(outcome_await(&outcomes[1]));
	CHECK_NUMBER(outcomes[1].error, SQS_CANCELLED);
	double_release(server);
	CHECK(outcome_await_all(outcomes, 3));
	CHECK_NUMBER(scene_count(SQS_OK, 3), 2);
	CHECK_NUMBER(double_count(server, "SendMessage"), 2);
	scene_end();
}

/* On a standard queue a group id orders nothing. */
TEST(groups_of_a_standard_queue_share_batches)
{
	scene_begin();
	client_stall(client);
	for (size_t i = 0; i < 10; i++)
		sqs_start(send_op(&outcomes[i], JOBS, "x", "tenant"));
	client_resume();
	CHECK(outcome_await_all(outcomes, 10));
	CHECK_NUMBER(double_count(server, "SendMessageBatch"), 1);
	scene_end();
}

TEST_MAIN
