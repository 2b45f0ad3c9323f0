/* SPDX-License-Identifier: MIT */
/*
 * What SQS allows: names, ids, attributes and the ranges of numbers, as tables.
 *
 * limits.c also implements the rules at the end of sqs/sqs.h, in terms of these.
 */
#ifndef SQS_WIRE_LIMITS_H
#define SQS_WIRE_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sqs/base/view.h"
#include "sqs/wire/message.h"

enum {
	LIMITS_BATCH = 10,
	LIMITS_MESSAGE_BYTES = 1048576, /* and of a whole batch */
	LIMITS_MESSAGE_ATTRIBUTES = 10,
	LIMITS_ENTRY_ID = 80,
	LIMITS_QUEUE_NAME = 80,
	LIMITS_LABEL = 80,
	LIMITS_ID = 128,
	LIMITS_ATTRIBUTE_NAME = 256,
	LIMITS_ATTRIBUTE_TYPE = 255,
	LIMITS_TAGS = 50,
	LIMITS_TAG_KEY = 128,   /* characters */
	LIMITS_TAG_VALUE = 256, /* characters */
	LIMITS_POLICY_BYTES = 8192,
	LIMITS_POLICY_ACTIONS = 7,
	LIMITS_POLICY_STATEMENTS = 20,
	LIMITS_IN_FLIGHT = 120000,
	LIMITS_PAGE = 1000,
	LIMITS_LARGEST_RECEIVE_COUNT = 1000, /* maxReceiveCount of a RedrivePolicy */
	LIMITS_REDRIVE_SOURCES = 10,         /* sourceQueueArns of a RedriveAllowPolicy */
	LIMITS_DEDUPLICATION_S = 300,
	LIMITS_PURGE_AGAIN_S = 60,
	LIMITS_CREATE_AGAIN_S = 60,
};

/* Numeric parameters of requests. */
enum limits_parameter {
	LIMITS_DELAY_SECONDS,
	LIMITS_VISIBILITY_TIMEOUT,
	LIMITS_WAIT_TIME_SECONDS,
	LIMITS_MAX_NUMBER_OF_MESSAGES,
	LIMITS_MAX_RESULTS, /* of queues */
	LIMITS_MAX_TASKS,   /* MaxResults of ListMessageMoveTasks */
	LIMITS_MESSAGES_PER_SECOND,
	LIMITS_PARAMETER_COUNT
};

struct limits_number {
	const char *name; /* of the parameter */
	int64_t least;
	int64_t most;
	int64_t otherwise;  /* when it is not given; WIRE_ABSENT: decided elsewhere */
	const char *reason; /* "Must be >= 0 and <= 20, if provided." */
};

/* Never NULL. */
const struct limits_number *limits_parameter(enum limits_parameter parameter);

/* Given and out of range; an absent number never is. */
bool limits_is_beyond(enum limits_parameter parameter, int64_t value);

/* What an attribute of a queue holds. */
enum limits_kind {
	LIMITS_NUMBER,   /* `least` to `most` */
	LIMITS_BOOLEAN,  /* "true" or "false" */
	LIMITS_WORD,     /* one of `words` */
	LIMITS_TEXT,     /* anything: policies, the id of a key */
	LIMITS_COMPUTED, /* the service says it; cannot be set */
};

struct limits_attribute {
	const char *name;
	enum limits_kind kind;
	bool fifo_only;
	bool create_only;
	int64_t least;
	int64_t most;
	const char *const *words; /* ends with NULL */
	/* What a queue has when nothing was set; NULL: then the attribute is not there.
	 */
	const char *otherwise;
};

/* The attributes that SQS knows, by name; the list ends with a row without a name. */
const struct limits_attribute *limits_attributes(void);

/* NULL when SQS has no such attribute. */
const struct limits_attribute *limits_attribute_find(struct view name);

/* Whether a value may be set: in range, one of the words; booleans in any case. */
bool limits_attribute_takes(const struct limits_attribute *attribute, struct view value);

/* Names of what a received message may carry besides its own: SentTimestamp, ... */
bool limits_system_attribute_is_known(struct view name);

/* 1..80 of [A-Za-z0-9_-], .fifo at the end of FIFO names and counted. */
bool limits_queue_name_is_valid(struct view name);
bool limits_queue_is_fifo(struct view name_or_url);

/* The last part of a queue's URL or ARN, or the bare name itself. */
struct view limits_queue_name_of(struct view url);

/* 1 to `most` letters, digits and characters of `others`, all ASCII. */
bool limits_is_made_of(struct view text, const char *others, size_t most);

/* 1..80 of [A-Za-z0-9_-]: ids of batch entries, labels of permissions. */
bool limits_entry_id_is_valid(struct view id);

/* 1..128 printable ASCII characters without space. */
bool limits_id_is_valid(struct view id);

/* Key and value of a tag: lengths in characters, letters, digits, space and _.:/=+-@ */
bool limits_tag_is_valid(struct view key, struct view value);

/* "Binary", with or without a label. */
bool limits_type_is_binary(struct view type);

/* NULL when SendMessage takes the attribute; else a constant text that says what is
 * wrong. */
const char *limits_attribute_fault(const struct wire_attribute *attribute);

/*
 * Whether a filter of MessageAttributeNames asks for this name: "All", ".*" and "*" for
 * every, "Pre.*" for those that start with "Pre", any other for itself.
 */
bool limits_filter_matches(struct view filter, struct view name);

/* Body, and names, types and values of the attributes: what MaximumMessageSize counts. */
size_t limits_message_size(struct view body, const struct wire_attributes *attributes);

#endif
