/* SPDX-License-Identifier: MIT */
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <limits.h>
#include <stdio.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/wire/action.h"
#include "sqs/wire/schema.h"
#include "sqs/wire/stamp.h"
#include "sqs/wire/xml.h"

/* Elements that a table names nest six deep; what nests deeper than any reply is refused.
 */
enum { MOST_FRAMES = 12, DEEPEST = 100 };

/* Elements of lists, in all. A page has 1000 queues, but some servers know no pages. Empty
 * elements are a few bytes of XML, and a hundred in memory. */
enum { MOST_ITEMS = 100000 };

/* An element that is open: one with fields, or, with `leaf`, one with a text. */
struct frame {
	const struct wire_schema *schema;
	const struct wire_field *leaf;
	void *record;
};

struct reader {
	xmlParserCtxtPtr parser;
	struct arena *arena;
	const struct wire_schema *root;
	void *record;
	struct frame frames[MOST_FRAMES];
	int open;        /* frames */
	int items;       /* of all lists */
	int skipped;     /* open elements that no table names */
	bool has_result; /* the root's first field was there */
	bool is_error;   /* the root is an ErrorResponse */
	bool bad;        /* a DOCTYPE, a number that is none, too deep, no memory */
	struct buf text; /* of the leaf that is open */
};

static void give_up(struct reader *reader)
{
	reader->bad = true;
	xmlStopParser(reader->parser);
}

/* -------------------------------------------------------------------------------------
 * Elements
 */

/* NULL when there are too many, or no memory. */
static void *add_item(struct reader *reader, void *record, const struct wire_field *field)
{
	if (++reader->items > MOST_ITEMS)
		return NULL;
	return wire_list_add(reader->arena, record, field);
}

/* The one record of a SINGLE, whose fields stand in this record's element. */
static void *single_of(
	struct reader *reader, void *record, const struct wire_field *field)
{
	const struct wire_list list = wire_list_get(record, field);

	return list.count ? list.items : add_item(reader, record, field);
}

/* The row for an element in the frame; *record becomes whose member it is, NULL when
 * there is no memory. */
static const struct wire_field *find_field(struct reader *reader,
	const struct wire_schema *schema, const char *name, void **record)
{
	for (const struct wire_field *field = schema->fields; field->kind; field++) {
		const struct wire_field *inner = NULL;

		if (field->kind == WIRE_SINGLE)
			inner = find_field(reader, field->items, name, record);
		if (inner) {
			*record = single_of(reader, *record, field);
			return inner;
		}
		if (field->query && strcmp(field->query, name) == 0)
			return field;
	}
	return NULL;
}

static void push(struct reader *reader, const struct wire_schema *schema,
	const struct wire_field *leaf, void *record)
{
	if (reader->open == MOST_FRAMES || !record) {
		give_up(reader);
		return;
	}
	reader->frames[reader->open++] = (struct frame){schema, leaf, record};
	buf_clear(&reader->text);
}

static void open_field(
	struct reader *reader, const struct wire_field *field, void *record)
{
	switch (field->kind) {
	case WIRE_NEST:
		reader->has_result |= field == reader->root->fields;
		push(reader, field->items, NULL, record);
		break;
	case WIRE_RECORDS:
	case WIRE_PAIRS:
	case WIRE_ATTRIBUTES:
		push(reader, field->items, NULL, add_item(reader, record, field));
		break;
	default:
		push(reader, NULL, field, record);
		break;
	}
}

static void open_root(struct reader *reader, const char *name)
{
	reader->is_error = strcmp(name, "ErrorResponse") == 0;
	push(reader, reader->root, NULL, reader->record);
}

static void on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
	const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
	int attribute_count, int defaulted_count, const xmlChar **attributes)
{
	struct reader *reader = arg;
	const struct wire_field *field = NULL;
	const struct frame *top;
	void *record;

	(void)prefix, (void)uri, (void)namespace_count, (void)namespaces;
	(void)attribute_count, (void)defaulted_count, (void)attributes;
	if (reader->bad)
		return;
	if (reader->open == 0) {
		open_root(reader, (const char *)name);
		return;
	}
	top = &reader->frames[reader->open - 1];
	record = top->record;
	if (!reader->skipped && top->schema)
		field = find_field(reader, top->schema, (const char *)name, &record);
	if (field && record)
		open_field(reader, field, record);
	else if (field || ++reader->skipped > DEEPEST)
		give_up(reader);
}

/* -------------------------------------------------------------------------------------
 * Texts
 */

static bool store_bytes(struct reader *reader, struct wire_attribute *attribute)
{
	AUTO(buf) struct buf bytes = BUF_INIT(0);

	if (!base64_decode(&bytes, buf_view(&reader->text))) {
		reader->arena->failed |= bytes.failed;
		return false;
	}
	attribute->value = arena_copy(reader->arena, buf_view(&bytes));
	attribute->is_binary = true;
	return true;
}

/* The text of the element that ends, into its member. */
static bool store(struct reader *reader, const struct frame *frame)
{
	const struct wire_field *field = frame->leaf;
	const struct view text = buf_view(&reader->text);
	void *member = (char *)frame->record + field->offset;
	struct view *item;

	switch (field->kind) {
	case WIRE_NUMBER:
		return number_parse(text, INT64_MIN + 1, INT64_MAX, member);
	case WIRE_FLAG:
		*(bool *)member = view_is(text, "true");
		return true;
	case WIRE_BYTES:
		return store_bytes(reader, frame->record);
	case WIRE_STRING:
		((struct wire_attribute *)frame->record)->is_binary = false;
		*(struct view *)member = arena_copy(reader->arena, text);
		return true;
	case WIRE_TEXTS:
		item = add_item(reader, frame->record, field);
		if (item)
			*item = arena_copy(reader->arena, text);
		return item != NULL;
	default:
		*(struct view *)member = arena_copy(reader->arena, text);
		return true;
	}
}

static void on_end(
	void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reader *reader = arg;
	const struct frame *top;

	(void)name, (void)prefix, (void)uri;
	if (reader->bad)
		return;
	if (reader->skipped) {
		reader->skipped--;
		return;
	}
	top = &reader->frames[--reader->open];
	if (top->leaf && !store(reader, top))
		give_up(reader);
}

static void on_text(void *arg, const xmlChar *text, int len)
{
	struct reader *reader = arg;

	if (reader->skipped || !reader->open || !reader->frames[reader->open - 1].leaf)
		return;
	if (!buf_add(&reader->text, text, (size_t)len))
		give_up(reader);
}

/* No reply has one; what has is an attempt to define entities. */
static void on_doctype(void *arg, const xmlChar *name, const xmlChar *external_id,
	const xmlChar *system_id)
{
	(void)name, (void)external_id, (void)system_id;
	give_up(arg);
}

/* -------------------------------------------------------------------------------------
 * Documents
 */

static void parse(struct reader *reader, xmlParserCtxtPtr parser)
{
	*parser->sax = (xmlSAXHandler){
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.internalSubset = on_doctype,
	};
	parser->userData = reader;
	reader->parser = parser;
	xmlCtxtUseOptions(parser, XML_PARSE_HUGE | XML_PARSE_NONET | XML_PARSE_NOERROR |
					  XML_PARSE_NOWARNING);
	xmlParseDocument(parser);
	reader->arena->failed |=
		reader->text.failed || parser->errNo == XML_ERR_NO_MEMORY;
	if (!parser->wellFormed || reader->arena->failed)
		reader->bad = true;
}

/* Fills the record in; false when the document is not one that can be trusted. */
static bool read_document(struct reader *reader, struct view xml)
{
	xmlParserCtxtPtr parser;

	if (xml.len == 0 || xml.len > INT_MAX)
		return false;
	parser = xmlCreateMemoryParserCtxt(xml.data, (int)xml.len);
	if (!parser) {
		reader->arena->failed = true;
		return false;
	}
	parse(reader, parser);
	xmlFreeParserCtxt(parser);
	buf_finish(&reader->text);
	return !reader->bad;
}

#define TEXT_AT(name, type, member)                                        \
	{                                                                  \
		name, NULL, WIRE_TEXT, offsetof(struct type, member), NULL \
	}
#define NEST(name, items)                        \
	{                                        \
		name, NULL, WIRE_NEST, 0, &items \
	}

static const struct wire_schema metadata_schema = {
	(const struct wire_field[]){
		TEXT_AT("RequestId", wire_reply, request_id),
		{.kind = WIRE_END},
	},
	sizeof(struct wire_reply), NULL};

bool xml_read_reply(struct view xml, enum wire_action action, struct arena *arena,
	struct wire_reply *out)
{
	char result[80];
	const struct wire_field fields[] = {
		{result, NULL, WIRE_NEST, 0, wire_reply_schema(action)},
		NEST("ResponseMetadata", metadata_schema),
		{.kind = WIRE_END},
	};
	const struct wire_schema root = {fields, sizeof(*out), NULL};
	struct reader reader = {.arena = arena, .root = &root, .record = out};

	snprintf(result, sizeof(result), "%sResult", wire_action_name(action));
	*out = wire_reply_of(action);
	return read_document(&reader, xml) && !reader.is_error &&
	       (reader.has_result || wire_action_is_void(action));
}

struct fault_record {
	struct view code;
	struct view message;
	struct view type;
	struct view request_id;
};

static const struct wire_schema error_schema = {
	(const struct wire_field[]){
		TEXT_AT("Code", fault_record, code),
		TEXT_AT("Message", fault_record, message),
		TEXT_AT("Type", fault_record, type),
		{.kind = WIRE_END},
	},
	sizeof(struct fault_record), NULL};

static const struct wire_schema fault_schema = {
	(const struct wire_field[]){
		NEST("Error", error_schema),
		TEXT_AT("RequestId", fault_record, request_id),
		{.kind = WIRE_END},
	},
	sizeof(struct fault_record), NULL};

bool xml_read_fault(
	struct view xml, int http_status, struct arena *arena, struct wire_fault *out)
{
	struct fault_record record = {0};
	struct reader reader = {.arena = arena, .root = &fault_schema, .record = &record};

	*out = (struct wire_fault){
		.http_status = http_status,
		.sender_fault = http_status < 500,
	};
	if (!read_document(&reader, xml) || view_is_absent(record.code))
		return false;
	out->code = record.code;
	out->message = record.message;
	out->request_id = record.request_id;
	if (!view_is_absent(record.type))
		out->sender_fault = view_is(record.type, "Sender");
	return true;
}

static const struct wire_schema keys_schema = {
	(const struct wire_field[]){
		TEXT_AT("AccessKeyId", wire_credentials, access_key),
		TEXT_AT("SecretAccessKey", wire_credentials, secret_key),
		TEXT_AT("SessionToken", wire_credentials, token),
		TEXT_AT("Expiration", wire_credentials, expiration),
		{.kind = WIRE_END},
	},
	sizeof(struct wire_credentials), NULL};

static const struct wire_schema role_schema = {(const struct wire_field[]){
						       NEST("Credentials", keys_schema),
						       {.kind = WIRE_END},
					       },
	sizeof(struct wire_credentials), NULL};

static const struct wire_schema sts_schema = {
	(const struct wire_field[]){
		NEST("AssumeRoleResult", role_schema),
		NEST("AssumeRoleWithWebIdentityResult", role_schema),
		{.kind = WIRE_END},
	},
	sizeof(struct wire_credentials), NULL};

bool xml_read_sts_credentials(
	struct view xml, struct arena *arena, struct wire_credentials *out)
{
	struct reader reader = {.arena = arena, .root = &sts_schema, .record = out};

	*out = (struct wire_credentials){.expires_ms = INT64_MAX};
	return read_document(&reader, xml) && out->access_key.len &&
	       out->secret_key.len && out->token.len &&
	       stamp_read(out->expiration, &out->expires_ms);
}
