/* SPDX-License-Identifier: MIT */
#include "sqs/local/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

#include "sqs/base/clock.h"
#include "sqs/base/list.h"
#include "sqs/base/log.h"
#include "sqs/base/text.h"
#include "sqs/local/timers.h"

enum {
	/* For a request's line and headers; libmicrohttpd answers 414 or 431 beyond. */
	CONNECTION_MEMORY = 32 * 1024,
	/* Of a refused body so much is read and dropped, so that the peer comes to read
	 * the answer instead of failing in its own write. */
	DRAINED_BYTES = 64 * 1024 * 1024,
	/* A body that comes, or an answer that is taken, more slowly takes too long. */
	SLOWEST_BYTES_PER_MS = 32,
};

/*
 *	READING ──whole──► COMPLETE ──http_answer()──► ANSWERED ──sent──► freed
 *	   │                  └───────http_cut()─────► CUT ───────────► freed
 *	   └──peer hung up──► freed
 *
 * The connection is suspended exactly in COMPLETE.
 */
enum exchange_state {
	EXCHANGE_READING,
	EXCHANGE_COMPLETE,
	EXCHANGE_ANSWERED,
	EXCHANGE_CUT
};

/* A connection. */
struct peer {
	/* Of the request that comes, or of the answer that goes; not set in between. */
	struct timer deadline;
	int fd;
};

struct http_exchange {
	struct http *http;
	struct MHD_Connection *connection;
	enum exchange_state state;
	struct list link; /* in http->complete until http_next() */
	struct arena arena;
	struct http_request request;
	struct buf body;
	size_t answer_bytes;
	size_t drained_bytes;
	bool has_begun; /* the headers were looked at */
};

struct http {
	struct MHD_Daemon *daemon;
	struct http_options options;
	struct list complete;
	struct timers deadlines; /* of peers */
	size_t held_bytes;
	size_t unsent;
	int fd;
	/* A connection was resumed since MHD_run(). MHD_get_timeout() (0.9.75) does not
	 * count that as work where the loop is not libmicrohttpd's own. */
	bool has_resumed;
};

static void resume(struct http_exchange *exchange)
{
	exchange->http->has_resumed = true;
	MHD_resume_connection(exchange->connection);
}

/* The only function that changes an exchange's state. */
static void exchange_enter(struct http_exchange *exchange, enum exchange_state next)
{
	static const unsigned may_enter[] = {
		[EXCHANGE_READING] = 1 << EXCHANGE_COMPLETE,
		[EXCHANGE_COMPLETE] = 1 << EXCHANGE_ANSWERED | 1 << EXCHANGE_CUT,
		[EXCHANGE_ANSWERED] = 0,
		[EXCHANGE_CUT] = 0,
	};

	assert(may_enter[exchange->state] & 1u << next);
	exchange->state = next;
	if (next == EXCHANGE_COMPLETE)
		MHD_suspend_connection(exchange->connection);
	else
		resume(exchange);
}

/* -------------------------------------------------------------------------------------
 * Deadlines
 */

/* NULL: there was no memory for it, and it has no deadline. */
static struct peer *peer_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void expect_within(struct http *http, struct peer *peer, int64_t ms)
{
	if (peer)
		timers_set(&http->deadlines, &peer->deadline, clock_boot_ms() + ms);
}

/* libmicrohttpd tells of a request when its first line is whole. Until then the
 * connection is silent and closed in time, or the line takes too long. */
static void expect_line(struct http *http, struct peer *peer)
{
	expect_within(http, peer,
		(int64_t)(http->options.idle_s + http->options.request_s) * 1000);
}

static void expect_headers(struct http *http, struct peer *peer)
{
	expect_within(http, peer, (int64_t)http->options.request_s * 1000);
}

/* A body of unknown length (-1) has the time of the longest. */
static void expect_body(struct http *http, struct peer *peer, int64_t len)
{
	if (len < 0 || (uint64_t)len > http->options.body_bytes)
		len = (int64_t)http->options.body_bytes;
	if (peer && peer->deadline.place)
		timers_set(&http->deadlines, &peer->deadline,
			peer->deadline.at + len / SLOWEST_BYTES_PER_MS);
}

static void expect_taking(struct http *http, struct peer *peer, size_t len)
{
	expect_within(http, peer,
		(int64_t)http->options.request_s * 1000 +
			(int64_t)len / SLOWEST_BYTES_PER_MS);
}

static void expect_nothing(struct http *http, struct peer *peer)
{
	if (peer)
		timers_cancel(&http->deadlines, &peer->deadline);
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct http *http = arg;
	struct peer *peer = *context;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		expect_nothing(http, peer);
		free(peer);
		return;
	}
	peer = calloc(1, sizeof(*peer));
	*context = peer;
	if (!peer)
		return;
	peer->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
			   ->connect_fd;
	expect_line(http, peer);
}

/* libmicrohttpd closes a connection when it sees its end. */
static void end_late(struct http *http)
{
	int64_t now_ms = clock_boot_ms();
	struct timer *timer;

	while ((timer = timers_pop(&http->deadlines, now_ms)) != NULL)
		shutdown(list_entry(timer, struct peer, deadline)->fd, SHUT_RDWR);
}

/* -------------------------------------------------------------------------------------
 * Reading
 */

/* Called with the request's target before libmicrohttpd decodes it in place. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
	struct http *http = arg;
	struct http_exchange *exchange = calloc(1, sizeof(*exchange));
	struct view whole;
	const char *mark;

	if (!exchange)
		return NULL;
	exchange->http = http;
	exchange->connection = connection;
	exchange->body.ceiling = http->options.body_bytes;
	expect_headers(http, peer_of(connection));
	list_init(&exchange->link);
	whole = arena_copy(&exchange->arena, view_of(target));
	mark = whole.data ? memchr(whole.data, '?', whole.len) : NULL;
	exchange->request.path = whole;
	if (mark) {
		exchange->request.path.len = (size_t)(mark - whole.data);
		exchange->request.query = view_of(mark + 1);
	}
	return exchange;
}

static bool address_is_local(const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	switch (address->sa_family) {
	case AF_UNIX:
		return true;
	case AF_INET:
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ||
		       (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) &&
			       v6->sin6_addr.s6_addr[12] == 127);
	default:
		return false;
	}
}

static bool peer_is_local(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info && info->client_addr && address_is_local(info->client_addr);
}

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name,
	size_t name_len, const char *value, size_t value_len)
{
	struct http_request *request = arg;

	(void)kind;
	request->headers[request->header_count++] = (struct wire_pair){
		{name, name_len}, {value ? value : "", value ? value_len : 0}};
	return MHD_YES;
}

static bool read_headers(struct http_exchange *exchange)
{
	struct http_request *request = &exchange->request;
	int count = MHD_get_connection_values(
		exchange->connection, MHD_HEADER_KIND, NULL, NULL);

	if (count <= 0)
		return true;
	request->headers =
		arena_array(&exchange->arena, (size_t)count, sizeof(*request->headers));
	if (!request->headers)
		return false;
	MHD_get_connection_values_n(
		exchange->connection, MHD_HEADER_KIND, on_header, request);
	return true;
}

static void refuse_body(struct http_exchange *exchange, enum http_refusal refusal)
{
	exchange->request.refusal = refusal;
	exchange->http->held_bytes -= exchange->body.len;
	buf_finish(&exchange->body);
}

static enum MHD_Result complete(struct http_exchange *exchange)
{
	exchange->request.body = buf_view(&exchange->body);
	list_append(&exchange->http->complete, &exchange->link);
	exchange->http->unsent++;
	expect_nothing(exchange->http, peer_of(exchange->connection));
	exchange_enter(exchange, EXCHANGE_COMPLETE);
	return MHD_YES;
}

/* The headers are there. A body that is too long by its own account is not read where the
 * peer waits for a "100 Continue", or where it is hopelessly long. */
static enum MHD_Result begin(struct http_exchange *exchange, const char *method)
{
	struct http_request *request = &exchange->request;
	int64_t length = -1;

	exchange->has_begun = true;
	request->method = view_of(method);
	request->is_local = peer_is_local(exchange->connection);
	if (!read_headers(exchange))
		return MHD_NO;
	number_parse(http_header(request, "Content-Length"), 0, INT64_MAX, &length);
	expect_body(exchange->http, peer_of(exchange->connection), length);
	if (length <= (int64_t)exchange->http->options.body_bytes)
		return MHD_YES;
	refuse_body(exchange, HTTP_BODY_TOO_LARGE);
	if (length > DRAINED_BYTES || !view_is_absent(http_header(request, "Expect")))
		return complete(exchange);
	return MHD_YES;
}

static enum MHD_Result read_body(
	struct http_exchange *exchange, const char *data, size_t size)
{
	struct http *http = exchange->http;
	struct http_request *request = &exchange->request;

	if (request->refusal == HTTP_COMPLETE) {
		if (http->held_bytes + size > http->options.held_bytes)
			refuse_body(exchange, HTTP_NO_ROOM);
		else if (exchange->body.len + size > http->options.body_bytes)
			refuse_body(exchange, HTTP_BODY_TOO_LARGE);
		else if (!buf_add(&exchange->body, data, size))
			refuse_body(exchange, HTTP_NO_ROOM);
		else
			http->held_bytes += size;
	}
	if (request->refusal != HTTP_COMPLETE)
		exchange->drained_bytes += size;
	return exchange->drained_bytes > DRAINED_BYTES ? MHD_NO : MHD_YES;
}

/* Called with the headers, with each piece of the body, at its end, and when a suspended
 * connection is resumed without an answer: it is then to be closed, as MHD_NO says. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection,
	const char *url, const char *method, const char *version, const char *data,
	size_t *size, void **context)
{
	struct http_exchange *exchange = *context;
	size_t len = *size;

	(void)arg;
	(void)connection;
	(void)url;
	(void)version;
	if (!exchange || exchange->arena.failed || exchange->state != EXCHANGE_READING)
		return MHD_NO;
	if (!exchange->has_begun)
		return begin(exchange, method);
	if (len == 0)
		return complete(exchange);
	*size = 0;
	return read_body(exchange, data, len);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode how)
{
	struct http *http = arg;
	struct http_exchange *exchange = *context;

	(void)how;
	expect_line(http, peer_of(connection));
	if (!exchange)
		return;
	*context = NULL;
	http->held_bytes -= exchange->body.len + exchange->answer_bytes;
	if (exchange->state != EXCHANGE_READING)
		http->unsent--;
	list_remove(&exchange->link);
	buf_finish(&exchange->body);
	arena_finish(&exchange->arena);
	free(exchange);
}

/* -------------------------------------------------------------------------------------
 * Answering
 */

static struct MHD_Response *response_of(const struct http_answer *answer)
{
	size_t len = answer->body->len;
	char *data = buf_detach(answer->body);
	struct MHD_Response *response = MHD_create_response_from_buffer(len,
		data ? data : "", data ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);

	if (!response) {
		free(data);
		return NULL;
	}
	for (size_t i = 0; i < answer->header_count; i++)
		MHD_add_response_header(response, answer->headers[i].name.data,
			answer->headers[i].value.data);
	return response;
}

void http_answer(struct http_exchange *exchange, const struct http_answer *answer)
{
	size_t len = answer->body->len;
	struct MHD_Response *response = response_of(answer);
	enum MHD_Result queued = MHD_NO;

	if (response) {
		queued = MHD_queue_response(
			exchange->connection, (unsigned)answer->status, response);
		MHD_destroy_response(response);
	}
	if (queued == MHD_NO) {
		http_cut(exchange);
		return;
	}
	exchange->answer_bytes = len;
	exchange->http->held_bytes += len;
	expect_taking(exchange->http, peer_of(exchange->connection), len);
	exchange_enter(exchange, EXCHANGE_ANSWERED);
}

void http_cut(struct http_exchange *exchange)
{
	exchange_enter(exchange, EXCHANGE_CUT);
}

/* -------------------------------------------------------------------------------------
 * The owner's view
 */

const struct http_request *http_request_of(const struct http_exchange *exchange)
{
	return &exchange->request;
}

struct arena *http_arena(struct http_exchange *exchange)
{
	return &exchange->arena;
}

int http_peer(const struct http_exchange *exchange)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

bool http_peer_is_gone(const struct http_exchange *exchange)
{
	struct pollfd peer = {.fd = http_peer(exchange), .events = POLLRDHUP};

	return poll(&peer, 1, 0) > 0;
}

struct view http_header(const struct http_request *request, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < request->header_count; i++) {
		const struct wire_pair *header = &request->headers[i];

		if (header->name.len == len &&
			strncasecmp(header->name.data, name, len) == 0)
			return header->value;
	}
	return (struct view){0};
}

struct http_exchange *http_next(struct http *http)
{
	struct list *link = list_pop(&http->complete);

	return link ? list_entry(link, struct http_exchange, link) : NULL;
}

int http_fd(const struct http *http)
{
	return http->fd;
}

int http_timeout_ms(const struct http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;
	int64_t left_ms = INT32_MAX;

	if (http->has_resumed)
		return 0;
	if (MHD_get_timeout(http->daemon, &ms) == MHD_NO)
		ms = INT32_MAX;
	if (http->deadlines.count)
		left_ms = timers_next_due(&http->deadlines) - clock_boot_ms();
	if (left_ms < (int64_t)ms)
		return left_ms > 0 ? (int)left_ms : 0;
	return ms < INT32_MAX ? (int)ms : -1;
}

void http_run(struct http *http)
{
	http->has_resumed = false;
	MHD_run(http->daemon);
	end_late(http);
}

void http_stop_accepting(struct http *http)
{
	MHD_quiesce_daemon(http->daemon);
}

size_t http_unsent(const struct http *http)
{
	return http->unsent;
}

bool http_has_room(const struct http *http)
{
	return http->held_bytes < http->options.held_bytes;
}

size_t http_connections(const struct http *http)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info ? info->num_connections : 0;
}

/* -------------------------------------------------------------------------------------
 * Life
 */

__attribute__((format(printf, 2, 0))) static void on_log(
	void *arg, const char *format, va_list args)
{
	char line[256];
	int len;

	(void)arg;
	if (!log_enabled(LOG_LEVEL_DEBUG))
		return;
	len = vsnprintf(line, sizeof(line), format, args);
	if (len > 0 && (size_t)len < sizeof(line) && line[len - 1] == '\n')
		line[len - 1] = '\0';
	log_debug("http", "%s", line);
}

static struct MHD_Daemon *start_daemon(struct http *http)
{
	/* Signals are blocked in the server's thread: that is what HANDLED_BY_APP asks,
	 * and lets headers and body leave in one system call. */
	struct MHD_OptionItem options[] = {
		{MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, NULL},
		{MHD_OPTION_LISTEN_SOCKET, http->options.listener, NULL},
		{MHD_OPTION_CONNECTION_LIMIT, (intptr_t)http->options.connections, NULL},
		{MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)http->options.idle_s, NULL},
		{MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
		{MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, http},
		{MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, http},
		{MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, http},
		{MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL},
		{MHD_OPTION_END, 0, NULL},
	};

	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL,
		NULL, on_request, http, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

struct http *http_server_new(
	const struct http_options *options, char *why, size_t why_size)
{
	struct http *http = calloc(1, sizeof(*http));
	const union MHD_DaemonInfo *info;

	if (!http) {
		snprintf(why, why_size, "out of memory");
		return NULL;
	}
	http->options = *options;
	list_init(&http->complete);
	http->daemon = start_daemon(http);
	info = http->daemon ? MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)
			    : NULL;
	if (!info) {
		snprintf(why, why_size,
			"libmicrohttpd does not start: "
			"is the limit of open files too low?");
		http_server_free(http);
		return NULL;
	}
	http->fd = info->epoll_fd;
	return http;
}

void http_server_free(struct http *http)
{
	if (!http)
		return;
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	timers_finish(&http->deadlines);
	free(http);
}
