/* SPDX-License-Identifier: MIT */
/*
 * A message as a row of the store. What changes a row also keeps the counts of its
 * queue and, on FIFO queues, which message is the first of its group.
 *
 * Functions that change are false when the store failed; the turn is then undone.
 */
#ifndef SQS_LOCAL_MESSAGE_H
#define SQS_LOCAL_MESSAGE_H

#include "sqs/local/rules.h"
#include "sqs/local/turn.h"

struct message {
	int64_t id;
	int64_t box;
	struct message_times times;
	int64_t first_received_ms;
	int64_t receipt;  /* of the latest receive */
	int64_t sequence; /* FIFO: its place; 0 on standard queues */
	bool is_first;    /* FIFO: of its group */
	int64_t attribute_count;
	struct view message_id;
	struct view sender;
	struct view group; /* absent: none; so for the rest */
	struct view dedup;
	struct view trace;
	struct view source_arn; /* where it came from as a dead letter */
};

/* The columns that message_read() reads, from the first on. */
#define MESSAGE_COLUMNS                                                                \
	"id, box, sent_ms, visible_ms, received_ms, receive_count, first_received_ms," \
	" receipt, sequence, is_first, attribute_count, message_id, sender, group_id," \
	" dedup_id, trace, source_arn "

/* Where two of them stand, for those who look before they read all. */
enum { MESSAGE_ID_AT = 0, MESSAGE_GROUP_AT = 13 };

/* The texts are copied into the arena. */
void message_read(struct rows *rows, struct arena *arena, struct message *out);

/* By id, in whatever box; false when there is none. */
bool message_find(
	struct store *store, int64_t id, struct arena *arena, struct message *out);

/* Adds a message: id, box, sequence and is_first are filled in. */
bool message_insert(struct service *service, struct queue *queue, struct message *message,
	struct view body, const char *body_md5, const struct wire_attributes *attributes);

/* Changes its clock and receipt. */
bool message_retime(struct service *service, struct queue *queue, struct message *message,
	const struct message_times *times, int64_t receipt);

/* Takes it out of its queue for good. */
bool message_delete(
	struct service *service, struct queue *queue, const struct message *message);

/* Moves it to a dead-letter queue, where it is visible at once. */
bool message_bury(struct service *service, struct queue *queue, struct queue *target,
	const struct message *message, struct view source_arn);

/* Moves it back by a move task: from then on it is a new message of the target. */
bool message_redrive(struct service *service, struct queue *queue, struct queue *target,
	const struct message *message);

#endif
