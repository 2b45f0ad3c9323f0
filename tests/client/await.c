/* SPDX-License-Identifier: MIT */
#include "tests/client/await.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sqs/base/clock.h"

enum { PATIENCE_S = 60 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void note_text(struct outcome *outcome, const char *text)
{
	size_t used = strlen(outcome->text);

	if (text)
		snprintf(outcome->text + used, sizeof(outcome->text) - used, "%s%s",
			used ? " " : "", text);
}

void outcome_note(void *arg, const struct sqs_result *result)
{
	struct outcome *outcome = arg;

	pthread_mutex_lock(&lock);
	outcome->calls++;
	outcome->error = result->error;
	outcome->failure = *result->failure;
	outcome->at_ms = clock_boot_ms();
	note_text(outcome, result->message_id);
	note_text(outcome, result->queue_url);
	for (size_t i = 0; i < result->url_count; i++)
		note_text(outcome, result->urls[i]);
	if (result->sequence_number)
		snprintf(outcome->sequence_number, sizeof(outcome->sequence_number), "%s",
			result->sequence_number);
	outcome->message_count = result->message_count;
	for (size_t i = 0; i < result->message_count && !outcome->leaves_messages; i++) {
		outcome->messages[i] = result->messages[i];
		result->messages[i] = NULL;
	}
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

bool outcome_await_all(struct outcome *outcomes, size_t count)
{
	struct timespec until;
	size_t i = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&lock);
	while (i < count) {
		if (outcomes[i].calls)
			i++;
		else if (pthread_cond_timedwait(&changed, &lock, &until) != 0)
			break;
	}
	pthread_mutex_unlock(&lock);
	return i == count;
}

bool outcome_await(struct outcome *outcome)
{
	return outcome_await_all(outcome, 1);
}

bool outcome_is_there(struct outcome *outcome)
{
	bool there;

	pthread_mutex_lock(&lock);
	there = outcome->calls != 0;
	pthread_mutex_unlock(&lock);
	return there;
}

enum sqs_error outcome_run(struct outcome *outcome, struct sqs_op *op)
{
	sqs_start(op);
	return outcome_await(outcome) ? outcome->error : SQS_ERROR_COUNT;
}

void outcome_clear(struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->message_count; i++)
		sqs_message_free(outcome->messages[i]);
	*outcome = (struct outcome){0};
}

static double no_jitter(void)
{
	return 0;
}

struct sqs_client *client_of(const char *unix_socket)
{
	const struct sqs_config config = {
		.endpoint = "http://localhost",
		.unix_socket = unix_socket,
		.region = "us-east-1",
		.anonymous = true,
		.random = no_jitter,
	};
	struct sqs_failure why;
	struct sqs_client *client = sqs_client_new(&config, &why);

	if (!client) {
		printf("Bail out! %s\n", why.message);
		exit(1);
	}
	return client;
}

static sem_t stalled, resumed;

static void hold_thread(void *arg, const struct sqs_result *result)
{
	(void)arg;
	(void)result;
	sem_post(&stalled);
	sem_wait(&resumed);
}

void client_stall(struct sqs_client *client)
{
	sem_init(&stalled, 0, 0);
	sem_init(&resumed, 0, 0);
	sqs_start(
		sqs_list_tags_new(client, "http://localhost/0/stall", hold_thread, NULL));
	sem_wait(&stalled);
}

void client_resume(void)
{
	sem_post(&resumed);
}

void client_catch_up(struct sqs_client *client)
{
	client_stall(client);
	client_resume();
}

bool client_await(struct sqs_client *client, size_t counter_offset, uint64_t number)
{
	for (int i = 0; i < PATIENCE_S * 1000; i++) {
		struct sqs_counters counters;
		uint64_t value;

		sqs_client_counters(client, &counters);
		memcpy(&value, (char *)&counters + counter_offset, sizeof(value));
		if (value >= number)
			return true;
		usleep(1000);
	}
	return false;
}
