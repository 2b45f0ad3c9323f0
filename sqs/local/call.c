/* SPDX-License-Identifier: MIT */
#include "sqs/local/call.h"

#include <assert.h>

#include "sqs/base/clock.h"
#include "sqs/base/log.h"
#include "sqs/wire/error.h"

static const char *const state_names[] = {
	[CALL_NEW] = "NEW",
	[CALL_HELD] = "HELD",
	[CALL_READY] = "READY",
	[CALL_PARKED] = "PARKED",
	[CALL_DECIDED] = "DECIDED",
	[CALL_LATE] = "LATE",
	[CALL_GONE] = "GONE",
};

void call_enter(struct call *call, enum call_state next)
{
	static const unsigned may_enter[] = {
		[CALL_NEW] = 1 << CALL_HELD | 1 << CALL_READY | 1 << CALL_DECIDED |
			     1 << CALL_GONE,
		[CALL_HELD] = 1 << CALL_READY | 1 << CALL_DECIDED | 1 << CALL_GONE,
		[CALL_READY] = 1 << CALL_PARKED | 1 << CALL_DECIDED,
		[CALL_PARKED] = 1 << CALL_READY | 1 << CALL_DECIDED | 1 << CALL_GONE,
		[CALL_DECIDED] = 1 << CALL_LATE | 1 << CALL_GONE,
		[CALL_LATE] = 1 << CALL_GONE,
		[CALL_GONE] = 0,
	};

	assert(may_enter[call->state] & 1u << next);
	log_debug("call", "%s: %s -> %s", call->request_id, state_names[call->state],
		state_names[next]);
	call->state = next;
}

struct call *call_new(struct http_exchange *exchange, struct ids *ids)
{
	const struct http_request *request = http_request_of(exchange);
	struct arena *arena = http_arena(exchange);
	struct call *call = arena_alloc(arena, sizeof(*call));

	if (!call)
		return NULL;
	call->exchange = exchange;
	call->began_ns = clock_boot_ns();
	list_init(&call->link);
	ids_uuid(ids, call->request_id);
	dispatch_read(request, arena, &call->in);
	call->service.request = &call->in.request;
	call->service.path = request->path;
	call->service.arena = arena;
	if (call->in.is_readable)
		call->queue_name = dispatch_queue_name(&call->in.request, request->path);
	return call;
}

void call_refuse(struct call *call, struct wire_fault fault)
{
	call->verdict = SERVICE_FAULT;
	call->service.fault = fault;
}

struct wire_fault call_planned_fault(const struct call *call)
{
	enum wire_error error = wire_error_find_code(view_of(call->plan.code));
	struct wire_fault fault = wire_fault_of(error, (struct view){0});

	if (error == WIRE_ERROR_UNKNOWN)
		fault.code = view_of(call->plan.code);
	if (call->plan.status) {
		fault.http_status = call->plan.status;
		fault.sender_fault = call->plan.status < 500;
	}
	return fault;
}

bool call_is_taker(const struct call *call)
{
	return call->in.request.action == WIRE_RECEIVE_MESSAGE;
}

size_t call_given_bytes(const struct call *call)
{
	const struct wire_reply *reply = &call->service.reply;
	size_t bytes = 0;

	if (call->verdict != SERVICE_REPLY)
		return 0;
	for (size_t i = 0; i < reply->message_count; i++)
		bytes += reply->messages[i].body.len;
	return bytes;
}

void call_duplicate(const struct call *call, struct service *service, int64_t now_ms)
{
	struct arena *arena = call->service.arena;

	if (call->verdict != SERVICE_REPLY)
		return;
	for (size_t i = 0; i < call->service.reply.message_count; i++) {
		struct wire_request request =
			wire_request_of(WIRE_CHANGE_MESSAGE_VISIBILITY);
		struct wire_entry *entry = arena_alloc(arena, sizeof(*entry));
		struct service_call back = {.request = &request,
			.path = call->service.path,
			.sender = call->service.sender,
			.arena = arena};

		if (!entry)
			return;
		entry->receipt_handle = call->service.reply.messages[i].receipt_handle;
		entry->delay_s = WIRE_ABSENT;
		request.queue_url = call->in.request.queue_url;
		request.entries = entry;
		request.entry_count = 1;
		service_execute(service, &back, now_ms);
	}
}

static struct call_outcome outcome_of(const struct call *call, int status)
{
	struct call_outcome outcome = {
		.status = status, .entries = call->in.request.entry_count};

	if (call->verdict == SERVICE_FAULT)
		outcome.code = call->service.fault.code;
	else if (call_is_taker(call))
		outcome.entries = call->service.reply.message_count;
	return outcome;
}

static bool write_answer(
	struct call *call, struct buf *body, struct dispatch_answer *answer)
{
	struct view id = view_of(call->request_id);

	if (call->verdict == SERVICE_FAULT) {
		call->service.fault.request_id = id;
		return dispatch_write_fault(call->in.protocol, &call->service.fault,
			call->service.arena, body, answer);
	}
	call->service.reply.request_id = id;
	return dispatch_write_reply(
		call->in.protocol, &call->service.reply, body, answer);
}

struct call_outcome call_answer(struct call *call)
{
	struct buf body = {0};
	struct dispatch_answer answer;
	struct call_outcome outcome;

	if (!write_answer(call, &body, &answer) || call->service.arena->failed) {
		buf_finish(&body);
		return call_cut(call);
	}
	outcome = outcome_of(call, answer.status);
	call_enter(call, CALL_GONE);
	http_answer(call->exchange, &(struct http_answer){.status = answer.status,
					    .headers = answer.headers,
					    .header_count = answer.header_count,
					    .body = &body});
	return outcome;
}

struct call_outcome call_cut(struct call *call)
{
	struct call_outcome outcome = outcome_of(call, 0);

	call_enter(call, CALL_GONE);
	http_cut(call->exchange);
	return outcome;
}
