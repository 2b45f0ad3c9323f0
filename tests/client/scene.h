/* SPDX-License-Identifier: MIT */
/*
 * What most tests of the client begin with: a double, a client that speaks to it, and
 * outcomes to note. A test calls scene_begin() first and scene_end() last.
 */
#ifndef TESTS_CLIENT_SCENE_H
#define TESTS_CLIENT_SCENE_H

#include <stddef.h>

#include "tests/client/await.h"
#include "tests/client/double.h"

#define JOBS "http://localhost/000000000000/jobs"

enum { SCENE_OUTCOMES = 5000 };

/* Of the test that runs. */
extern struct double_server *server;
extern struct sqs_client *client;
extern struct outcome outcomes[SCENE_OUTCOMES];

/* Forgets all outcomes. Ends the program when there is no double or no client. */
void scene_begin(void);

/* Frees client, double and the messages in the outcomes; a test that ends one of them
 * itself does not call this. */
void scene_end(void);

/* How many of the first outcomes were called once, with that error. */
size_t scene_count(enum sqs_error error, size_t count);

/* A parameter of the i-th request of an action, until the next call; "" when it has none. */
const char *scene_parameter(const char *action, size_t i, const char *name);

#endif
