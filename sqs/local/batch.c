/* SPDX-License-Identifier: MIT */
#include "sqs/local/batch.h"

static bool ids_are_distinct(struct turn *turn)
{
	const struct wire_request *request = turn->request;

	for (size_t i = 0; i < request->entry_count; i++) {
		for (size_t j = 0; j < i; j++) {
			struct view id = request->entries[i].id;

			if (!view_equals(id, request->entries[j].id))
				continue;
			refuse(turn, WIRE_BATCH_IDS_NOT_DISTINCT, "Id %.*s repeated.",
				(int)id.len, id.data);
			return false;
		}
	}
	return true;
}

static bool ids_are_valid(struct turn *turn, const char *entry_name)
{
	for (size_t i = 0; i < turn->request->entry_count; i++) {
		struct view id = turn->request->entries[i].id;

		if (view_is_absent(id)) {
			refuse(turn, WIRE_MISSING_PARAMETER,
				"The request must contain the parameter %s.%zu.Id.",
				entry_name, i + 1);
			return false;
		}
		if (!limits_entry_id_is_valid(id)) {
			refuse(turn, WIRE_INVALID_BATCH_ID,
				"A batch entry id can only contain alphanumeric "
				"characters, hyphens and underscores. It can be at most "
				"80 letters long.");
			return false;
		}
	}
	return ids_are_distinct(turn);
}

bool batch_start(struct turn *turn, const char *entry_name)
{
	size_t count = turn->request->entry_count;

	if (count == 0) {
		refuse(turn, WIRE_EMPTY_BATCH,
			"There should be at least one %s in the request.", entry_name);
		return false;
	}
	if (count > LIMITS_BATCH) {
		refuse(turn, WIRE_TOO_MANY_ENTRIES,
			"Maximum number of entries per request are %d. You have sent "
			"%zu.",
			LIMITS_BATCH, count);
		return false;
	}
	if (!ids_are_valid(turn, entry_name))
		return false;
	turn->reply->done = arena_array(turn->arena, count, sizeof(*turn->reply->done));
	turn->reply->refused =
		arena_array(turn->arena, count, sizeof(*turn->reply->refused));
	if (turn->reply->done && turn->reply->refused)
		return true;
	refuse(turn, WIRE_INTERNAL_ERROR, "The server has no memory for the answer.");
	return false;
}

struct wire_done *batch_accept(struct turn *turn, const struct wire_entry *entry)
{
	struct wire_done *done = &turn->reply->done[turn->reply->done_count++];

	done->id = entry->id;
	return done;
}

void batch_refuse(
	struct turn *turn, const struct wire_entry *entry, const struct refusal *refusal)
{
	const struct wire_error_row *row = wire_error_row(refusal->error);

	turn->reply->refused[turn->reply->refused_count++] = (struct wire_refused){
		.id = entry->id,
		.code = view_of(row->code),
		.message = view_is_absent(refusal->message)
				   ? view_of(row->message)
				   : turn_carried(turn, refusal->message),
		.sender_fault = row->sender_fault,
	};
}
