/* SPDX-License-Identifier: MIT */
/* The limits that keep clients from each other: connections, idle time, memory. */
#include "sqs/local/http.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "tests/lib/test.h"

enum {
	CONNECTIONS = 3,
	IDLE_S = 1,
	BODY = 40000,
	LONG_ANSWER = 64000,
	HELD = 100000,
	PATIENCE_MS = 20000
};

static unsigned request_s = 1000;
static int listener = -1;
static struct sockaddr_in address;
static struct http *http;
static struct http_exchange *unanswered[2 * CONNECTIONS];

static bool begin(void)
{
	struct http_options options = {.connections = CONNECTIONS,
		.idle_s = IDLE_S,
		.request_s = request_s,
		.body_bytes = BODY,
		.held_bytes = HELD};
	socklen_t len = sizeof(address);
	char why[200] = "";

	address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, len) < 0 ||
		listen(listener, 100) < 0 ||
		getsockname(listener, (struct sockaddr *)&address, &len) < 0)
		return false;
	options.listener = listener;
	http = http_server_new(&options, why, sizeof(why));
	if (!http)
		printf("# %s\n", why);
	return http != NULL;
}

static void end(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(unanswered); i++) {
		if (unanswered[i])
			http_cut(TAKE(unanswered[i]));
	}
	http_server_free(TAKE(http));
	close(listener);
}

/* A test with a server of its own. */
#define HTTP_TEST(name)                                                   \
	static void name##_holds(void);                                   \
	TEST(name)                                                        \
	{                                                                 \
		if (test_true(begin(), "a server", __FILE__, __LINE__)) { \
			name##_holds();                                   \
			end();                                            \
		}                                                         \
	}                                                                 \
	static void name##_holds(void)

static int dial(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return fd;
}

/* The server's own work, for a moment. */
static void run(void)
{
	struct pollfd ready = {.fd = http_fd(http), .events = POLLIN};

	poll(&ready, 1, 10);
	http_run(http);
}

/* Keeps what end() has to cut, when a check fails before its answer. */
static void note(struct http_exchange *old, struct http_exchange *new)
{
	for (size_t i = 0; i < ARRAY_SIZE(unanswered); i++) {
		if (unanswered[i] == old) {
			unanswered[i] = new;
			return;
		}
	}
}

/* The next request, or NULL when none is there after a moment. */
static struct http_exchange *next(void)
{
	struct http_exchange *exchange;

	run();
	exchange = http_next(http);
	note(NULL, exchange);
	return exchange;
}

/* The next request, or NULL after a long time. */
static struct http_exchange *await_request(void)
{
	int64_t until_ms = clock_boot_ms() + PATIENCE_MS;
	struct http_exchange *exchange = NULL;

	while (!exchange && clock_boot_ms() < until_ms)
		exchange = next();
	return exchange;
}

static bool write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = send(fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
		run();
	}
	return true;
}

static bool post(int fd, size_t body_len)
{
	static char body[BODY + 1];
	char head[100];
	int len = snprintf(head, sizeof(head),
		"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n",
		body_len);

	memset(body, 'x', sizeof(body));
	return write_all(fd, head, (size_t)len) && write_all(fd, body, body_len);
}

static void answer(struct http_exchange *exchange)
{
	struct buf body = {0};
	struct http_answer answer = {.status = 200, .body = &body};

	note(exchange, NULL);
	buf_add_string(&body, "done");
	http_answer(exchange, &answer);
}

/* Whether the server closes this connection in time. */
static bool await_end(int fd)
{
	int64_t until_ms = clock_boot_ms() + PATIENCE_MS;
	char text[1000];
	ssize_t n = -1;

	while (n != 0 && clock_boot_ms() < until_ms) {
		run();
		n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
	}
	return n == 0;
}

HTTP_TEST(more_connections_wait_until_one_ends)
{
	int fds[CONNECTIONS + 1];
	struct http_exchange *held[CONNECTIONS];

	for (int i = 0; i < CONNECTIONS; i++) {
		fds[i] = dial();
		CHECK(post(fds[i], 1));
		held[i] = await_request();
		CHECK(held[i]);
	}
	fds[CONNECTIONS] = dial();
	CHECK(post(fds[CONNECTIONS], 2));
	for (int i = 0; i < 20; i++) {
		CHECK(!next());
	}
	CHECK_NUMBER(http_connections(http), CONNECTIONS);
	answer(held[0]);
	close(fds[0]);
	held[0] = await_request();
	CHECK(held[0] && http_request_of(held[0])->body.len == 2);
	for (int i = 0; i < CONNECTIONS; i++)
		answer(held[i]);
	for (int i = 1; i <= CONNECTIONS; i++)
		close(fds[i]);
}

HTTP_TEST(a_silent_connection_is_closed_and_one_that_waits_for_an_answer_is_not)
{
	int64_t began_ms = clock_boot_ms();
	int waiting = dial(), silent = dial(), half = dial();
	struct http_exchange *exchange;

	CHECK(post(waiting, 1));
	exchange = await_request();
	CHECK(exchange);
	CHECK(write_all(half, "POST / HTTP/1.1\r\nContent-Le", 28));
	CHECK(await_end(silent));
	CHECK(await_end(half));
	CHECK(clock_boot_ms() - began_ms >= IDLE_S * 1000 - 100);
	CHECK(!http_peer_is_gone(exchange));
	answer(exchange);
	CHECK(await_end(waiting)); /* silent in its turn */
	close(waiting);
	close(silent);
	close(half);
}

/* Whether it is closed though its peer sends a byte time and again. */
static bool await_end_of_drip(int fd, const char *beginning)
{
	int64_t until_ms = clock_boot_ms() + PATIENCE_MS, next_ms = 0;
	char text[1000];
	ssize_t n = -1;

	write_all(fd, beginning, strlen(beginning));
	while (n < 0 && clock_boot_ms() < until_ms) {
		if (clock_boot_ms() >= next_ms) {
			send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
			next_ms = clock_boot_ms() + IDLE_S * 1000 / 20;
		}
		run();
		n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			n = 0;
	}
	return n == 0;
}

static void slow_requests_end_hold(void)
{
	static const char *const beginnings[] = {"POST /",
		"POST / HTTP/1.1\r\nHost: localhost\r\nX-Long: ",
		"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n7000\r\n"};
	int waiting = dial(), fd;
	struct http_exchange *exchange;

	CHECK(post(waiting, 1));
	exchange = await_request();
	CHECK(exchange);
	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++) {
		fd = dial();
		CHECK(await_end_of_drip(fd, beginnings[i]));
		close(fd);
	}
	/* Who waits for an answer is still there, and has a second request. */
	CHECK(!http_peer_is_gone(exchange));
	answer(exchange);
	CHECK(post(waiting, 2));
	exchange = await_request();
	CHECK(exchange);
	answer(exchange);
	close(waiting);
}

TEST(a_request_that_comes_too_slowly_is_cut_and_a_wait_for_an_answer_is_not)
{
	request_s = 1;
	if (test_true(begin(), "a server", __FILE__, __LINE__)) {
		slow_requests_end_hold();
		end();
	}
	request_s = 1000;
}

/* Answers with so many bytes; the kernel takes few of them ahead. Returns how many the
 * peer got, who takes a kilobyte ten times in the time of a silent connection. */
static size_t take_slowly(int fd, struct http_exchange *exchange, size_t len)
{
	static char text[LONG_ANSWER];
	struct buf body = {0};
	struct http_answer answer = {.status = 200, .body = &body};
	int64_t until_ms = clock_boot_ms() + PATIENCE_MS, next_ms = 0;
	size_t taken = 0;
	ssize_t n = 1;

	note(exchange, NULL);
	buf_add(&body, text, len);
	http_answer(exchange, &answer);
	while (n != 0 && taken < len && clock_boot_ms() < until_ms) {
		run();
		if (clock_boot_ms() < next_ms)
			continue;
		next_ms = clock_boot_ms() + IDLE_S * 1000 / 10;
		n = recv(fd, text, 1000, MSG_DONTWAIT);
		if (n > 0)
			taken += (size_t)n;
		else if (n < 0 && errno != EAGAIN)
			n = 0;
	}
	return taken;
}

static void slow_readers_end_hold(void)
{
	const int small = 4096;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct http_exchange *exchange;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	CHECK(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(post(fd, 1));
	exchange = await_request();
	CHECK(exchange);
	CHECK(take_slowly(fd, exchange, LONG_ANSWER) < LONG_ANSWER);
	CHECK_NUMBER(http_unsent(http), 0);
	close(fd);
}

TEST(an_answer_that_is_taken_too_slowly_is_cut)
{
	request_s = 1;
	if (test_true(begin(), "a server", __FILE__, __LINE__)) {
		slow_readers_end_hold();
		end();
	}
	request_s = 1000;
}

HTTP_TEST(a_body_beyond_the_limits_is_not_held)
{
	static const struct {
		size_t bytes;
		enum http_refusal refusal;
	} rows[] = {{BODY, HTTP_COMPLETE}, {BODY, HTTP_COMPLETE}, {BODY, HTTP_NO_ROOM}};
	struct http_exchange *held[ARRAY_SIZE(rows)];
	int fds[ARRAY_SIZE(rows)];
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fds[i] = dial();
		CHECK(post(fds[i], rows[i].bytes));
		held[i] = await_request();
		CHECK(held[i]);
		CHECK_NUMBER(http_request_of(held[i])->refusal, rows[i].refusal);
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		answer(held[i]);
		close(fds[i]);
	}
	/* There is room again. */
	fd = dial();
	CHECK(post(fd, BODY));
	held[0] = await_request();
	CHECK(held[0] && http_request_of(held[0])->refusal == HTTP_COMPLETE);
	answer(held[0]);
	CHECK(post(fd, BODY + 1));
	held[0] = await_request();
	CHECK(held[0] && http_request_of(held[0])->refusal == HTTP_BODY_TOO_LARGE);
	answer(held[0]);
	close(fd);
}

TEST_MAIN
