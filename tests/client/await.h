/* SPDX-License-Identifier: MIT */
/*
 * Waiting for operations in a test: their outcomes are collected on the client's thread
 * and looked at in the test's.
 */
#ifndef TESTS_CLIENT_AWAIT_H
#define TESTS_CLIENT_AWAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "sqs/sqs.h"

/* What a completion was told. Zeroes are one that was not called yet. */
struct outcome {
	int calls; /* completions seen: 1 when all is well */
	enum sqs_error error;
	struct sqs_failure failure;
	char text[256]; /* message id, queue URL, or the URLs with a blank between */
	char sequence_number[64];
	struct sqs_message *messages[SQS_BATCH]; /* taken; the test frees them */
	size_t message_count;
	bool leaves_messages; /* set before: the completion takes none */
	int64_t at_ms;
};

/* The sqs_done_fn whose argument is a struct outcome. */
void outcome_note(void *outcome, const struct sqs_result *result);

/* Waits until the completion was called; false after a minute. */
bool outcome_await(struct outcome *outcome);
bool outcome_await_all(struct outcome *outcomes, size_t count);

/* Whether it was called already. */
bool outcome_is_there(struct outcome *outcome);

/* Starts it and waits. */
enum sqs_error outcome_run(struct outcome *outcome, struct sqs_op *op);

/* Frees messages and forgets everything. */
void outcome_clear(struct outcome *outcome);

/* A client that signs nothing and speaks to this Unix socket. Ends the program when there
 * is none. Its back-off takes no time. */
struct sqs_client *client_of(const char *unix_socket);

/*
 * Keeps the client's thread busy in a completion (of a ListQueueTags) until
 * client_resume(): what is started meanwhile arrives together.
 */
void client_stall(struct sqs_client *client);
void client_resume(void);

/* Waits until the client has seen what was started and cancelled so far. */
void client_catch_up(struct sqs_client *client);

/* Waits until a counter has reached a number; false after a minute. */
bool client_await(struct sqs_client *client, size_t counter_offset, uint64_t number);

#define CLIENT_AWAIT(client, counter, number) \
	client_await((client), offsetof(struct sqs_counters, counter), (number))

#endif
