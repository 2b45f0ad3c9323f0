/* SPDX-License-Identifier: MIT */
/* SendMessage and SendMessageBatch. */
#include "sqs/local/batch.h"
#include "sqs/local/fifo.h"
#include "sqs/local/message.h"
#include "sqs/local/send_rules.h"

/* A digest as a text of the answer; absent where libcrypto has no MD5 or there is nothing
 * to digest. */
static struct view as_text(struct arena *arena, bool made, const char *hex)
{
	return made && *hex ? arena_copy(arena, view_of(hex)) : (struct view){0};
}

static struct view attributes_md5(
	struct turn *turn, const struct wire_attributes *attributes)
{
	char hex[DIGEST_MD5_TEXT];

	if (!attributes->count)
		return (struct view){0};
	return as_text(turn->arena,
		digest_attributes(turn->service->digester, attributes, hex), hex);
}

static struct view body_md5(struct turn *turn, struct view body)
{
	char hex[DIGEST_MD5_TEXT];

	return as_text(turn->arena, digest_md5(turn->service->digester, body, hex), hex);
}

static struct view sequence_text(struct turn *turn, int64_t sequence)
{
	char digits[SEQUENCE_TEXT];

	if (!sequence)
		return (struct view){0};
	fifo_sequence_text(sequence, digits);
	return arena_copy(turn->arena, view_of(digits));
}

/* What a FIFO queue deduplicates a message by: the id that came, else its body. */
static struct view dedup_id_of(struct turn *turn, const struct wire_entry *entry)
{
	char hex[DIGEST_SHA256_TEXT];

	if (!turn->queue->is_fifo || !view_is_absent(entry->dedup_id))
		return entry->dedup_id;
	if (!digest_sha256(turn->service->digester, entry->body, hex))
		return (struct view){0};
	return arena_copy(turn->arena, view_of(hex));
}

static struct view scope_of(const struct queue *queue, const struct message *message)
{
	return queue->dedup_by_group ? message->group : VIEW_LITERAL("");
}

/* Whether the message was sent in the last five minutes; then it takes the id and the
 * place of that one. */
static bool is_duplicate(struct turn *turn, struct message *message)
{
	struct rows *rows;
	bool found;

	if (!turn->queue->is_fifo)
		return false;
	rows = store_query(turn->store,
		"SELECT message_id, sequence, until_ms FROM dedup "
		"WHERE box = ?1 AND group_id = ?2 AND dedup_id = ?3",
		number(turn->queue->box), text(scope_of(turn->queue, message)),
		text(message->dedup));
	found = rows_next(rows) && fifo_is_remembered(rows_number(rows, 2), turn->now_ms);
	if (found) {
		message->message_id = rows_copy(rows, 0, turn->arena);
		message->sequence = rows_number(rows, 1);
	}
	rows_done(rows);
	return found;
}

static bool remember(struct turn *turn, const struct message *message)
{
	if (!turn->queue->is_fifo)
		return true;
	service_tick_by(turn->service, fifo_remembered_until(turn->now_ms));
	return store_run(turn->store,
		"INSERT OR REPLACE INTO dedup(box, group_id, dedup_id, message_id, "
		"sequence, until_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
		number(turn->queue->box), text(scope_of(turn->queue, message)),
		text(message->dedup), text(message->message_id),
		number(message->sequence), number(fifo_remembered_until(turn->now_ms)));
}

static struct message message_of(struct turn *turn, const struct wire_entry *entry)
{
	char uuid[UUID_TEXT];

	ids_uuid(&turn->service->ids, uuid);
	return (struct message){
		.times =
			{
				.sent_ms = turn->now_ms,
				.visible_ms = rules_visible_at_send(turn->queue->is_fifo,
					entry->delay_s, turn->queue->settings.delay_s,
					turn->now_ms),
			},
		.message_id = arena_copy(turn->arena, view_of(uuid)),
		.sender = turn->call->sender,
		.group = entry->group_id,
		.dedup = dedup_id_of(turn, entry),
		.trace = entry->system_attributes.count
				 ? entry->system_attributes.items[0].value
				 : (struct view){0},
	};
}

/* Puts a good entry into the queue and says what became of it. */
static void enqueue(
	struct turn *turn, const struct wire_entry *entry, struct wire_done *done)
{
	struct message message = message_of(turn, entry);

	done->body_md5 = body_md5(turn, entry->body);
	done->attributes_md5 = attributes_md5(turn, &entry->attributes);
	done->system_attributes_md5 = attributes_md5(turn, &entry->system_attributes);
	if (!is_duplicate(turn, &message) &&
		message_insert(turn->service, turn->queue, &message, entry->body,
			done->body_md5.data ? done->body_md5.data : "",
			&entry->attributes) &&
		remember(turn, &message))
		service_tick_by(turn->service,
			turn->now_ms + turn->queue->settings.retention_s * 1000);
	done->message_id = message.message_id;
	done->sequence_number = sequence_text(turn, message.sequence);
}

enum service_verdict do_send(struct turn *turn)
{
	const struct wire_entry *entry = turn->request->entries;
	struct refusal refusal;
	struct wire_done *done;

	if (turn->request->entry_count != 1)
		return refuse_missing(turn, "MessageBody");
	if (!send_is_good(turn->queue, entry, false, turn->arena, &refusal))
		return refuse_as(turn, &refusal);
	done = turn_done(turn);
	if (done)
		enqueue(turn, entry, done);
	return SERVICE_REPLY;
}

static bool batch_fits(struct turn *turn)
{
	size_t sum = 0;

	for (size_t i = 0; i < turn->request->entry_count; i++)
		sum += limits_message_size(turn->request->entries[i].body,
			&turn->request->entries[i].attributes);
	if (sum <= LIMITS_MESSAGE_BYTES)
		return true;
	refuse(turn, WIRE_BATCH_TOO_LONG,
		"Batch requests cannot be longer than %d bytes. You have sent %zu bytes.",
		LIMITS_MESSAGE_BYTES, sum);
	return false;
}

/* What is missing in one entry refuses the whole batch. */
static bool batch_is_complete(struct turn *turn)
{
	struct refusal refusal;

	for (size_t i = 0; i < turn->request->entry_count; i++) {
		const struct wire_entry *entry = &turn->request->entries[i];

		if (entry->body.len == 0) {
			refuse(turn, WIRE_MISSING_PARAMETER,
				"The request must contain the parameter "
				"SendMessageBatchRequestEntry.%zu.MessageBody.",
				i + 1);
			return false;
		}
		if (!send_ids_are_given(turn->queue, entry, true, &refusal)) {
			refuse_as(turn, &refusal);
			return false;
		}
	}
	return true;
}

enum service_verdict do_send_batch(struct turn *turn)
{
	if (!batch_start(turn, "SendMessageBatchRequestEntry") || !batch_fits(turn) ||
		!batch_is_complete(turn))
		return SERVICE_FAULT;
	for (size_t i = 0; i < turn->request->entry_count; i++) {
		const struct wire_entry *entry = &turn->request->entries[i];
		struct refusal refusal;

		if (send_is_good(turn->queue, entry, true, turn->arena, &refusal))
			enqueue(turn, entry, batch_accept(turn, entry));
		else
			batch_refuse(turn, entry, &refusal);
	}
	return SERVICE_REPLY;
}
