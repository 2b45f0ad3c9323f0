/* SPDX-License-Identifier: MIT */
#include "sqs/local/desk_state.h"

enum { LONGEST_POLL_MS = 20000 };

static int64_t poll_ends_ms(const struct desk *desk, const struct call *call)
{
	int64_t left = call->service.wait_until_ms - desk->now_ms;

	if (left > LONGEST_POLL_MS)
		left = LONGEST_POLL_MS;
	return desk->steady_ms + (left > 0 ? left : 0);
}

/* The timer has a place in the heap since the queue was made: setting it cannot fail. */
static void set_ready(struct desk *desk, struct park_queue *queue, int64_t ready_ms)
{
	timers_set(&desk->park.ready, &queue->ready, ready_ms);
}

bool desk_park(struct desk *desk, struct call *call)
{
	if (desk->is_stopping || call->service.out_of_time ||
		!timers_set(&desk->timers, &call->timer, poll_ends_ms(desk, call)))
		return false;
	if (!park_add(&desk->park, call)) {
		timers_cancel(&desk->timers, &call->timer);
		return false;
	}
	if (park_is_only(call))
		set_ready(desk, call->queue,
			service_receivable_at(
				desk->options.service, call->queue->id, desk->now_ms));
	return true;
}

/* A long poll's time is up: it is tried once more and then answers what it finds. */
void desk_end_poll(struct desk *desk, struct call *call)
{
	call->service.out_of_time = true;
	timers_cancel(&desk->timers, &call->timer);
	park_remove(&desk->park, call, CALL_READY);
	list_append(&desk->takers, &call->link);
}

void desk_hang_up(struct desk *desk, void *source)
{
	struct call *call = source;
	const struct call_outcome outcome = {0};

	timers_cancel(&desk->timers, &call->timer);
	park_remove(&desk->park, call, CALL_GONE);
	desk->metrics.hung_up++;
	desk_record(desk, call, &outcome);
	http_cut(call->exchange);
}

/* Gives a queue's parked polls what there is for them, the oldest first, one by one: as
 * many are woken as there is something for. */
static void serve_queue(struct desk *desk, struct park_queue *queue)
{
	struct service *service = desk->options.service;
	int64_t id = queue->id;
	int64_t ready_ms = service_receivable_at(service, id, desk->now_ms);

	while (ready_ms <= desk->now_ms && desk_has_room(desk)) {
		struct call *call = park_oldest(queue);
		bool is_last = park_is_only(call);

		if (http_peer_is_gone(call->exchange)) {
			desk_hang_up(desk, call);
		} else if (desk_execute(desk, call)) {
			timers_cancel(&desk->timers, &call->timer);
			park_remove(&desk->park, call, CALL_READY);
			desk_decide(desk, call);
		} else {
			ready_ms = desk->now_ms + DESK_ASK_AGAIN_MS;
			break;
		}
		if (is_last)
			return;
		ready_ms = service_receivable_at(service, id, desk->now_ms);
	}
	if (ready_ms <= desk->now_ms)
		ready_ms = desk->now_ms + 1;
	set_ready(desk, queue, ready_ms);
}

/* The queues that have changed, and those whose time has come. What changes on the way
 * is left to the next call. */
void desk_serve_parked(struct desk *desk)
{
	struct service *service = desk->options.service;
	struct park *park = &desk->park;
	struct park_queue *queue;
	struct timer *timer;

	for (size_t left = service_changed(service); left; left--) {
		queue = park_find(park, service_next_changed(service));
		if (queue)
			serve_queue(desk, queue);
	}
	while ((timer = timers_pop(&park->ready, desk->now_ms)) != NULL)
		serve_queue(desk, list_entry(timer, struct park_queue, ready));
}
