/* SPDX-License-Identifier: MIT */
#include "fs/intake.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "fs/options.h"
#include "fs/stock.h"
#include "fs/visibility.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

/* The limits have a time of their own; this is for when nobody answers at all. */
enum { ASKING_MS = 60 * 1000 };

enum intake_state {
	INTAKE_NEW,
	INTAKE_PARKED,
	INTAKE_ASKING,
	INTAKE_RECEIVING,
	INTAKE_DONE,
	INTAKE_STATES
};

static const char *const state_names[] = {
	[INTAKE_NEW] = "new",
	[INTAKE_PARKED] = "parked",
	[INTAKE_ASKING] = "asking",
	[INTAKE_RECEIVING] = "receiving",
	[INTAKE_DONE] = "done",
};
static_assert(ARRAY_SIZE(state_names) == INTAKE_STATES, "a state has no name");

struct intake {
	struct intake_args args;     /* constant; a reference to the queue */
	int64_t deadline_ms;         /* constant; INT64_MAX: none */
	enum intake_state state;     /* lock */
	struct call_wait wait;       /* PARKED, ASKING */
	struct list asking;          /* holds `wait` while ASKING */
	struct limits_waiter limits; /* ASKING */
	struct list link;            /* lock; RECEIVING: in receiving.receives */
	struct sqs_op *op;           /* lock; RECEIVING */
	struct message *given;       /* lock; open for this intake */
	int visibility_s;
	/* Who still refers to it: itself until it is DONE, and `limits` while they are
	 * asked, which cannot be called off. Lock. */
	unsigned uses;
};

static struct mount *mount_of_intake(const struct intake *intake)
{
	return intake->args.queue->dir.node.mount;
}

/* The only function that changes the state. */
static void enter(struct intake *intake, enum intake_state next)
{
	static const unsigned may_enter[] = {
		[INTAKE_NEW] = 1u << INTAKE_PARKED | 1u << INTAKE_ASKING |
			       1u << INTAKE_RECEIVING | 1u << INTAKE_DONE,
		[INTAKE_PARKED] = 1u << INTAKE_NEW | 1u << INTAKE_DONE,
		[INTAKE_ASKING] = 1u << INTAKE_RECEIVING | 1u << INTAKE_DONE,
		[INTAKE_RECEIVING] = 1u << INTAKE_DONE,
		[INTAKE_DONE] = 0,
	};

	assert(may_enter[intake->state] & 1u << next);
	log_debug("intake", "%s: %s -> %s", intake->args.queue->name,
		state_names[intake->state], state_names[next]);
	intake->state = next;
}

/* -------------------------------------------------------------------------------------
 * How long
 */

int64_t intake_wait_ms(const struct mount *mount, int open_flags)
{
	int wait_s = mount->options->wait_s;

	if (open_flags & O_NONBLOCK)
		return 0;
	return wait_s == WAIT_FOR_EVER ? INT64_MAX : wait_s * INT64_C(1000);
}

static int64_t left_ms(const struct intake *intake)
{
	int64_t left;

	if (intake->deadline_ms == INT64_MAX)
		return INT64_MAX;
	left = intake->deadline_ms - clock_boot_ms();
	return left > 0 ? left : 0;
}

/* -------------------------------------------------------------------------------------
 * Life
 */

struct intake *intake_new(const struct intake_args *args)
{
	struct intake *intake = calloc(1, sizeof(*intake));
	struct node *queue = &args->queue->dir.node;

	if (!intake)
		return NULL;
	intake->args = *args;
	intake->deadline_ms =
		args->wait_ms == INT64_MAX ? INT64_MAX : clock_boot_ms() + args->wait_ms;
	intake->uses = 1;
	list_init(&intake->asking);
	list_init(&intake->link);
	list_init(&intake->limits.link);
	mount_lock(queue->mount);
	node_ref_locked(queue);
	mount_unlock(queue->mount);
	return intake;
}

static void drop(struct intake *intake)
{
	struct mount *mount = mount_of_intake(intake);

	mount_lock(mount);
	if (--intake->uses == 0) {
		node_unref_locked(&intake->args.queue->dir.node);
		free(intake);
	}
	mount_unlock(mount);
}

static void end_with(struct intake *intake, const struct intake_end *end)
{
	struct mount *mount = mount_of_intake(intake);

	mount_lock(mount);
	enter(intake, INTAKE_DONE);
	mount_unlock(mount);
	intake->args.done(intake->args.arg, end);
	drop(intake);
}

static void fail(struct intake *intake, enum sqs_error error)
{
	end_with(intake,
		&(struct intake_end){.failure = &(struct sqs_failure){.error = error}});
}

static enum sqs_error error_of_wait(int error)
{
	switch (error) {
	case EINTR:
		return SQS_CANCELLED;
	case ENOMEM:
		return SQS_NO_MEMORY;
	default:
		return SQS_TIMED_OUT;
	}
}

/* -------------------------------------------------------------------------------------
 * Parked
 */

static void on_parked_over(struct call_wait *wait, int error)
{
	fail(list_entry(wait, struct intake, wait),
		error == ETIMEDOUT ? SQS_NO_MESSAGE : error_of_wait(error));
}

static void wait_in(struct intake *intake, struct list *list, enum intake_state state,
	int64_t timeout_ms, void (*give_up)(struct call_wait *, int))
{
	struct mount *mount = mount_of_intake(intake);

	mount_lock(mount);
	enter(intake, state);
	mount_unlock(mount);
	call_wait(&intake->wait, intake->args.req, &intake->args.queue->dir.node, list,
		timeout_ms < INT64_MAX / 2 ? timeout_ms : INT64_MAX / 2, give_up);
}

void intake_park(struct intake *intake, struct list *list)
{
	wait_in(intake, list, INTAKE_PARKED, left_ms(intake), on_parked_over);
}

struct intake *intake_take_locked(struct list *list)
{
	list_each (link, list) {
		struct call_wait *wait = list_entry(link, struct call_wait, link);
		struct intake *intake = list_entry(wait, struct intake, wait);

		if (call_wait_take_locked(wait)) {
			enter(intake, INTAKE_NEW);
			return intake;
		}
	}
	return NULL;
}

void *intake_arg(const struct intake *intake)
{
	return intake->args.arg;
}

void intake_give(struct intake *intake, struct message *message)
{
	call_end(intake->args.req);
	end_with(intake, &(struct intake_end){
				 .failure = &(struct sqs_failure){.error = SQS_OK},
				 .messages = &message,
				 .count = 1,
			 });
}

/* -------------------------------------------------------------------------------------
 * Receiving
 */

struct harvest {
	struct message *messages[SQS_BATCH + 1];
	size_t count;
};

/* What the service says of sends is another matter than what it says of receives. */
static void note_refusal_locked(struct queue *queue, enum sqs_error error)
{
	if (error != SQS_OK && error != SQS_DENIED)
		queue_refused_locked(queue, error);
}

/* What there is no memory for goes back, untaken; of a FIFO queue all behind it too. */
static void adopt(
	struct intake *intake, const struct sqs_result *result, struct harvest *harvest)
{
	struct queue *queue = intake->args.queue;

	for (size_t i = 0; i < result->message_count; i++) {
		struct message *message = message_of_delivery(queue, result->messages[i]);

		if (message) {
			result->messages[i] = NULL;
			harvest->messages[harvest->count++] = message;
		} else if (queue->is_fifo) {
			break;
		}
	}
}

/* Whether what came is to be used: not when the mount ends. */
static bool hold_locked(
	struct intake *intake, struct harvest *harvest, const struct sqs_result *result)
{
	for (size_t i = 0; i < harvest->count; i++)
		message_hold_locked(harvest->messages[i], intake->visibility_s);
	note_refusal_locked(intake->args.queue, result->error);
	list_remove(&intake->link);
	intake->op = NULL;
	if (intake->given) {
		/* The first is for the one who asked. */
		harvest->messages[harvest->count++] = harvest->messages[0];
		harvest->messages[0] = intake->given;
	}
	return !mount_of_intake(intake)->is_ending;
}

static void on_received(void *arg, const struct sqs_result *result)
{
	struct intake *intake = arg;
	struct mount *mount = mount_of_intake(intake);
	struct harvest harvest = {.count = 0};
	bool is_wanted;

	call_end(intake->args.req);
	adopt(intake, result, &harvest);
	mount_lock(mount);
	is_wanted = hold_locked(intake, &harvest, result);
	mount_unlock(mount);
	if (harvest.count && is_wanted) {
		end_with(
			intake, &(struct intake_end){
					.failure = &(struct sqs_failure){.error = SQS_OK},
					.messages = harvest.messages,
					.count = harvest.count,
				});
		return;
	}
	visibility_decline(harvest.messages, harvest.count);
	if (result->error)
		end_with(intake, &(struct intake_end){.failure = result->failure});
	else
		fail(intake, is_wanted ? SQS_NO_MEMORY : SQS_CANCELLED);
}

static void receive(struct intake *intake)
{
	struct mount *mount = mount_of_intake(intake);
	struct queue *queue = intake->args.queue;
	struct sqs_receive args = {
		.queue_url = queue->url,
		.max_messages = intake->args.max,
		.wait_ms = left_ms(intake),
		.visibility_s = intake->visibility_s,
	};
	struct message *at_hand = NULL;
	struct sqs_op *op;
	bool starts;

	mount_lock(mount);
	args.expects_company = !list_is_empty(&queue->receiving.held) ||
			       !list_is_empty(&queue->receiving.receives);
	mount_unlock(mount);
	op = sqs_receive_new(mount->client, &args, on_received, intake);

	mount_lock(mount);
	/* While it was asking another may have had one to spare for the stock. */
	if (intake->args.is_reader)
		at_hand = stock_take_locked(queue);
	starts = op && !at_hand && !mount->is_ending;
	if (starts) {
		enter(intake, INTAKE_RECEIVING);
		intake->op = op;
		list_append(&queue->receiving.receives, &intake->link);
	}
	mount_unlock(mount);
	if (starts) {
		call_start(intake->args.req, op);
		return;
	}
	sqs_op_free(op);
	if (at_hand)
		intake_give(intake, at_hand);
	else
		fail(intake, op ? SQS_CANCELLED : SQS_NO_MEMORY);
}

bool intake_spare_locked(struct queue *queue, struct message *message)
{
	list_each (link, &queue->receiving.receives) {
		struct intake *intake = list_entry(link, struct intake, link);

		if (!intake->args.is_reader)
			continue;
		intake->given = message;
		list_remove(&intake->link);
		sqs_cancel(intake->op);
		return true;
	}
	return false;
}

void intake_cancel_all_locked(struct queue *queue)
{
	list_each (link, &queue->receiving.receives)
		sqs_cancel(list_entry(link, struct intake, link)->op);
}

/* -------------------------------------------------------------------------------------
 * Asking: the lease of what comes must be known, so the visibility timeout is
 * needed, and told with the receive.
 */

static void on_asking_over(struct call_wait *wait, int error)
{
	fail(list_entry(wait, struct intake, wait), error_of_wait(error));
}

static void on_limits(struct limits_waiter *waiter, const struct sqs_failure *failure)
{
	struct intake *intake = list_entry(waiter, struct intake, limits);
	struct mount *mount = mount_of_intake(intake);
	bool goes_on;

	mount_lock(mount);
	goes_on = call_wait_take_locked(&intake->wait);
	intake->visibility_s = intake->args.queue->limits.visibility_s;
	mount_unlock(mount);
	if (goes_on) {
		call_end(intake->args.req);
		if (!failure->error)
			receive(intake);
		else
			end_with(intake, &(struct intake_end){.failure = failure});
	}
	drop(intake);
}

static void ask(struct intake *intake)
{
	struct queue *queue = intake->args.queue;
	struct mount *mount = mount_of_intake(intake);
	bool is_known;

	intake->uses++;
	intake->limits.ready = on_limits;
	wait_in(intake, &intake->asking, INTAKE_ASKING, ASKING_MS, on_asking_over);
	mount_lock(mount);
	node_ref_locked(&queue->dir.node);
	is_known = queue_limits_locked(queue, &intake->limits);
	mount_unlock(mount);
	if (is_known)
		on_limits(&intake->limits, &(struct sqs_failure){.error = SQS_OK});
	else
		queue_limits_start(queue);
	node_unref(&queue->dir.node);
}

void intake_start(struct intake *intake)
{
	/* One that was parked has the interrupt function of that wait still. */
	call_end(intake->args.req);
	intake->visibility_s = mount_of_intake(intake)->options->visibility_s;
	if (intake->visibility_s == UNSET)
		ask(intake);
	else
		receive(intake);
}
