/* SPDX-License-Identifier: MIT */
#include "sqs/local/turn.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "sqs/base/text.h"
#include "sqs/local/census.h"

enum {
	NUMBERS_AT_A_TIME = 1000,
	HELD_BACK_MS = 10000, /* a clock that goes back by less stands still instead */
};

void service_see_time(struct service *service, int64_t now_ms)
{
	struct registry *registry = &service->registry;

	if (now_ms > service->now_ms) {
		service->now_ms = now_ms;
		return;
	}
	if (service->now_ms - now_ms <= HELD_BACK_MS)
		return;
	service->now_ms = now_ms;
	service->tick_ms = now_ms;
	for (size_t i = 0; i < registry->count; i++)
		registry->by_id[i]->census.is_counted = false;
}

void service_tick_by(struct service *service, int64_t at_ms)
{
	if (at_ms < service->tick_ms)
		service->tick_ms = at_ms;
}

void service_note_change(struct service *service, struct queue *queue)
{
	if (!queue->is_changed)
		queue->is_changed = changes_add(&service->changes, queue->id);
}

int64_t service_number(struct service *service)
{
	struct store *store = service->store;

	if (service->next_number == service->last_number) {
		int64_t first = store_number(
			store, 0, "SELECT value FROM meta WHERE name = 'next_number'");

		if (!store_run(store,
			    "UPDATE meta SET value = ?1 WHERE name = 'next_number'",
			    number(first + NUMBERS_AT_A_TIME)))
			return 0;
		service->next_number = first;
		service->last_number = first + NUMBERS_AT_A_TIME;
	}
	return service->next_number++;
}

enum service_verdict refuse(
	struct turn *turn, enum wire_error error, const char *format, ...)
{
	struct refusal refusal = {.error = error};
	char words[1200];
	va_list args;

	if (format) {
		va_start(args, format);
		vsnprintf(words, sizeof(words), format, args);
		va_end(args);
		refusal.message = arena_copy(turn->arena, view_of(words));
	}
	return refuse_as(turn, &refusal);
}

struct view turn_carried(struct turn *turn, struct view message)
{
	char *copy;
	size_t bad;

	if (view_is_absent(message) || text_is_carried(message, NULL))
		return message;
	copy = arena_string(turn->arena, message);
	if (!copy)
		return (struct view){0};
	message.data = copy;
	while (!text_is_carried(message, &bad))
		copy[bad] = '?';
	return message;
}

enum service_verdict refuse_as(struct turn *turn, const struct refusal *refusal)
{
	turn->call->fault =
		wire_fault_of(refusal->error, turn_carried(turn, refusal->message));
	turn->service->refused++;
	return SERVICE_FAULT;
}

enum service_verdict refuse_value(
	struct turn *turn, struct view value, const char *parameter, const char *reason)
{
	return refuse(turn, WIRE_INVALID_PARAMETER_VALUE,
		"Value %.*s for parameter %s is invalid. Reason: %s",
		(int)(value.len < 500 ? value.len : 500), value.data ? value.data : "",
		parameter, reason);
}

enum service_verdict refuse_missing(struct turn *turn, const char *parameter)
{
	return refuse(turn, WIRE_MISSING_PARAMETER,
		"The request must contain the parameter %s.", parameter);
}

bool turn_number_is_good(
	struct turn *turn, enum limits_parameter parameter, int64_t value)
{
	const struct limits_number *row = limits_parameter(parameter);

	if (!limits_is_beyond(parameter, value))
		return true;
	refuse_value(turn, arena_format(turn->arena, "%" PRId64, value), row->name,
		row->reason);
	return false;
}

int64_t turn_number(enum limits_parameter parameter, int64_t value)
{
	return value == WIRE_ABSENT ? limits_parameter(parameter)->otherwise : value;
}

struct view turn_url_of(struct turn *turn, const struct queue *queue)
{
	return arena_format(turn->arena, "%s/%s/%s", turn->service->endpoint,
		turn->service->account, queue->name);
}

static const char *partition_of(const char *region)
{
	if (strncmp(region, "cn-", 3) == 0)
		return "aws-cn";
	return strncmp(region, "us-gov-", 7) == 0 ? "aws-us-gov" : "aws";
}

struct view turn_arn_of(struct turn *turn, struct view queue_name)
{
	return arena_format(turn->arena, "arn:%s:sqs:%s:%s:%.*s",
		partition_of(turn->service->region), turn->service->region,
		turn->service->account, (int)queue_name.len, queue_name.data);
}

struct queue *turn_queue_of_arn(struct turn *turn, struct view arn)
{
	struct view name = limits_queue_name_of(arn);
	struct queue *queue = registry_find(&turn->service->registry, name);

	if (!queue || !view_equals(arn, turn_arn_of(turn, name)))
		return NULL;
	census_settle(queue, turn->store, turn->now_ms);
	return queue;
}

struct wire_done *turn_done(struct turn *turn)
{
	turn->reply->done = arena_array(turn->arena, 1, sizeof(*turn->reply->done));
	turn->reply->done_count = turn->reply->done != NULL;
	return turn->reply->done;
}

bool turn_page_start(struct turn *turn, struct view *after)
{
	struct buf name = BUF_INIT(1000);

	*after = (struct view){0};
	if (turn->request->next_token.len == 0)
		return true;
	if (base64_decode(&name, turn->request->next_token))
		*after = arena_copy(turn->arena, buf_view(&name));
	buf_finish(&name);
	if (limits_queue_name_is_valid(*after))
		return true;
	refuse(turn, WIRE_INVALID_PARAMETER_VALUE, "Invalid or expired next token.");
	return false;
}

struct view turn_page_token(struct turn *turn, struct view last_name)
{
	struct buf token = BUF_INIT(1000);
	struct view copy = {0};

	if (base64_encode(&token, last_name))
		copy = arena_copy(turn->arena, buf_view(&token));
	buf_finish(&token);
	return copy;
}
