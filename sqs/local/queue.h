/* SPDX-License-Identifier: MIT */
/*
 * A queue as the service holds it in memory: its name, what was set on it, and how
 * many messages it has in which state. Its messages are in the store.
 *
 * The registry makes and frees queues. `attributes` has a text for each attribute
 * that was set, in the order of limits_attributes(); `settings` are the same as
 * numbers, defaults included, and follow when queue_set_attribute() changes one.
 */
#ifndef SQS_LOCAL_QUEUE_H
#define SQS_LOCAL_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "sqs/base/map.h"
#include "sqs/base/view.h"
#include "sqs/local/store.h"
#include "sqs/wire/limits.h"

enum { QUEUE_ATTRIBUTES = 40 };

struct queue_settings {
	int64_t delay_s;
	int64_t visibility_s;
	int64_t retention_s;
	int64_t wait_s;
	int64_t max_bytes;
	bool content_dedup;
	char *dead_letters;        /* the name of its dead-letter queue; NULL: none */
	int64_t max_receive_count; /* 0: nothing is redriven */
};

/*
 * How many messages there are, as of `settled_ms`. Every operation settles first
 * (census_settle()), so that what has become visible by the clock alone is moved
 * from one count to the other.
 */
struct census {
	bool is_counted; /* false until the first settling after it was loaded */
	int64_t total;
	int64_t delayed;
	int64_t in_flight;
	int64_t settled_ms;
	int64_t next_due_ms; /* no visible_ms lies between settled_ms and this */
	int64_t oldest_ms;   /* no message was sent before this */
	struct map tenants;  /* standard: messages in flight by group, struct tenant */
	int64_t loud;        /* tenants that hold enough to be noisy perhaps */
};

struct queue {
	int64_t id;  /* stays the same as long as it exists */
	int64_t box; /* of its messages: another one after each purge */
	char *name;
	bool is_fifo;
	bool dedup_by_group;
	int64_t created_ms;
	int64_t modified_ms;
	int64_t purged_ms; /* 0: never */
	char *attributes[QUEUE_ATTRIBUTES];
	struct queue_settings settings;
	struct census census;
	bool is_changed;   /* it is among the service's changes */
	char *fair_cursor; /* the tenant that was served last while another was noisy */
};

/* NULL when there is no memory. */
struct queue *queue_new(struct view name);

/* NULL is allowed. */
void queue_free(struct queue *queue);

/* What was set; else the default; absent where there is none. */
struct view queue_attribute(
	const struct queue *queue, const struct limits_attribute *attribute);

/* In memory only; an absent or empty value removes it. False when there is no memory. */
bool queue_set_attribute(struct queue *queue, struct store *store,
	const struct limits_attribute *attribute, struct view value);

#endif
