/* SPDX-License-Identifier: MIT */
/*
 * One allocation of the client fails, whichever: every operation completes once, with
 * success or SQS_NO_MEMORY, and what it says is so. Run it under the sanitizers.
 */
#include "tests/lib/starve.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"
#include "sqs/local/local.h"
#include "tests/client/await.h"
#include "tests/lib/test.h"

enum { SENDS = 12, ASKS = 4, RECEIVES = 3, ALL = SENDS + ASKS + 3 * RECEIVES };

static char directory[32];
static struct local_server *server;
static struct sqs_client *client;
static char queue_url[256];
static struct outcome outcomes[ALL];
static char bodies[SENDS][16];

static void begin(void)
{
	char why[200] = "";

	for (int i = 0; i < SENDS; i++)
		snprintf(bodies[i], sizeof(bodies[i]), "%d", i);
	snprintf(directory, sizeof(directory), "/tmp/starved-XXXXXX");
	if (!mkdtemp(directory))
		exit(1);
	server = local_server_new(
		&(struct local_options){.directory = directory, .sync_normal = true}, why,
		sizeof(why));
	if (!server) {
		printf("Bail out! %s\n", why);
		exit(1);
	}
}

static void end(void)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	local_server_free(server);
	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(directory);
}

static bool make_queue(long n, bool is_fifo)
{
	static const struct sqs_pair fifo[] = {{"FifoQueue", "true"}};
	struct outcome outcome = {0};
	char name[32];

	snprintf(name, sizeof(name), is_fifo ? "q%ld.fifo" : "q%ld", n);
	outcome_run(&outcome, sqs_create_queue_new(client, name, fifo, is_fifo,
				      outcome_note, &outcome));
	snprintf(queue_url, sizeof(queue_url), "%s", outcome.text);
	return outcome.error == SQS_OK;
}

/* -------------------------------------------------------------------------------------
 * What is done while one allocation fails
 */

/* One that could not be made is as good as one that has failed. */
static void start(struct outcome *outcome, struct sqs_op *op)
{
	if (op)
		sqs_start(op);
	else
		outcome_note(outcome, &(struct sqs_result){.error = SQS_NO_MEMORY,
					      .failure = &(struct sqs_failure){
						      .error = SQS_NO_MEMORY}});
}

static void send_all(void)
{
	static const struct sqs_attribute attributes[] = {
		{"count", "Number", "42", 2}, {"raw", "Binary.x", "\0\1\377", 3}};
	bool is_fifo = sqs_queue_is_fifo(queue_url);

	for (int i = 0; i < SENDS; i++) {
		const struct sqs_send args = {.queue_url = queue_url,
			.body = bodies[i],
			.body_len = strlen(bodies[i]),
			.attributes = attributes,
			.attribute_count = ARRAY_SIZE(attributes),
			.group_id = is_fifo ? i % 3 ? "a" : "b" : NULL,
			.dedup_id = is_fifo ? bodies[i] : NULL,
			.expects_company = i > 2,
			.delay_s = -1};

		start(&outcomes[i],
			sqs_send_new(client, &args, outcome_note, &outcomes[i]));
	}
}

static void ask(struct outcome *to)
{
	static const char *const names[] = {"All"};
	static const struct sqs_pair tags[] = {{"colour", "red"}};

	start(&to[0], sqs_list_queues_new(client, NULL, outcome_note, &to[0]));
	start(&to[1], sqs_get_attributes_new(
			      client, queue_url, names, 1, outcome_note, &to[1]));
	start(&to[2],
		sqs_tag_queue_new(client, queue_url, tags, 1, outcome_note, &to[2]));
	start(&to[3], sqs_list_tags_new(client, queue_url, outcome_note, &to[3]));
}

/* Behind each a change of visibility and a delete, as far as there is a message. */
static bool receive_all(struct outcome *to)
{
	static const struct sqs_receive args = {
		.max_messages = 2, .wait_ms = 0, .visibility_s = 60};
	bool all = true;

	for (int i = 0; i < RECEIVES; i++) {
		struct sqs_receive receive = args;

		receive.queue_url = queue_url;
		start(&to[i], sqs_receive_new(client, &receive, outcome_note, &to[i]));
	}
	all = outcome_await_all(to, RECEIVES);
	for (int i = 0; i < RECEIVES; i++) {
		struct outcome *change = &to[RECEIVES + i],
			       *delete = &to[2 * RECEIVES + i];
		const char *receipt =
			to[i].message_count ? to[i].messages[0]->receipt_handle : "none";

		start(change, sqs_change_visibility_new(client, queue_url, receipt, 50,
				      outcome_note, change));
		all = all && outcome_await(change);
		start(delete, sqs_delete_message_new(
				      client, queue_url, receipt, outcome_note, delete));
		all = all && outcome_await(delete);
	}
	return all;
}

static bool run(void)
{
	bool all;

	memset(outcomes, 0, sizeof(outcomes));
	send_all();
	all = outcome_await_all(outcomes, SENDS);
	ask(outcomes + SENDS);
	all = all && outcome_await_all(outcomes + SENDS, ASKS);
	return all && receive_all(outcomes + SENDS + ASKS);
}

/* -------------------------------------------------------------------------------------
 * What must be so
 */

static bool may_be_told(const struct outcome *outcome)
{
	switch ((int)outcome->error) {
	case SQS_OK:
	case SQS_NO_MEMORY:
	case SQS_NO_MESSAGE:
	case SQS_RECEIPT_STALE: /* "none" is no receipt */
		return outcome->calls == 1;
	default:
		printf("# %d calls, %s: %s\n", outcome->calls,
			sqs_error_text(outcome->error), outcome->failure.message);
		return false;
	}
}

static int count_ok(const struct outcome *from, int count)
{
	int ok = 0;

	for (int i = 0; i < count; i++)
		ok += from[i].error == SQS_OK;
	return ok;
}

static int total;

static void note_number(void *arg, const struct sqs_result *result)
{
	for (size_t i = 0; i < result->pair_count; i++)
		total += atoi(result->pairs[i].value);
	outcome_note(arg, result);
}

/* Messages of the queue, visible or not. */
static int messages_left(void)
{
	static const char *const names[] = {
		"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"};
	struct outcome outcome = {0};

	total = 0;
	outcome_run(&outcome, sqs_get_attributes_new(client, queue_url, names, 2,
				      note_number, &outcome));
	return outcome.error ? -1 : total;
}

static bool is_right(void)
{
	const struct outcome *deletes = &outcomes[ALL - RECEIVES];
	int sent = count_ok(outcomes, SENDS), deleted = count_ok(deletes, RECEIVES);
	int left = messages_left();

	for (int i = 0; i < ALL; i++) {
		if (!may_be_told(&outcomes[i]))
			return false;
	}
	/* What an answer could not be read of may be done. */
	if (left >= sent - RECEIVES && left <= SENDS - deleted)
		return true;
	printf("# %d sent, %d deleted, %d left\n", sent, deleted, left);
	return false;
}

/* Whether there was an n-th allocation; *is_well: all was as it should be. */
static bool run_with(long n, bool is_fifo, bool *is_well)
{
	long count;

	client = client_of(local_server_socket(server));
	*is_well = make_queue(n, is_fifo);
	starve_nth(n);
	*is_well = *is_well && run();
	count = starve_count();
	starve_nth(0);
	*is_well = *is_well && is_right();
	sqs_client_free(client, 1000);
	for (int i = 0; i < ALL; i++)
		outcome_clear(&outcomes[i]);
	if (!*is_well)
		printf("# allocation %ld\n", n);
	return count >= n;
}

static bool run_with_each(bool is_fifo)
{
	bool is_well = true, goes_on = true;
	long n = 0;

	begin();
	while (is_well && goes_on)
		goes_on = run_with(++n, is_fifo, &is_well);
	end();
	printf("# %ld allocations\n", n - 1);
	return is_well && n > SENDS;
}

TEST(every_operation_completes_once_whichever_allocation_fails)
{
	CHECK(run_with_each(false));
}

TEST(sends_of_a_group_complete_once_whichever_allocation_fails)
{
	CHECK(run_with_each(true));
}

TEST(a_client_is_made_or_is_not)
{
	const struct sqs_config config = {.endpoint = "http://localhost",
		.unix_socket = "/nowhere",
		.region = "us-east-1",
		.anonymous = true};
	struct sqs_failure why = {0};
	struct sqs_client *made = NULL;

	for (long n = 1; !made && n < 1000; n++) {
		starve_nth(n);
		made = sqs_client_new(&config, &why);
		starve_nth(0);
		if (!made)
			CHECK_NUMBER(why.error, SQS_NO_MEMORY);
	}
	CHECK(made);
	sqs_client_free(made, 0);
}

TEST_MAIN
