/* SPDX-License-Identifier: MIT */
#include "tests/unit/wire/sample.h"

#include <string.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"

enum { MOST_PIECES = 12, MOST_ITEMS = 11 };

/* What texts are put together from. */
static const char *const pieces[] = {
	"a",
	"Z",
	"0",
	" ",
	"%",
	"+",
	"&",
	"=",
	"<",
	">",
	"\"",
	"'",
	"\\",
	"/",
	"\r",
	"\n",
	"\r\n",
	"\t",
	"]]>",
	"&amp;",
	"%41",
	"\xc3\xa9",
	"\xe2\x82\xac",
	"\xed\x9f\xbf",
	"\xee\x80\x80",
	"\xf0\x9f\x98\x80",
	"hello world",
	"{\"a\":[1,2]}",
};

uint64_t sample_random(struct sample *sample, uint64_t below)
{
	uint64_t z = sample->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (z ^ (z >> 31)) % below;
}

static struct view random_text(struct sample *sample)
{
	struct view text = {"", 0};

	for (uint64_t n = sample_random(sample, MOST_PIECES); n > 0; n--) {
		const char *piece = pieces[sample_random(sample, ARRAY_SIZE(pieces))];

		text = arena_format(
			sample->arena, "%.*s%s", (int)text.len, text.data, piece);
	}
	return arena_copy(sample->arena, text);
}

static struct view random_bytes(struct sample *sample)
{
	const size_t len = sample_random(sample, 40);
	char *bytes = arena_alloc(sample->arena, len + 1);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)sample_random(sample, 256);
	return (struct view){bytes, len};
}

static int64_t random_number(struct sample *sample)
{
	const int64_t number = (int64_t)sample_random(sample, 1000000000000000000);

	switch (sample_random(sample, 4)) {
	case 0:
		return WIRE_ABSENT;
	case 1:
		return -number;
	case 2:
		return number % 43200;
	default:
		return number;
	}
}

/* Names differ within a list, because in JSON they are keys. */
static void fill_item(struct sample *sample, const struct wire_field *field, void *item,
	size_t position)
{
	if (field->kind == WIRE_TEXTS) {
		*(struct view *)item = random_text(sample);
	} else if (field->kind == WIRE_PAIRS) {
		struct wire_pair *pair = item;

		pair->name = arena_format(
			sample->arena, "%zu%s", position, random_text(sample).data);
		pair->value = random_text(sample);
	} else if (field->kind == WIRE_ATTRIBUTES) {
		struct wire_attribute *attribute = item;

		attribute->name = arena_format(sample->arena, "name.%zu", position);
		attribute->type = random_text(sample);
		attribute->is_binary = sample_random(sample, 2);
		attribute->value =
			attribute->is_binary ? random_bytes(sample) : random_text(sample);
	} else {
		sample_fill(sample, field->items, item);
		*(struct view *)((char *)item + field->items->fields->offset) =
			arena_format(sample->arena, "first%zu", position);
	}
}

static void fill_list(struct sample *sample, const struct wire_field *field, void *record)
{
	const size_t count =
		field->kind == WIRE_SINGLE ? 1 : sample_random(sample, MOST_ITEMS + 1);

	for (size_t i = 0; i < count; i++)
		fill_item(sample, field, wire_list_add(sample->arena, record, field), i);
}

static void fill_field(
	struct sample *sample, const struct wire_field *field, void *record)
{
	void *member = (char *)record + field->offset;

	switch (field->kind) {
	case WIRE_TEXT:
		if (sample_random(sample, 4))
			*(struct view *)member = random_text(sample);
		break;
	case WIRE_NUMBER:
		*(int64_t *)member = random_number(sample);
		break;
	case WIRE_FLAG:
		*(bool *)member = sample_random(sample, 2);
		break;
	default:
		fill_list(sample, field, record);
		break;
	}
}

void sample_fill(struct sample *sample, const struct wire_schema *schema, void *record)
{
	for (const struct wire_field *field = schema->fields; field->kind; field++) {
		if (field->query)
			fill_field(sample, field, record);
	}
}

/* -------------------------------------------------------------------------------------
 * Comparison
 */

static bool same_view(struct view a, struct view b)
{
	return view_is_absent(a) == view_is_absent(b) && view_equals(a, b);
}

static bool same_item(const struct wire_field *field, const void *a, const void *b)
{
	const struct wire_attribute *left = a;
	const struct wire_attribute *right = b;

	switch (field->kind) {
	case WIRE_TEXTS:
		return same_view(*(const struct view *)a, *(const struct view *)b);
	case WIRE_PAIRS:
		return same_view(((const struct wire_pair *)a)->name,
			       ((const struct wire_pair *)b)->name) &&
		       same_view(((const struct wire_pair *)a)->value,
			       ((const struct wire_pair *)b)->value);
	case WIRE_ATTRIBUTES:
		return same_view(left->name, right->name) &&
		       same_view(left->type, right->type) &&
		       same_view(left->value, right->value) &&
		       left->is_binary == right->is_binary;
	default:
		return sample_equals(field->items, a, b);
	}
}

static bool same_field(const struct wire_field *field, const void *a, const void *b)
{
	const char *left = (const char *)a + field->offset;
	const char *right = (const char *)b + field->offset;
	struct wire_list lists[2];

	if (field->kind == WIRE_TEXT)
		return same_view(*(const struct view *)(const void *)left,
			*(const struct view *)(const void *)right);
	if (field->kind == WIRE_NUMBER)
		return memcmp(left, right, sizeof(int64_t)) == 0;
	if (field->kind == WIRE_FLAG)
		return memcmp(left, right, sizeof(bool)) == 0;
	lists[0] = wire_list_get(a, field);
	lists[1] = wire_list_get(b, field);
	if (lists[0].count != lists[1].count)
		return false;
	for (size_t i = 0; i < lists[0].count; i++) {
		if (!same_item(field, wire_list_at(lists[0], field, i),
			    wire_list_at(lists[1], field, i)))
			return false;
	}
	return true;
}

bool sample_equals(const struct wire_schema *schema, const void *a, const void *b)
{
	for (const struct wire_field *field = schema->fields; field->kind; field++) {
		if (!same_field(field, a, b))
			return false;
	}
	return true;
}

/* -------------------------------------------------------------------------------------
 * JSON
 */

static json_t *json_of_view(struct view text)
{
	return json_stringn(text.data, text.len);
}

static json_t *json_of_bytes(struct view bytes)
{
	AUTO(buf) struct buf text = BUF_INIT(0);

	base64_encode(&text, bytes);
	return json_of_view(buf_view(&text));
}

static json_t *json_of_attribute(const struct wire_attribute *attribute)
{
	json_t *json = json_object();

	json_object_set_new(json, "DataType", json_of_view(attribute->type));
	if (attribute->is_binary)
		json_object_set_new(json, "BinaryValue", json_of_bytes(attribute->value));
	else
		json_object_set_new(json, "StringValue", json_of_view(attribute->value));
	return json;
}

static json_t *json_of_map(const struct wire_field *field, struct wire_list list)
{
	json_t *json = json_object();

	for (size_t i = 0; i < list.count; i++) {
		const void *item = wire_list_at(list, field, i);
		const struct view name = *(const struct view *)item;

		json_object_setn_new(json, name.data, name.len,
			field->kind == WIRE_PAIRS
				? json_of_view(((const struct wire_pair *)item)->value)
				: json_of_attribute(item));
	}
	return json;
}

static json_t *json_of_list(const struct wire_field *field, struct wire_list list)
{
	json_t *json = json_array();

	for (size_t i = 0; i < list.count; i++) {
		const void *item = wire_list_at(list, field, i);

		json_array_append_new(
			json, field->kind == WIRE_TEXTS
				      ? json_of_view(*(const struct view *)item)
				      : sample_json(field->items, item));
	}
	return json;
}

static json_t *json_of_field(const struct wire_field *field, const void *record)
{
	const void *member = (const char *)record + field->offset;
	const bool is_map = field->kind == WIRE_PAIRS || field->kind == WIRE_ATTRIBUTES;
	struct wire_list list;

	switch (field->kind) {
	case WIRE_TEXT:
		return view_is_absent(*(const struct view *)member)
			       ? NULL
			       : json_of_view(*(const struct view *)member);
	case WIRE_NUMBER:
		return *(const int64_t *)member == WIRE_ABSENT
			       ? NULL
			       : json_integer(*(const int64_t *)member);
	case WIRE_FLAG:
		return json_boolean(*(const bool *)member);
	default:
		break;
	}
	list = wire_list_get(record, field);
	if (list.count == 0)
		return NULL;
	return is_map ? json_of_map(field, list) : json_of_list(field, list);
}

json_t *sample_json(const struct wire_schema *schema, const void *record)
{
	json_t *json = json_object();

	for (const struct wire_field *field = schema->fields; field->kind; field++) {
		json_t *value;

		if (field->kind == WIRE_SINGLE) {
			json_t *inner = sample_json(
				field->items, wire_list_get(record, field).items);

			json_object_update(json, inner);
			json_decref(inner);
			continue;
		}
		value = field->query ? json_of_field(field, record) : NULL;
		if (value)
			json_object_set_new(json, field->json, value);
	}
	return json;
}
