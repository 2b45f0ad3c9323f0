/* SPDX-License-Identifier: MIT */
#include "fs/encoding.h"

#include <errno.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"

static const char transfer_name[] = "Content-Transfer-Encoding";
static const char transfer_base64[] = "base64";

/* -------------------------------------------------------------------------------------
 * How far a text is carried
 */

/* Whether these bytes, fewer than a character's, may be the beginning of one. */
static bool may_become_character(struct view tail)
{
	unsigned char lead = (unsigned char)tail.data[0];
	size_t len = lead >= 0xf0 && lead <= 0xf4 ? 4
		     : (lead & 0xf0) == 0xe0      ? 3
		     : lead >= 0xc2               ? 2
						  : 0;

	if (lead > 0xf4 || tail.len >= len)
		return false;
	for (size_t i = 1; i < tail.len; i++) {
		if (((unsigned char)tail.data[i] & 0xc0) != 0x80)
			return false;
	}
	return true;
}

void text_scan_more(struct text_scan *scan, struct view bytes)
{
	struct view fresh = {bytes.data + scan->good, bytes.len - scan->good};
	size_t offset = 0;

	if (scan->is_bad || fresh.len == 0)
		return;
	if (text_is_carried(fresh, &offset)) {
		scan->good = bytes.len;
		return;
	}
	scan->good += offset;
	scan->is_bad = !may_become_character(
		(struct view){fresh.data + offset, fresh.len - offset});
}

void text_scan_forget(struct text_scan *scan, size_t offset)
{
	/* From the start: `offset` may stand inside a character. */
	if (offset < scan->good)
		scan->good = 0;
	scan->is_bad = false;
}

/* -------------------------------------------------------------------------------------
 * Attributes
 */

static const struct sqs_attribute *find_attribute(
	const struct sqs_attribute *attributes, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(attributes[i].name, name) == 0)
			return &attributes[i];
	}
	return NULL;
}

static bool says_base64(const struct sqs_attribute *attributes, size_t count)
{
	const struct sqs_attribute *transfer =
		find_attribute(attributes, count, transfer_name);

	return transfer &&
	       view_is((struct view){transfer->value, transfer->len}, transfer_base64);
}

static int add_attribute(
	struct encoded *out, struct sqs_attribute attribute, const char **why)
{
	if (find_attribute(out->attributes, out->attribute_count, attribute.name)) {
		*why = "an attribute is given twice";
		return EINVAL;
	}
	if (out->attribute_count == SQS_ATTRIBUTES) {
		*why = "a message has at most 10 attributes";
		return EINVAL;
	}
	out->attributes[out->attribute_count++] = attribute;
	return 0;
}

/* -------------------------------------------------------------------------------------
 * rfc822 headers
 */

struct header {
	struct view name;
	struct view value; /* with its folds */
};

/* Takes a line; without the line feed, and the carriage return before it. */
static bool take_line(struct view *rest, struct view *line)
{
	const char *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	size_t len = end ? (size_t)(end - rest->data) : 0;

	if (!end)
		return false;
	*line = (struct view){rest->data, len};
	*rest = (struct view){rest->data + len + 1, rest->len - len - 1};
	if (line->len && line->data[line->len - 1] == '\r')
		line->len--;
	return true;
}

static bool is_fold(struct view line)
{
	return line.len && (line.data[0] == ' ' || line.data[0] == '\t');
}

/* Lets the value reach over the folded lines that follow. */
static void take_folds(struct view *rest, struct header *header)
{
	struct view ahead = *rest, line;

	while (take_line(&ahead, &line) && is_fold(line)) {
		header->value.len = (size_t)(line.data + line.len - header->value.data);
		*rest = ahead;
	}
}

enum next { NEXT_HEADER, NEXT_BODY, NEXT_CUT, NEXT_WRONG };

/* Takes the next header, or the empty line behind the last. CUT: the end came first. */
static enum next take_header(struct view *rest, struct header *header)
{
	struct view line;
	const char *colon;

	if (!take_line(rest, &line))
		return NEXT_CUT;
	if (line.len == 0)
		return NEXT_BODY;
	colon = memchr(line.data, ':', line.len);
	if (!colon || is_fold(line))
		return NEXT_WRONG;
	header->name = (struct view){line.data, (size_t)(colon - line.data)};
	header->value = (struct view){colon + 1, line.len - header->name.len - 1};
	if (header->value.len && header->value.data[0] == ' ')
		header->value =
			(struct view){header->value.data + 1, header->value.len - 1};
	take_folds(rest, header);
	return NEXT_HEADER;
}

/* A fold stands for a line feed; the blank behind it is not of the value. */
static struct view unfold(struct arena *arena, struct view folded)
{
	struct view rest = folded, line;
	char *value, *end;

	if (!folded.len || !memchr(folded.data, '\n', folded.len))
		return folded;
	value = end = arena_alloc(arena, folded.len);
	if (!value)
		return folded;
	while (take_line(&rest, &line)) {
		memcpy(end, line.data, line.len);
		end += line.len;
		*end++ = '\n';
		rest = (struct view){rest.data + 1, rest.len - 1};
	}
	memcpy(end, rest.data, rest.len);
	return (struct view){value, (size_t)(end - value) + rest.len};
}

static int add_header(struct encoded *out, const struct header *header, const char **why)
{
	struct view value = unfold(&out->arena, header->value);
	struct sqs_attribute attribute = {
		.name = arena_string(&out->arena, header->name),
		.type = "String",
		.value = value.data,
		.len = value.len,
	};

	if (out->arena.failed) {
		*why = "no memory";
		return ENOMEM;
	}
	if (!sqs_attribute_is_valid(&attribute, why))
		return EINVAL;
	return add_attribute(out, attribute, why);
}

/* Turns the headers into attributes and leaves the body in *bytes. */
static int take_headers(struct view *bytes, struct encoded *out, const char **why)
{
	struct header header;
	int error = 0;

	for (;;) {
		switch (take_header(bytes, &header)) {
		case NEXT_HEADER:
			error = add_header(out, &header, why);
			if (error)
				return error;
			break;
		case NEXT_BODY:
			if (bytes->len)
				return 0;
			*why = "format=rfc822: no body follows the headers";
			return EINVAL;
		case NEXT_CUT:
			*why = "format=rfc822: no empty line ends the headers";
			return EINVAL;
		case NEXT_WRONG:
			*why = "format=rfc822: a line before the empty one is no header";
			return EINVAL;
		}
	}
}

/* -------------------------------------------------------------------------------------
 * Sizes
 */

static size_t base64_size(size_t len)
{
	return (len + 2) / 3 * 4;
}

static size_t transfer_size(void)
{
	return sizeof(transfer_name) - 1 + sizeof("String") - 1 +
	       sizeof(transfer_base64) - 1;
}

static size_t auto_size(size_t len, bool is_bad, bool is_declared)
{
	if (is_declared)
		return base64_size(len);
	return is_bad ? base64_size(len) + transfer_size() : len;
}

static size_t rfc822_size(struct view bytes, bool is_bad)
{
	struct header header;
	enum next next;
	size_t size = 0;
	bool is_declared = false;

	while ((next = take_header(&bytes, &header)) == NEXT_HEADER) {
		size += header.name.len + sizeof("String") - 1 + header.value.len;
		is_declared |= view_is(header.name, transfer_name) &&
			       view_is(header.value, transfer_base64);
	}
	if (next == NEXT_BODY)
		size += auto_size(bytes.len, is_bad, is_declared);
	return size;
}

size_t encoding_size(enum body_format format, struct view bytes,
	const struct text_scan *scan, const struct sqs_attribute *given, size_t count)
{
	size_t attributes = count ? sqs_message_size(0, given, count) : 0;

	switch (format) {
	case FORMAT_RAW:
		return attributes + bytes.len;
	case FORMAT_BASE64:
		return attributes + base64_size(bytes.len);
	case FORMAT_RFC822:
		return attributes + rfc822_size(bytes, scan->is_bad);
	case FORMAT_AUTO:
		break;
	}
	return attributes + auto_size(bytes.len, scan->is_bad, says_base64(given, count));
}

/* -------------------------------------------------------------------------------------
 * Bytes to a message
 */

static int encode_base64(struct view bytes, struct encoded *out, const char **why)
{
	if (!base64_encode(&out->text, bytes)) {
		*why = "no memory";
		return ENOMEM;
	}
	out->body = buf_view(&out->text);
	return 0;
}

static int encode_raw(struct view bytes, struct encoded *out, const char **why)
{
	if (!text_is_carried(bytes, NULL)) {
		*why = "format=raw: bytes that no message can carry";
		return EILSEQ;
	}
	out->body = bytes;
	return 0;
}

static int encode_auto(struct view bytes, struct encoded *out, const char **why)
{
	int error;

	if (says_base64(out->attributes, out->attribute_count))
		return encode_base64(bytes, out, why);
	if (text_is_carried(bytes, NULL)) {
		out->body = bytes;
		return 0;
	}
	error = add_attribute(out,
		(struct sqs_attribute){transfer_name, "String", transfer_base64,
			sizeof(transfer_base64) - 1},
		why);
	return error ? error : encode_base64(bytes, out, why);
}

static int encode_rfc822(struct view bytes, struct encoded *out, const char **why)
{
	int error = take_headers(&bytes, out, why);

	return error ? error : encode_auto(bytes, out, why);
}

int encode(enum body_format format, struct view bytes, const struct sqs_attribute *given,
	size_t count, struct encoded *out, const char **why)
{
	static int (*const encoders[])(struct view, struct encoded *, const char **) = {
		[FORMAT_AUTO] = encode_auto,
		[FORMAT_RAW] = encode_raw,
		[FORMAT_BASE64] = encode_base64,
		[FORMAT_RFC822] = encode_rfc822,
	};

	*out = (struct encoded){.text = BUF_INIT(0)};
	for (size_t i = 0; i < count; i++) {
		int error = add_attribute(out, given[i], why);

		if (error)
			return error;
	}
	return encoders[format](bytes, out, why);
}

void encoded_finish(struct encoded *encoded)
{
	buf_finish(&encoded->text);
	arena_finish(&encoded->arena);
	encoded->attribute_count = 0;
	encoded->body = (struct view){NULL, 0};
}

/* -------------------------------------------------------------------------------------
 * A message to bytes
 */

static struct view body_of(const struct sqs_message *message)
{
	return (struct view){message->body ? message->body : "", message->body_len};
}

/* Appends what the base64 stands for; *was_base64 tells whether it was. */
static bool append_decoded(struct buf *text, struct view body, bool *was_base64)
{
	*was_base64 = base64_decode(text, body);
	return !text->failed;
}

static bool decode_base64(
	const struct sqs_message *message, struct buf *text, struct view *bytes)
{
	bool was_base64;

	if (!append_decoded(text, body_of(message), &was_base64))
		return false;
	if (was_base64)
		*bytes = buf_view(text);
	return true;
}

static bool decode_auto(
	const struct sqs_message *message, struct buf *text, struct view *bytes)
{
	if (!says_base64(message->attributes, message->attribute_count))
		return true;
	return decode_base64(message, text, bytes);
}

/* Names and types come from elsewhere: only what cannot be taken for another line. */
static bool is_header(const struct sqs_attribute *attribute)
{
	return strncmp(attribute->type, "Binary", 6) != 0 &&
	       attribute->name[strcspn(attribute->name, ":\r\n")] == '\0';
}

static void append_header(struct buf *text, const struct sqs_attribute *attribute)
{
	const char *value = attribute->value;

	buf_add_string(text, attribute->name);
	buf_add_string(text, ": ");
	for (size_t i = 0; i < attribute->len; i++) {
		buf_add_char(text, value[i]);
		if (value[i] == '\n')
			buf_add_char(text, ' ');
	}
	buf_add_char(text, '\n');
}

static bool decode_rfc822(
	const struct sqs_message *message, struct buf *text, struct view *bytes)
{
	AUTO(buf) struct buf decoded = BUF_INIT(0);
	struct view body = body_of(message);
	bool is_decoded = says_base64(message->attributes, message->attribute_count);

	if (is_decoded && !append_decoded(&decoded, body, &is_decoded))
		return false;
	for (size_t i = 0; i < message->attribute_count; i++) {
		const struct sqs_attribute *attribute = &message->attributes[i];

		if (is_decoded && strcmp(attribute->name, transfer_name) == 0)
			continue;
		if (is_header(attribute))
			append_header(text, attribute);
	}
	buf_add_char(text, '\n');
	buf_add_view(text, is_decoded ? buf_view(&decoded) : body);
	*bytes = buf_view(text);
	return !text->failed;
}

bool decode(enum body_format format, const struct sqs_message *message, struct buf *text,
	struct view *bytes)
{
	*bytes = body_of(message);
	switch (format) {
	case FORMAT_AUTO:
		return decode_auto(message, text, bytes);
	case FORMAT_BASE64:
		return decode_base64(message, text, bytes);
	case FORMAT_RFC822:
		return decode_rfc822(message, text, bytes);
	case FORMAT_RAW:
		break;
	}
	return true;
}
