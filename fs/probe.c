/* SPDX-License-Identifier: MIT */
#include "fs/probe.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "fs/errno.h"
#include "fs/failure.h"
#include "fs/options.h"
#include "fs/root_dir.h"
#include "fs/session.h"
#include "sqs/base/cleanup.h"

enum { PROBE_MS = 15 * 1000 };

/* Waits on the main thread for a completion on the client's. */
struct probing {
	struct mount *mount;
	int answered_fd; /* an eventfd */
	pthread_mutex_t lock;
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
	eventfd_write(probing->answered_fd, 1);
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

static void wait_for(int fd, int other_fd)
{
	struct pollfd fds[] = {
		{.fd = fd, .events = POLLIN}, {.fd = other_fd, .events = POLLIN}};

	while (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno == EINTR)
		;
}

/* A signal that ends the mount, and stays pending, calls the question off. */
static void wait_for_answer(struct probing *probing, struct sqs_op *op, int signal_fd)
{
	wait_for(probing->answered_fd, signal_fd);
	pthread_mutex_lock(&probing->lock);
	if (!probing->is_answered)
		sqs_cancel(op); /* it is there until on_answer() returns */
	pthread_mutex_unlock(&probing->lock);
	wait_for(probing->answered_fd, -1);
	/* The answer was told with the lock held: now that is over. */
	pthread_mutex_lock(&probing->lock);
	pthread_mutex_unlock(&probing->lock);
}

static bool ask(struct probing *probing, int signal_fd)
{
	struct sqs_op *op = question(probing);

	if (!op)
		return false;
	sqs_op_set_timeout(op, PROBE_MS);
	sqs_start(op);
	wait_for_answer(probing, op, signal_fd);
	return true;
}

bool probe(struct mount *mount, char *why, size_t size)
{
	AUTO(close) int signal_fd = session_new_signal_fd();
	AUTO(close) int answered_fd = eventfd(0, EFD_CLOEXEC);
	struct probing probing = {
		.mount = mount,
		.answered_fd = answered_fd,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	const struct sqs_failure *failure = &probing.failure;

	if (signal_fd < 0 || answered_fd < 0 || !ask(&probing, signal_fd))
		snprintf(why, size, "no memory, or too many descriptors");
	else if (failure->error == SQS_CANCELLED)
		snprintf(why, size, "ended by a signal before the service had answered");
	else if (is_fatal(failure->error))
		say_why(mount, failure, why, size);
	else
		return true;
	return false;
}
