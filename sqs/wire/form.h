/* SPDX-License-Identifier: MIT */
/*
 * The requests of the Query protocol: application/x-www-form-urlencoded.
 *
 * Lists are flat and count from 1: AttributeName.1, Attribute.2.Value. The reader
 * also takes what old SDKs send: one element without a number (AttributeName=All,
 * Attribute.Name=X).
 */
#ifndef SQS_WIRE_FORM_H
#define SQS_WIRE_FORM_H

#include <stdbool.h>

#include "sqs/base/arena.h"
#include "sqs/base/buf.h"
#include "sqs/wire/message.h"

/*
 * Appends Action, Version and every parameter that is given. False when the buf
 * failed. The result is deterministic; bytes other than A-Z a-z 0-9 - _ . ~ are
 * percent-encoded, a space too.
 */
bool form_write_request(struct buf *out, const struct wire_request *request);

/* Appends one text as form_write_request() does; `name=` and `&` are the caller's. */
bool form_write_text(struct buf *out, struct view text);

struct form_field {
	struct view name;
	struct view value;
	size_t position; /* in the order of arrival */
};

enum { FORM_MOST_FIELDS = 10000 };

/*
 * Decoded fields. Zeroes are an empty form. Fields are views into the text that was
 * added where nothing was encoded, else into the arena: both must outlive the form.
 */
struct form {
	struct form_field *fields;
	size_t count;
	bool is_sorted;
};

/*
 * Adds `a=b&c=d`: a query string, then the body. Of two fields with one name the
 * later counts. False, and *fault, for broken percent-encoding, for more than
 * FORM_MOST_FIELDS in all, and when there is no memory.
 */
bool form_add(struct form *form, struct arena *arena, struct view text,
	struct wire_fault *fault);

/* The field's value; absent when there is none. */
struct view form_get(struct form *form, const char *name);

/*
 * The request that a form stands for. Its texts live as the form's do; binary
 * values are decoded. What is allowed for a value is the service's business:
 * only what cannot be represented is a fault here: no Action or an unknown one, a
 * number that is none, base64 that is none. Lists come in the order of their
 * numbers, gaps closed. A single action (SendMessage) has one entry.
 */
bool form_read_request(struct form *form, struct arena *arena, struct wire_request *out,
	struct wire_fault *fault);

#endif
