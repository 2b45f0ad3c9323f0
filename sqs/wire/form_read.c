/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/wire/action.h"
#include "sqs/wire/error.h"
#include "sqs/wire/form.h"
#include "sqs/wire/form_scope.h"
#include "sqs/wire/schema.h"

/* What a fault repeats of a request. */
enum { LONGEST_ECHO = 100 };

/* A part of the request, fit to stand in a message. */
static struct view echo(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < ' ' || text.data[i] > '~')
			return VIEW_LITERAL("(unprintable)");
	}
	if (text.len > LONGEST_ECHO)
		text.len = LONGEST_ECHO;
	return text;
}

struct reader {
	struct arena *arena;
	struct wire_fault *fault;
};

static bool read_fields(const struct reader *reader, const struct scope *scope,
	const struct wire_schema *schema, void *record);

static bool refuse_value(const struct reader *reader, const struct wire_field *field,
	struct view value, const char *reason)
{
	const struct view shown = echo(value);

	return wire_refuse(reader->fault, WIRE_INVALID_PARAMETER_VALUE,
		arena_format(reader->arena,
			"Value %.*s for parameter %s is invalid. Reason: %s",
			(int)shown.len, shown.data, field->query, reason));
}

static bool read_number(const struct reader *reader, const struct wire_field *field,
	struct view value, int64_t *out)
{
	if (view_is_absent(value) || number_parse(value, INT64_MIN + 1, INT64_MAX, out))
		return true;
	return refuse_value(reader, field, value, "Must be an integer.");
}

static bool read_bytes(const struct reader *reader, const struct wire_field *field,
	struct view value, struct wire_attribute *attribute)
{
	AUTO(buf) struct buf bytes = BUF_INIT(0);

	if (view_is_absent(value))
		return true;
	if (!base64_decode(&bytes, value))
		return refuse_value(reader, field, value, "Must be base64.");
	attribute->value = arena_copy(reader->arena, buf_view(&bytes));
	attribute->is_binary = true;
	return !view_is_absent(attribute->value) || wire_refuse_memory(reader->fault);
}

/* The number that the text begins with, up to a dot or its end; 0 for none. */
static size_t leading_number(struct view text)
{
	const char *dot = text.len ? memchr(text.data, '.', text.len) : NULL;
	int64_t number;

	if (dot)
		text.len = (size_t)(dot - text.data);
	if (!number_parse(text, 1, INT32_MAX, &number))
		return 0;
	return (size_t)number;
}

static int by_size(const void *a, const void *b)
{
	const size_t left = *(const size_t *)a;
	const size_t right = *(const size_t *)b;

	return (left > right) - (left < right);
}

/* The numbers of a list's elements, ascending, each once. */
static size_t *numbers_of(
	const struct reader *reader, const struct scope *list, size_t *count)
{
	size_t *numbers = arena_array(reader->arena, list->count, sizeof(*numbers));
	size_t found = 0;
	size_t kept = 0;

	if (!numbers)
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		const size_t number = leading_number(scope_tail(list, i));

		if (number && !(found && numbers[found - 1] == number))
			numbers[found++] = number;
	}
	qsort(numbers, found, sizeof(*numbers), by_size);
	for (size_t i = 0; i < found; i++) {
		if (!kept || numbers[kept - 1] != numbers[i])
			numbers[kept++] = numbers[i];
	}
	*count = kept;
	return numbers;
}

/* An element, unless nothing is said of it. */
static bool read_element(const struct reader *reader, const struct scope *scope,
	struct view value, const struct wire_field *field, void *record)
{
	const bool is_text = field->kind == WIRE_TEXTS;
	void *item;

	if (is_text ? view_is_absent(value) : scope->count == 0)
		return true;
	item = wire_list_add(reader->arena, record, field);
	if (!item)
		return wire_refuse_memory(reader->fault);
	if (!is_text)
		return read_fields(reader, scope, field->items, item);
	*(struct view *)item = value;
	return true;
}

/* Whether one element is given without a number: Attribute.Name=X. */
static bool has_unnumbered(const struct scope *list, const struct wire_schema *items)
{
	for (const struct wire_field *field = items->fields; field->kind; field++) {
		if (field->query && scope_narrow(list, view_of(field->query)).count)
			return true;
	}
	return false;
}

static bool read_list(const struct reader *reader, const struct scope *scope,
	const struct wire_field *field, void *record)
{
	const struct view name = view_of(field->query);
	const struct scope list = scope_below(scope, name);
	const struct view lone = scope_value(scope, name);
	size_t count = 0;
	size_t *numbers = numbers_of(reader, &list, &count);

	if (!numbers)
		return wire_refuse_memory(reader->fault);
	if ((field->kind == WIRE_TEXTS || has_unnumbered(&list, field->items)) &&
		!read_element(reader, &list, lone, field, record))
		return false;
	for (size_t i = 0; i < count; i++) {
		char digits[24];
		const int len = snprintf(digits, sizeof(digits), "%zu", numbers[i]);
		const struct view number = {digits, (size_t)len};
		const struct scope element = scope_below(&list, number);

		if (!read_element(
			    reader, &element, scope_value(&list, number), field, record))
			return false;
	}
	return true;
}

static bool read_single(const struct reader *reader, const struct scope *scope,
	const struct wire_field *field, void *record)
{
	void *item = wire_list_add(reader->arena, record, field);

	return item ? read_fields(reader, scope, field->items, item)
		    : wire_refuse_memory(reader->fault);
}

static bool read_field(const struct reader *reader, const struct scope *scope,
	const struct wire_field *field, void *record)
{
	void *member = (char *)record + field->offset;
	struct scope nested;
	struct view value = {NULL, 0};

	if (field->kind < WIRE_NEST)
		value = scope_value(scope, view_of(field->query));
	switch (field->kind) {
	case WIRE_TEXT:
		*(struct view *)member = value;
		return true;
	case WIRE_STRING:
		*(struct view *)member = value;
		return true;
	case WIRE_NUMBER:
		return read_number(reader, field, value, member);
	case WIRE_FLAG:
		*(bool *)member = view_is(value, "true");
		return true;
	case WIRE_BYTES:
		return read_bytes(reader, field, value, record);
	case WIRE_NEST:
		nested = scope_below(scope, view_of(field->query));
		return read_fields(reader, &nested, field->items, record);
	case WIRE_SINGLE:
		return read_single(reader, scope, field, record);
	case WIRE_TEXTS:
	case WIRE_RECORDS:
	case WIRE_PAIRS:
	case WIRE_ATTRIBUTES:
		return read_list(reader, scope, field, record);
	case WIRE_END:
		break;
	}
	return true;
}

static bool read_fields(const struct reader *reader, const struct scope *scope,
	const struct wire_schema *schema, void *record)
{
	for (const struct wire_field *field = schema->fields; field->kind; field++) {
		if (field->query && !read_field(reader, scope, field, record))
			return false;
	}
	return true;
}

static bool read_action(
	const struct reader *reader, struct view name, enum wire_action *action)
{
	const struct view shown = echo(name);

	if (view_is_absent(name))
		return wire_refuse(
			reader->fault, WIRE_UNKNOWN_OPERATION, (struct view){0});
	if (wire_action_find(name, action))
		return true;
	return wire_refuse(reader->fault, WIRE_INVALID_ACTION,
		arena_format(reader->arena,
			"The action %.*s is not valid for this endpoint.", (int)shown.len,
			shown.data));
}

bool form_read_request(struct form *form, struct arena *arena, struct wire_request *out,
	struct wire_fault *fault)
{
	const struct reader reader = {arena, fault};
	const struct scope all = scope_of(form);
	enum wire_action action;

	if (!read_action(&reader, scope_value(&all, VIEW_LITERAL("Action")), &action))
		return false;
	*out = wire_request_of(action);
	return read_fields(&reader, &all, wire_request_schema(action), out);
}
