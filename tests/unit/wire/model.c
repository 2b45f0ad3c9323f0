/* SPDX-License-Identifier: MIT */
/*
 * The tables of sqs/wire/schema.c against the service's published model, read from
 * where it lies beside the project; skipped where it does not. The model of 2023
 * tells how the Query protocol spells things, today's how JSON does.
 */
#include <jansson.h>
#include <string.h>

#include "sqs/wire/action.h"
#include "sqs/wire/error.h"
#include "sqs/wire/schema.h"
#include "tests/lib/test.h"

#define JSON_MODEL SHARED_DATA "/sqs-service-2.json"
#define QUERY_MODEL SHARED_DATA "/sqs-service-2-query-2023-11.json"

enum protocol { QUERY, JSON };

static json_t *model;
static enum protocol protocol;
static char missing[200]; /* what was not found first */

static void miss(const char *where, const char *what)
{
	if (!missing[0])
		snprintf(missing, sizeof(missing), "%s: %s", where, what);
}

static const json_t *member(const json_t *object, const char *key)
{
	return json_object_get(object, key);
}

static const char *text(const json_t *object, const char *key)
{
	return json_string_value(member(object, key));
}

static const json_t *shape_of(const char *name)
{
	return name ? member(member(model, "shapes"), name) : NULL;
}

static const char *name_of(const struct wire_field *field)
{
	return protocol == QUERY ? field->query : field->json;
}

/* Values in lists were never implemented by the service. */
static bool is_unused(const char *name)
{
	return strcmp(name, "StringListValue") == 0 ||
	       strcmp(name, "BinaryListValue") == 0 ||
	       strcmp(name, "StringListValues") == 0 ||
	       strcmp(name, "BinaryListValues") == 0;
}

static const struct wire_field *find(const struct wire_schema *schema, const char *name)
{
	const struct wire_field *found = NULL;

	for (const struct wire_field *field = schema->fields; field->kind; field++) {
		if (field->kind == WIRE_SINGLE && !found)
			found = find(field->items, name);
		else if (name_of(field) && strcmp(name_of(field), name) == 0)
			return field;
	}
	return found;
}

/* What a member is called on the wire: a flat list in Query by its elements' name. */
static const char *wire_name(const char *name, const json_t *reference)
{
	const json_t *shape = shape_of(text(reference, "shape"));
	const char *inner = text(member(shape, "member"), "locationName");

	if (protocol == JSON)
		return name;
	if (inner)
		return inner;
	return text(reference, "locationName") ? text(reference, "locationName")
	       : text(shape, "locationName")   ? text(shape, "locationName")
					       : name;
}

static void check_shape(
	const char *where, const json_t *shape, const struct wire_schema *schema);

/* The kind of a row, and what its list is made of. */
static void check_type(
	const char *where, const json_t *shape, const struct wire_field *field)
{
	const char *type = text(shape, "type");
	const bool is_map = strcmp(type, "map") == 0;
	const char *element = text(member(shape, is_map ? "value" : "member"), "shape");
	const json_t *items = shape_of(element);
	const bool is_list = is_map || strcmp(type, "list") == 0;
	const bool is_structure =
		is_list && strcmp(text(items, "type"), "structure") == 0;
	const enum wire_kind kind =
		is_map    ? is_structure ? WIRE_ATTRIBUTES : WIRE_PAIRS
		: is_list ? is_structure ? WIRE_RECORDS : WIRE_TEXTS
		: strcmp(type, "boolean") == 0                              ? WIRE_FLAG
		: strcmp(type, "integer") == 0 || strcmp(type, "long") == 0 ? WIRE_NUMBER
		: strcmp(type, "blob") == 0                                 ? WIRE_BYTES
									    : WIRE_TEXT;

	if (field->kind != kind && !(kind == WIRE_TEXT && field->kind == WIRE_STRING))
		miss(where, name_of(field));
	else if (kind == WIRE_RECORDS)
		check_shape(where, items, field->items);
	else if (kind == WIRE_ATTRIBUTES)
		check_shape(where, items,
			find(field->items, "Value") ? find(field->items, "Value")->items
						    : field->items->fields[1].items);
}

static void check_shape(
	const char *where, const json_t *shape, const struct wire_schema *schema)
{
	json_t *members = (json_t *)member(shape, "members");
	const char *key;
	json_t *reference;

	json_object_foreach(members, key, reference)
	{
		const char *name = wire_name(key, reference);
		const struct wire_field *field = find(schema, name);

		if (is_unused(key))
			continue;
		if (!field)
			miss(where, name);
		else
			check_type(where, shape_of(text(reference, "shape")), field);
	}
}

static bool load(const char *path, enum protocol of)
{
	protocol = of;
	missing[0] = '\0';
	model = json_load_file(path, 0, NULL);
	return model != NULL;
}

static void check_actions(void)
{
	json_t *operations = (json_t *)member(model, "operations");
	const char *name;
	json_t *operation;

	json_object_foreach(operations, name, operation)
	{
		const json_t *input = shape_of(text(member(operation, "input"), "shape"));
		const json_t *output =
			shape_of(text(member(operation, "output"), "shape"));
		enum wire_action action;

		if (!wire_action_find(view_of(name), &action)) {
			miss("actions", name);
			continue;
		}
		check_shape(name, input, wire_request_schema(action));
		check_shape(name, output, wire_reply_schema(action));
	}
	if (json_object_size(operations) != WIRE_ACTION_COUNT)
		miss("actions", "their number");
}

/* The other way round: no row that the model does not have. */
static size_t count_rows(const struct wire_schema *schema)
{
	size_t rows = 0;

	for (const struct wire_field *field = schema->fields; field->kind; field++)
		rows += field->kind == WIRE_SINGLE ? count_rows(field->items)
						   : name_of(field) != NULL;
	return rows;
}

static void check_counts(void)
{
	for (enum wire_action i = 0; i < WIRE_ACTION_COUNT; i++) {
		const char *name = wire_action_name(i);
		const json_t *operation = member(member(model, "operations"), name);
		const json_t *input = shape_of(text(member(operation, "input"), "shape"));
		const json_t *output =
			shape_of(text(member(operation, "output"), "shape"));

		if (count_rows(wire_request_schema(i)) !=
			json_object_size(member(input, "members")))
			miss(name, "a parameter too many");
		if (count_rows(wire_reply_schema(i)) !=
			json_object_size(member(output, "members")))
			miss(name, "a result too many");
	}
}

TEST(every_member_of_the_model_has_its_row_in_json)
{
	if (!load(JSON_MODEL, JSON))
		SKIP("no " JSON_MODEL);
	check_actions();
	check_counts();
	json_decref(model);
	CHECK_TEXT(missing, "");
}

TEST(every_member_of_the_model_has_its_row_in_query)
{
	if (!load(QUERY_MODEL, QUERY))
		SKIP("no " QUERY_MODEL);
	check_actions();
	json_decref(model);
	CHECK_TEXT(missing, "");
}

/* Shapes that are exceptions: their names, and in the model of 2023 codes and statuses.
 */
static void check_error(const char *name, const json_t *shape)
{
	const json_t *error = member(shape, "error");
	const char *code = text(error, "code") ? text(error, "code") : name;
	const enum wire_error found = wire_error_find_code(view_of(code));
	const struct wire_error_row *row = wire_error_row(found);

	if (found == WIRE_ERROR_UNKNOWN)
		miss("errors", code);
	else if (protocol == QUERY && strcmp(row->code, code) != 0)
		miss("the code of", code);
	else if (protocol == JSON && strcmp(row->json, name) != 0)
		miss("the name of", name);
	else if (json_is_integer(member(error, "httpStatusCode")) &&
		 json_integer_value(member(error, "httpStatusCode")) != row->http_status)
		miss("the status of", code);
}

static void check_errors(void)
{
	json_t *shapes = (json_t *)member(model, "shapes");
	const char *name;
	json_t *shape;

	json_object_foreach(shapes, name, shape)
	{
		if (json_is_true(member(shape, "exception")))
			check_error(name, shape);
	}
}

TEST(every_error_of_the_model_has_its_row)
{
	if (!load(JSON_MODEL, JSON))
		SKIP("no " JSON_MODEL);
	check_errors();
	json_decref(model);
	CHECK_TEXT(missing, "");
	if (!load(QUERY_MODEL, QUERY))
		SKIP("no " QUERY_MODEL);
	check_errors();
	json_decref(model);
	CHECK_TEXT(missing, "");
}

TEST_MAIN
