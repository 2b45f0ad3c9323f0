/* SPDX-License-Identifier: MIT */
#include "sqs/local/dispatch.h"

#include <strings.h>

#include "sqs/base/text.h"
#include "sqs/wire/action.h"
#include "sqs/wire/error.h"
#include "sqs/wire/form.h"
#include "sqs/wire/json.h"
#include "sqs/wire/limits.h"
#include "sqs/wire/xml.h"

#define JSON_TYPE "application/x-amz-json-"

/* What a fault repeats of an action that does not exist. */
enum { LONGEST_ECHO = 100 };

static const char *const content_types[] = {
	[DISPATCH_QUERY] = "text/xml",
	[DISPATCH_JSON] = "application/x-amz-json-1.0",
};

/* -------------------------------------------------------------------------------------
 * Reading
 */

static enum dispatch_protocol protocol_of(const struct http_request *request)
{
	struct view type = http_header(request, "Content-Type");

	if (view_is_absent(type))
		return view_is_absent(http_header(request, "X-Amz-Target"))
			       ? DISPATCH_QUERY
			       : DISPATCH_JSON;
	return type.len >= strlen(JSON_TYPE) &&
			       strncasecmp(type.data, JSON_TYPE, strlen(JSON_TYPE)) == 0
		       ? DISPATCH_JSON
		       : DISPATCH_QUERY;
}

static bool refuse(struct dispatch *out, enum wire_error error, struct view message)
{
	out->fault = wire_fault_of(error, message);
	return false;
}

static bool read_json(
	const struct http_request *request, struct arena *arena, struct dispatch *out)
{
	struct view target = http_header(request, "X-Amz-Target");
	const struct view prefix = VIEW_LITERAL(JSON_TARGET);
	enum wire_action action;

	if (!view_starts_with(target, prefix))
		return refuse(out, WIRE_UNKNOWN_OPERATION, (struct view){0});
	target.data += prefix.len;
	target.len -= prefix.len;
	if (!wire_action_find(target, &action))
		return refuse(out, WIRE_UNKNOWN_OPERATION, (struct view){0});
	out->has_action = true;
	out->request.action = action;
	return json_read_request(
		request->body, action, arena, &out->request, &out->fault);
}

/* What is asked of the service as a whole is not asked of a queue's URL. */
static bool fits_path(enum wire_action action, struct view path)
{
	bool is_queue = path.len > 1;

	return !is_queue || (action != WIRE_CREATE_QUEUE && action != WIRE_LIST_QUEUES);
}

static bool refuse_action(struct dispatch *out, struct arena *arena, struct view name)
{
	if (name.len > LONGEST_ECHO)
		name.len = LONGEST_ECHO;
	if (!text_is_carried(name, NULL))
		name = VIEW_LITERAL("(unprintable)");
	return refuse(out, WIRE_INVALID_ACTION,
		arena_format(arena, "The action %.*s is not valid for this endpoint.",
			(int)name.len, name.data ? name.data : ""));
}

static bool read_query(
	const struct http_request *request, struct arena *arena, struct dispatch *out)
{
	struct form form = {0};
	enum wire_action action;
	struct view name;

	if (!view_is_absent(request->query) &&
		!form_add(&form, arena, request->query, &out->fault))
		return false;
	if (request->body.len && !form_add(&form, arena, request->body, &out->fault))
		return false;
	name = form_get(&form, "Action");
	if (name.len == 0)
		return refuse(out, WIRE_UNKNOWN_OPERATION, (struct view){0});
	if (!wire_action_find(name, &action) || !fits_path(action, request->path))
		return refuse_action(out, arena, name);
	out->has_action = true;
	out->request.action = action;
	return form_read_request(&form, arena, &out->request, &out->fault);
}

/* A trace header of HTTP is the message's, unless the request names one itself. */
static void adopt_trace(const struct http_request *http, struct arena *arena,
	struct wire_request *request)
{
	struct view trace = http_header(http, "X-Amzn-Trace-Id");
	struct wire_attribute *attribute;

	if (request->action != WIRE_SEND_MESSAGE || request->entry_count != 1 ||
		trace.len == 0 || request->entries[0].system_attributes.count)
		return;
	attribute = arena_alloc(arena, sizeof(*attribute));
	if (!attribute)
		return;
	attribute->name = VIEW_LITERAL("AWSTraceHeader");
	attribute->type = VIEW_LITERAL("String");
	attribute->value = trace;
	request->entries[0].system_attributes = (struct wire_attributes){attribute, 1};
}

static bool method_fits(const struct http_request *request, struct dispatch *out)
{
	if (view_is(request->method, "POST") ||
		(out->protocol == DISPATCH_QUERY && view_is(request->method, "GET")))
		return true;
	out->fault = (struct wire_fault){
		.http_status = 405,
		.code = VIEW_LITERAL("MethodNotAllowed"),
		.message =
			VIEW_LITERAL("SQS is spoken with POST, and in the Query protocol "
				     "with GET."),
		.sender_fault = true,
	};
	return false;
}

static bool body_arrived(const struct http_request *request, struct dispatch *out)
{
	switch (request->refusal) {
	case HTTP_COMPLETE:
		return true;
	case HTTP_BODY_TOO_LARGE:
		return refuse(out, WIRE_REQUEST_TOO_LARGE,
			VIEW_LITERAL("A request may have 5 MiB."));
	case HTTP_NO_ROOM:
		return refuse(out, WIRE_SERVICE_UNAVAILABLE,
			VIEW_LITERAL("Too many large requests at a time: try again."));
	}
	return false;
}

void dispatch_read(
	const struct http_request *request, struct arena *arena, struct dispatch *out)
{
	*out = (struct dispatch){.protocol = protocol_of(request)};
	if (!body_arrived(request, out) || !method_fits(request, out))
		return;
	out->is_readable = out->protocol == DISPATCH_JSON
				   ? read_json(request, arena, out)
				   : read_query(request, arena, out);
	if (out->is_readable)
		adopt_trace(request, arena, &out->request);
}

struct view dispatch_queue_name(const struct wire_request *request, struct view path)
{
	if (request->queue_url.len)
		return limits_queue_name_of(request->queue_url);
	if (request->queue_name.len)
		return request->queue_name;
	return path.len > 1 ? limits_queue_name_of(path) : (struct view){0};
}

/* -------------------------------------------------------------------------------------
 * Writing
 */

static void add_header(
	struct dispatch_answer *answer, const char *name, struct view value)
{
	answer->headers[answer->header_count++] =
		(struct wire_pair){view_of(name), value};
}

static void begin(struct dispatch_answer *answer, enum dispatch_protocol protocol,
	int status, struct view request_id)
{
	*answer = (struct dispatch_answer){.status = status};
	add_header(answer, "Content-Type", view_of(content_types[protocol]));
	add_header(answer, "x-amzn-RequestId", request_id);
}

bool dispatch_write_reply(enum dispatch_protocol protocol, const struct wire_reply *reply,
	struct buf *body, struct dispatch_answer *answer)
{
	begin(answer, protocol, 200, reply->request_id);
	return protocol == DISPATCH_JSON ? json_write_reply(body, reply)
					 : xml_write_reply(body, reply);
}

static bool add_query_error(const struct wire_fault *fault, struct arena *arena,
	struct dispatch_answer *answer)
{
	struct buf text = {0};
	struct view value = {0};

	if (json_write_query_error(&text, fault))
		value = arena_copy(arena, buf_view(&text));
	buf_finish(&text);
	if (view_is_absent(value))
		return false;
	add_header(answer, "x-amzn-query-error", value);
	return true;
}

bool dispatch_write_fault(enum dispatch_protocol protocol, const struct wire_fault *fault,
	struct arena *arena, struct buf *body, struct dispatch_answer *answer)
{
	begin(answer, protocol, fault->http_status, fault->request_id);
	if (protocol == DISPATCH_JSON)
		return add_query_error(fault, arena, answer) &&
		       json_write_fault(body, fault);
	if (wire_error_find_code(fault->code) == WIRE_UNKNOWN_OPERATION)
		return buf_add_string(body, "<UnknownOperationException/>\n");
	return xml_write_fault(body, fault);
}
