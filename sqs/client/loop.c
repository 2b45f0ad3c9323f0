/* SPDX-License-Identifier: MIT */
#include "sqs/client/loop.h"

#include <sched.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "sqs/base/clock.h"
#include "sqs/client/call.h"
#include "sqs/client/client.h"
#include "sqs/client/lane.h"
#include "sqs/client/op.h"
#include "sqs/client/request.h"

/* Waits below this go by the timerfd: curl_multi_poll() counts in milliseconds. */
#define FINE_NS (10 * 1000000LL)

/* -------------------------------------------------------------------------------------
 * The steps of a turn
 */

static void finish_cancelled(struct list *cancelled)
{
	struct list *link;

	while ((link = list_pop(cancelled)))
		op_cancel(list_entry(link, struct sqs_op, cancel_link));
}

/* Whether some of it expects company. What was cancelled before it was admitted is on no
 * list of cancelled ones. */
static bool take_mail(struct sqs_client *client)
{
	bool expects_company = false;
	struct list started = LIST_INIT(started);
	struct list cancelled = LIST_INIT(cancelled);
	struct list *link;

	mailbox_take(&client->mailbox, &started, &cancelled);
	while ((link = list_pop(&started))) {
		struct sqs_op *op = list_entry(link, struct sqs_op, link);

		expects_company |= op->expects_company;
		op_admit(op);
	}
	finish_cancelled(&cancelled);
	return expects_company;
}

/*
 * Who is about to start something gets the processor first: on a machine that is busy
 * with many writers their sends come together here, and share a request. On one that is
 * not, the yield returns at once.
 */
static void take_mail_of_all(struct sqs_client *client)
{
	if (!take_mail(client))
		return;
	sched_yield();
	client->now_ns = clock_boot_ns();
	take_mail(client);
}

static void fire_dues(struct sqs_client *client)
{
	struct due *due;

	while ((due = due_pop(&client->dues, client->now_ns)))
		due->fire(due);
}

static bool has_launches(const struct sqs_client *client)
{
	bool short_ones =
		!list_is_empty(&client->ready_lanes) || !list_is_empty(&client->calls);

	return (short_ones && client->connections < CLIENT_CONNECTIONS) ||
	       (!list_is_empty(&client->ready_polls) && client->polls < CLIENT_POLLS);
}

static void launch_lane(struct list *ready)
{
	struct list *link = list_pop(ready);
	struct lane *lane = list_entry(link, struct lane, ready_link);

	lane->kind->launch(lane);
}

/* Calls and lanes take turns at the connections, so that neither starves. */
static void launch_ready(struct sqs_client *client)
{
	while (has_launches(client)) {
		bool has_room = client->connections < CLIENT_CONNECTIONS;

		if (has_room && !list_is_empty(&client->calls))
			call_launch(client);
		if (has_room && !list_is_empty(&client->ready_lanes))
			launch_lane(&client->ready_lanes);
		if (client->polls < CLIENT_POLLS && !list_is_empty(&client->ready_polls))
			launch_lane(&client->ready_polls);
	}
}

static void collect_finished(struct sqs_client *client)
{
	struct http_exchange *exchange;
	struct list *link;

	client->now_ns = clock_boot_ns();
	while ((exchange = http_next_ended(client->http)))
		request_end(http_owner_of(exchange));
	while ((link = list_pop(&client->lost_requests)))
		request_end_lost(list_entry(link, struct request, link));
}

/* What has come counts, however late it is read: before anything is given up. */
static void catch_up(struct sqs_client *client)
{
	http_perform(client->http);
	collect_finished(client);
}

/* -------------------------------------------------------------------------------------
 * Stopping
 */

static void cancel_receives(struct sqs_client *client)
{
	list_each_safe (link, &client->ops) {
		struct sqs_op *op = list_entry(link, struct sqs_op, all);

		if (op->action == WIRE_RECEIVE_MESSAGE)
			op_abandon(op);
	}
}

static void abandon_polls(struct list *requests)
{
	list_each_safe (link, requests) {
		struct request *request = list_entry(link, struct request, link);

		if (request->is_poll)
			request_abandon(request);
	}
}

static void begin_to_stop(struct sqs_client *client)
{
	client->is_stopping = true;
	cancel_receives(client);
	abandon_polls(&client->requests);
	abandon_polls(&client->unsigned_requests);
	abandon_polls(&client->lost_requests);
}

static bool has_drained(const struct sqs_client *client)
{
	return list_is_empty(&client->ops) || client->stop_at_ns <= client->now_ns;
}

/* Whether all is over. What a completion starts now is cancelled in the next turn. */
static bool stop(struct sqs_client *client)
{
	struct list *link;

	if (client->stop_at_ns == DUE_NEVER)
		return false;
	if (!client->is_stopping)
		begin_to_stop(client);
	if (!has_drained(client))
		return false;
	while (!list_is_empty(&client->ops)) {
		link = client->ops.next;
		op_abandon(list_entry(link, struct sqs_op, all));
	}
	return mailbox_sleep(&client->mailbox, DUE_NEVER);
}

/* -------------------------------------------------------------------------------------
 * Waiting
 */

static void clear_fd(int fd)
{
	uint64_t number;

	/* Nothing there is as good: the wait had another reason. */
	if (read(fd, &number, sizeof(number)) < 0)
		return;
}

static void wait_fine(struct sqs_client *client, int64_t due_ns)
{
	const struct itimerspec when = {
		.it_value = {due_ns / 1000000000, due_ns % 1000000000}};
	const int fds[] = {client->mailbox.wake_fd, client->timer_fd};

	if (due_ns != client->timer_ns)
		timerfd_settime(client->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
	client->timer_ns = due_ns;
	http_wait(client->http, fds, 2, FINE_NS / 1000000 + 1);
}

static void wait_coarse(struct sqs_client *client, int64_t wait_ns)
{
	http_wait(client->http, &client->mailbox.wake_fd, 1, wait_ns / 1000000 + 1);
}

static bool has_work(const struct sqs_client *client)
{
	return has_launches(client) || !list_is_empty(&client->lost_requests) ||
	       (client->is_stopping && has_drained(client));
}

/* Until something happens or is due. */
static void rest(struct sqs_client *client)
{
	int64_t due_ns = due_next(&client->dues);
	int64_t wait_ns;

	if (client->is_stopping && client->stop_at_ns < due_ns)
		due_ns = client->stop_at_ns;
	wait_ns = due_ns - clock_boot_ns();
	if (has_work(client) || wait_ns <= 0 || !mailbox_sleep(&client->mailbox, due_ns))
		return;
	if (wait_ns < FINE_NS)
		wait_fine(client, due_ns);
	else
		wait_coarse(client, wait_ns);
	clear_fd(client->mailbox.wake_fd);
}

void *loop_run(void *arg)
{
	struct sqs_client *client = arg;

	do {
		rest(client);
		client->now_ns = clock_boot_ns();
		if (due_next(&client->dues) <= client->now_ns)
			catch_up(client);
		take_mail_of_all(client);
		fire_dues(client);
		if (!list_is_empty(&client->unsigned_requests))
			request_sign_waiting(client);
		launch_ready(client);
		http_perform(client->http);
		collect_finished(client);
	} while (!stop(client));
	return NULL;
}
