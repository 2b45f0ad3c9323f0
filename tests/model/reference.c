/* SPDX-License-Identifier: MIT */
#include "tests/model/reference.h"

#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = 60000, DEDUP_MS = 300000 };
static const int64_t twelve_hours_ms = INT64_C(43200000);

#define EACH_MESSAGE(ref, m) \
	for (int m = (ref)->first_alive; m < (ref)->message_count; m++)

static bool broken(struct reference *ref, const char *rule, int message)
{
	snprintf(ref->why, sizeof(ref->why), "%s (message %d)", rule, message);
	return false;
}

static bool is_expired(const struct reference *ref, const struct ref_message *m)
{
	return ref->now_ms >= m->sent_ms + ref->queues[m->queue].retention_s * 1000;
}

/* It is in the queue, and its retention has not ended. */
static bool is_there(const struct reference *ref, int message, int queue)
{
	const struct ref_message *m = &ref->messages[message];

	return m->queue == queue && !is_expired(ref, m);
}

static bool is_visible(const struct reference *ref, const struct ref_message *m)
{
	return m->visible_ms <= ref->now_ms;
}

bool ref_is_in(const struct reference *ref, int message, int queue)
{
	return is_there(ref, message, queue);
}

/* ---- queues ---- */

bool ref_may_create(const struct reference *ref, int queue)
{
	int64_t deleted_ms = ref->queues[queue].deleted_ms;

	return deleted_ms == 0 || ref->now_ms >= deleted_ms + MINUTE_MS;
}

void ref_create(struct reference *ref, int queue, const struct ref_queue *as)
{
	ref->queues[queue] = *as;
	ref->queues[queue].exists = true;
}

static void empty(struct reference *ref, int queue)
{
	EACH_MESSAGE(ref, m)
	{
		if (ref->messages[m].queue == queue)
			ref->messages[m].queue = REF_NONE;
	}
	for (int i = 0; i < ref->send_count; i++) {
		if (ref->sends[i].queue == queue)
			ref->sends[i].queue = REF_NONE;
	}
}

void ref_delete_queue(struct reference *ref, int queue)
{
	empty(ref, queue);
	ref->queues[queue].exists = false;
	ref->queues[queue].deleted_ms = ref->now_ms;
}

bool ref_purge(struct reference *ref, int queue)
{
	struct ref_queue *q = &ref->queues[queue];

	if (q->purged_ms && ref->now_ms < q->purged_ms + MINUTE_MS)
		return false;
	empty(ref, queue);
	q->purged_ms = ref->now_ms;
	return true;
}

/* Only FIFO queues change what waits already, as long as it was not received. */
void ref_set_delay(struct reference *ref, int queue, int64_t delay_s)
{
	ref->queues[queue].delay_s = delay_s;
	if (!ref->queues[queue].is_fifo)
		return;
	EACH_MESSAGE(ref, m)
	{
		struct ref_message *message = &ref->messages[m];

		if (message->queue == queue && message->receives == 0)
			message->visible_ms = message->sent_ms + delay_s * 1000;
	}
}

int ref_counts(const struct reference *ref, int queue, int counts[3])
{
	int expired = 0;

	memset(counts, 0, 3 * sizeof(*counts));
	EACH_MESSAGE(ref, m)
	{
		const struct ref_message *message = &ref->messages[m];
		int state = is_visible(ref, message) ? 0 : message->receives ? 1 : 2;

		if (message->queue != queue)
			continue;
		if (is_expired(ref, message))
			expired++;
		else
			counts[state]++;
	}
	return expired;
}

/* ---- sends ---- */

const char *ref_duplicate(const struct reference *ref, int queue, int group, int dedup)
{
	const struct ref_queue *q = &ref->queues[queue];

	for (int i = 0; q->is_fifo && i < ref->send_count; i++) {
		const struct ref_sent *sent = &ref->sends[i];

		if (sent->queue == queue && sent->dedup == dedup &&
			(!q->dedup_by_group || sent->group == group) &&
			ref->now_ms < sent->sent_ms + DEDUP_MS)
			return sent->id;
	}
	return NULL;
}

int ref_send(struct reference *ref, int queue, int group, int dedup, int64_t own_delay_s,
	const char *id)
{
	const struct ref_queue *q = &ref->queues[queue];
	int64_t delay_s = q->is_fifo || own_delay_s < 0 ? q->delay_s : own_delay_s;
	struct ref_message *m = &ref->messages[ref->message_count];

	*m = (struct ref_message){.queue = queue,
		.group = group,
		.sent_ms = ref->now_ms,
		.visible_ms = ref->now_ms + delay_s * 1000,
		.latest = REF_NONE,
		.place = ref->next_place++,
		.died_in = REF_NONE};
	snprintf(m->id, sizeof(m->id), "%s", id);
	if (q->is_fifo) {
		struct ref_sent *sent = &ref->sends[ref->send_count++];

		*sent = (struct ref_sent){queue, group, dedup, ref->now_ms, ""};
		snprintf(sent->id, sizeof(sent->id), "%s", id);
	}
	return ref->message_count++;
}

/* ---- receives ---- */

/* Whether something invisible stands before it in its group. */
static bool is_blocked(const struct reference *ref, int message)
{
	const struct ref_message *m = &ref->messages[message];

	EACH_MESSAGE(ref, other)
	{
		const struct ref_message *before = &ref->messages[other];

		if (is_there(ref, other, m->queue) && before->group == m->group &&
			before->place < m->place && !is_visible(ref, before))
			return true;
	}
	return false;
}

static bool is_deliverable(const struct reference *ref, int message, int queue)
{
	if (!is_there(ref, message, queue) || !is_visible(ref, &ref->messages[message]))
		return false;
	return !ref->queues[queue].is_fifo || !is_blocked(ref, message);
}

/* Its queue has a dead-letter queue that exists. */
static bool has_dead_letters(const struct reference *ref, int queue)
{
	int target = ref->queues[queue].dead_letters;

	return target != REF_NONE && ref->queues[target].exists;
}

bool ref_is_dead(const struct reference *ref, int message)
{
	const struct ref_message *m = &ref->messages[message];

	return m->queue != REF_NONE && has_dead_letters(ref, m->queue) &&
	       m->receives >= ref->queues[m->queue].max_receives;
}

bool ref_bury(struct reference *ref, int message)
{
	struct ref_message *m = &ref->messages[message];

	if (!ref_is_dead(ref, message))
		return broken(
			ref, "was moved though it was not received too often", message);
	if (!is_deliverable(ref, message, m->queue))
		return broken(ref, "was moved though it was not visible", message);
	m->died_in = m->queue;
	m->queue = ref->queues[m->queue].dead_letters;
	m->visible_ms = ref->now_ms;
	m->place = ref->next_place++;
	return true;
}

static bool is_among(const int *messages, int count, int message)
{
	for (int i = 0; i < count; i++) {
		if (messages[i] == message)
			return true;
	}
	return false;
}

static bool each_may_be_received(
	struct reference *ref, int queue, const int *messages, int count)
{
	for (int i = 0; i < count; i++) {
		if (!is_deliverable(ref, messages[i], queue))
			return broken(ref, "is not receivable", messages[i]);
		if (ref_is_dead(ref, messages[i]))
			return broken(ref, "was received too often", messages[i]);
		if (is_among(messages, i, messages[i]))
			return broken(ref, "came twice", messages[i]);
	}
	return true;
}

/* A message that could have come and stayed behind: of `group`, or of any. */
static int left_behind(
	const struct reference *ref, int queue, const int *messages, int count, int group)
{
	EACH_MESSAGE(ref, m)
	{
		if (is_deliverable(ref, m, queue) && !is_among(messages, count, m) &&
			(group == REF_NONE || ref->messages[m].group == group))
			return m;
	}
	return REF_NONE;
}

static bool order_is_kept(
	struct reference *ref, int queue, const int *messages, int count)
{
	for (int i = 0; i < count; i++) {
		const struct ref_message *m = &ref->messages[messages[i]];
		int group = m->group;

		EACH_MESSAGE(ref, other)
		{
			const struct ref_message *before = &ref->messages[other];

			if (is_there(ref, other, queue) && before->group == group &&
				before->place < m->place && !is_among(messages, i, other))
				return broken(ref, "overtook another of its group",
					messages[i]);
		}
		if (i + 1 < count && ref->messages[messages[i + 1]].group != group &&
			left_behind(ref, queue, messages, count, group) != REF_NONE)
			return broken(ref, "was not the last of its group", messages[i]);
	}
	return true;
}

bool ref_receive(struct reference *ref, int queue, const int *messages, int count,
	int wanted, int64_t visibility_s, int *serials)
{
	int left = REF_NONE;

	if (count > wanted)
		return broken(ref, "more than was asked for", messages[0]);
	if (!each_may_be_received(ref, queue, messages, count))
		return false;
	if (ref->queues[queue].is_fifo && !order_is_kept(ref, queue, messages, count))
		return false;
	if (count < wanted)
		left = left_behind(ref, queue, messages, count, REF_NONE);
	if (left != REF_NONE)
		return broken(ref, "could have come", left);
	for (int i = 0; i < count; i++) {
		struct ref_message *m = &ref->messages[messages[i]];

		m->receives++;
		m->received_ms = ref->now_ms;
		m->visible_ms = ref->now_ms + visibility_s * 1000;
		m->latest = serials[i] = ref->next_receive++;
	}
	return true;
}

/* ---- handles ---- */

enum ref_answer ref_delete(struct reference *ref, int queue, int message, int serial)
{
	struct ref_message *m = &ref->messages[message];
	bool is_latest = m->latest == serial;

	if (m->queue != queue)
		return REF_DONE;
	if (is_expired(ref, m))
		return REF_EITHER;
	if (ref->queues[queue].is_fifo && (!is_latest || is_visible(ref, m)))
		return REF_INVALID_VALUE;
	if (is_latest)
		m->queue = REF_NONE;
	return REF_DONE;
}

enum ref_answer ref_hide(
	struct reference *ref, int queue, int message, int serial, int64_t visibility_s)
{
	struct ref_message *m = &ref->messages[message];

	if (m->queue != queue)
		return REF_INVALID_VALUE;
	if (is_expired(ref, m))
		return REF_EITHER;
	if (m->latest != serial)
		return REF_INVALID_VALUE;
	if (ref->queues[queue].is_fifo && is_visible(ref, m))
		return REF_INVALID_VALUE;
	if (ref->now_ms + visibility_s * 1000 > m->received_ms + twelve_hours_ms)
		return REF_INVALID_VALUE;
	m->visible_ms = ref->now_ms + visibility_s * 1000;
	return REF_DONE;
}

/* ---- move tasks ---- */

bool ref_may_redrive(const struct reference *ref, int queue)
{
	EACH_MESSAGE(ref, m)
	{
		const struct ref_message *message = &ref->messages[m];

		if (is_deliverable(ref, m, queue) &&
			(message->died_in == REF_NONE ||
				!ref->queues[message->died_in].exists))
			return false;
	}
	return true;
}

/* In order, each a message that was sent now; its number stays, its id is unknown. */
void ref_redrive(struct reference *ref, int queue)
{
	int found;

	do {
		found = REF_NONE;
		EACH_MESSAGE(ref, m)
		{
			if (is_deliverable(ref, m, queue) &&
				(found == REF_NONE || ref->messages[m].place <
							      ref->messages[found].place))
				found = m;
		}
		if (found != REF_NONE) {
			struct ref_message *m = &ref->messages[found];

			m->queue = m->died_in;
			m->died_in = REF_NONE;
			m->sent_ms = ref->now_ms;
			m->visible_ms =
				ref->now_ms + ref->queues[m->queue].delay_s * 1000;
			m->receives = 0;
			m->received_ms = 0;
			m->latest = REF_NONE;
			m->place = ref->next_place++;
			m->id[0] = '\0';
		}
	} while (found != REF_NONE);
}
