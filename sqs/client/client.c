/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "sqs/base/clock.h"
#include "sqs/base/thread.h"
#include "sqs/client/client.h"
#include "sqs/client/failure.h"
#include "sqs/client/lane.h"
#include "sqs/client/loop.h"
#include "sqs/client/op.h"
#include "sqs/client/request.h"

static void client_free(struct sqs_client *client);

DEFINE_AUTO(client_free, struct sqs_client *);

/* -------------------------------------------------------------------------------------
 * Time and chance
 */

int64_t client_wall_ms(const struct sqs_client *client)
{
	return client->wall_ms() + client->clock_offset_ms;
}

double client_random(struct sqs_client *client)
{
	uint64_t bits = 0;

	if (client->random)
		return client->random();
	if (getrandom(&bits, sizeof(bits), 0) < 0)
		bits = (uint64_t)client->now_ns * 0x9e3779b97f4a7c15u;
	return (double)(bits >> 11) * 0x1p-53;
}

/* -------------------------------------------------------------------------------------
 * Life
 */

static const char *environment(const char *name)
{
	return getenv(name);
}

static void on_credentials(void *arg)
{
	struct sqs_client *client = arg;

	mailbox_wake(&client->mailbox);
}

static void init_lists(struct sqs_client *client)
{
	list_init(&client->ops);
	list_init(&client->calls);
	list_init(&client->ready_lanes);
	list_init(&client->ready_polls);
	list_init(&client->requests);
	list_init(&client->unsigned_requests);
	list_init(&client->lost_requests);
	list_init(&client->spare_requests);
}

static struct http *make_http(const struct settings *settings)
{
	return http_new(&(struct http_options){
		.url = settings->endpoint.url,
		.origin = settings->endpoint.origin,
		.host = settings->endpoint.host,
		.unix_socket = settings->unix_socket,
		.ca_bundle = settings->ca_bundle,
		.no_proxy = settings->endpoint.is_local,
	});
}

static bool make_signer(struct sqs_client *client, struct sqs_failure *why)
{
	if (client->settings.anonymous)
		return true;
	client->signer = sigv4_signer_new(
		client->digester, view_of(client->settings.region), VIEW_LITERAL("sqs"));
	if (!client->signer)
		return failure_say(why, SQS_NO_MEMORY, "no memory");
	client->keeper = keeper_new(
		&client->settings, client_wall_ms(client), on_credentials, client, why);
	return client->keeper != NULL;
}

static bool make_parts(struct sqs_client *client, struct sqs_failure *why)
{
	client->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	client->http = make_http(&client->settings);
	client->digester = digester_new();
	if (!mailbox_init(&client->mailbox) || client->timer_fd < 0 || !client->http ||
		!client->digester)
		return failure_say(
			why, SQS_NO_MEMORY, "out of memory or of file descriptors");
	return make_signer(client, why);
}

struct sqs_client *sqs_client_new(
	const struct sqs_config *config, struct sqs_failure *why)
{
	AUTO(client_free) struct sqs_client *client = calloc(1, sizeof(*client));

	*why = failure_none;
	if (!client) {
		failure_say(why, SQS_NO_MEMORY, "no memory");
		return NULL;
	}
	init_lists(client);
	client->timer_fd = -1;
	client->mailbox.wake_fd = -1;
	client->wall_ms = config->wall_ms ? config->wall_ms : clock_wall_ms;
	client->random = config->random;
	client->stop_at_ns = DUE_NEVER;
	client->quota.tokens = RETRY_QUOTA;
	if (!settings_find(&client->settings, config, environment, why) ||
		!make_parts(client, why))
		return NULL;
	if (thread_start(&client->thread, "client", loop_run, client) != 0) {
		failure_say(why, SQS_NO_MEMORY, "cannot start a thread");
		return NULL;
	}
	return TAKE(client);
}

static void free_requests(struct list *requests)
{
	struct list *link;

	while ((link = list_pop(requests)))
		request_free(list_entry(link, struct request, link));
}

static void free_lanes(struct map *lanes)
{
	struct lane *lane;

	for (size_t i = 0; (lane = map_next(lanes, &i)) != NULL;)
		lane_free(lane);
	map_finish(lanes);
}

/* What is left when the thread has ended, or has never begun. */
static void client_free(struct sqs_client *client)
{
	if (!client)
		return;
	free_requests(&client->spare_requests);
	free_requests(&client->requests);
	http_free(client->http);
	keeper_free(client->keeper);
	sigv4_signer_free(client->signer);
	digester_free(client->digester);
	due_heap_finish(&client->dues);
	free_lanes(&client->lanes);
	buf_finish(&client->lane_key);
	if (client->timer_fd >= 0)
		close(client->timer_fd);
	mailbox_finish(&client->mailbox);
	settings_finish(&client->settings);
	free(client);
}

/* The latest time there is, at most; DUE_NEVER would mean that nobody asked. */
static int64_t end_of_drain(int64_t drain_ms)
{
	int64_t now_ns = clock_boot_ns();

	if (drain_ms >= (DUE_NEVER - now_ns) / 1000000)
		return DUE_NEVER - 1;
	return drain_ms > 0 ? now_ns + drain_ms * 1000000 : now_ns;
}

void sqs_client_free(struct sqs_client *client, int64_t drain_ms)
{
	if (!client)
		return;
	atomic_store(&client->stop_at_ns, end_of_drain(drain_ms));
	mailbox_close(&client->mailbox);
	pthread_join(client->thread, NULL);
	client_free(client);
}

/* -------------------------------------------------------------------------------------
 * What callers ask
 */

void sqs_start(struct sqs_op *op)
{
	sqs_start_all(&op, 1);
}

void sqs_start_all(struct sqs_op *const *ops, size_t count)
{
	if (count)
		mailbox_start(&ops[0]->client->mailbox, ops, count);
}

void sqs_cancel(struct sqs_op *op)
{
	mailbox_cancel(&op->client->mailbox, op);
}

const char *sqs_client_endpoint(const struct sqs_client *client)
{
	return client->settings.endpoint.origin;
}

const char *sqs_client_region(const struct sqs_client *client)
{
	return client->settings.region;
}

bool sqs_client_region_is_default(const struct sqs_client *client)
{
	return client->settings.region_is_default;
}

void sqs_client_counters(struct sqs_client *client, struct sqs_counters *out)
{
	const struct counters *counters = &client->counters;

	*out = (struct sqs_counters){
		.requests = counters->requests,
		.retries = counters->retries,
		.failures = counters->failures,
		.sent = counters->sent,
		.received = counters->received,
		.deleted = counters->deleted,
		.returned = counters->returned,
		.in_flight = counters->in_flight,
	};
}
