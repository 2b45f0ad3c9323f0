/* SPDX-License-Identifier: MIT */
#include "sqs/client/coalesce.h"

#include "sqs/base/cleanup.h"
#include "sqs/client/batch.h"
#include "sqs/client/client.h"
#include "sqs/client/group.h"
#include "sqs/client/lane.h"
#include "sqs/client/request.h"

enum {
	LONGEST_LINGER_NS = 1000000,
	LINGER_PARTS = 10, /* of the round trip */
};

/* How long what comes one by one waits: until so much time has brought no other, and
 * not longer than the second. */
struct quiet {
	int64_t gap_ns;
	int64_t longest_ns;
};

/* Nobody waits for a delete, but in a FIFO queue the next message of its group does. */
static const struct quiet quiet_deletes = {5000000, 20000000};
static const struct quiet quiet_others = {1000000, 10000000};

int64_t coalesce_patience_ns(const char *queue_url)
{
	return sqs_queue_is_fifo(queue_url) ? 0 : quiet_deletes.gap_ns;
}

/* A lane of sends, deletes or changes. */
struct coalescing {
	struct lane lane;
	bool is_fifo;
	struct map groups;   /* of sends, if it is FIFO */
	size_t bytes;        /* of what waits */
	int64_t first_ns;    /* when the first of those that wait came */
	int64_t leave_at_ns; /* when they leave, whatever their number */
};

static struct coalescing *coalescing_of(struct lane *lane)
{
	return (struct coalescing *)lane;
}

/* -------------------------------------------------------------------------------------
 * Waiting
 */

/* When `op`, which comes now, and those that wait are to leave. */
static int64_t leaving_time(const struct coalescing *lane, const struct sqs_op *op)
{
	const struct sqs_client *client = op->client;
	int64_t linger_ns = client->round_trip_ns / LINGER_PARTS;
	bool is_unhurried = op->action == WIRE_DELETE_MESSAGE && !lane->is_fifo;
	const struct quiet *quiet = is_unhurried ? &quiet_deletes : &quiet_others;
	int64_t quiet_ns = op->started_ns + quiet->gap_ns;
	int64_t last_ns = lane->first_ns + quiet->longest_ns;

	if (op->attempts || op->goes_alone)
		return client->now_ns;
	if (op->action != WIRE_SEND_MESSAGE)
		return quiet_ns < last_ns ? quiet_ns : last_ns;
	if (!op->expects_company)
		return client->now_ns;
	if (linger_ns > LONGEST_LINGER_NS)
		linger_ns = LONGEST_LINGER_NS;
	return lane->first_ns + linger_ns;
}

/* Behind all others; one that goes alone before them. */
static void stand_in_line(struct coalescing *lane, struct sqs_op *op)
{
	bool is_first = lane->lane.waiting_count == 0;

	if (op->goes_alone)
		list_prepend(&lane->lane.waiting, &op->link);
	else
		list_append(&lane->lane.waiting, &op->link);
	lane->lane.waiting_count++;
	lane->bytes += op->size;
	if (is_first) {
		lane->first_ns = op->started_ns;
		lane->leave_at_ns = leaving_time(lane, op);
	} else if (lane->leave_at_ns > op->started_ns) {
		lane->leave_at_ns = leaving_time(lane, op);
	}
	lane_touch(&lane->lane);
}

static void leave_line(struct coalescing *lane, struct sqs_op *op)
{
	list_remove(&op->link);
	lane->lane.waiting_count--;
	lane->bytes -= op->size;
}

void coalesce_open_group(struct lane *lane, struct group *group)
{
	struct coalescing *coalescing = coalescing_of(lane);
	struct sqs_op *next = group_leave(&coalescing->groups, group);

	if (next)
		stand_in_line(coalescing, next);
	lane_touch(lane);
}

static bool needs_group(const struct coalescing *lane, const struct sqs_op *op)
{
	return lane->is_fifo && op->action == WIRE_SEND_MESSAGE && !op->group;
}

static void join(struct sqs_op *op, const struct lane_kind *kind)
{
	struct lane *lane = lane_find(op->client, kind, op->queue_url, 0);
	struct coalescing *coalescing = (struct coalescing *)lane;
	const char *name = op->entry.group_id.data;
	enum group_answer answer = GROUP_OPEN;

	op->lane = lane;
	if (lane && needs_group(coalescing, op))
		answer = group_enter(&coalescing->groups, name ? name : "", op);
	if (lane && answer == GROUP_OPEN)
		stand_in_line(coalescing, op);
	if (lane && answer != GROUP_NO_MEMORY)
		return;
	if (lane)
		lane_drop_if_idle(lane);
	op_fail_with(op, SQS_NO_MEMORY, "no memory");
}

/* Its lane is there as long as something of it is in the lane: a place, a group. */
static void leave(struct sqs_op *op)
{
	struct group *group;

	if (op->is_blocked) {
		group_give_up(op);
		return;
	}
	if (op->state == OP_WAITING) {
		leave_line(coalescing_of(op->lane), op);
		lane_touch(op->lane);
	}
	if (op->request)
		batch_leave(op);
	group = TAKE(op->group);
	if (group)
		coalesce_open_group(op->lane, group);
}

static void join_sends(struct sqs_op *op);
static void join_deletes(struct sqs_op *op);
static void join_changes(struct sqs_op *op);

static bool is_never_recalled(const struct sqs_op *op)
{
	(void)op;
	return false;
}

const struct op_kind coalesce_send = {
	"send", join_sends, leave, op_expire, is_never_recalled};
const struct op_kind coalesce_delete = {
	"delete", join_deletes, leave, op_expire, is_never_recalled};
const struct op_kind coalesce_change = {
	"change", join_changes, leave, op_expire, is_never_recalled};

/* -------------------------------------------------------------------------------------
 * Leaving
 */

/* The next batch in line: one that goes alone, or as many as fit. */
static size_t gather(struct coalescing *lane, struct sqs_op *ops[SQS_BATCH])
{
	size_t count = 0, bytes = 0;

	list_each_safe (link, &lane->lane.waiting) {
		struct sqs_op *op = list_entry(link, struct sqs_op, link);

		bytes += op->size;
		if (count == SQS_BATCH ||
			(count && (op->goes_alone || bytes > SQS_LARGEST_MESSAGE)))
			break;
		leave_line(lane, op);
		ops[count++] = op;
		if (op->goes_alone)
			break;
	}
	return count;
}

static bool may_leave(const struct coalescing *lane)
{
	return lane->lane.waiting_count >= SQS_BATCH ||
	       lane->bytes >= SQS_LARGEST_MESSAGE ||
	       lane->leave_at_ns <= lane->lane.client->now_ns;
}

static void launch(struct lane *lane)
{
	struct coalescing *coalescing = coalescing_of(lane);
	struct sqs_op *ops[SQS_BATCH];

	while (lane->waiting_count && may_leave(coalescing)) {
		if (lane->client->connections >= CLIENT_CONNECTIONS) {
			lane_touch(lane);
			return;
		}
		batch_begin(lane, ops, gather(coalescing, ops));
	}
	if (lane->waiting_count)
		lane_wait_until(lane, coalescing->leave_at_ns);
	lane_drop_if_idle(lane);
}

/* -------------------------------------------------------------------------------------
 * The lanes
 */

static void init(struct lane *lane, int number)
{
	(void)number;
	coalescing_of(lane)->is_fifo = sqs_queue_is_fifo(lane->queue_url.data);
}

static bool is_idle(const struct lane *lane)
{
	return ((const struct coalescing *)lane)->groups.count == 0;
}

static void finish(struct lane *lane)
{
	map_finish(&coalescing_of(lane)->groups);
}

#define LANES(c)                                                                \
	{                                                                       \
		.letter = (c), .size = sizeof(struct coalescing), .init = init, \
		.launch = launch, .is_idle = is_idle, .finish = finish          \
	}

static const struct lane_kind sends = LANES('s');
static const struct lane_kind deletes = LANES('d');
static const struct lane_kind changes = LANES('c');

static void join_sends(struct sqs_op *op)
{
	join(op, &sends);
}

static void join_deletes(struct sqs_op *op)
{
	join(op, &deletes);
}

static void join_changes(struct sqs_op *op)
{
	join(op, &changes);
}
