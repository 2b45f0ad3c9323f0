/* SPDX-License-Identifier: MIT */
#include "tests/client/desk.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sqs/base/buf.h"
#include "sqs/base/cleanup.h"

struct desk {
	const struct desk_row *rows;
	char url[40];
	int listener;
	pthread_t thread;
	pthread_mutex_t lock;
	struct buf log;           /* under the lock */
	const char *_Atomic date; /* NULL: none */
	uint64_t used;            /* bit i: row i, which counts once */
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* The whole request: its head, and as many bytes as that says. */
static void read_request(int fd, struct buf *request)
{
	size_t wanted = SIZE_MAX;

	while (request->len < wanted && buf_reserve(request, 4096)) {
		ssize_t got = recv(fd, request->data + request->len, 4096, 0);
		const char *end, *length;

		if (got <= 0)
			return;
		request->len += (size_t)got;
		request->data[request->len] = '\0';
		end = strstr(request->data, "\r\n\r\n");
		length = strcasestr(request->data, "Content-Length:");
		if (end)
			wanted = (size_t)(end - request->data) + 4 +
				 (length ? strtoul(length + 15, NULL, 10) : 0);
	}
}

static const struct desk_row *row_for(struct desk *desk, const char *request)
{
	const struct desk_row *row = desk->rows;
	uint64_t bit = 1;

	for (; row->begins; row++, bit <<= 1) {
		bool is_used = row->status < 0 && (desk->used & bit);

		if (!is_used && strncmp(request, row->begins, strlen(row->begins)) == 0)
			break;
	}
	desk->used |= bit;
	return row;
}

static void answer(struct desk *desk, int fd, const char *request)
{
	AUTO(buf) struct buf reply = BUF_INIT(0);
	const struct desk_row *row = row_for(desk, request);

	if (row->begins && row->status == DESK_HANGS_UP)
		return;
	buf_printf(
		&reply, "HTTP/1.1 %d Whatever\r\n", row->begins ? abs(row->status) : 404);
	if (desk->date)
		buf_printf(&reply, "Date: %s\r\n", desk->date);
	buf_printf(&reply, "Content-Length: %zu\r\n\r\n%s",
		row->begins ? strlen(row->body) : 0, row->begins ? row->body : "");
	if (send(fd, reply.data, reply.len, MSG_NOSIGNAL) < 0)
		return; /* the client has gone */
}

static void *serve(void *arg)
{
	struct desk *desk = arg;
	int fd;

	while ((fd = accept(desk->listener, NULL, NULL)) >= 0) {
		AUTO(buf) struct buf request = BUF_INIT(0);

		read_request(fd, &request);
		if (request.len) {
			pthread_mutex_lock(&desk->lock);
			buf_add_view(&desk->log, buf_view(&request));
			pthread_mutex_unlock(&desk->lock);
			answer(desk, fd, request.data);
		}
		close(fd);
	}
	return NULL;
}

struct desk *desk_new(const struct desk_row *rows)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	struct desk *desk = calloc(1, sizeof(*desk));

	if (!desk)
		die("calloc");
	desk->rows = rows;
	pthread_mutex_init(&desk->lock, NULL);
	desk->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(desk->listener, (struct sockaddr *)&address, len) != 0 ||
		listen(desk->listener, 8) != 0 ||
		getsockname(desk->listener, (struct sockaddr *)&address, &len) != 0)
		die("listen");
	snprintf(desk->url, sizeof(desk->url), "http://127.0.0.1:%d",
		ntohs(address.sin_port));
	if (pthread_create(&desk->thread, NULL, serve, desk) != 0)
		die("pthread_create");
	return desk;
}

void desk_free(struct desk *desk)
{
	shutdown(desk->listener, SHUT_RDWR);
	pthread_join(desk->thread, NULL);
	close(desk->listener);
	pthread_mutex_destroy(&desk->lock);
	buf_finish(&desk->log);
	free(desk);
}

const char *desk_url(const struct desk *desk)
{
	return desk->url;
}

void desk_set_date(struct desk *desk, const char *date)
{
	desk->date = date;
}

const char *desk_log(struct desk *desk)
{
	const char *log;

	pthread_mutex_lock(&desk->lock);
	log = buf_view(&desk->log).data;
	pthread_mutex_unlock(&desk->lock);
	return log;
}
