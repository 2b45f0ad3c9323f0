/* SPDX-License-Identifier: MIT */
/*
 * A scope is the fields of a form whose names begin alike.
 *
 * They stand side by side because the form is sorted, so neither depth nor the
 * number of elements makes a look-up slow. It lives until the form changes.
 */
#ifndef SQS_WIRE_FORM_SCOPE_H
#define SQS_WIRE_FORM_SCOPE_H

#include "sqs/wire/form.h"

struct scope {
	const struct form_field *fields;
	size_t count;
	size_t prefix_len; /* bytes that all the names share */
};

/* All fields; sorts them first if need be. */
struct scope scope_of(struct form *form);

/* What follows the shared bytes in the name of field `i`. */
struct view scope_tail(const struct scope *scope, size_t i);

/* The fields whose tail begins with the key. */
struct scope scope_narrow(const struct scope *scope, struct view key);

/* The fields below `name.`. */
struct scope scope_below(const struct scope *scope, struct view name);

/* The value of the last field of exactly this name; absent when there is none. */
struct view scope_value(const struct scope *scope, struct view name);

#endif
