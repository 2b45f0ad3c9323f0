/* SPDX-License-Identifier: MIT */
#include <jansson.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/wire/error.h"
#include "sqs/wire/json.h"
#include "sqs/wire/schema.h"

/* Each value costs a hundred times the bytes that it has in the document. */
enum { MOST_VALUES = 10000 };

struct reader {
	struct arena *arena;
	struct wire_fault *fault;
};

static void auto_json(json_t **json)
{
	json_decref(*json);
}

static bool refuse_type(
	const struct reader *reader, const struct wire_field *field, const char *wanted)
{
	return wire_refuse(reader->fault, WIRE_SERIALIZATION,
		arena_format(reader->arena, "%s must be %s.", field->json, wanted));
}

static bool copy_text(const struct reader *reader, const json_t *json, struct view *out)
{
	const struct view text = {json_string_value(json), json_string_length(json)};

	*out = arena_copy(reader->arena, text);
	return !view_is_absent(*out) || wire_refuse_memory(reader->fault);
}

static bool copy_name(const struct reader *reader, const char *name, struct view *out)
{
	*out = arena_copy(reader->arena, view_of(name));
	return !view_is_absent(*out) || wire_refuse_memory(reader->fault);
}

static bool read_text(const struct reader *reader, const struct wire_field *field,
	const json_t *json, struct view *out)
{
	if (!json_is_string(json))
		return refuse_type(reader, field, "a string");
	return copy_text(reader, json, out);
}

static bool read_number(const struct reader *reader, const struct wire_field *field,
	const json_t *json, int64_t *out)
{
	const struct view text = {json_string_value(json), json_string_length(json)};
	const double real = json_real_value(json);

	if (json_is_integer(json))
		*out = json_integer_value(json);
	else if (json_is_real(json) && real >= -1e15 && real <= 1e15 &&
		 (double)(int64_t)real == real)
		*out = (int64_t)real;
	else if (!json_is_string(json) ||
		 !number_parse(text, INT64_MIN + 1, INT64_MAX, out))
		return refuse_type(reader, field, "an integer");
	/* The one integer that means "not given" is as far out of range as its
	 * neighbour. */
	if (*out == WIRE_ABSENT)
		*out = WIRE_ABSENT + 1;
	return true;
}

static bool read_bytes(const struct reader *reader, const struct wire_field *field,
	const json_t *json, struct wire_attribute *attribute)
{
	AUTO(buf) struct buf bytes = BUF_INIT(0);
	const struct view text = {json_string_value(json), json_string_length(json)};

	if (!json_is_string(json) || !base64_decode(&bytes, text))
		return refuse_type(reader, field, "base64");
	attribute->value = arena_copy(reader->arena, buf_view(&bytes));
	attribute->is_binary = true;
	return !view_is_absent(attribute->value) || wire_refuse_memory(reader->fault);
}

static bool read_fields(const struct reader *reader, const json_t *object,
	const struct wire_schema *schema, void *record);

/* -------------------------------------------------------------------------------------
 * Lists and maps
 */

static bool read_element(const struct reader *reader, const struct wire_field *field,
	const json_t *json, void *record)
{
	void *item = wire_list_add(reader->arena, record, field);

	if (!item)
		return wire_refuse_memory(reader->fault);
	if (field->kind == WIRE_TEXTS)
		return read_text(reader, field, json, item);
	if (!json_is_object(json))
		return refuse_type(reader, field, "a list of objects");
	return read_fields(reader, json, field->items, item);
}

static bool read_list(const struct reader *reader, const struct wire_field *field,
	const json_t *json, void *record)
{
	if (!json_is_array(json))
		return refuse_type(reader, field, "a list");
	for (size_t i = 0; i < json_array_size(json); i++) {
		if (!read_element(reader, field, json_array_get(json, i), record))
			return false;
	}
	return true;
}

static bool read_pair(const struct reader *reader, const struct wire_field *field,
	const char *name, const json_t *json, struct wire_pair *pair)
{
	return copy_name(reader, name, &pair->name) &&
	       read_text(reader, field, json, &pair->value);
}

static bool read_attribute(const struct reader *reader, const struct wire_field *field,
	const char *name, const json_t *json, struct wire_attribute *attribute)
{
	if (!json_is_object(json))
		return refuse_type(reader, field, "a map of objects");
	return copy_name(reader, name, &attribute->name) &&
	       read_fields(reader, json, field->items, attribute);
}

static bool read_map(const struct reader *reader, const struct wire_field *field,
	const json_t *json, void *record)
{
	json_t *object = (json_t *)json; /* iterating does not change it */
	const char *name;
	json_t *value;

	if (!json_is_object(json))
		return refuse_type(reader, field, "a map");
	json_object_foreach(object, name, value)
	{
		void *item = wire_list_add(reader->arena, record, field);

		if (!item)
			return wire_refuse_memory(reader->fault);
		if (field->kind == WIRE_PAIRS
				? !read_pair(reader, field, name, value, item)
				: !read_attribute(reader, field, name, value, item))
			return false;
	}
	return true;
}

static bool read_single(const struct reader *reader, const struct wire_field *field,
	const json_t *object, void *record)
{
	void *item = wire_list_add(reader->arena, record, field);

	return item ? read_fields(reader, object, field->items, item)
		    : wire_refuse_memory(reader->fault);
}

/* -------------------------------------------------------------------------------------
 * Objects
 */

static bool read_value(const struct reader *reader, const struct wire_field *field,
	const json_t *json, void *record)
{
	void *member = (char *)record + field->offset;

	switch (field->kind) {
	case WIRE_TEXT:
	case WIRE_STRING:
		return read_text(reader, field, json, member);
	case WIRE_NUMBER:
		return read_number(reader, field, json, member);
	case WIRE_FLAG:
		*(bool *)member = json_is_true(json);
		return true;
	case WIRE_BYTES:
		return read_bytes(reader, field, json, record);
	case WIRE_TEXTS:
	case WIRE_RECORDS:
		return read_list(reader, field, json, record);
	case WIRE_PAIRS:
	case WIRE_ATTRIBUTES:
		return read_map(reader, field, json, record);
	default:
		return true;
	}
}

static bool read_field(const struct reader *reader, const struct wire_field *field,
	const json_t *object, void *record)
{
	const json_t *json;

	if (field->kind == WIRE_NEST)
		return read_fields(reader, object, field->items, record);
	if (field->kind == WIRE_SINGLE)
		return read_single(reader, field, object, record);
	if (!field->json)
		return true;
	json = json_object_get(object, field->json);
	return !json || json_is_null(json) || read_value(reader, field, json, record);
}

static bool read_fields(const struct reader *reader, const json_t *object,
	const struct wire_schema *schema, void *record)
{
	for (const struct wire_field *field = schema->fields; field->kind; field++) {
		if (!read_field(reader, field, object, record))
			return false;
	}
	return true;
}

/* Bytes and escapes that are not Unicode are a matter of contents, the rest of form. */
static bool refuse_document(const struct reader *reader, const json_error_t *error)
{
	if (json_error_code(error) == json_error_invalid_utf8 ||
		strstr(error->text, "Unicode"))
		return wire_refuse(reader->fault, WIRE_INVALID_MESSAGE_CONTENTS,
			VIEW_LITERAL("The request is not valid Unicode."));
	return wire_refuse(reader->fault, WIRE_SERIALIZATION,
		arena_format(reader->arena,
			"The request is not JSON: line %d, column %d.", error->line,
			error->column));
}

/* Whether the document has no more values than any request, told before they are made. */
static bool is_moderate(struct view body)
{
	bool in_text = false;
	size_t values = 0;

	for (size_t i = 0; i < body.len; i++) {
		const char c = body.data[i];

		if (c == '"')
			in_text = !in_text;
		else if (in_text)
			i += c == '\\';
		else
			values += c == ',' || c == '{' || c == '[';
	}
	return values <= MOST_VALUES;
}

bool json_read_request(struct view body, enum wire_action action, struct arena *arena,
	struct wire_request *out, struct wire_fault *fault)
{
	const struct reader reader = {arena, fault};
	json_error_t error;
	AUTO(json) json_t *object = NULL;

	*out = wire_request_of(action);
	if (body.len == 0)
		body = VIEW_LITERAL("{}");
	if (!is_moderate(body))
		return wire_refuse(fault, WIRE_SERIALIZATION,
			VIEW_LITERAL("The request has more values than any request."));
	object = json_loadb(body.data, body.len, JSON_ALLOW_NUL, &error);
	if (!object)
		return refuse_document(&reader, &error);
	if (!json_is_object(object))
		return wire_refuse(fault, WIRE_SERIALIZATION,
			VIEW_LITERAL("The request is not a JSON object."));
	return read_fields(&reader, object, wire_request_schema(action), out);
}
