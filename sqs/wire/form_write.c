/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/wire/action.h"
#include "sqs/wire/form.h"
#include "sqs/wire/schema.h"

/* Where a value stands: MessageAttribute.2.Value.DataType has four of these. */
struct path {
	const struct path *up;
	const char *name;
	size_t number; /* of an element, from 1; 0: not a list's */
};

/* What stands for itself: A-Z a-z 0-9 - _ . ~ */
static const bool unreserved[256] = {
	['-'] = true,
	['.'] = true,
	['0' ... '9'] = true,
	['A' ... 'Z'] = true,
	['_'] = true,
	['a' ... 'z'] = true,
	['~'] = true,
};

static size_t encoded_len(struct view text)
{
	size_t len = text.len;

	for (size_t i = 0; i < text.len; i++)
		len += unreserved[(unsigned char)text.data[i]] ? 0 : 2;
	return len;
}

bool form_write_text(struct buf *out, struct view text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *at;

	if (!buf_reserve(out, encoded_len(text)))
		return false;
	at = out->data + out->len;
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.data[i];

		if (unreserved[c]) {
			*at++ = (char)c;
			continue;
		}
		*at++ = '%';
		*at++ = digits[c >> 4];
		*at++ = digits[c & 15];
	}
	*at = '\0';
	out->len = (size_t)(at - out->data);
	return true;
}

static void write_path(struct buf *out, const struct path *path)
{
	if (path->up) {
		write_path(out, path->up);
		buf_add_char(out, '.');
	}
	buf_add_string(out, path->name);
	if (path->number)
		buf_printf(out, ".%zu", path->number);
}

static void write_value(struct buf *out, const struct path *path, struct view value)
{
	if (view_is_absent(value))
		return;
	buf_add_char(out, '&');
	write_path(out, path);
	buf_add_char(out, '=');
	form_write_text(out, value);
}

static void write_number(struct buf *out, const struct path *path, int64_t number)
{
	if (number == WIRE_ABSENT)
		return;
	buf_add_char(out, '&');
	write_path(out, path);
	buf_printf(out, "=%" PRId64, number);
}

static void write_bytes(struct buf *out, const struct path *path, struct view bytes)
{
	AUTO(buf) struct buf text = BUF_INIT(0);

	base64_encode(&text, bytes);
	out->failed |= text.failed;
	write_value(out, path, buf_view(&text));
}

static void write_fields(struct buf *out, const struct path *up,
	const struct wire_schema *schema, const void *record);

static void write_list(struct buf *out, const struct path *up,
	const struct wire_field *field, const void *record)
{
	const struct wire_list list = wire_list_get(record, field);

	for (size_t i = 0; i < list.count; i++) {
		const struct path path = {up, field->query, i + 1};
		const void *item = wire_list_at(list, field, i);

		if (field->kind == WIRE_TEXTS)
			write_value(out, &path, *(const struct view *)item);
		else
			write_fields(out, &path, field->items, item);
	}
}

static void write_field(struct buf *out, const struct path *up,
	const struct wire_field *field, const void *record)
{
	const struct path path = {up, field->query, 0};
	const void *member = (const char *)record + field->offset;

	switch (field->kind) {
	case WIRE_TEXT:
		write_value(out, &path, *(const struct view *)member);
		break;
	case WIRE_NUMBER:
		write_number(out, &path, *(const int64_t *)member);
		break;
	case WIRE_FLAG:
		write_value(
			out, &path, view_of(*(const bool *)member ? "true" : "false"));
		break;
	case WIRE_STRING:
		if (!((const struct wire_attribute *)record)->is_binary)
			write_value(out, &path, *(const struct view *)member);
		break;
	case WIRE_BYTES:
		if (((const struct wire_attribute *)record)->is_binary)
			write_bytes(out, &path, *(const struct view *)member);
		break;
	case WIRE_NEST:
		write_fields(out, &path, field->items, record);
		break;
	case WIRE_SINGLE:
		if (wire_list_get(record, field).count)
			write_fields(out, up, field->items,
				wire_list_get(record, field).items);
		break;
	case WIRE_TEXTS:
	case WIRE_RECORDS:
	case WIRE_PAIRS:
	case WIRE_ATTRIBUTES:
		write_list(out, up, field, record);
		break;
	case WIRE_END:
		break;
	}
}

static void write_fields(struct buf *out, const struct path *up,
	const struct wire_schema *schema, const void *record)
{
	for (const struct wire_field *field = schema->fields; field->kind; field++) {
		if (field->query)
			write_field(out, up, field, record);
	}
}

bool form_write_request(struct buf *out, const struct wire_request *request)
{
	buf_add_string(out, "Action=");
	buf_add_string(out, wire_action_name(request->action));
	buf_add_string(out, "&Version=" WIRE_VERSION);
	write_fields(out, NULL, wire_request_schema(request->action), request);
	return !out->failed;
}
