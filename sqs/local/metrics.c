/* SPDX-License-Identifier: MIT */
#include "sqs/local/metrics.h"

#include <inttypes.h>

#include "sqs/wire/action.h"

static const char *const class_names[] = {
	[METRICS_DONE] = "done",
	[METRICS_REFUSED] = "refused",
	[METRICS_FAILED] = "failed",
	[METRICS_CUT] = "cut",
};

static enum metrics_class class_of(int status)
{
	if (status == 0)
		return METRICS_CUT;
	if (status < 400)
		return METRICS_DONE;
	return status < 500 ? METRICS_REFUSED : METRICS_FAILED;
}

static const char *action_name(size_t row)
{
	return row < WIRE_ACTION_COUNT ? wire_action_name((enum wire_action)row) : "none";
}

void metrics_count(struct metrics *metrics, const struct call *call,
	const struct call_outcome *outcome, int64_t micros)
{
	size_t row = call->in.has_action ? call->in.request.action : WIRE_ACTION_COUNT;

	metrics->requests[row][class_of(outcome->status)]++;
	metrics->messages[row] += outcome->entries;
	metrics->micros[row] += (uint64_t)micros;
}

static void write_head(
	struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP sqs_local_%s %s\n# TYPE sqs_local_%s %s\n", name, help,
		name, type);
}

static void write_one(struct buf *out, const char *name, const char *type,
	const char *help, uint64_t value)
{
	write_head(out, name, type, help);
	buf_printf(out, "sqs_local_%s %" PRIu64 "\n", name, value);
}

/* Actions that nobody asked for are left out. */
static void write_by_action(struct buf *out, const char *name, const char *help,
	const uint64_t values[WIRE_ACTION_COUNT + 1])
{
	write_head(out, name, "counter", help);
	for (size_t row = 0; row <= WIRE_ACTION_COUNT; row++)
		if (values[row])
			buf_printf(out, "sqs_local_%s{action=\"%s\"} %" PRIu64 "\n", name,
				action_name(row), values[row]);
}

static void write_requests(struct buf *out, const struct metrics *metrics)
{
	write_head(out, "answers_total", "counter", "Answers by action and outcome.");
	for (size_t row = 0; row <= WIRE_ACTION_COUNT; row++)
		for (size_t class = 0; class < METRICS_CLASSES; class ++)
			if (metrics->requests[row][class])
				buf_printf(out,
					"sqs_local_answers_total{action=\"%s\","
					"outcome=\"%s\"} %" PRIu64 "\n",
					action_name(row), class_names[class],
					metrics->requests[row][class]);
}

bool metrics_write(const struct metrics *metrics, const struct metrics_gauges *gauges,
	struct buf *out)
{
	write_requests(out, metrics);
	write_by_action(out, "entries_total",
		"Messages sent, received, changed or deleted, by action.",
		metrics->messages);
	write_by_action(out, "request_microseconds_total",
		"Time from a whole request to its answer, long polls included.",
		metrics->micros);
	write_one(out, "turns_total", "counter", "Transactions of the server's loop.",
		metrics->turns);
	write_one(out, "executed_total", "counter",
		"Requests executed in them, a long poll each time it was tried.",
		metrics->executed);
	write_one(out, "hung_up_total", "counter",
		"Long polls that ended because their peer hung up.", metrics->hung_up);
	write_one(out, "connections", "gauge", "Open connections.", gauges->connections);
	write_one(out, "parked_polls", "gauge", "Long polls that wait for a message.",
		gauges->parked);
	write_one(out, "unanswered_requests", "gauge",
		"Requests whose answer is not sent to its end.", gauges->unsent);
	return !out->failed;
}
