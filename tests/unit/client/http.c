/* SPDX-License-Identifier: MIT */
/* What a connection is told when it is made. */
#include "sqs/client/http.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/test.h"

enum { MOST_FDS = 100, PATIENCE_MS = 20000 };

static int listen_somewhere(struct sockaddr_in *address)
{
	socklen_t len = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (bind(fd, (struct sockaddr *)address, len) < 0 || listen(fd, 10) < 0 ||
		getsockname(fd, (struct sockaddr *)address, &len) < 0)
		return -1;
	return fd;
}

/* This process's own end of a connection to there; -1: none. */
static int end_to(const struct sockaddr_in *address)
{
	for (int fd = 0; fd < MOST_FDS; fd++) {
		struct sockaddr_in peer = {0};
		socklen_t len = sizeof(peer);

		if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0 &&
			peer.sin_family == AF_INET && peer.sin_port == address->sin_port)
			return fd;
	}
	return -1;
}

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	getsockopt(fd, level, name, &value, &len);
	return value;
}

TEST(a_connection_that_died_unnoticed_is_given_up)
{
	struct sockaddr_in address;
	int listener = listen_somewhere(&address), fd;
	struct pollfd arrival = {.fd = listener, .events = POLLIN};
	struct http_post post = {.body = VIEW_LITERAL("x"), .timeout_ms = PATIENCE_MS};
	struct http_options options = {
		.host = "localhost", .origin = "o", .no_proxy = true};
	struct http_exchange *exchange;
	struct http *http;
	char url[50];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", ntohs(address.sin_port));
	options.url = url;
	http = http_new(&options);
	exchange = http_exchange_new(http, NULL);
	CHECK(http_begin(exchange, &post));
	for (int i = 0; i < PATIENCE_MS / 10 && poll(&arrival, 1, 10) == 0; i++)
		http_perform(http);
	fd = end_to(&address);
	CHECK(fd >= 0);
	CHECK_NUMBER(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 10000);
	CHECK_NUMBER(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
	CHECK_NUMBER(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 10);
	CHECK_NUMBER(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 5);
	http_exchange_free(exchange);
	http_free(http);
	close(listener);
}

TEST_MAIN
