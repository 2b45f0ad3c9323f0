/* SPDX-License-Identifier: MIT */
#include "sqs/wire/form.h"

#include <string.h>

#include "sqs/wire/error.h"
#include "sqs/wire/form_scope.h"

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool is_plain(struct view text)
{
	return !memchr(text.data, '%', text.len) && !memchr(text.data, '+', text.len);
}

/* Writes the decoded bytes over the encoded ones; false for a broken escape. */
static bool decode_in_place(char *data, size_t *len)
{
	char *to = data;

	for (const char *from = data, *end = data + *len; from < end; from++) {
		if (*from != '%') {
			*to++ = *from == '+' ? ' ' : *from;
			continue;
		}
		if (end - from < 3 || digit_of(from[1]) < 0 || digit_of(from[2]) < 0)
			return false;
		*to++ = (char)(digit_of(from[1]) << 4 | digit_of(from[2]));
		from += 2;
	}
	*len = (size_t)(to - data);
	*to = '\0';
	return true;
}

static bool decode(struct arena *arena, struct view *text, struct wire_fault *fault)
{
	char *copy;

	if (is_plain(*text))
		return true;
	copy = arena_string(arena, *text);
	if (!copy)
		return wire_refuse_memory(fault);
	text->data = copy;
	if (!decode_in_place(copy, &text->len))
		return wire_refuse(fault, WIRE_MALFORMED_QUERY_STRING,
			VIEW_LITERAL("The form has a '%' that no two hexadecimal "
				     "digits follow."));
	return true;
}

static size_t count_parts(struct view text)
{
	size_t parts = 1;

	for (size_t i = 0; i < text.len; i++)
		parts += text.data[i] == '&';
	return parts;
}

static bool make_room(
	struct form *form, struct arena *arena, size_t more, struct wire_fault *fault)
{
	struct form_field *fields;

	if (more > FORM_MOST_FIELDS - form->count)
		return wire_refuse(fault, WIRE_MALFORMED_QUERY_STRING,
			VIEW_LITERAL("The form has more fields than any request."));
	fields = arena_array(arena, form->count + more, sizeof(*fields));
	if (!fields)
		return wire_refuse_memory(fault);
	if (form->count)
		memcpy(fields, form->fields, form->count * sizeof(*fields));
	form->fields = fields;
	return true;
}

bool form_add(struct form *form, struct arena *arena, struct view text,
	struct wire_fault *fault)
{
	if (text.len == 0)
		return true;
	if (!make_room(form, arena, count_parts(text), fault))
		return false;
	form->is_sorted = false;
	while (text.len) {
		struct view value = view_cut(&text, '&');
		struct view name;

		if (value.len == 0)
			continue;
		name = view_cut(&value, '=');
		if (!decode(arena, &name, fault) || !decode(arena, &value, fault))
			return false;
		form->fields[form->count] = (struct form_field){name, value, form->count};
		form->count++;
	}
	return true;
}

struct view form_get(struct form *form, const char *name)
{
	const struct scope all = scope_of(form);

	return scope_value(&all, view_of(name));
}
