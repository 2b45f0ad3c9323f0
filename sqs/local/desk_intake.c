/* SPDX-License-Identifier: MIT */
#include "sqs/local/admin.h"
#include "sqs/local/desk_state.h"

static void make_ready(struct desk *desk, struct call *call)
{
	call_enter(call, CALL_READY);
	list_append(call_is_taker(call) ? &desk->takers : &desk->givers, &call->link);
}

/* What its faults leave of a call before its effect. */
void desk_go_on(struct desk *desk, struct call *call)
{
	if (call->plan.cut) {
		desk_finish(desk, call);
	} else if (call->plan.code[0]) {
		desk_refuse(desk, call, call_planned_fault(call));
	} else {
		make_ready(desk, call);
	}
}

/* Nothing is held any more when it stops: the end may not find a call that waits. */
static void apply_faults(struct desk *desk, struct call *call)
{
	call->plan = faults_plan(
		desk->options.faults, call->in.request.action, call->queue_name);
	if (call->plan.delay_before_ms && !desk->is_stopping &&
		timers_set(&desk->timers, &call->timer,
			desk->steady_ms + call->plan.delay_before_ms))
		call_enter(call, CALL_HELD);
	else
		desk_go_on(desk, call);
}

static bool is_admitted(struct desk *desk, struct call *call, struct wire_fault *fault)
{
	struct view *sender = &call->service.sender;

	if (!auth_admits(desk->options.auth, http_request_of(call->exchange),
		    desk->now_ms, call->service.arena, sender, fault))
		return false;
	if (view_is_absent(*sender))
		*sender = view_of(desk->options.account);
	return true;
}

static void ask_admin(struct desk *desk, struct http_exchange *exchange)
{
	const struct admin admin = {.service = desk->options.service,
		.faults = desk->options.faults,
		.auth = desk->options.auth,
		.metrics = &desk->metrics,
		.gauges = {.connections = http_connections(desk->http),
			.parked = desk->park.count,
			.unsent = http_unsent(desk->http)},
		.now_ms = desk->now_ms};

	admin_answer(&admin, exchange);
}

static void take(struct desk *desk, struct http_exchange *exchange)
{
	const struct http_request *request = http_request_of(exchange);
	struct wire_fault fault;
	struct call *call;

	if (admin_is_asked(request)) {
		ask_admin(desk, exchange);
		return;
	}
	call = call_new(exchange, &desk->ids);
	if (!call)
		http_cut(exchange);
	else if (request->refusal == HTTP_COMPLETE && !is_admitted(desk, call, &fault))
		desk_refuse(desk, call, fault);
	else if (!call->in.is_readable)
		desk_refuse(desk, call, call->in.fault);
	else
		apply_faults(desk, call);
}

void desk_take_arrived(struct desk *desk)
{
	struct http_exchange *exchange;

	while ((exchange = http_next(desk->http)) != NULL)
		take(desk, exchange);
}
