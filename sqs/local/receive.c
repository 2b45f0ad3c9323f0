/* SPDX-License-Identifier: MIT */
/* ReceiveMessage: what it checks, how it waits, and retries of FIFO receives. */
#include "sqs/local/attempt.h"
#include "sqs/local/census.h"
#include "sqs/local/delivery.h"
#include "sqs/local/pick.h"
#include "sqs/local/sweep.h"

static bool names_are_known(struct turn *turn)
{
	const struct wire_views *names = &turn->request->attribute_names;

	for (size_t i = 0; i < names->count; i++) {
		struct view name = names->items[i];

		if (view_is(name, "All") || limits_system_attribute_is_known(name) ||
			limits_attribute_find(name))
			continue;
		refuse(turn, WIRE_INVALID_ATTRIBUTE_NAME, "Unknown Attribute %.*s.",
			(int)name.len, name.data);
		return false;
	}
	return true;
}

static bool attempt_is_good(struct turn *turn)
{
	struct view id = turn->request->attempt_id;
	const char *reason = NULL;

	if (view_is_absent(id))
		return true;
	if (!turn->queue->is_fifo)
		reason = "The request include parameter that is not valid for this queue "
			 "type.";
	else if (!limits_id_is_valid(id))
		reason = "ReceiveRequestAttemptId can only include alphanumeric and "
			 "punctuation characters. 1 to 128 in length.";
	if (reason)
		refuse_value(turn, id, "ReceiveRequestAttemptId", reason);
	return !reason;
}

static bool is_good(struct turn *turn)
{
	const struct wire_request *r = turn->request;

	return turn_number_is_good(
		       turn, LIMITS_MAX_NUMBER_OF_MESSAGES, r->max_messages) &&
	       turn_number_is_good(turn, LIMITS_VISIBILITY_TIMEOUT, r->visibility_s) &&
	       turn_number_is_good(turn, LIMITS_WAIT_TIME_SECONDS, r->wait_s) &&
	       names_are_known(turn) && attempt_is_good(turn);
}

/* A receive counts, even one that hides its message for no time at all. */
static bool mark_received(
	struct turn *turn, struct message *message, int64_t visibility_s)
{
	struct message_times times = message->times;

	times.received_ms = turn->now_ms;
	times.visible_ms = turn->now_ms + visibility_s * 1000;
	times.receive_count++;
	return message_retime(turn->service, turn->queue, message, &times,
		(int64_t)ids_next(&turn->service->ids));
}

static size_t receive(struct turn *turn, int64_t visibility_s, struct message *messages)
{
	int64_t wanted =
		turn_number(LIMITS_MAX_NUMBER_OF_MESSAGES, turn->request->max_messages);
	struct view attempt = turn->request->attempt_id;
	size_t count = 0;

	if (!view_is_absent(attempt))
		count = attempt_replay(turn, attempt, visibility_s, messages);
	if (count)
		return count;
	wanted = rules_room_in_flight(turn->queue->census.in_flight, wanted);
	count = wanted ? pick_messages(turn, PICK_TO_RECEIVE, (size_t)wanted, messages)
		       : 0;
	for (size_t i = 0; i < count; i++) {
		if (!mark_received(turn, &messages[i], visibility_s))
			return 0;
	}
	if (count && !view_is_absent(attempt))
		attempt_remember(turn, attempt, messages, count);
	return count;
}

/* What a receive without messages answers: nothing, later, or that too many are in
 * flight. */
static enum service_verdict answer_empty(struct turn *turn)
{
	struct service_call *call = turn->call;
	int64_t wait_s = turn->request->wait_s;

	if (wait_s == WIRE_ABSENT)
		wait_s = turn->queue->settings.wait_s;
	if (wait_s == 0 && !turn->queue->is_fifo &&
		!rules_room_in_flight(turn->queue->census.in_flight, 1))
		return refuse(turn, WIRE_OVER_LIMIT,
			"Too many messages are in flight in %s: %d are the most.",
			turn->queue->name, LIMITS_IN_FLIGHT);
	if (call->wait_until_ms == 0)
		call->wait_until_ms = turn->now_ms + wait_s * 1000;
	if (call->out_of_time || turn->now_ms >= call->wait_until_ms)
		return SERVICE_REPLY;
	call->queue = turn->queue->id;
	return SERVICE_WAIT;
}

enum service_verdict do_receive(struct turn *turn)
{
	int64_t visibility_s = turn->request->visibility_s;
	struct message messages[LIMITS_BATCH];
	size_t count;

	if (!is_good(turn))
		return SERVICE_FAULT;
	if (visibility_s == WIRE_ABSENT)
		visibility_s = turn->queue->settings.visibility_s;
	sweep_expired(turn->service, turn->queue);
	count = receive(turn, visibility_s, messages);
	if (!count)
		return answer_empty(turn);
	delivery_write(turn, messages, count);
	return SERVICE_REPLY;
}
