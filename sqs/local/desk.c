/* SPDX-License-Identifier: MIT */
#include "sqs/local/desk.h"

#include <stdlib.h>

#include "sqs/base/clock.h"
#include "sqs/local/desk_state.h"
#include "sqs/wire/action.h"

enum {
	MOST_SLEEP_MS = 60000, /* the machine's clock may be set meanwhile */
	STORE_AGAIN_MS = 1000, /* after it failed */
	MOST_PASSES = 4,       /* over the parked polls in one turn */
	MOST_GIVEN_BYTES = 64 * 1024 * 1024, /* bodies of received messages in one turn */
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void read_clocks(struct desk *desk)
{
	const struct server_options *options = &desk->options;

	if (options->now_ms) {
		desk->now_ms = options->now_ms(options->now_arg);
		desk->steady_ms = desk->now_ms;
	} else {
		desk->now_ms = clock_wall_ms();
		desk->steady_ms = clock_boot_ms();
	}
}

/* -------------------------------------------------------------------------------------
 * The end of a call
 */

void desk_record(
	struct desk *desk, const struct call *call, const struct call_outcome *outcome)
{
	int64_t micros = (clock_boot_ns() - call->began_ns) / 1000;

	metrics_count(&desk->metrics, call, outcome, micros);
	request_log_add(desk->options.log,
		&(struct request_log_line){.wall_ms = desk->now_ms,
			.action = call->in.has_action
					  ? wire_action_name(call->in.request.action)
					  : NULL,
			.queue = call->queue_name,
			.entries = outcome->entries,
			.status = outcome->status,
			.code = outcome->code,
			.micros = micros});
}

/* The exchange, and with it the call, lives on until libmicrohttpd runs again. */
void desk_finish(struct desk *desk, struct call *call)
{
	struct call_outcome outcome =
		call->plan.lose || call->plan.cut ? call_cut(call) : call_answer(call);

	desk_record(desk, call, &outcome);
}

void desk_decide(struct desk *desk, struct call *call)
{
	call_enter(call, CALL_DECIDED);
	list_append(&desk->decided, &call->link);
}

void desk_refuse(struct desk *desk, struct call *call, struct wire_fault fault)
{
	call_refuse(call, fault);
	desk_decide(desk, call);
}

/* -------------------------------------------------------------------------------------
 * Time
 */

static void fire(struct desk *desk, struct call *call)
{
	switch (call->state) {
	case CALL_HELD:
		desk_go_on(desk, call);
		break;
	case CALL_PARKED:
		desk_end_poll(desk, call);
		break;
	case CALL_LATE:
		desk_finish(desk, call);
		break;
	case CALL_NEW:
	case CALL_READY:
	case CALL_DECIDED:
	case CALL_GONE:
		break;
	}
}

static void fire_timers(struct desk *desk)
{
	int64_t until = desk->is_stopping ? INT64_MAX : desk->steady_ms;
	struct timer *timer;

	while ((timer = timers_pop(&desk->timers, until)) != NULL)
		fire(desk, list_entry(timer, struct call, timer));
}

/* -------------------------------------------------------------------------------------
 * A turn
 */

bool desk_has_room(const struct desk *desk)
{
	return desk->is_stopping ||
	       (desk->given_bytes < MOST_GIVEN_BYTES && http_has_room(desk->http));
}

bool desk_execute(struct desk *desk, struct call *call)
{
	call->verdict =
		service_execute(desk->options.service, &call->service, desk->now_ms);
	desk->metrics.executed++;
	if (call->verdict == SERVICE_WAIT)
		return false;
	call->is_executed = true;
	desk->given_bytes += call_given_bytes(call);
	if (call->plan.duplicate)
		call_duplicate(call, desk->options.service, desk->now_ms);
	return true;
}

/* A poll that cannot be parked answers what there is, nothing. */
static void execute_one(struct desk *desk, struct call *call)
{
	if (!desk_execute(desk, call)) {
		if (desk_park(desk, call))
			return;
		call->service.out_of_time = true;
		desk_execute(desk, call);
	}
	desk_decide(desk, call);
}

static void execute_givers(struct desk *desk)
{
	struct list *link;

	while ((link = list_pop(&desk->givers)) != NULL)
		execute_one(desk, list_entry(link, struct call, link));
}

static void execute_takers(struct desk *desk)
{
	struct list *link;

	while (desk_has_room(desk) && (link = list_pop(&desk->takers)) != NULL)
		execute_one(desk, list_entry(link, struct call, link));
}

static void fail_all(struct desk *desk, struct list *calls)
{
	list_each (link, calls) {
		struct call *call = list_entry(link, struct call, link);

		if (!call->is_executed)
			continue;
		call->verdict = SERVICE_FAULT;
		service_store_fault(
			desk->options.service, call->service.arena, &call->service.fault);
	}
}

static void refuse_ready(struct desk *desk, struct list *ready)
{
	struct list *link;

	while ((link = list_pop(ready)) != NULL) {
		struct call *call = list_entry(link, struct call, link);

		call->is_executed = true;
		desk_decide(desk, call);
	}
}

/* When time itself is work for the service. */
static int64_t service_due_ms(const struct desk *desk)
{
	int64_t due_ms = least(timers_next_due(&desk->park.ready),
		service_tick_at(desk->options.service));

	return due_ms > desk->not_before_ms ? due_ms : desk->not_before_ms;
}

static bool has_work(const struct desk *desk)
{
	return !list_is_empty(&desk->givers) || !list_is_empty(&desk->takers) ||
	       service_changed(desk->options.service) ||
	       service_due_ms(desk) <= desk->now_ms;
}

static void forget_changes(struct desk *desk)
{
	while (service_next_changed(desk->options.service))
		;
}

/* Who waits comes before who just came. What takes may change another queue too: a dead
 * letter arrives there. */
static void hand_out(struct desk *desk)
{
	struct service *service = desk->options.service;
	int passes = 0;

	desk_serve_parked(desk);
	execute_takers(desk);
	while (desk->park.count && service_changed(service) && passes++ < MOST_PASSES)
		desk_serve_parked(desk);
	if (!desk->park.count)
		forget_changes(desk);
}

/* The store fails: everybody is told, and what time asks for waits a while. */
static void fail_turn(struct desk *desk)
{
	fail_all(desk, &desk->decided);
	forget_changes(desk);
	desk->not_before_ms = desk->now_ms + STORE_AGAIN_MS;
	park_ask_all(&desk->park, desk->not_before_ms);
}

/* The transaction is over: the answers may leave. */
static void answer_decided(struct desk *desk)
{
	struct list *link;

	while ((link = list_pop(&desk->decided)) != NULL) {
		struct call *call = list_entry(link, struct call, link);

		if (call->plan.delay_after_ms && !desk->is_stopping &&
			timers_set(&desk->timers, &call->timer,
				desk->steady_ms + call->plan.delay_after_ms))
			call_enter(call, CALL_LATE);
		else
			desk_finish(desk, call);
	}
}

/* The store is not to be had at all. */
static void refuse_turn(struct desk *desk)
{
	refuse_ready(desk, &desk->givers);
	refuse_ready(desk, &desk->takers);
	fail_turn(desk);
}

/*
 * What takes is not synced, so its answers need not wait for what gives: where both are
 * there, it has a transaction of its own before the other, and its answers leave. What
 * has come in meanwhile joins the second one.
 */
static bool execute_takers_first(struct desk *desk)
{
	hand_out(desk);
	if (!service_commit(desk->options.service))
		return false;
	answer_decided(desk);
	http_run(desk->http);
	desk_take_arrived(desk);
	return service_begin(desk->options.service);
}

static void execute_turn(struct desk *desk)
{
	struct service *service = desk->options.service;

	desk->metrics.turns++;
	desk->given_bytes = 0;
	if (!service_begin(service) ||
		(!list_is_empty(&desk->givers) && !list_is_empty(&desk->takers) &&
			!execute_takers_first(desk))) {
		refuse_turn(desk);
		return;
	}
	execute_givers(desk);
	if (service_tick_at(service) <= desk->now_ms)
		service_tick(service, desk->now_ms);
	hand_out(desk);
	if (!service_commit(service))
		fail_turn(desk);
}

void desk_turn(struct desk *desk)
{
	read_clocks(desk);
	fire_timers(desk);
	desk_take_arrived(desk);
	if (has_work(desk))
		execute_turn(desk);
	answer_decided(desk);
	request_log_flush(desk->options.log);
}

int desk_sleep_ms(struct desk *desk)
{
	int64_t left = MOST_SLEEP_MS;
	int64_t due_ms;

	if (!http_has_room(desk->http))
		return DESK_ASK_AGAIN_MS;
	if (service_changed(desk->options.service) || !list_is_empty(&desk->takers))
		return 0;
	read_clocks(desk);
	due_ms = service_due_ms(desk);
	if (due_ms < INT64_MAX)
		left = least(left, due_ms - desk->now_ms);
	if (desk->timers.count)
		left = least(left, timers_next_due(&desk->timers) - desk->steady_ms);
	if (left <= 0)
		return 0;
	return (int)(desk->options.now_ms ? MOST_SLEEP_MS : left);
}

void desk_stop(struct desk *desk)
{
	desk->is_stopping = true;
}

/* -------------------------------------------------------------------------------------
 * Life
 */

struct desk *desk_new(const struct server_options *options, struct http *http, int epoll)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	if (!desk)
		return NULL;
	desk->options = *options;
	desk->http = http;
	park_init(&desk->park, epoll);
	list_init(&desk->givers);
	list_init(&desk->takers);
	list_init(&desk->decided);
	ids_init(&desk->ids, 0, 0);
	return desk;
}

void desk_free(struct desk *desk)
{
	if (!desk)
		return;
	park_finish(&desk->park);
	timers_finish(&desk->timers);
	free(desk);
}
