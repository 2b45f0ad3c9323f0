/* SPDX-License-Identifier: MIT */
/*
 * What each action takes and answers, as tables.
 *
 * The readers and writers of forms, XML and JSON walk these rows and know none of
 * them: a parameter is added here, once, for all of them.
 */
#ifndef SQS_WIRE_SCHEMA_H
#define SQS_WIRE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "sqs/base/arena.h"
#include "sqs/wire/message.h"

enum wire_kind {
	WIRE_END,    /* behind the last row */
	WIRE_TEXT,   /* struct view */
	WIRE_NUMBER, /* int64_t; WIRE_ABSENT when not given */
	WIRE_FLAG,   /* bool */
	WIRE_STRING, /* value of a wire_attribute that is not binary */
	WIRE_BYTES,  /* value of one that is: base64 */

	/* More fields of the same record: one level down in Query, in JSON right here. */
	WIRE_NEST,

	/* Lists: a pointer and, behind it, a size_t. */
	WIRE_TEXTS,      /* of struct view */
	WIRE_RECORDS,    /* of `items` */
	WIRE_PAIRS,      /* of struct wire_pair; in JSON an object of texts */
	WIRE_ATTRIBUTES, /* of struct wire_attribute; in JSON an object of objects */
	WIRE_SINGLE,     /* of `items`, exactly one, whose fields stand in this record */
};

struct wire_schema;

struct wire_field {
	const char *query; /* parameter or element; NULL: not in this protocol */
	const char *json;  /* member; NULL: not in this protocol */
	enum wire_kind kind;
	size_t offset;
	const struct wire_schema *items; /* of nests and lists */
};

struct wire_schema {
	const struct wire_field *fields;
	size_t size;       /* of a record */
	const void *blank; /* a record in which nothing is given */
};

/* Fields of struct wire_request. Never NULL. */
const struct wire_schema *wire_request_schema(enum wire_action action);

/* Fields of struct wire_reply; without rows for void actions. Never NULL. */
const struct wire_schema *wire_reply_schema(enum wire_action action);

/* A reply to this action in which nothing is given. */
struct wire_reply wire_reply_of(enum wire_action action);

/* A list of any kind, seen without its type. */
struct wire_list {
	void *items;
	size_t count;
};

struct wire_list wire_list_get(const void *record, const struct wire_field *field);
void wire_list_set(void *record, const struct wire_field *field, struct wire_list list);

/*
 * A blank element at the end of a list of the record; NULL when there is no memory.
 * Elements move when a list grows: a pointer to one lives until the next is added.
 */
void *wire_list_add(struct arena *arena, void *record, const struct wire_field *field);

/* The i-th element. */
void *wire_list_at(struct wire_list list, const struct wire_field *field, size_t i);

#endif
