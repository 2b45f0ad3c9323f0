/* SPDX-License-Identifier: MIT */
#include "fs/probe.h"

#include <stdio.h>
#include <string.h>

#include "fs/errno.h"
#include "fs/failure.h"
#include "fs/options.h"
#include "fs/root_dir.h"

enum { PROBE_MS = 15 * 1000 };

/* Waits on the main thread for a completion on the client's. */
struct probing {
	struct mount *mount;
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool is_answered;           /* lock */
	struct sqs_failure failure; /* lock */
};

static void on_answer(void *arg, const struct sqs_result *result)
{
	struct probing *probing = arg;

	root_listed(probing->mount, result);
	pthread_mutex_lock(&probing->lock);
	probing->failure = *result->failure;
	probing->is_answered = true;
	pthread_cond_signal(&probing->answered);
	pthread_mutex_unlock(&probing->lock);
}

static struct sqs_op *question(struct probing *probing)
{
	static const char *const name = "QueueArn";
	struct mount *mount = probing->mount;

	if (mount->options->source_kind == SOURCE_QUEUE)
		return sqs_get_attributes_new(mount->client, mount->options->source,
			&name, 1, on_answer, probing);
	return sqs_list_queues_new(mount->client, NULL, on_answer, probing);
}

/* What another try, or another queue, may not meet again does not stop a mount. */
static bool is_fatal(enum sqs_error error)
{
	return error != SQS_OK && error != SQS_DENIED && error != SQS_THROTTLED;
}

/* Where the service was not reached its words begin with where. */
static void say_why(const struct mount *mount, const struct sqs_failure *failure,
	char *why, size_t size)
{
	const char *endpoint = sqs_client_endpoint(mount->client);
	bool says_where = strncmp(failure->message, endpoint, strlen(endpoint)) == 0;
	const char *advice = errno_advice(failure->error);
	char words[FAILURE_SIZE];

	snprintf(why, size, "%s%s%s%s%s", says_where ? "" : endpoint,
		says_where ? "" : ": ", failure_words(failure, words),
		*advice ? "; " : "", advice);
}

bool probe(struct mount *mount, char *why, size_t size)
{
	struct probing probing = {
		.mount = mount,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.answered = PTHREAD_COND_INITIALIZER,
	};
	const struct sqs_failure *failure = &probing.failure;
	struct sqs_op *op = question(&probing);

	if (!op) {
		snprintf(why, size, "no memory");
		return false;
	}
	sqs_op_set_timeout(op, PROBE_MS);
	sqs_start(op);
	pthread_mutex_lock(&probing.lock);
	while (!probing.is_answered)
		pthread_cond_wait(&probing.answered, &probing.lock);
	pthread_mutex_unlock(&probing.lock);
	if (!is_fatal(failure->error))
		return true;
	say_why(mount, failure, why, size);
	return false;
}
