/* SPDX-License-Identifier: MIT */
/*
 * What is done with a receipt handle: DeleteMessage and ChangeMessageVisibility, and
 * their batches.
 */
#include <inttypes.h>

#include "sqs/local/batch.h"
#include "sqs/local/message.h"
#include "sqs/local/receipt.h"

/* A handle, and the message that it stands for. */
struct held {
	struct receipt receipt;
	struct message message;
	enum receipt_worth worth;
};

static struct refusal refusal_of_handle(
	struct turn *turn, struct view handle, const char *reason)
{
	return (struct refusal){WIRE_INVALID_PARAMETER_VALUE,
		arena_format(turn->arena,
			"Value %.*s for parameter ReceiptHandle is invalid. Reason: %s",
			(int)(handle.len < 200 ? handle.len : 200), handle.data, reason)};
}

/* False, and the refusal, for a text that is no handle of this queue. */
static bool find_held(struct turn *turn, const struct wire_entry *entry,
	struct held *held, struct refusal *refusal)
{
	struct view handle = entry->receipt_handle;
	bool exists;

	if (view_is_absent(handle)) {
		*refusal = (struct refusal){WIRE_MISSING_PARAMETER,
			VIEW_LITERAL(
				"The request must contain the parameter ReceiptHandle.")};
		return false;
	}
	if (!receipt_parse(handle, &held->receipt) ||
		held->receipt.queue != turn->queue->id) {
		*refusal = (struct refusal){WIRE_RECEIPT_HANDLE_IS_INVALID,
			arena_format(turn->arena,
				"The input receipt handle \"%.*s\" is not a valid receipt "
				"handle.",
				(int)(handle.len < 200 ? handle.len : 200), handle.data)};
		return false;
	}
	held->message = (struct message){0};
	exists = message_find(turn->store, held->receipt.message, turn->arena,
			 &held->message) &&
		 held->message.box == turn->queue->box;
	held->worth = rules_receipt(turn->queue->is_fifo, exists,
		held->message.receipt == held->receipt.nonce, &held->message.times,
		turn->now_ms);
	return true;
}

/* False, and the refusal. A message that is gone, or was received again by another, is
 * none. */
static bool delete_one(
	struct turn *turn, const struct wire_entry *entry, struct refusal *refusal)
{
	struct held held;

	if (!find_held(turn, entry, &held, refusal))
		return false;
	switch (held.worth) {
	case RECEIPT_GOOD:
		message_delete(turn->service, turn->queue, &held.message);
		return true;
	case RECEIPT_GONE:
	case RECEIPT_OLD:
		return true;
	case RECEIPT_EXPIRED:
		break;
	}
	*refusal = refusal_of_handle(
		turn, entry->receipt_handle, "The receipt handle has expired.");
	return false;
}

static bool hide(struct turn *turn, struct message *message, int64_t visibility_s,
	struct refusal *refusal)
{
	struct message_times times = message->times;

	if (!rules_may_hide_for(&times, visibility_s, turn->now_ms)) {
		*refusal = (struct refusal){WIRE_INVALID_PARAMETER_VALUE,
			arena_format(turn->arena,
				"Value %" PRId64 " for parameter VisibilityTimeout is "
				"invalid. Reason: Total VisibilityTimeout for the "
				"message is beyond the limit [43200 seconds]",
				visibility_s)};
		return false;
	}
	times.visible_ms = turn->now_ms + visibility_s * 1000;
	message_retime(turn->service, turn->queue, message, &times, message->receipt);
	return true;
}

static bool change_one(
	struct turn *turn, const struct wire_entry *entry, struct refusal *refusal)
{
	const struct limits_number *row = limits_parameter(LIMITS_VISIBILITY_TIMEOUT);
	struct held held;

	if (entry->visibility_s == WIRE_ABSENT) {
		*refusal = (struct refusal){WIRE_MISSING_PARAMETER,
			VIEW_LITERAL("The request must contain the parameter "
				     "VisibilityTimeout.")};
		return false;
	}
	if (limits_is_beyond(LIMITS_VISIBILITY_TIMEOUT, entry->visibility_s)) {
		*refusal = (struct refusal){WIRE_INVALID_PARAMETER_VALUE,
			arena_format(turn->arena,
				"Value %" PRId64 " for parameter VisibilityTimeout is "
				"invalid. Reason: %s",
				entry->visibility_s, row->reason)};
		return false;
	}
	if (!find_held(turn, entry, &held, refusal))
		return false;
	switch (held.worth) {
	case RECEIPT_GOOD:
		return hide(turn, &held.message, entry->visibility_s, refusal);
	case RECEIPT_EXPIRED:
		*refusal = refusal_of_handle(
			turn, entry->receipt_handle, "The receipt handle has expired.");
		return false;
	case RECEIPT_GONE:
	case RECEIPT_OLD:
		break;
	}
	*refusal = refusal_of_handle(turn, entry->receipt_handle,
		"Message does not exist or is not available for visibility timeout "
		"change.");
	return false;
}

typedef bool act_fn(struct turn *, const struct wire_entry *, struct refusal *);

static enum service_verdict act_on_one(struct turn *turn, act_fn *act)
{
	struct refusal refusal;

	if (turn->request->entry_count != 1)
		return refuse_missing(turn, "ReceiptHandle");
	if (!act(turn, turn->request->entries, &refusal))
		return refuse_as(turn, &refusal);
	return SERVICE_REPLY;
}

static enum service_verdict act_on_each(
	struct turn *turn, act_fn *act, const char *entry_name)
{
	if (!batch_start(turn, entry_name))
		return SERVICE_FAULT;
	for (size_t i = 0; i < turn->request->entry_count; i++) {
		const struct wire_entry *entry = &turn->request->entries[i];
		struct refusal refusal;

		if (act(turn, entry, &refusal))
			batch_accept(turn, entry);
		else
			batch_refuse(turn, entry, &refusal);
	}
	return SERVICE_REPLY;
}

enum service_verdict do_delete_message(struct turn *turn)
{
	return act_on_one(turn, delete_one);
}

enum service_verdict do_delete_message_batch(struct turn *turn)
{
	return act_on_each(turn, delete_one, "DeleteMessageBatchRequestEntry");
}

enum service_verdict do_change_visibility(struct turn *turn)
{
	return act_on_one(turn, change_one);
}

enum service_verdict do_change_visibility_batch(struct turn *turn)
{
	return act_on_each(turn, change_one, "ChangeMessageVisibilityBatchRequestEntry");
}
