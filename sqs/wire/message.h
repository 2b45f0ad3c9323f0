/* SPDX-License-Identifier: MIT */
/*
 * A request and a reply of SQS, free of any protocol.
 *
 * The client writes a wire_request as a form and reads a wire_reply from XML; the
 * local server reads the one from a form or JSON and writes the other as XML or
 * JSON. So every encoder has its decoder beside it, and they are tested against
 * each other. All texts are views: into the bytes that were decoded, or into the
 * arena of whoever made them. An absent view is a parameter that was not given;
 * a number that was not given is WIRE_ABSENT.
 */
#ifndef SQS_WIRE_MESSAGE_H
#define SQS_WIRE_MESSAGE_H

#include <stdint.h>

#include "sqs/base/arena.h"
#include "sqs/base/view.h"

#define WIRE_ABSENT INT64_MIN

/* The 23 actions; their names and parameters are rows of sqs/wire/action.c. */
enum wire_action {
	WIRE_ADD_PERMISSION,
	WIRE_CANCEL_MESSAGE_MOVE_TASK,
	WIRE_CHANGE_MESSAGE_VISIBILITY,
	WIRE_CHANGE_MESSAGE_VISIBILITY_BATCH,
	WIRE_CREATE_QUEUE,
	WIRE_DELETE_MESSAGE,
	WIRE_DELETE_MESSAGE_BATCH,
	WIRE_DELETE_QUEUE,
	WIRE_GET_QUEUE_ATTRIBUTES,
	WIRE_GET_QUEUE_URL,
	WIRE_LIST_DEAD_LETTER_SOURCE_QUEUES,
	WIRE_LIST_MESSAGE_MOVE_TASKS,
	WIRE_LIST_QUEUES,
	WIRE_LIST_QUEUE_TAGS,
	WIRE_PURGE_QUEUE,
	WIRE_RECEIVE_MESSAGE,
	WIRE_REMOVE_PERMISSION,
	WIRE_SEND_MESSAGE,
	WIRE_SEND_MESSAGE_BATCH,
	WIRE_SET_QUEUE_ATTRIBUTES,
	WIRE_START_MESSAGE_MOVE_TASK,
	WIRE_TAG_QUEUE,
	WIRE_UNTAG_QUEUE,
	WIRE_ACTION_COUNT
};

/* A queue attribute, a tag, a message's system attribute. */
struct wire_pair {
	struct view name;
	struct view value;
};

/* A message attribute; value holds the text, or the bytes that base64 stood for. */
struct wire_attribute {
	struct view name;
	struct view type;
	struct view value;
	bool is_binary; /* it came, or goes, as BinaryValue */
};

struct wire_views {
	struct view *items;
	size_t count;
};

struct wire_pairs {
	struct wire_pair *items;
	size_t count;
};

struct wire_attributes {
	struct wire_attribute *items;
	size_t count;
};

/* What a batch has ten of and the single form has one of (there without `id`). */
struct wire_entry {
	struct view id;
	struct view body;
	struct view receipt_handle;
	struct view group_id;
	struct view dedup_id;
	int64_t delay_s;
	int64_t visibility_s;
	struct wire_attributes attributes;
	struct wire_attributes system_attributes;
};

struct wire_request {
	enum wire_action action;
	struct view queue_url;
	struct view queue_name;
	struct view owner;  /* QueueOwnerAWSAccountId */
	struct view prefix; /* QueueNamePrefix */
	struct view next_token;
	struct view label;
	struct view source_arn;
	struct view destination_arn;
	struct view task_handle;
	struct view attempt_id; /* ReceiveRequestAttemptId */
	int64_t max_results;
	int64_t max_messages;   /* MaxNumberOfMessages */
	int64_t max_per_second; /* MaxNumberOfMessagesPerSecond */
	int64_t visibility_s;   /* ReceiveMessage: VisibilityTimeout */
	int64_t wait_s;         /* WaitTimeSeconds */
	struct wire_entry *entries;
	size_t entry_count;
	struct wire_pairs attributes; /* CreateQueue, SetQueueAttributes */
	struct wire_pairs tags;
	struct wire_views
		attribute_names; /* of a queue, or system attributes of messages */
	struct wire_views message_attribute_names;
	struct wire_views tag_keys;
	struct wire_views accounts;
	struct wire_views action_names;
};

/* A request of this action in which every number is absent. */
struct wire_request wire_request_of(enum wire_action action);

struct wire_message {
	struct view id;
	struct view receipt_handle;
	struct view body;
	struct view body_md5;
	struct view attributes_md5;
	struct wire_pairs system;
	struct wire_attributes attributes;
};

/* An accepted entry of a send, a delete or a change; `id` only in batches. */
struct wire_done {
	struct view id;
	struct view message_id;
	struct view body_md5;
	struct view attributes_md5;
	struct view system_attributes_md5;
	struct view sequence_number;
};

/* A refused entry of a batch. `code` is the Query protocol's, in JSON too. */
struct wire_refused {
	struct view id;
	struct view code;
	struct view message;
	bool sender_fault;
};

struct wire_move_task {
	struct view handle;
	struct view status;
	struct view source_arn;
	struct view destination_arn;
	struct view failure_reason;
	int64_t moved;
	int64_t to_move;
	int64_t per_second;
	int64_t started_ms;
};

struct wire_reply {
	enum wire_action action;
	struct view request_id;
	struct view queue_url;
	struct view next_token;
	struct view task_handle;
	int64_t moved;
	struct wire_views urls;
	struct wire_pairs pairs; /* queue attributes, or tags */
	struct wire_message *messages;
	size_t message_count;
	struct wire_done *done; /* one for the single forms */
	size_t done_count;
	struct wire_refused *refused;
	size_t refused_count;
	struct wire_move_task *tasks;
	size_t task_count;
};

/* A request that was refused as a whole. */
struct wire_fault {
	int http_status;
	struct view code; /* the Query protocol's code */
	struct view message;
	struct view request_id;
	bool sender_fault;
};

#endif
