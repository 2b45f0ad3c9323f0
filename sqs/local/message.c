/* SPDX-License-Identifier: MIT */
#include "sqs/local/message.h"

#include "sqs/local/census.h"

void message_read(struct rows *rows, struct arena *arena, struct message *out)
{
	*out = (struct message){
		.id = rows_number(rows, MESSAGE_ID_AT),
		.box = rows_number(rows, 1),
		.times =
			{
				.sent_ms = rows_number(rows, 2),
				.visible_ms = rows_number(rows, 3),
				.received_ms = rows_number(rows, 4),
				.receive_count = rows_number(rows, 5),
			},
		.first_received_ms = rows_number(rows, 6),
		.receipt = rows_number(rows, 7),
		.sequence = rows_number(rows, 8),
		.is_first = rows_number(rows, 9) != 0,
		.attribute_count = rows_number(rows, 10),
		.message_id = rows_copy(rows, 11, arena),
		.sender = rows_copy(rows, 12, arena),
		.group = rows_copy(rows, MESSAGE_GROUP_AT, arena),
		.dedup = rows_copy(rows, 14, arena),
		.trace = rows_copy(rows, 15, arena),
		.source_arn = rows_copy(rows, 16, arena),
	};
}

bool message_find(
	struct store *store, int64_t id, struct arena *arena, struct message *out)
{
	struct rows *rows = store_query(store,
		"SELECT " MESSAGE_COLUMNS "FROM messages WHERE id = ?1", number(id));
	bool found = rows_next(rows);

	if (found)
		message_read(rows, arena, out);
	rows_done(rows);
	return found;
}

/* Whether a message that is about to come is the first of its group. */
static bool will_be_first(struct store *store, int64_t box, struct view group)
{
	return store_number(store, 1,
		       "SELECT 0 FROM messages WHERE box = ?1 AND group_id = ?2 "
		       "AND sequence IS NOT NULL LIMIT 1",
		       number(box), text(group)) == 1;
}

static bool insert_row(struct store *store, const struct message *m)
{
	bool is_fifo = m->sequence != 0;

	return store_run(store,
		"INSERT INTO messages(id, box, message_id, sent_ms, visible_ms, sender, "
		"group_id, dedup_id, sequence, is_first, trace, attribute_count) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
		number(m->id), number(m->box), text(m->message_id),
		number(m->times.sent_ms), number(m->times.visible_ms), text(m->sender),
		text(m->group), text(m->dedup), number_or_null(m->sequence, 0),
		number_or_null(is_fifo ? m->is_first : -1, -1), text(m->trace),
		number(m->attribute_count));
}

static bool insert_attributes(
	struct store *store, int64_t id, const struct wire_attributes *attributes)
{
	for (size_t i = 0; i < attributes->count; i++) {
		const struct wire_attribute *a = &attributes->items[i];

		if (!store_run(store,
			    "INSERT INTO message_attributes(message, name, type, value) "
			    "VALUES(?1, ?2, ?3, ?4)",
			    number(id), text(a->name), text(a->type),
			    a->is_binary ? bytes(a->value) : text(a->value)))
			return false;
	}
	return true;
}

bool message_insert(struct service *service, struct queue *queue, struct message *message,
	struct view body, const char *body_md5, const struct wire_attributes *attributes)
{
	struct store *store = service->store;

	message->id = service_number(service);
	message->box = queue->box;
	message->attribute_count = (int64_t)attributes->count;
	if (queue->is_fifo) {
		message->sequence = message->id;
		message->is_first = will_be_first(store, queue->box, message->group);
	}
	if (!message->id || !insert_row(store, message) ||
		!store_run(store,
			"INSERT INTO bodies(message, md5, body) VALUES(?1, ?2, ?3)",
			number(message->id), text(view_of(body_md5)), text(body)) ||
		!insert_attributes(store, message->id, attributes))
		return false;
	census_add(queue, &message->times, message->group);
	service_note_change(service, queue);
	return true;
}

bool message_retime(struct service *service, struct queue *queue, struct message *message,
	const struct message_times *times, int64_t receipt)
{
	if (times->receive_count && !message->first_received_ms)
		message->first_received_ms = times->received_ms;
	if (!store_run(service->store,
		    "UPDATE messages SET visible_ms = ?2, received_ms = ?3, "
		    "receive_count = ?4, first_received_ms = ?5, receipt = ?6 "
		    "WHERE id = ?1",
		    number(message->id), number(times->visible_ms),
		    number_or_null(times->received_ms, 0), number(times->receive_count),
		    number_or_null(message->first_received_ms, 0), number(receipt)))
		return false;
	census_remove(queue, &message->times, message->group);
	message->times = *times;
	message->receipt = receipt;
	census_add(queue, &message->times, message->group);
	service_note_change(service, queue);
	return true;
}

/* Whichever message of a FIFO group is in front after one went is the first now. Not
 * asked of the row that went: others of its group may have gone since it was read. */
static bool promote_next(struct store *store, const struct message *gone)
{
	if (!gone->sequence)
		return true;
	return store_run(store,
		"UPDATE messages SET is_first = 1 WHERE is_first = 0 AND id = (SELECT id "
		"FROM messages WHERE box = ?1 AND group_id = ?2 AND sequence IS NOT NULL "
		"ORDER BY sequence LIMIT 1)",
		number(gone->box), text(gone->group));
}

bool message_delete(
	struct service *service, struct queue *queue, const struct message *message)
{
	struct store *store = service->store;

	if (!store_run(
		    store, "DELETE FROM messages WHERE id = ?1", number(message->id)) ||
		!store_run(store, "DELETE FROM bodies WHERE message = ?1",
			number(message->id)))
		return false;
	if (message->attribute_count &&
		!store_run(store, "DELETE FROM message_attributes WHERE message = ?1",
			number(message->id)))
		return false;
	census_remove(queue, &message->times, message->group);
	service_note_change(service, queue);
	return promote_next(store, message);
}

/* Where a moved message stands in its new queue; a FIFO queue orders by arrival. */
static void take_place(
	struct service *service, struct queue *target, struct message *moved)
{
	moved->box = target->box;
	moved->sequence = 0;
	if (!target->is_fifo)
		return;
	moved->sequence = service_number(service);
	moved->is_first = will_be_first(service->store, target->box, moved->group);
}

static bool update_moved(struct store *store, const struct message *moved)
{
	bool is_fifo = moved->sequence != 0;

	return store_run(store,
		"UPDATE messages SET box = ?2, message_id = ?3, sent_ms = ?4, "
		"visible_ms = ?5, received_ms = ?6, receive_count = ?7, "
		"first_received_ms = ?8, receipt = ?9, dedup_id = ?10, sequence = ?11, "
		"is_first = ?12, source_arn = ?13 WHERE id = ?1",
		number(moved->id), number(moved->box), text(moved->message_id),
		number(moved->times.sent_ms), number(moved->times.visible_ms),
		number_or_null(moved->times.received_ms, 0),
		number(moved->times.receive_count),
		number_or_null(moved->first_received_ms, 0),
		number_or_null(moved->receipt, 0), text(moved->dedup),
		number_or_null(moved->sequence, 0),
		number_or_null(is_fifo ? moved->is_first : -1, -1),
		text(moved->source_arn));
}

static bool move(struct service *service, struct queue *queue, struct queue *target,
	const struct message *message, struct message *moved)
{
	take_place(service, target, moved);
	if (!update_moved(service->store, moved))
		return false;
	census_remove(queue, &message->times, message->group);
	census_add(target, &moved->times, moved->group);
	service_note_change(service, queue);
	service_note_change(service, target);
	service_tick_by(
		service, moved->times.sent_ms + target->settings.retention_s * 1000);
	return promote_next(service->store, message);
}

bool message_bury(struct service *service, struct queue *queue, struct queue *target,
	const struct message *message, struct view source_arn)
{
	struct message moved = *message;

	moved.times.visible_ms = service->now_ms;
	moved.source_arn = source_arn;
	if (target->is_fifo)
		moved.dedup = message->message_id;
	service->dead_letters++;
	return move(service, queue, target, message, &moved);
}

bool message_redrive(struct service *service, struct queue *queue, struct queue *target,
	const struct message *message)
{
	struct message moved = *message;
	char uuid[UUID_TEXT];

	ids_uuid(&service->ids, uuid);
	moved.message_id = view_of(uuid);
	moved.times = (struct message_times){
		.sent_ms = service->now_ms,
		.visible_ms = rules_visible_at_send(target->is_fifo, WIRE_ABSENT,
			target->settings.delay_s, service->now_ms),
	};
	moved.first_received_ms = 0;
	moved.receipt = 0; /* what was a handle of it is none of the new message */
	moved.source_arn = (struct view){0};
	return move(service, queue, target, message, &moved);
}
