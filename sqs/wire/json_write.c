/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "sqs/base/text.h"
#include "sqs/wire/error.h"
#include "sqs/wire/json.h"
#include "sqs/wire/schema.h"

/* Texts are escaped straight into the buf: a tree would copy every body twice. */

static const char *escape_of(unsigned char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

static void write_special(struct buf *out, unsigned char c)
{
	const char *escape = escape_of(c);

	if (escape)
		buf_add_string(out, escape);
	else
		buf_printf(out, "\\u%04x", c);
}

bool json_write_text(struct buf *out, struct view text)
{
	size_t plain = 0; /* where the bytes begin that were not written yet */

	buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.data[i];

		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		buf_add(out, text.data + plain, i - plain);
		write_special(out, c);
		plain = i + 1;
	}
	if (plain < text.len)
		buf_add(out, text.data + plain, text.len - plain);
	return buf_add_char(out, '"');
}

/* The comma before all members and elements but the first. */
static void separate(struct buf *out)
{
	const char last = out->len ? out->data[out->len - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		buf_add_char(out, ',');
}

static void write_name(struct buf *out, struct view name)
{
	separate(out);
	json_write_text(out, name);
	buf_add_char(out, ':');
}

static void write_member(struct buf *out, const char *name, struct view text)
{
	if (view_is_absent(text))
		return;
	write_name(out, view_of(name));
	json_write_text(out, text);
}

static void write_bytes(struct buf *out, const char *name, struct view bytes)
{
	write_name(out, view_of(name));
	buf_add_char(out, '"');
	base64_encode(out, bytes);
	buf_add_char(out, '"');
}

static void write_fields(
	struct buf *out, const struct wire_schema *schema, const void *record);

static void write_object(
	struct buf *out, const struct wire_schema *schema, const void *record)
{
	separate(out);
	buf_add_char(out, '{');
	write_fields(out, schema, record);
	buf_add_char(out, '}');
}

static void write_pair(struct buf *out, const struct wire_pair *pair)
{
	write_name(out, pair->name);
	json_write_text(out, pair->value);
}

static void write_attribute(struct buf *out, const struct wire_field *field,
	const struct wire_attribute *attribute)
{
	write_name(out, attribute->name);
	write_object(out, field->items, attribute);
}

static void write_item(struct buf *out, const struct wire_field *field, const void *item)
{
	switch (field->kind) {
	case WIRE_TEXTS:
		separate(out);
		json_write_text(out, *(const struct view *)item);
		break;
	case WIRE_PAIRS:
		write_pair(out, item);
		break;
	case WIRE_ATTRIBUTES:
		write_attribute(out, field, item);
		break;
	default:
		write_object(out, field->items, item);
		break;
	}
}

static void write_list(
	struct buf *out, const struct wire_field *field, const void *record)
{
	const struct wire_list list = wire_list_get(record, field);
	const bool is_map = field->kind == WIRE_PAIRS || field->kind == WIRE_ATTRIBUTES;

	if (list.count == 0)
		return;
	write_name(out, view_of(field->json));
	buf_add_char(out, is_map ? '{' : '[');
	for (size_t i = 0; i < list.count; i++)
		write_item(out, field, wire_list_at(list, field, i));
	buf_add_char(out, is_map ? '}' : ']');
}

static void write_number(struct buf *out, const char *name, int64_t number)
{
	if (number == WIRE_ABSENT)
		return;
	write_name(out, view_of(name));
	buf_printf(out, "%" PRId64, number);
}

static void write_flag(struct buf *out, const char *name, bool flag)
{
	write_name(out, view_of(name));
	buf_add_string(out, flag ? "true" : "false");
}

static void write_field(
	struct buf *out, const struct wire_field *field, const void *record)
{
	const void *member = (const char *)record + field->offset;

	switch (field->kind) {
	case WIRE_TEXT:
		write_member(out, field->json, *(const struct view *)member);
		break;
	case WIRE_NUMBER:
		write_number(out, field->json, *(const int64_t *)member);
		break;
	case WIRE_FLAG:
		write_flag(out, field->json, *(const bool *)member);
		break;
	case WIRE_STRING:
		if (!((const struct wire_attribute *)record)->is_binary)
			write_member(out, field->json, *(const struct view *)member);
		break;
	case WIRE_BYTES:
		if (((const struct wire_attribute *)record)->is_binary)
			write_bytes(out, field->json, *(const struct view *)member);
		break;
	case WIRE_NEST:
		write_fields(out, field->items, record);
		break;
	case WIRE_SINGLE:
		if (wire_list_get(record, field).count)
			write_fields(
				out, field->items, wire_list_get(record, field).items);
		break;
	case WIRE_TEXTS:
	case WIRE_RECORDS:
	case WIRE_PAIRS:
	case WIRE_ATTRIBUTES:
		write_list(out, field, record);
		break;
	case WIRE_END:
		break;
	}
}

static void write_fields(
	struct buf *out, const struct wire_schema *schema, const void *record)
{
	for (const struct wire_field *field = schema->fields; field->kind; field++) {
		if (field->json)
			write_field(out, field, record);
	}
}

bool json_write_reply(struct buf *out, const struct wire_reply *reply)
{
	buf_add_char(out, '{');
	write_fields(out, wire_reply_schema(reply->action), reply);
	return buf_add_char(out, '}');
}

/* A text that the fault does not have is the row's. */
static struct view message_of(
	const struct wire_fault *fault, const struct wire_error_row *row)
{
	if (!view_is_absent(fault->message))
		return fault->message;
	return view_of(row->json_message ? row->json_message : row->message);
}

bool json_write_fault(struct buf *out, const struct wire_fault *fault)
{
	const enum wire_error error = wire_error_find_code(fault->code);
	const struct wire_error_row *row = wire_error_row(error);
	const struct view name = error ? view_of(row->json) : fault->code;

	buf_add_string(out, "{\"__type\":\"");
	buf_add_string(
		out, row->is_of_sqs ? "com.amazonaws.sqs#" : "com.amazon.coral.service#");
	buf_add_view(out, name);
	buf_add_string(out, "\",\"message\":");
	json_write_text(out, message_of(fault, row));
	return buf_add_char(out, '}');
}

bool json_write_query_error(struct buf *out, const struct wire_fault *fault)
{
	buf_add_view(out, fault->code);
	return buf_add_string(out, fault->sender_fault ? ";Sender" : ";Receiver");
}
