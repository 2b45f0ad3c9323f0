/* SPDX-License-Identifier: MIT */
/*
 * The client and the local server together, in one process: what each claims about the
 * protocol, the other one holds it to.
 */
#include "sqs/local/local.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"
#include "tests/client/await.h"
#include "tests/lib/test.h"

static char directory[32];
static struct local_server *server;
static struct sqs_client *client;
static struct outcome outcome, outcomes[64];
static char queue_url[256];

static void remove_directory(void)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(directory);
}

/* A queue, and a client of it. False when something could not be made. */
static bool begin(const char *queue, const struct sqs_pair *attributes, size_t count)
{
	char why[200] = "";

	snprintf(directory, sizeof(directory), "/tmp/client-local-XXXXXX");
	if (!mkdtemp(directory))
		return false;
	server = local_server_new(
		&(struct local_options){.directory = directory, .sync_normal = true}, why,
		sizeof(why));
	if (!server) {
		printf("# %s\n", why);
		return false;
	}
	client = client_of(local_server_socket(server));
	outcome = (struct outcome){0};
	memset(outcomes, 0, sizeof(outcomes));
	outcome_run(&outcome, sqs_create_queue_new(client, queue, attributes, count,
				      outcome_note, &outcome));
	snprintf(queue_url, sizeof(queue_url), "%s", outcome.text);
	return outcome.error == SQS_OK;
}

static void end(void)
{
	sqs_client_free(client, 1000);
	local_server_free(server);
	remove_directory();
	outcome_clear(&outcome);
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++)
		outcome_clear(&outcomes[i]);
}

static struct sqs_op *send_op(
	struct outcome *to, const char *body, const char *group, const char *dedup)
{
	static const struct sqs_attribute attributes[] = {
		{"count", "Number", "42", 2}, {"raw", "Binary.x", "\0\1\377", 3}};
	const struct sqs_send args = {.queue_url = queue_url,
		.body = body,
		.body_len = strlen(body),
		.attributes = attributes,
		.attribute_count = ARRAY_SIZE(attributes),
		.group_id = group,
		.dedup_id = dedup,
		.delay_s = -1};

	*to = (struct outcome){0};
	return sqs_send_new(client, &args, outcome_note, to);
}

static struct sqs_op *receive_op(struct outcome *to, int max_messages, int64_t wait_ms)
{
	const struct sqs_receive args = {.queue_url = queue_url,
		.max_messages = max_messages,
		.wait_ms = wait_ms,
		.visibility_s = -1};

	*to = (struct outcome){0};
	return sqs_receive_new(client, &args, outcome_note, to);
}

/* -------------------------------------------------------------------------------------
 * A message's life
 */

TEST(a_message_comes_back_as_it_was_sent)
{
	static const char body[] = "a \"b\" <c> & \r\n\t \xc3\xa9 \xf0\x9f\x90\x8c end";
	const struct sqs_message *message;

	CHECK(begin("jobs", NULL, 0));
	CHECK_NUMBER(outcome_run(&outcome, send_op(&outcome, body, NULL, NULL)), SQS_OK);
	CHECK_NUMBER(
		outcome_run(&outcomes[0], receive_op(&outcomes[0], 1, 5000)), SQS_OK);
	message = outcomes[0].messages[0];
	CHECK_TEXT(message->body, body);
	CHECK_TEXT(message->id, outcome.text);
	CHECK_NUMBER(message->attribute_count, 2);
	CHECK_TEXT(message->attributes[1].name, "raw");
	CHECK_BYTES(
		message->attributes[1].value, message->attributes[1].len, "\0\1\377", 3);
	CHECK_TEXT(sqs_message_system(message, "ApproximateReceiveCount"), "1");
	CHECK(!sqs_message_system(message, "Nothing"));
	end();
}

TEST(a_deleted_message_is_gone)
{
	CHECK(begin("jobs", NULL, 0));
	CHECK_NUMBER(outcome_run(&outcome, send_op(&outcome, "x", NULL, NULL)), SQS_OK);
	CHECK_NUMBER(
		outcome_run(&outcomes[0], receive_op(&outcomes[0], 1, 5000)), SQS_OK);
	outcome = (struct outcome){0};
	CHECK_NUMBER(
		outcome_run(&outcome, sqs_delete_message_new(client, queue_url,
					      outcomes[0].messages[0]->receipt_handle,
					      outcome_note, &outcome)),
		SQS_OK);
	CHECK_NUMBER(outcome_run(&outcomes[1], receive_op(&outcomes[1], 1, 0)),
		SQS_NO_MESSAGE);
	end();
}

/* What a completion does not take is visible again. */
TEST(a_message_that_nobody_took_is_received_again)
{
	struct sqs_op *op;

	CHECK(begin("jobs", NULL, 0));
	CHECK_NUMBER(outcome_run(&outcome, send_op(&outcome, "x", NULL, NULL)), SQS_OK);
	op = receive_op(&outcomes[0], 1, 5000);
	outcomes[0].leaves_messages = true;
	CHECK_NUMBER(outcome_run(&outcomes[0], op), SQS_OK);
	outcomes[0].message_count = 0;
	CHECK_NUMBER(
		outcome_run(&outcomes[1], receive_op(&outcomes[1], 1, 5000)), SQS_OK);
	CHECK_TEXT(sqs_message_system(outcomes[1].messages[0], "ApproximateReceiveCount"),
		"2");
	end();
}

TEST(a_waiting_receive_gets_what_is_sent)
{
	CHECK(begin("jobs", NULL, 0));
	sqs_start(receive_op(&outcomes[0], 1, 20000));
	CHECK(CLIENT_AWAIT(client, in_flight, 1));
	CHECK_NUMBER(outcome_run(&outcome, send_op(&outcome, "x", NULL, NULL)), SQS_OK);
	CHECK(outcome_await(&outcomes[0]));
	CHECK_NUMBER(outcomes[0].error, SQS_OK);
	end();
}

TEST(the_largest_message_travels)
{
	static char large[1048576 - 50 + 1];

	CHECK(begin("jobs", NULL, 0));
	memset(large, '"', sizeof(large) - 1);
	CHECK_NUMBER(outcome_run(&outcome, send_op(&outcome, large, NULL, NULL)), SQS_OK);
	CHECK_NUMBER(
		outcome_run(&outcomes[0], receive_op(&outcomes[0], 1, 5000)), SQS_OK);
	CHECK_NUMBER(outcomes[0].messages[0]->body_len, sizeof(large) - 1);
	end();
}

/* -------------------------------------------------------------------------------------
 * Refusals
 */

/* One entry that the service cannot take does not fail its neighbours. */
TEST(a_bad_message_fails_alone)
{
	CHECK(begin("jobs", NULL, 0));
	client_stall(client);
	for (size_t i = 0; i < 10; i++)
		sqs_start(send_op(&outcomes[i], i == 4 ? "\x01" : "good", NULL, NULL));
	client_resume();
	CHECK(outcome_await_all(outcomes, 10));
	for (size_t i = 0; i < 10; i++)
		CHECK_NUMBER(outcomes[i].error, i == 4 ? SQS_BAD_CONTENT : SQS_OK);
	end();
}

/* Without a group, a FIFO queue refuses the whole batch. */
TEST(a_send_without_its_group_fails_alone)
{
	static const struct sqs_pair fifo[] = {{"FifoQueue", "true"}};

	CHECK(begin("orders.fifo", fifo, 1));
	client_stall(client);
	sqs_start(send_op(&outcomes[0], "a", "g", "1"));
	sqs_start(send_op(&outcomes[1], "b", NULL, "2"));
	sqs_start(send_op(&outcomes[2], "c", "h", "3"));
	client_resume();
	CHECK(outcome_await_all(outcomes, 3));
	CHECK_NUMBER(outcomes[0].error, SQS_OK);
	CHECK_NUMBER(outcomes[1].error, SQS_INVALID);
	CHECK_NUMBER(outcomes[2].error, SQS_OK);
	CHECK(outcomes[0].sequence_number[0]);
	end();
}

TEST(a_queue_that_is_not_there_is_said)
{
	CHECK(begin("jobs", NULL, 0));
	outcome = (struct outcome){0};
	CHECK_NUMBER(outcome_run(&outcome, sqs_get_queue_url_new(client, "nothing", NULL,
						   outcome_note, &outcome)),
		SQS_NO_SUCH_QUEUE);
	CHECK(outcome.failure.request_id[0]);
	end();
}

/* -------------------------------------------------------------------------------------
 * Order
 */

TEST(a_group_keeps_the_order_of_its_sends)
{
	static const struct sqs_pair fifo[] = {{"FifoQueue", "true"}};
	char body[8], dedup[8];

	CHECK(begin("orders.fifo", fifo, 1));
	for (size_t i = 0; i < 40; i++) {
		static char bodies[40][8];

		snprintf(bodies[i], sizeof(body), "%zu", i);
		snprintf(dedup, sizeof(dedup), "d%zu", i);
		sqs_start(
			send_op(&outcomes[i], bodies[i], i % 2 ? "odd" : "even", dedup));
	}
	CHECK(outcome_await_all(outcomes, 40));
	CHECK_NUMBER(outcome_run(&outcome, receive_op(&outcome, 10, 5000)), SQS_OK);
	CHECK_NUMBER(outcome.message_count, 10);
	for (size_t i = 0; i < 10; i++) {
		snprintf(body, sizeof(body), "%zu", 2 * i);
		CHECK_TEXT(outcome.messages[i]->body, body);
	}
	end();
}

TEST(many_sends_and_receives_lose_nothing)
{
	static struct outcome sends[500], receives[500];
	size_t received = 0;

	CHECK(begin("jobs", NULL, 0));
	for (size_t i = 0; i < 500; i++)
		sqs_start(receive_op(&receives[i], 1, 20000));
	for (size_t i = 0; i < 500; i++)
		sqs_start(send_op(&sends[i], "x", NULL, NULL));
	CHECK(outcome_await_all(sends, 500));
	CHECK(outcome_await_all(receives, 500));
	for (size_t i = 0; i < 500; i++) {
		received += receives[i].message_count;
		outcome_clear(&receives[i]);
	}
	CHECK_NUMBER(received, 500);
	end();
}

TEST_MAIN
