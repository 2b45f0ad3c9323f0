/* SPDX-License-Identifier: MIT */
/*
 * Many threads start, cancel and give up while the service fails now and then: every
 * operation completes exactly once. Run it under the sanitizers.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/client/await.h"
#include "tests/client/double.h"
#include "tests/lib/test.h"

enum { THREADS = 4, EACH = 400, KINDS = 6 };

static struct double_server *server;
static struct sqs_client *client;
static struct outcome outcomes[THREADS][EACH];
static const char *const urls[] = {
	"http://localhost/0/a", "http://localhost/0/b", "http://localhost/0/c.fifo"};

static struct sqs_op *send_op(const char *url, struct outcome *outcome, unsigned chance)
{
	const struct sqs_send args = {.queue_url = url,
		.body = "x",
		.body_len = 1,
		.group_id = chance % 2 ? "odd" : "even",
		.delay_s = -1,
		.expects_company = chance % 3 == 0};

	return sqs_send_new(client, &args, outcome_note, outcome);
}

static struct sqs_op *receive_op(
	const char *url, struct outcome *outcome, unsigned chance)
{
	const struct sqs_receive args = {.queue_url = url,
		.max_messages = 1 + (int)(chance % 3),
		.wait_ms = chance % 4 ? 1 + chance % 300 : 0,
		.visibility_s = -1};

	outcome->leaves_messages = chance % 5 == 0;
	return sqs_receive_new(client, &args, outcome_note, outcome);
}

static struct sqs_op *op_of(struct outcome *outcome, unsigned chance)
{
	const char *url = urls[chance / KINDS % 3];

	switch (chance % KINDS) {
	case 0:
	case 1:
		return send_op(url, outcome, chance / 7);
	case 2:
		return receive_op(url, outcome, chance / 7);
	case 3:
		return sqs_delete_message_new(client, url, "r", outcome_note, outcome);
	case 4:
		return sqs_change_visibility_new(
			client, url, "r", 0, outcome_note, outcome);
	default:
		return sqs_list_queues_new(client, NULL, outcome_note, outcome);
	}
}

/*
 * A cancel must not come after the completion has returned; so the operation that is to
 * be cancelled after its start is one that cannot complete by itself.
 */
static void cancel_a_receive(void)
{
	static const struct sqs_receive args = {.queue_url = "http://localhost/0/quiet",
		.max_messages = 1,
		.wait_ms = INT64_MAX,
		.visibility_s = 77};
	struct outcome outcome = {0};
	struct sqs_op *op = sqs_receive_new(client, &args, outcome_note, &outcome);

	sqs_start(op);
	sqs_cancel(op);
	outcome_await(&outcome);
}

static void *work(void *arg)
{
	struct outcome *mine = arg;
	unsigned chance = (unsigned)(uintptr_t)pthread_self();

	for (size_t i = 0; i < EACH; i++) {
		struct sqs_op *op;

		chance = chance * 1664525u + 1013904223u;
		op = op_of(&mine[i], chance >> 8);
		if (chance >> 28 == 0)
			sqs_op_set_timeout(op, 1 + (chance >> 20) % 16);
		if (chance >> 28 == 1)
			sqs_cancel(op);
		sqs_start(op);
		if (i % 50 == 0)
			cancel_a_receive();
		if (chance >> 28 == 2)
			double_put(server, "hello");
	}
	return NULL;
}

static void script_trouble(void)
{
	static const struct double_act acts[] = {
		{.deed = DOUBLE_HANG_UP},
		{.deed = DOUBLE_PAGE, .status = 503},
		{.action = "SendMessageBatch",
			.deed = DOUBLE_FAULT,
			.status = 400,
			.code = "InvalidParameterValue"},
		{.deed = DOUBLE_HALF},
		{.deed = DOUBLE_TEXT, .text = "<what/>"},
		{.action = "SendMessageBatch",
			.deed = DOUBLE_REFUSE,
			.code = "InternalError",
			.receiver_fault = true,
			.refused = 3},
	};

	for (size_t i = 0; i < 60; i++)
		double_script(server, acts[i % (sizeof(acts) / sizeof(acts[0]))]);
}

static size_t count_completed_once(void)
{
	size_t count = 0;

	for (size_t i = 0; i < THREADS; i++) {
		for (size_t j = 0; j < EACH; j++) {
			count += outcomes[i][j].calls == 1;
			if (outcomes[i][j].leaves_messages)
				outcomes[i][j].message_count = 0;
			outcome_clear(&outcomes[i][j]);
		}
	}
	return count;
}

static void run(int64_t drain_ms)
{
	pthread_t threads[THREADS];

	server = double_new();
	client = client_of(double_socket(server));
	script_trouble();
	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, outcomes[i]);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	sqs_client_free(client, drain_ms);
	double_free(server);
}

TEST(every_operation_completes_once_when_it_is_drained)
{
	run(20000);
	CHECK_NUMBER(count_completed_once(), THREADS * EACH);
}

TEST(every_operation_completes_once_when_it_is_not)
{
	run(0);
	CHECK_NUMBER(count_completed_once(), THREADS * EACH);
}

TEST_MAIN
