/* SPDX-License-Identifier: MIT */
/*
 * Counting the messages of a queue without reading them all.
 *
 * Counts are kept in memory and follow each change. What changes by time alone is
 * found through the index on visible_ms: between two settlings only those messages
 * are read whose delay or visibility timeout ended meanwhile.
 *
 * census_settle() comes before anything else that is done to a queue in a request.
 */
#ifndef SQS_LOCAL_CENSUS_H
#define SQS_LOCAL_CENSUS_H

#include "sqs/local/queue.h"
#include "sqs/local/rules.h"

/* A message group of a standard queue that has messages in flight. */
struct tenant {
	int64_t in_flight;
};

/* Brings the counts to `now_ms`; the first time counts them in the store. */
void census_settle(struct queue *queue, struct store *store, int64_t now_ms);

/* A message came, or went; `group` is absent without one. The queue is settled. */
void census_add(
	struct queue *queue, const struct message_times *times, struct view group);
void census_remove(
	struct queue *queue, const struct message_times *times, struct view group);

/* An empty box: nothing to count. */
void census_clear(struct queue *queue, int64_t now_ms);

int64_t census_visible(const struct census *census);

/* Messages in flight of a tenant. */
int64_t census_of_tenant(const struct census *census, struct view group);

/* Whether some tenant holds so much that others go first. */
bool census_has_noisy_tenant(const struct census *census);

void census_finish(struct census *census);

#endif
