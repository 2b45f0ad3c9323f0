/* SPDX-License-Identifier: MIT */
#include "sqs/client/request.h"

#include <stdio.h>
#include <stdlib.h>

#include "sqs/base/clock.h"
#include "sqs/client/client.h"
#include "sqs/client/failure.h"
#include "sqs/client/lane.h"
#include "sqs/wire/form.h"
#include "sqs/wire/stamp.h"
#include "sqs/wire/xml.h"

enum {
	/* What is kept of the buffers of a spare request. */
	KEPT_FORM = 64 << 10,
	/* Services allow 15 minutes; well below that, it was not the clock. */
	CLOCK_IS_OFF_MS = 4 * 60 * 1000,
	SLOWEST_BYTES_PER_MS = 32,
	MOST_SPARE = 64,
};

/* -------------------------------------------------------------------------------------
 * Life
 */

static struct request *request_make(struct sqs_client *client)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		return NULL;
	request->client = client;
	list_init(&request->link);
	list_init(&request->poll_link);
	request->exchange = http_exchange_new(client->http, request);
	if (request->exchange)
		return request;
	request_free(request);
	return NULL;
}

void request_free(struct request *request)
{
	http_exchange_free(request->exchange);
	buf_finish(&request->form);
	arena_finish(&request->arena);
	free(request);
}

struct request *request_new(struct sqs_client *client, const struct request_kind *kind,
	struct lane *lane, bool is_poll)
{
	struct list *link = list_pop(&client->spare_requests);
	struct request *request =
		link ? list_entry(link, struct request, link) : request_make(client);

	if (!request)
		return NULL;
	client->spare_count -= link != NULL;
	request->kind = kind;
	request->lane = lane;
	request->is_poll = is_poll;
	request->count = 0;
	request->has_new_clock = false;
	request->has_new_credentials = false;
	if (lane)
		lane->requests++;
	if (is_poll)
		client->polls++;
	else
		client->connections++;
	return request;
}

/* Nobody has it any more: spare, and its lane perhaps gone. */
static void request_put_away(struct request *request)
{
	struct sqs_client *client = request->client;
	struct lane *lane = request->lane;

	list_remove(&request->link);
	list_remove(&request->poll_link);
	if (request->is_poll)
		client->polls--;
	else
		client->connections--;
	if (request->form.cap > KEPT_FORM)
		buf_finish(&request->form);
	arena_finish(&request->arena);
	if (client->spare_count < MOST_SPARE) {
		client->spare_count++;
		list_prepend(&client->spare_requests, &request->link);
	} else {
		request_free(request);
	}
	if (lane) {
		lane->requests--;
		lane_drop_if_idle(lane);
	}
}

/* -------------------------------------------------------------------------------------
 * Sending
 */

static void request_lose(struct request *request, const struct sqs_failure *failure)
{
	request->failure = *failure;
	list_remove(&request->link);
	list_append(&request->client->lost_requests, &request->link);
}

static void request_lose_memory(struct request *request)
{
	struct sqs_failure failure;

	failure_say(&failure, SQS_NO_MEMORY, "no memory");
	request_lose(request, &failure);
}

static void transmit(struct request *request, const struct sigv4_headers *headers)
{
	struct sqs_client *client = request->client;
	const struct http_post post = {
		.body = buf_view(&request->form),
		.authorization = headers->authorization,
		.date = headers->date,
		.token = headers->token,
		.timeout_ms = request->timeout_ms +
			      (int64_t)(request->form.len / SLOWEST_BYTES_PER_MS),
	};

	request->begun_ns = clock_boot_ns();
	request->asked_at_ms = request->begun_ns / 1000000;
	list_remove(&request->link);
	if (!http_begin(request->exchange, &post)) {
		request_lose_memory(request);
		return;
	}
	list_append(&client->requests, &request->link);
	request->is_begun = true;
	COUNT(client, requests, 1);
	COUNT(client, in_flight, 1);
}

/* Signs with what the keeper has, or waits for it. */
static void sign_and_transmit(struct request *request)
{
	struct sqs_client *client = request->client;
	const struct endpoint *endpoint = &client->settings.endpoint;
	const struct sigv4_post post = {
		.host = view_of(endpoint->host),
		.path = view_of(endpoint->path),
		.content_type = VIEW_LITERAL(HTTP_CONTENT_TYPE),
		.body = buf_view(&request->form),
	};
	struct sigv4_headers headers = {0};
	struct wire_credentials credentials;
	struct sqs_failure failure;
	int64_t wall_ms = client_wall_ms(client);

	request->clock_offset_ms = client->clock_offset_ms;
	if (!client->keeper) {
		transmit(request, &headers);
		return;
	}
	switch (keeper_get(
		client->keeper, wall_ms, &credentials, &request->generation, &failure)) {
	case KEEPER_READY:
		if (sigv4_sign_post(
			    client->signer, &credentials, &post, wall_ms, &headers))
			transmit(request, &headers);
		else
			request_lose_memory(request);
		break;
	case KEEPER_PENDING:
		list_remove(&request->link);
		list_append(&client->unsigned_requests, &request->link);
		break;
	case KEEPER_FAILED:
		request_lose(request, &failure);
		break;
	}
}

void request_begin(
	struct request *request, const struct wire_request *what, int64_t timeout_ms)
{
	request->action = what->action;
	request->timeout_ms = timeout_ms;
	buf_clear(&request->form);
	if (form_write_request(&request->form, what))
		sign_and_transmit(request);
	else
		request_lose_memory(request);
}

void request_sign_waiting(struct sqs_client *client)
{
	struct list waiting = LIST_INIT(waiting);
	struct list *link;

	list_splice(&waiting, &client->unsigned_requests);
	while ((link = list_pop(&waiting)))
		sign_and_transmit(list_entry(link, struct request, link));
}

void request_abandon(struct request *request)
{
	http_abort(request->exchange);
	if (request->is_begun)
		COUNT(request->client, in_flight, -1);
	request->is_begun = false;
	request_put_away(request);
}

/* -------------------------------------------------------------------------------------
 * Ending
 */

static bool is_off(int64_t ms)
{
	return ms <= -CLOCK_IS_OFF_MS || ms >= CLOCK_IS_OFF_MS;
}

/* The reply's Date against our clock: whether signing anew can help. Another request may
 * have corrected the clock since this one was signed. */
static bool set_clock(struct request *request, struct view date)
{
	struct sqs_client *client = request->client;
	int64_t theirs_ms, off_ms;

	if (request->has_new_clock || view_is_absent(date) ||
		!stamp_read_http(date, &theirs_ms))
		return false;
	off_ms = theirs_ms - client_wall_ms(client);
	if (is_off(off_ms))
		client->clock_offset_ms += off_ms;
	request->has_new_clock =
		is_off(client->clock_offset_ms - request->clock_offset_ms);
	return request->has_new_clock;
}

static bool renew_credentials(struct request *request)
{
	struct sqs_client *client = request->client;

	if (request->has_new_credentials || !client->keeper)
		return false;
	request->has_new_credentials = true;
	return keeper_renew(client->keeper, request->generation, client_wall_ms(client));
}

/* Whether the same bytes, signed anew, are on their way again. */
static bool is_sent_again(
	struct request *request, enum wire_retry retry, const struct http_reply *reply)
{
	bool again =
		(retry == WIRE_RETRY_AFTER_CLOCK && set_clock(request, reply->date)) ||
		(retry == WIRE_RETRY_AFTER_CREDENTIALS && renew_credentials(request));

	if (again) {
		COUNT(request->client, retries, 1);
		sign_and_transmit(request);
	}
	return again;
}

static void fail(
	struct request *request, const struct sqs_failure *failure, enum wire_retry retry)
{
	request->kind->failed(request, failure, retry);
	request_put_away(request);
}

void request_bad_reply(
	const struct request *request, struct sqs_failure *failure, const char *what)
{
	failure_say(failure, SQS_BAD_REPLY, "%s: %s",
		request->client->settings.endpoint.origin, what);
}

static void end_without_reply(struct request *request, const struct http_reply *reply)
{
	struct sqs_failure failure;

	failure_say(&failure, reply->error, "%s", reply->why);
	fail(request, &failure,
		reply->is_transient ? WIRE_RETRY_TRANSIENT : WIRE_RETRY_NEVER);
}

/* There is no memory to read the reply. */
static void end_unread(struct request *request, const struct http_reply *reply)
{
	struct sqs_failure failure;

	failure_say(&failure, SQS_NO_MEMORY, "no memory");
	failure_text(failure.request_id, sizeof(failure.request_id), reply->request_id);
	fail(request, &failure, WIRE_RETRY_NEVER);
}

static void end_with_fault(struct request *request, const struct http_reply *reply)
{
	struct wire_fault fault;
	struct sqs_failure failure;
	enum wire_retry retry;

	xml_read_fault(reply->body, reply->status, &request->arena, &fault);
	if (request->arena.failed) {
		end_unread(request, reply);
		return;
	}
	if (view_is_absent(fault.request_id))
		fault.request_id = reply->request_id;
	retry = wire_retry_of_fault(&fault);
	if (is_sent_again(request, retry, reply))
		return;
	failure_of_fault(&failure, &fault);
	fail(request, &failure, retry);
}

static void end_with_reply(struct request *request, const struct http_reply *reply)
{
	struct wire_reply read;
	struct sqs_failure failure;

	if (xml_read_reply(reply->body, request->action, &request->arena, &read)) {
		request->kind->answered(request, &read);
		request_put_away(request);
		return;
	}
	if (request->arena.failed) {
		end_unread(request, reply);
		return;
	}
	request_bad_reply(request, &failure, "not a reply of SQS");
	failure_text(failure.request_id, sizeof(failure.request_id), reply->request_id);
	fail(request, &failure, WIRE_RETRY_NEVER);
}

/* Exponential smoothing, an eighth at a time, as TCP does. */
static void measure(struct request *request)
{
	struct sqs_client *client = request->client;
	int64_t took_ns = client->now_ns - request->begun_ns;

	if (request->is_poll)
		return;
	if (client->round_trip_ns == 0)
		client->round_trip_ns = took_ns;
	client->round_trip_ns += (took_ns - client->round_trip_ns) / 8;
}

void request_end(struct request *request)
{
	struct http_reply reply = http_reply_of(request->exchange);

	COUNT(request->client, in_flight, -1);
	request->is_begun = false;
	list_remove(&request->link);
	if (reply.error || reply.status / 100 != 2)
		COUNT(request->client, failures, 1);
	if (reply.error) {
		end_without_reply(request, &reply);
		return;
	}
	measure(request);
	if (reply.status / 100 == 2)
		end_with_reply(request, &reply);
	else
		end_with_fault(request, &reply);
}

void request_end_lost(struct request *request)
{
	struct sqs_failure failure = request->failure;

	list_remove(&request->link);
	fail(request, &failure, WIRE_RETRY_NEVER);
}

int64_t request_retry_at(
	struct request *request, enum wire_retry retry, int attempts, int *cost)
{
	struct sqs_client *client = request->client;

	if (attempts >= client->settings.max_attempts ||
		!retry_take(&client->quota, retry, cost))
		return DUE_NEVER;
	return client->now_ns + retry_delay_ns(retry, attempts, client_random(client));
}
