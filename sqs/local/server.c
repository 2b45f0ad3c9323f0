/* SPDX-License-Identifier: MIT */
#include "sqs/local/server.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sqs/base/clock.h"
#include "sqs/local/desk.h"
#include "sqs/local/http.h"

enum {
	MOST_CONNECTIONS = 4096,
	SPARED_DESCRIPTORS = 64, /* for the store, the log and the rest of the process */
	IDLE_S = 120,
	REQUEST_S = 60,
	BODY_BYTES = 5 * 1024 * 1024,
	HELD_BYTES = 512 * 1024 * 1024,
	MOST_EVENTS = 64,
	MOST_PASSES = 4, /* of reading before a turn */
	FAREWELL_MS = 2000,
	FAREWELL_STEP_MS = 50,
};

struct server {
	struct server_options options;
	struct http *http;
	struct desk *desk;
	int epoll;
	int wake; /* an eventfd */
	atomic_bool is_stopping;
	int64_t give_up_ms; /* sending, in boot time; 0: it is not stopping */
};

/* -------------------------------------------------------------------------------------
 * The loop
 */

static int sleep_ms(struct server *server)
{
	int http_ms = http_timeout_ms(server->http);
	int desk_ms = desk_sleep_ms(server->desk);
	int ms = http_ms >= 0 && http_ms < desk_ms ? http_ms : desk_ms;

	return server->give_up_ms && ms > FAREWELL_STEP_MS ? FAREWELL_STEP_MS : ms;
}

static void wait_for_work(struct server *server)
{
	struct epoll_event events[MOST_EVENTS];
	int count = epoll_wait(server->epoll, events, MOST_EVENTS, sleep_ms(server));
	eventfd_t ignored;

	for (int i = 0; i < count; i++) {
		void *source = events[i].data.ptr;

		if (source == server)
			eventfd_read(server->wake, &ignored);
		else if (source != server->http)
			desk_hang_up(server->desk, source);
	}
}

/* Reads what is there, so that one transaction takes all of it. */
static void run_http(struct server *server)
{
	int passes = 0;

	do
		http_run(server->http);
	while (++passes < MOST_PASSES && http_timeout_ms(server->http) == 0);
}

static void begin_farewell(struct server *server)
{
	if (server->give_up_ms || !atomic_load(&server->is_stopping))
		return;
	server->give_up_ms = clock_boot_ms() + FAREWELL_MS;
	http_stop_accepting(server->http);
	desk_stop(server->desk);
}

static bool is_finished(const struct server *server)
{
	return server->give_up_ms &&
	       (http_unsent(server->http) == 0 || clock_boot_ms() >= server->give_up_ms);
}

void server_run(struct server *server)
{
	do {
		wait_for_work(server);
		begin_farewell(server);
		run_http(server);
		desk_turn(server->desk);
	} while (!is_finished(server));
}

void server_wake(struct server *server)
{
	eventfd_write(server->wake, 1);
}

void server_stop(struct server *server)
{
	atomic_store(&server->is_stopping, true);
	server_wake(server);
}

/* -------------------------------------------------------------------------------------
 * Life
 */

static unsigned most_connections(void)
{
	struct rlimit files;
	rlim_t most = MOST_CONNECTIONS;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < RLIM_INFINITY) {
		if (files.rlim_cur < 2 * SPARED_DESCRIPTORS)
			most = SPARED_DESCRIPTORS / 2;
		else if (files.rlim_cur - SPARED_DESCRIPTORS < most)
			most = files.rlim_cur - SPARED_DESCRIPTORS;
	}
	return (unsigned)most;
}

static bool watch(struct server *server, int fd, void *source)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = source};

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool start(struct server *server, char *why, size_t why_size)
{
	const struct http_options http = {.listener = server->options.listener,
		.connections = most_connections(),
		.idle_s = IDLE_S,
		.request_s = REQUEST_S,
		.body_bytes = BODY_BYTES,
		.held_bytes = HELD_BYTES};

	server->http = http_server_new(&http, why, why_size);
	if (!server->http)
		return false;
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (server->epoll < 0 || server->wake < 0 ||
		!watch(server, server->wake, server) ||
		!watch(server, http_fd(server->http), server->http)) {
		snprintf(why, why_size, "cannot start: %s", strerror(errno));
		return false;
	}
	server->desk = desk_new(&server->options, server->http, server->epoll);
	if (!server->desk)
		snprintf(why, why_size, "out of memory");
	return server->desk != NULL;
}

struct server *server_new(
	const struct server_options *options, char *why, size_t why_size)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server) {
		snprintf(why, why_size, "out of memory");
		return NULL;
	}
	server->options = *options;
	server->epoll = -1;
	server->wake = -1;
	if (!start(server, why, why_size)) {
		server_free(server);
		return NULL;
	}
	return server;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	http_server_free(server->http);
	desk_free(server->desk);
	if (server->epoll >= 0)
		close(server->epoll);
	if (server->wake >= 0)
		close(server->wake);
	free(server);
}
