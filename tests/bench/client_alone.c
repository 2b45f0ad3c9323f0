/* SPDX-License-Identifier: MIT */
/*
 * The client without a file system, on the same embedded server: what sqsfs would
 * do if FUSE cost nothing.
 *
 *	client_alone send DIR IN_FLIGHT MILLISECONDS BYTES
 *	client_alone receive DIR IN_FLIGHT MILLISECONDS      receive one, delete it
 *	client_alone fill DIR MESSAGES BYTES                 a backlog for `receive`
 *
 * IN_FLIGHT operations are kept going: each completion starts the next, as that
 * many workers with a file each would. Prints operations a second.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqs/base/clock.h"
#include "sqs/local/local.h"
#include "sqs/sqs.h"

static struct {
	struct sqs_client *client;
	char url[256];
	char *body;
	size_t bytes;

	pthread_mutex_t lock;
	pthread_cond_t ended;
	int running; /* lock: workers that go on */
	long done;   /* client thread */
	long wanted; /* client thread: for `fill` */
	int64_t until_ns;
} bench = {.lock = PTHREAD_MUTEX_INITIALIZER,
	.ended = PTHREAD_COND_INITIALIZER,
	.wanted = -1};

static void end_worker(void)
{
	pthread_mutex_lock(&bench.lock);
	bench.running--;
	pthread_cond_signal(&bench.ended);
	pthread_mutex_unlock(&bench.lock);
}

static void check(const struct sqs_result *result)
{
	if (result->error == SQS_OK)
		return;
	fprintf(stderr, "client_alone: %s: %s\n", sqs_error_text(result->error),
		result->failure->message);
	exit(1);
}

static bool goes_on(void)
{
	if (bench.wanted >= 0 ? bench.wanted-- > 0 : clock_boot_ns() < bench.until_ns)
		return true;
	end_worker();
	return false;
}

static void send_next(void *arg, const struct sqs_result *result)
{
	(void)arg;
	if (result) {
		check(result);
		bench.done++;
	}
	if (goes_on())
		sqs_start(sqs_send_new(bench.client,
			&(struct sqs_send){.queue_url = bench.url,
				.body = bench.body,
				.body_len = bench.bytes,
				.delay_s = -1,
				.expects_company = true},
			send_next, NULL));
}

static void on_deleted(void *arg, const struct sqs_result *result)
{
	(void)arg;
	check(result);
	bench.done++;
}

/* A worker goes on while its delete is under way, as one does whose unlink is answered at
 * once. */
static void receive_next(void *arg, const struct sqs_result *result)
{
	(void)arg;
	if (result) {
		check(result);
		sqs_start(sqs_delete_message_new(bench.client, bench.url,
			result->messages[0]->receipt_handle, on_deleted, NULL));
		sqs_message_free(result->messages[0]);
		result->messages[0] = NULL;
	}
	if (goes_on())
		sqs_start(sqs_receive_new(bench.client,
			&(struct sqs_receive){.queue_url = bench.url,
				.max_messages = 1,
				.wait_ms = 20000,
				.visibility_s = -1},
			receive_next, NULL));
}

static void on_queue(void *arg, const struct sqs_result *result)
{
	(void)arg;
	check(result);
	snprintf(bench.url, sizeof(bench.url), "%s", result->queue_url);
	end_worker();
}

static void await_end(void)
{
	pthread_mutex_lock(&bench.lock);
	while (bench.running > 0)
		pthread_cond_wait(&bench.ended, &bench.lock);
	pthread_mutex_unlock(&bench.lock);
}

static void make_queue(void)
{
	const struct sqs_pair timeout = {"VisibilityTimeout", "300"};

	bench.running = 1;
	sqs_start(
		sqs_create_queue_new(bench.client, "bench", &timeout, 1, on_queue, NULL));
	await_end();
}

static double measure(sqs_done_fn *next, int in_flight, int64_t ms)
{
	int64_t started = clock_boot_ns();

	bench.until_ns = started + ms * 1000000;
	bench.running = in_flight;
	/* The first of each comes from here; every later one from the client's thread. */
	for (int i = 0; i < in_flight; i++)
		next(NULL, NULL);
	await_end();
	return (double)bench.done * 1e9 / (double)(clock_boot_ns() - started);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: client_alone send DIR IN_FLIGHT MS BYTES | receive DIR IN_FLIGHT MS"
		" | fill DIR MESSAGES BYTES\n");
	return 2;
}

int main(int argc, char **argv)
{
	char why[300] = "";
	struct local_server *server;
	struct sqs_failure failure;

	if (argc != 5 && argc != 6)
		return usage();
	server = local_server_new(
		&(struct local_options){.directory = argv[2]}, why, sizeof(why));
	if (!server) {
		fprintf(stderr, "client_alone: %s\n", why);
		return 1;
	}
	bench.client = sqs_client_new(
		&(struct sqs_config){.endpoint = local_server_endpoint(server),
			.unix_socket = local_server_socket(server),
			.region = "us-east-1",
			.anonymous = true},
		&failure);
	if (!bench.client) {
		fprintf(stderr, "client_alone: %s\n", failure.message);
		return 1;
	}
	bench.bytes = (size_t)atoll(argv[argc - 1]);
	bench.body = malloc(bench.bytes + 1);
	memset(bench.body, 'x', bench.bytes);
	make_queue();
	if (strcmp(argv[1], "send") == 0 && argc == 6) {
		printf("%.0f\n", measure(send_next, atoi(argv[3]), atoll(argv[4])));
	} else if (strcmp(argv[1], "receive") == 0 && argc == 5) {
		printf("%.0f\n", measure(receive_next, atoi(argv[3]), atoll(argv[4])));
	} else if (strcmp(argv[1], "fill") == 0 && argc == 5) {
		bench.wanted = atol(argv[3]);
		measure(send_next, 64, 0);
	} else {
		return usage();
	}
	sqs_client_free(bench.client, 1000);
	local_server_free(server);
	free(bench.body);
	return 0;
}
