/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/wire/action.h"
#include "sqs/wire/error.h"
#include "sqs/wire/schema.h"
#include "sqs/wire/xml.h"

#define ESCAPE(text)                   \
	{                              \
		text, sizeof(text) - 1 \
	}

/* SQS escapes quotes in texts too. */
static const struct escape {
	char text[8];
	size_t len; /* 0: the byte stands for itself */
} escapes[256] = {
	['&'] = ESCAPE("&amp;"),
	['<'] = ESCAPE("&lt;"),
	['>'] = ESCAPE("&gt;"),
	['"'] = ESCAPE("&quot;"),
	['\r'] = ESCAPE("&#xD;"),
};

static size_t escaped_len(struct view text)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		const struct escape *escape = &escapes[(unsigned char)text.data[i]];

		len += escape->len ? escape->len : 1;
	}
	return len;
}

static void write_text(struct buf *out, struct view text)
{
	char *at;

	if (!buf_reserve(out, escaped_len(text)))
		return;
	at = out->data + out->len;
	for (size_t i = 0; i < text.len; i++) {
		const struct escape *escape = &escapes[(unsigned char)text.data[i]];

		if (escape->len) {
			memcpy(at, escape->text, escape->len);
			at += escape->len;
		} else {
			*at++ = text.data[i];
		}
	}
	*at = '\0';
	out->len = (size_t)(at - out->data);
}

static void open_tag(struct buf *out, const char *name)
{
	buf_add_char(out, '<');
	buf_add_string(out, name);
	buf_add_char(out, '>');
}

static void close_tag(struct buf *out, const char *name)
{
	buf_add_string(out, "</");
	buf_add_string(out, name);
	buf_add_char(out, '>');
}

static void write_leaf(struct buf *out, const char *name, struct view text)
{
	if (view_is_absent(text))
		return;
	open_tag(out, name);
	write_text(out, text);
	close_tag(out, name);
}

static void write_number(struct buf *out, const char *name, int64_t number)
{
	if (number != WIRE_ABSENT)
		buf_printf(out, "<%s>%" PRId64 "</%s>", name, number, name);
}

static void write_bytes(struct buf *out, const char *name, struct view bytes)
{
	open_tag(out, name);
	base64_encode(out, bytes);
	close_tag(out, name);
}

static void write_fields(
	struct buf *out, const struct wire_schema *schema, const void *record);

static void write_nest(struct buf *out, const char *name,
	const struct wire_schema *schema, const void *record)
{
	open_tag(out, name);
	write_fields(out, schema, record);
	close_tag(out, name);
}

static void write_list(
	struct buf *out, const struct wire_field *field, const void *record)
{
	const struct wire_list list = wire_list_get(record, field);

	for (size_t i = 0; i < list.count; i++) {
		const void *item = wire_list_at(list, field, i);

		if (field->kind == WIRE_TEXTS)
			write_leaf(out, field->query, *(const struct view *)item);
		else
			write_nest(out, field->query, field->items, item);
	}
}

static void write_field(
	struct buf *out, const struct wire_field *field, const void *record)
{
	const void *member = (const char *)record + field->offset;

	switch (field->kind) {
	case WIRE_TEXT:
		write_leaf(out, field->query, *(const struct view *)member);
		break;
	case WIRE_NUMBER:
		write_number(out, field->query, *(const int64_t *)member);
		break;
	case WIRE_FLAG:
		write_leaf(out, field->query,
			view_of(*(const bool *)member ? "true" : "false"));
		break;
	case WIRE_STRING:
		if (!((const struct wire_attribute *)record)->is_binary)
			write_leaf(out, field->query, *(const struct view *)member);
		break;
	case WIRE_BYTES:
		if (((const struct wire_attribute *)record)->is_binary)
			write_bytes(out, field->query, *(const struct view *)member);
		break;
	case WIRE_NEST:
		write_nest(out, field->query, field->items, record);
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
		if (field->query)
			write_field(out, field, record);
	}
}

static struct view or_empty(struct view text)
{
	return view_is_absent(text) ? VIEW_LITERAL("") : text;
}

bool xml_write_reply(struct buf *out, const struct wire_reply *reply)
{
	const char *name = wire_action_name(reply->action);

	buf_printf(out, "<?xml version=\"1.0\"?>\n<%sResponse xmlns=\"%s\">", name,
		WIRE_NAMESPACE);
	if (!wire_action_is_void(reply->action)) {
		buf_printf(out, "<%sResult>", name);
		write_fields(out, wire_reply_schema(reply->action), reply);
		buf_printf(out, "</%sResult>", name);
	}
	open_tag(out, "ResponseMetadata");
	write_leaf(out, "RequestId", or_empty(reply->request_id));
	close_tag(out, "ResponseMetadata");
	return buf_printf(out, "</%sResponse>\n", name);
}

bool xml_write_fault(struct buf *out, const struct wire_fault *fault)
{
	const struct wire_error_row *row =
		wire_error_row(wire_error_find_code(fault->code));
	const struct view message =
		view_is_absent(fault->message) ? view_of(row->message) : fault->message;

	buf_printf(out, "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"%s\"><Error>",
		WIRE_NAMESPACE);
	write_leaf(out, "Type", view_of(fault->sender_fault ? "Sender" : "Receiver"));
	write_leaf(out, "Code", or_empty(fault->code));
	write_leaf(out, "Message", message);
	buf_add_string(out, "<Detail/></Error>");
	write_leaf(out, "RequestId", or_empty(fault->request_id));
	return buf_add_string(out, "</ErrorResponse>\n");
}
