/* SPDX-License-Identifier: MIT */
#include "sqs/local/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/base/view.h"

enum { BACKLOG = 1024, STREAM = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK };

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un path;
};

static int keep(int *fd)
{
	int kept = *fd;

	*fd = -1;
	return kept;
}

/* The mode that a socket's file gets is the socket's own when it is bound. Through
 * /proc/self/fd the directory may have any length; sun_path holds 108 bytes. */
int listener_unix(int directory_fd, char *why, size_t why_size)
{
	AUTO(close) int fd = socket(AF_UNIX, STREAM, 0);
	union address to = {.path.sun_family = AF_UNIX};

	snprintf(to.path.sun_path, sizeof(to.path.sun_path), "/proc/self/fd/%d/%s",
		directory_fd, LISTENER_SOCKET);
	if (unlinkat(directory_fd, LISTENER_SOCKET, 0) != 0 && errno != ENOENT) {
		snprintf(why, why_size, "cannot replace the file \"%s\": %s",
			LISTENER_SOCKET, strerror(errno));
		return -1;
	}
	if (fd < 0 || fchmod(fd, 0600) != 0 || bind(fd, &to.any, sizeof(to.path)) != 0 ||
		listen(fd, BACKLOG) != 0) {
		snprintf(why, why_size, "cannot listen on the Unix socket: %s",
			strerror(errno));
		return -1;
	}
	return keep(&fd);
}

/* Splits ADDRESS:PORT. */
static bool read_address(const char *text, union address *out, socklen_t *len)
{
	const char *colon = strrchr(text, ':');
	size_t host_len = colon ? (size_t)(colon - text) : 0;
	char host[INET6_ADDRSTRLEN + 2];
	int64_t port;

	if (!colon || host_len >= sizeof(host) ||
		!number_parse(view_of(colon + 1), 0, 65535, &port))
		return false;
	memcpy(host, text, host_len);
	host[host_len] = '\0';
	if (host_len > 2 && host[0] == '[' && host[host_len - 1] == ']') {
		host[host_len - 1] = '\0';
		out->v6 = (struct sockaddr_in6){
			.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
		*len = sizeof(out->v6);
		return inet_pton(AF_INET6, host + 1, &out->v6.sin6_addr) == 1;
	}
	out->v4 = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	*len = sizeof(out->v4);
	return inet_pton(AF_INET, host, &out->v4.sin_addr) == 1;
}

static void write_endpoint(const union address *at, char endpoint[LISTENER_ENDPOINT])
{
	char host[INET6_ADDRSTRLEN] = "";

	if (at->any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &at->v6.sin6_addr, host, sizeof(host));
		snprintf(endpoint, LISTENER_ENDPOINT, "http://[%s]:%u", host,
			ntohs(at->v6.sin6_port));
	} else {
		inet_ntop(AF_INET, &at->v4.sin_addr, host, sizeof(host));
		snprintf(endpoint, LISTENER_ENDPOINT, "http://%s:%u", host,
			ntohs(at->v4.sin_port));
	}
}

static bool is_loopback(const union address *at)
{
	if (at->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&at->v6.sin6_addr);
	return ntohl(at->v4.sin_addr.s_addr) >> 24 == 127;
}

int listener_tcp(const char *address, char endpoint[LISTENER_ENDPOINT], bool *loopback,
	char *why, size_t why_size)
{
	AUTO(close) int fd = -1;
	union address at;
	socklen_t len;
	const int on = 1;

	if (!read_address(address, &at, &len)) {
		snprintf(why, why_size,
			"cannot listen on \"%s\": give ADDRESS:PORT, "
			"such as 127.0.0.1:9324 or [::1]:0",
			address);
		return -1;
	}
	fd = socket(at.any.sa_family, STREAM, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		bind(fd, &at.any, len) != 0 || listen(fd, BACKLOG) != 0 ||
		getsockname(fd, &at.any, &len) != 0) {
		snprintf(why, why_size, "cannot listen on %s: %s", address,
			strerror(errno));
		return -1;
	}
	write_endpoint(&at, endpoint);
	*loopback = is_loopback(&at);
	return keep(&fd);
}
