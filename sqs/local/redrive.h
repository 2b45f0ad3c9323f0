/* SPDX-License-Identifier: MIT */
/*
 * RedrivePolicy and RedriveAllowPolicy: JSON texts, read with SQLite's JSON functions.
 */
#ifndef SQS_LOCAL_REDRIVE_H
#define SQS_LOCAL_REDRIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "sqs/base/arena.h"
#include "sqs/local/store.h"

/* {"deadLetterTargetArn": ARN, "maxReceiveCount": 1..1000 or a text of it} */
struct redrive {
	char target[81]; /* the queue's name */
	char target_arn[200];
	int64_t max_receive_count;
};

enum redrive_fault {
	REDRIVE_OK,
	REDRIVE_ABSENT,
	REDRIVE_NOT_JSON,
	REDRIVE_NO_TARGET,
	REDRIVE_NO_COUNT,
	REDRIVE_BAD_TARGET,
	REDRIVE_BAD_COUNT,
};

/* An absent or empty policy is REDRIVE_ABSENT. `store` may be NULL only then. */
enum redrive_fault redrive_parse(
	struct store *store, struct view policy, struct redrive *out);

/* Whether a RedriveAllowPolicy is well formed. */
bool redrive_allow_is_valid(struct store *store, struct view policy);

/* Whether it lets this source use its queue for dead letters. An absent one lets all. */
bool redrive_allows(struct store *store, struct view policy, struct view source_arn);

#endif
