/* SPDX-License-Identifier: MIT */
/*
 * A service in a temporary directory, with a clock that tests move by hand.
 *
 * Each call is a turn of its own: begin, execute, commit. What it answers is a text:
 * "" for done, else the code of the fault; receives answer the bodies with spaces
 * between. Texts are valid until the next call of the same function.
 */
#ifndef TESTS_UNIT_LOCAL_WORLD_H
#define TESTS_UNIT_LOCAL_WORLD_H

#include "sqs/local/service.h"
#include "tests/lib/test.h"

enum { WORLD_HELD = 64 };

/* The handle of the latest receive of a body, and the one before. */
struct world_held {
	char body[80];
	char handle[80];
	char older[80];
	char message_id[40];
};

struct world {
	char path[40];
	int directory_fd;
	struct service *service;
	int64_t now_ms;
	struct arena arena; /* of the latest answer */
	struct service_call call;
	enum service_verdict verdict;
	struct world_held held[WORLD_HELD];
	size_t held_count;
	char text[4000];
	char number[4000];
};

/* False, and it has said why, when there is no service. */
bool world_init(struct world *world);
void world_finish(struct world *world);

/* Closes the service and opens it again on the same directory. */
bool world_restart(struct world *world);

void world_after(struct world *world, double seconds);

/* Executes a request; the call has what it answered. "" or the fault's code. */
const char *world_ask(struct world *world, const struct wire_request *request);

/* The text of the latest fault. */
const char *world_words(struct world *world);

/* `attributes` is "Name=value;Name=value", or NULL. */
const char *world_create(struct world *world, const char *queue, const char *attributes);
const char *world_set(struct world *world, const char *queue, const char *attributes);

/* One attribute; "-" when the queue has none of that name. */
const char *world_get(struct world *world, const char *queue, const char *attribute);

/* "visible in-flight delayed" */
const char *world_counts(struct world *world, const char *queue);

const char *world_send(struct world *world, const char *queue, const char *body);

/* FIFO: `dedup` NULL makes a fresh one. */
const char *world_send_to(struct world *world, const char *queue, const char *group,
	const char *body, const char *dedup);

/* The bodies, "(none)", or the fault's code. Handles are kept by body. */
const char *world_receive(struct world *world, const char *queue, int most);
const char *world_receive_for(
	struct world *world, const char *queue, int most, int64_t visibility_s);

/* By the latest handle of a body, the one before, or a text of the test's. */
const char *world_delete(struct world *world, const char *queue, const char *body);
const char *world_delete_older(struct world *world, const char *queue, const char *body);
const char *world_delete_handle(
	struct world *world, const char *queue, const char *handle);
const char *world_hide(
	struct world *world, const char *queue, const char *body, int64_t visibility_s);

/* A request with a queue alone: DeleteQueue, PurgeQueue. */
const char *world_act(struct world *world, enum wire_action action, const char *queue);

/* Runs ticks until none is due. */
void world_tick(struct world *world);

/* A system attribute of the first message of the latest receive; "-" without. */
const char *world_system(struct world *world, const char *name);

struct world_held *world_held(struct world *world, const char *body);

#endif
