/* SPDX-License-Identifier: MIT */
/* The service for people: counters, and messages as they lie there. */
#include <inttypes.h>

#include "sqs/local/census.h"
#include "sqs/local/message.h"
#include "sqs/wire/action.h"

static void write_requests(const struct service *service, struct buf *out)
{
	buf_add_string(out, "# TYPE sqs_local_requests_total counter\n");
	for (size_t i = 0; i < WIRE_ACTION_COUNT; i++) {
		if (service->executed[i])
			buf_printf(out,
				"sqs_local_requests_total{action=\"%s\"} %" PRIu64 "\n",
				wire_action_name((enum wire_action)i),
				service->executed[i]);
	}
	buf_printf(out,
		"# TYPE sqs_local_refused_total counter\n"
		"sqs_local_refused_total %" PRIu64 "\n"
		"# TYPE sqs_local_expired_total counter\n"
		"sqs_local_expired_total %" PRIu64 "\n"
		"# TYPE sqs_local_dead_letters_total counter\n"
		"sqs_local_dead_letters_total %" PRIu64 "\n",
		service->refused, service->expired, service->dead_letters);
}

static void write_store(struct service *service, struct buf *out)
{
	struct store_counters counters;

	store_count(service->store, &counters);
	buf_printf(out,
		"# TYPE sqs_local_commits_total counter\n"
		"sqs_local_commits_total %" PRIu64 "\n"
		"# TYPE sqs_local_syncs_total counter\n"
		"sqs_local_syncs_total %" PRIu64 "\n"
		"# TYPE sqs_local_store_failures_total counter\n"
		"sqs_local_store_failures_total %" PRIu64 "\n"
		"# TYPE sqs_local_store_bytes gauge\n"
		"sqs_local_store_bytes %" PRId64 "\n",
		counters.commits, counters.syncs, counters.failures, counters.bytes);
}

static void write_queue(const struct queue *queue, struct buf *out)
{
	static const char *const states[] = {"visible", "in_flight", "delayed"};
	const struct census *census = &queue->census;
	int64_t counts[] = {census_visible(census), census->in_flight, census->delayed};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		buf_printf(out,
			"sqs_local_messages{queue=\"%s\",state=\"%s\"} %" PRId64 "\n",
			queue->name, states[i], counts[i]);
}

bool service_counters(struct service *service, struct buf *out, int64_t now_ms)
{
	service_see_time(service, now_ms);
	write_requests(service, out);
	write_store(service, out);
	buf_add_string(out, "# TYPE sqs_local_messages gauge\n");
	for (size_t i = 0; i < service->registry.count; i++) {
		census_settle(
			service->registry.by_name[i], service->store, service->now_ms);
		write_queue(service->registry.by_name[i], out);
	}
	return !out->failed;
}

/* ---- peek ---- */

/* What is peeked at is in memory: an answer ends behind the message that passes this. */
enum { PEEKED_BYTES = 8 * 1024 * 1024 };

static const char *state_of(
	const struct queue *queue, const struct message_times *times, int64_t now_ms)
{
	if (rules_is_expired(times, queue->settings.retention_s, now_ms))
		return "expired";
	switch (rules_state(times, now_ms)) {
	case MESSAGE_DELAYED:
		return "delayed";
	case MESSAGE_VISIBLE:
		return "visible";
	case MESSAGE_IN_FLIGHT:
		return "in flight";
	}
	return "";
}

struct service_place service_peek(struct service *service, const char *queue_name,
	struct service_place after, int limit, struct buf *out, int64_t now_ms)
{
	struct queue *queue = registry_find(&service->registry, view_of(queue_name));
	struct service_place last = {0};
	struct rows *rows;
	int count = 0;

	service_see_time(service, now_ms);
	if (!queue)
		return last;
	rows = store_query(service->store,
		"SELECT m.id, m.sent_ms, m.visible_ms, m.receive_count, "
		"json_object('MessageId', m.message_id, 'Body', b.body, 'MD5OfBody', "
		"b.md5, 'SentTimestamp', m.sent_ms, 'VisibleAt', m.visible_ms, "
		"'ApproximateReceiveCount', m.receive_count, 'MessageGroupId', "
		"m.group_id, 'MessageDeduplicationId', m.dedup_id, 'SenderId', m.sender) "
		"FROM messages m INDEXED BY messages_by_age CROSS JOIN bodies b "
		"ON b.message = m.id WHERE m.box = ?1 AND (m.sent_ms, m.id) > (?2, ?3) "
		"ORDER BY m.sent_ms, m.id LIMIT ?4",
		number(queue->box), number(after.sent_ms), number(after.id),
		number(limit));
	while (count < limit && out->len < PEEKED_BYTES && rows_next(rows)) {
		struct message_times times = {.sent_ms = rows_number(rows, 1),
			.visible_ms = rows_number(rows, 2),
			.receive_count = rows_number(rows, 3)};
		struct view rest = rows_text(rows, 4);

		last = (struct service_place){times.sent_ms, rows_number(rows, 0)};
		buf_printf(out, "{\"State\":\"%s\",%.*s\n",
			state_of(queue, &times, service->now_ms), (int)rest.len - 1,
			rest.data + 1);
		count++;
	}
	rows_done(rows);
	return count == limit || out->len >= PEEKED_BYTES ? last
							  : (struct service_place){0};
}
