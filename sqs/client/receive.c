/* SPDX-License-Identifier: MIT */
#include "sqs/client/receive.h"

#include <sys/random.h>

#include "sqs/base/log.h"
#include "sqs/base/text.h"
#include "sqs/client/client.h"
#include "sqs/client/coalesce.h"
#include "sqs/client/failure.h"
#include "sqs/client/lane.h"
#include "sqs/client/message.h"
#include "sqs/client/request.h"

enum {
	WIDEST = 8,
	/* What an answer may take beyond the wait: up to ten megabytes are on the way. */
	ATTEMPT_MS = 30000,
	/* A waiter whose time is up stays this long if a poll is to end within it: its
	 * last message may be on the way. */
	GRACE_MS = 250,
	/* A long poll that ends empty before this is followed by a pause. */
	TOO_SOON_MS = 500,
	/* How long an answer may have been on its way, at least. */
	LEAST_SLACK_MS = 250,
	/* An answer that is so late may never come: others go on without it. */
	LATE_MS = 2000,
};

#define MS 1000000LL /* in nanoseconds */

/* A lane of receives; lane.waiting is in the order of arrival. */
struct receiving {
	struct lane lane;
	int visibility_s; /* -1: the queue's own */
	bool is_short;    /* they do not wait */
	bool is_fifo;
	struct list overdue; /* of op->link: is_overdue, and first to be served */
	int64_t wanted;      /* messages, by all who wait */
	struct list polls;   /* of request->poll_link */
	size_t width;        /* polls at a time */
	int64_t longest_ns;  /* no waiter's deadline is later */
	int64_t resume_ns;   /* no poll before */
	int attempts;        /* that failed in a row */
	int retry_cost;
	int64_t answered_ns;        /* when a poll was, last */
	struct sqs_failure failure; /* of the last attempt; SQS_OK: it was answered */
	char lost_attempt[33]; /* FIFO: the name of the last poll that failed; or "" */
};

static struct receiving *receiving_of(struct lane *lane)
{
	return (struct receiving *)lane;
}

static void on_answer(struct request *request, const struct wire_reply *reply);
static void on_failure(struct request *request, const struct sqs_failure *failure,
	enum wire_retry retry);

static const struct request_kind polls = {on_answer, on_failure};

/* -------------------------------------------------------------------------------------
 * Waiting
 */

static void leave_line(struct receiving *lane, struct sqs_op *op)
{
	list_remove(&op->link);
	lane->wanted -= op->max_messages;
	if (!op->is_overdue)
		lane->lane.waiting_count--;
	if (!lane->lane.waiting_count)
		lane->longest_ns = 0;
}

static void leave(struct sqs_op *op)
{
	leave_line(receiving_of(op->lane), op);
	lane_touch(op->lane);
}

static void fail_with(
	struct receiving *lane, struct sqs_op *op, const struct sqs_failure *failure)
{
	leave_line(lane, op);
	op_fail(op, failure);
}

static void find_nothing(struct receiving *lane, struct sqs_op *op)
{
	leave_line(lane, op);
	op_fail_with(op, SQS_NO_MESSAGE, "no message came in time");
}

/* When its answer should be there; DUE_NEVER: it waits for credentials. */
static int64_t end_of(const struct request *poll)
{
	return poll->is_begun ? poll->begun_ns + poll->wait_s * 1000 * MS : DUE_NEVER;
}

/* The polls whose answers are worth waiting for: none that is late. */
struct outlook {
	size_t polls;
	int64_t asked;   /* messages */
	int64_t next_ns; /* when the first of them ends */
};

static struct outlook look_out(const struct receiving *lane)
{
	struct outlook outlook = {.next_ns = DUE_NEVER};

	list_each (link, &lane->polls) {
		const struct request *poll = list_entry(link, struct request, poll_link);
		int64_t end_ns = end_of(poll);

		if (end_ns <= lane->lane.client->now_ns - LATE_MS * MS)
			continue;
		outlook.polls++;
		outlook.asked += poll->wanted;
		if (end_ns < outlook.next_ns)
			outlook.next_ns = end_ns;
	}
	return outlook;
}

/* Whether a poll is about to end. */
static bool is_ending(const struct receiving *lane)
{
	return look_out(lane).next_ns <= lane->lane.client->now_ns + GRACE_MS * MS;
}

/* Whether a poll should have been answered by now, or sent at all, and none was since. */
static bool is_unanswered(const struct receiving *lane, const struct sqs_op *op)
{
	list_each (link, &lane->polls) {
		const struct request *poll = list_entry(link, struct request, poll_link);
		int64_t at_ns = poll->is_begun ? end_of(poll) : op->started_ns;

		if (at_ns <= lane->lane.client->now_ns - LATE_MS * MS &&
			lane->answered_ns < at_ns)
			return true;
	}
	return false;
}

/* Its time is up: there was no message, or nobody said so. */
static void give_up(struct receiving *lane, struct sqs_op *op)
{
	lane_touch(&lane->lane);
	if (lane->failure.error && !look_out(lane).polls)
		fail_with(lane, op, &lane->failure);
	else if (is_unanswered(lane, op))
		op_expire(op);
	else
		find_nothing(lane, op);
}

/* It stays until the answer of the poll that is about to end is there, or late. */
static void expire(struct sqs_op *op)
{
	struct receiving *lane = receiving_of(op->lane);

	if (op->is_overdue || lane->is_short || !is_ending(lane)) {
		give_up(lane, op);
		return;
	}
	list_remove(&op->link);
	lane->lane.waiting_count--;
	op->is_overdue = true;
	list_append(&lane->overdue, &op->link);
	op->deadline_ns = look_out(lane).next_ns + LATE_MS * MS;
	due_set(&op->client->dues, &op->due, op->deadline_ns);
}

static bool is_recalled(const struct sqs_op *op)
{
	(void)op;
	return true;
}

/* -------------------------------------------------------------------------------------
 * Asking
 */

static int wait_of(const struct receiving *lane)
{
	int64_t left_ns = lane->longest_ns - lane->lane.client->now_ns;

	if (lane->is_short)
		return 0;
	if (left_ns >= SQS_LONGEST_WAIT_S * 1000 * MS)
		return SQS_LONGEST_WAIT_S;
	return left_ns <= 0 ? 1 : (int)((left_ns + 1000 * MS - 1) / (1000 * MS));
}

/* Of a FIFO queue: who repeats a poll under its name gets what the lost answer had. */
static struct view name_attempt(struct receiving *lane, struct request *request)
{
	unsigned char bytes[16] = {0};

	if (!lane->lost_attempt[0]) {
		if (getrandom(bytes, sizeof(bytes), 0) < 0)
			return (struct view){0};
		hex_encode(lane->lost_attempt, bytes, sizeof(bytes));
	}
	memcpy(request->attempt_id, lane->lost_attempt, sizeof(request->attempt_id));
	lane->lost_attempt[0] = '\0';
	return view_of(request->attempt_id);
}

static void ask(struct receiving *lane, int wanted)
{
	struct view everything = VIEW_LITERAL("All");
	struct wire_request what = wire_request_of(WIRE_RECEIVE_MESSAGE);
	struct request *request =
		request_new(lane->lane.client, &polls, &lane->lane, true);
	struct list *last = lane->lane.waiting.prev;

	if (!request) {
		lane->resume_ns = lane->lane.client->now_ns + TOO_SOON_MS * MS;
		return;
	}
	request->wanted = wanted;
	request->wait_s = wait_of(lane);
	request->attempt = lane->attempts + 1;
	request->newest = list_is_empty(&lane->lane.waiting)
				  ? lane->lane.client->admitted_receives
				  : list_entry(last, struct sqs_op, link)->number;
	list_append(&lane->polls, &request->poll_link);
	what.queue_url = lane->lane.queue_url;
	what.max_messages = wanted;
	what.wait_s = request->wait_s;
	if (lane->visibility_s >= 0)
		what.visibility_s = lane->visibility_s;
	what.attribute_names = (struct wire_views){&everything, 1};
	what.message_attribute_names = (struct wire_views){&everything, 1};
	if (lane->is_fifo)
		what.attempt_id = name_attempt(lane, request);
	COUNT(lane->lane.client, retries, lane->attempts > 0);
	request_begin(request, &what, request->wait_s * 1000 + ATTEMPT_MS);
}

/* How many messages a poll more is to ask for; 0: none, those under way will do. */
static int to_ask_for(const struct receiving *lane, const struct outlook *outlook)
{
	int64_t wanted = lane->wanted - outlook->asked;

	if (!lane->lane.waiting_count || wanted <= 0 || outlook->polls >= lane->width)
		return 0;
	return wanted < SQS_BATCH ? (int)wanted : SQS_BATCH;
}

/* Looks again when the first of the polls under way is late. */
static void watch(struct receiving *lane, const struct outlook *outlook)
{
	if (lane->lane.waiting_count && outlook->next_ns != DUE_NEVER)
		lane_wait_until(&lane->lane, outlook->next_ns + LATE_MS * MS);
}

static void launch(struct lane *base)
{
	struct receiving *lane = receiving_of(base);
	struct sqs_client *client = base->client;
	struct outlook outlook;
	int wanted;

	for (;;) {
		outlook = look_out(lane);
		wanted = to_ask_for(lane, &outlook);
		if (!wanted) {
			watch(lane, &outlook);
			break;
		}
		if (lane->resume_ns > client->now_ns) {
			lane_wait_until(base, lane->resume_ns);
			break;
		}
		if (client->polls >= CLIENT_POLLS) {
			lane_touch(base);
			break;
		}
		ask(lane, wanted);
	}
	lane_drop_if_idle(base);
}

/* -------------------------------------------------------------------------------------
 * Handing over
 */

void receive_return(
	struct sqs_client *client, struct view queue_url, struct view receipt_handle)
{
	struct sqs_op *op = sqs_change_visibility_new(
		client, queue_url.data, receipt_handle.data, 0, NULL, NULL);

	if (!op) {
		log_warning("receive",
			"no memory to give a message back: it returns when "
			"its visibility timeout ends");
		return;
	}
	op->started_ns = client->now_ns;
	op_admit(op);
}

static struct sqs_op *first_in_line(const struct receiving *lane)
{
	const struct list *line =
		list_is_empty(&lane->overdue) ? &lane->lane.waiting : &lane->overdue;

	return list_is_empty(line) ? NULL : list_entry(line->next, struct sqs_op, link);
}

static void hand_over(struct receiving *lane, struct sqs_op *op,
	struct sqs_message **messages, size_t count)
{
	struct sqs_client *client = lane->lane.client;

	COUNT(client, received, count);
	leave_line(lane, op);
	op_finish(op, &(struct sqs_result){.failure = &failure_none,
			      .messages = messages,
			      .message_count = count});
	for (size_t i = 0; i < count; i++) {
		if (messages[i])
			receive_return(client, lane->lane.queue_url,
				view_of(messages[i]->receipt_handle));
		sqs_message_free(messages[i]);
	}
}

/* A message that nobody can be given. */
static void spoil(struct receiving *lane, struct sqs_op *op,
	const struct wire_message *message, enum sqs_error error)
{
	struct sqs_failure failure;

	receive_return(lane->lane.client, lane->lane.queue_url, message->receipt_handle);
	if (error == SQS_BAD_DIGEST)
		failure_say(&failure, error,
			"message %.*s is not what was sent: its digest differs; it went "
			"back to the queue",
			(int)message->id.len, message->id.data);
	else
		failure_say(&failure, error, "no memory");
	log_warning("receive", "%s", failure.message);
	if (op)
		fail_with(lane, op, &failure);
}

static void return_all(
	struct receiving *lane, const struct wire_message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		receive_return(lane->lane.client, lane->lane.queue_url,
			messages[i].receipt_handle);
}

/*
 * When the service took these messages, at the earliest. A long poll is answered as
 * soon as there is a message: counted from when it was sent, a lease could be over
 * before it has begun.
 */
static int64_t taken_at_ms(const struct request *request)
{
	const struct sqs_client *client = request->client;
	int64_t slack_ms = 4 * client->round_trip_ns / 1000000;
	int64_t at_ms;

	if (slack_ms < LEAST_SLACK_MS)
		slack_ms = LEAST_SLACK_MS;
	at_ms = client->now_ns / 1000000 - slack_ms;
	return at_ms > request->asked_at_ms ? at_ms : request->asked_at_ms;
}

/*
 * As many of the messages as the first in line takes; returns how many are used up. Of a
 * FIFO queue nothing overtakes a message that goes back: all behind it go back too.
 */
static size_t serve_one(struct receiving *lane, const struct request *request,
	struct sqs_op *op, const struct wire_message *from, size_t count)
{
	struct sqs_message *messages[SQS_BATCH];
	size_t used = 0, got = 0;

	while (used < count && got < (size_t)op->max_messages) {
		const struct wire_message *message = &from[used++];
		bool is_intact = message_is_intact(lane->lane.client->digester, message);

		messages[got] =
			is_intact ? message_new(message, taken_at_ms(request)) : NULL;
		if (messages[got]) {
			got++;
			continue;
		}
		spoil(lane, got ? NULL : op, message,
			is_intact ? SQS_NO_MEMORY : SQS_BAD_DIGEST);
		if (lane->is_fifo) {
			return_all(lane, from + used, count - used);
			used = count;
		}
		if (!got)
			return used;
	}
	hand_over(lane, op, messages, got);
	return used;
}

static void serve(struct receiving *lane, const struct request *request,
	const struct wire_message *messages, size_t count)
{
	struct sqs_op *op;

	while (count && (op = first_in_line(lane))) {
		size_t used = serve_one(lane, request, op, messages, count);

		messages += used;
		count -= used;
	}
	return_all(lane, messages, count);
}

/* -------------------------------------------------------------------------------------
 * The end of a poll
 */

static void end_poll(struct receiving *lane, struct request *request)
{
	list_remove(&request->poll_link);
	lane_touch(&lane->lane);
}

/* Those who would not wait, and for whom this poll was the last one out: another may
 * bring what is there for them. */
static void dismiss_short(struct receiving *lane, const struct request *request)
{
	struct sqs_op *op;

	if (look_out(lane).polls)
		return;
	while ((op = first_in_line(lane)) && op->number <= request->newest)
		find_nothing(lane, op);
}

/* Those whose time is up, or as good as. */
static void dismiss_late(struct receiving *lane)
{
	int64_t now_ns = lane->lane.client->now_ns;

	if (is_ending(lane))
		return;
	list_each_safe (link, &lane->overdue) {
		find_nothing(lane, list_entry(link, struct sqs_op, link));
	}
	list_each_safe (other, &lane->lane.waiting) {
		struct sqs_op *op = list_entry(other, struct sqs_op, link);

		if (op->deadline_ns <= now_ns + GRACE_MS * MS)
			find_nothing(lane, op);
	}
}

/* Some servers end a long poll at once. */
static void pause_after(struct receiving *lane, const struct request *request)
{
	int64_t soonest_ns = request->begun_ns + TOO_SOON_MS * MS;

	if (lane->lane.client->now_ns < soonest_ns)
		lane->resume_ns = soonest_ns;
}

static void on_answer(struct request *request, const struct wire_reply *reply)
{
	struct receiving *lane = receiving_of(request->lane);
	bool is_full = reply->message_count >= (size_t)request->wanted;

	end_poll(lane, request);
	retry_give(&request->client->quota, lane->retry_cost);
	lane->retry_cost = 0;
	lane->attempts = 0;
	lane->answered_ns = request->client->now_ns;
	lane->failure.error = SQS_OK;
	if (!is_full)
		lane->width = 1;
	else if (lane->width < WIDEST)
		lane->width++;
	serve(lane, request, reply->messages, reply->message_count);
	if (lane->is_short && !is_full)
		dismiss_short(lane, request);
	if (!lane->is_short && reply->message_count == 0) {
		dismiss_late(lane);
		pause_after(lane, request);
	}
}

/* All for whom the poll was hear why it failed; those who came later get their own. */
static void fail_waiters(struct receiving *lane, const struct request *request,
	const struct sqs_failure *failure)
{
	struct sqs_op *op;

	while ((op = first_in_line(lane)) && op->number <= request->newest)
		fail_with(lane, op, failure);
}

static void on_failure(
	struct request *request, const struct sqs_failure *failure, enum wire_retry retry)
{
	struct receiving *lane = receiving_of(request->lane);
	int64_t retry_at_ns =
		request_retry_at(request, retry, request->attempt, &lane->retry_cost);

	end_poll(lane, request);
	lane->width = 1;
	memcpy(lane->lost_attempt, request->attempt_id, sizeof(lane->lost_attempt));
	if (retry_at_ns == DUE_NEVER) {
		lane->attempts = 0;
		lane->failure.error = SQS_OK;
		fail_waiters(lane, request, failure);
		return;
	}
	if (lane->answered_ns < request->begun_ns + request->wait_s * 1000 * MS)
		lane->failure = *failure; /* no other poll has fared better */
	if (lane->attempts < request->attempt)
		lane->attempts = request->attempt;
	lane->resume_ns = retry_at_ns;
}

/* -------------------------------------------------------------------------------------
 * The lanes
 */

/* Lanes are numbered by visibility timeout and by whether they wait. */
static int number_of(const struct sqs_op *op)
{
	int visibility_s =
		op->entry.visibility_s == WIRE_ABSENT ? -1 : (int)op->entry.visibility_s;

	return (visibility_s + 1) * 2 + (op->wait_ms == 0);
}

static void init(struct lane *lane, int number)
{
	struct receiving *receiving = receiving_of(lane);

	receiving->visibility_s = number / 2 - 1;
	receiving->is_short = number % 2;
	receiving->is_fifo = sqs_queue_is_fifo(lane->queue_url.data);
	receiving->width = 1;
	list_init(&receiving->overdue);
	list_init(&receiving->polls);
}

static bool is_idle(const struct lane *lane)
{
	return list_is_empty(&((const struct receiving *)lane)->overdue);
}

static void finish(struct lane *lane)
{
	(void)lane;
}

static const struct lane_kind receives = {
	.letter = 'r',
	.size = sizeof(struct receiving),
	.is_polling = true,
	.init = init,
	.launch = launch,
	.is_idle = is_idle,
	.finish = finish,
};

static void join(struct sqs_op *op)
{
	struct lane *base =
		lane_find(op->client, &receives, op->queue_url, number_of(op));
	struct receiving *lane = (struct receiving *)base;

	op->lane = base;
	if (!base) {
		op_fail_with(op, SQS_NO_MEMORY, "no memory");
		return;
	}
	op->number = ++op->client->admitted_receives;
	list_append(&base->waiting, &op->link);
	base->waiting_count++;
	lane->wanted += op->max_messages;
	if (op->deadline_ns > lane->longest_ns)
		lane->longest_ns = op->deadline_ns;
	lane_touch(base);
}

const struct op_kind receive_kind = {"receive", join, leave, expire, is_recalled};
