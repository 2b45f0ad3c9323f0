/* SPDX-License-Identifier: MIT */
#include "tests/client/double.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/list.h"
#include "sqs/base/text.h"
#include "tests/client/double_reply.h"

enum { MOST_CONNECTIONS = 1024, MOST_ACTS = 64, LONGEST_AWAIT_MS = 10000 };

struct connection {
	int fd;
	struct buf in;
	/* A long poll that waits, or a request that is held. */
	bool is_parked, is_held;
	struct double_act held; /* what it will get */
	struct seen *request;
	int64_t parked_until_ms;
};

struct seen {
	struct list link;
	char action[48];
	char *head; /* request line and headers */
	char *body;
	int64_t at_ms;
};

struct double_server {
	char directory[32];
	char socket[48];
	int listener;
	int wake;
	pthread_t thread;

	pthread_mutex_t lock; /* all below */
	pthread_cond_t changed;
	bool stops;
	bool forgets;
	bool releases;
	struct list seen;
	struct double_act acts[MOST_ACTS];
	size_t act_count;
	struct double_messages messages;
	struct connection *connections[MOST_CONNECTIONS];
	size_t connection_count;
};

static const struct double_act usual = {.deed = DOUBLE_ANSWER};

static void *serve(void *arg);

static void die(const char *what)
{
	perror(what);
	exit(1);
}

struct double_server *double_new(void)
{
	struct double_server *server = calloc(1, sizeof(*server));
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (!server)
		die("calloc");
	snprintf(server->directory, sizeof(server->directory), "/tmp/double-XXXXXX");
	if (!mkdtemp(server->directory))
		die("mkdtemp");
	snprintf(server->socket, sizeof(server->socket), "%s/socket", server->directory);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", server->socket);
	server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (bind(server->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(server->listener, 512) != 0)
		die("listen");
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->changed, NULL);
	list_init(&server->seen);
	if (pthread_create(&server->thread, NULL, serve, server) != 0)
		die("pthread_create");
	return server;
}

const char *double_socket(const struct double_server *server)
{
	return server->socket;
}

static void seen_free(struct seen *seen)
{
	free(seen->head);
	free(seen->body);
	free(seen);
}

static void close_connection(struct double_server *server, size_t i)
{
	struct connection *connection = server->connections[i];

	close(connection->fd);
	buf_finish(&connection->in);
	if (server->forgets && connection->request)
		seen_free(connection->request);
	free(connection);
	server->connections[i] = server->connections[--server->connection_count];
}

void double_free(struct double_server *server)
{
	struct list *link;

	pthread_mutex_lock(&server->lock);
	server->stops = true;
	pthread_mutex_unlock(&server->lock);
	eventfd_write(server->wake, 1);
	pthread_join(server->thread, NULL);
	while (server->connection_count)
		close_connection(server, 0);
	while ((link = list_pop(&server->seen)))
		seen_free(list_entry(link, struct seen, link));
	double_messages_finish(&server->messages);
	close(server->listener);
	close(server->wake);
	unlink(server->socket);
	rmdir(server->directory);
	pthread_cond_destroy(&server->changed);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

/* -------------------------------------------------------------------------------------
 * What the test asks for
 */

void double_script(struct double_server *server, struct double_act act)
{
	pthread_mutex_lock(&server->lock);
	if (server->act_count == MOST_ACTS)
		die("too many acts");
	if (act.times == 0)
		act.times = 1;
	server->acts[server->act_count++] = act;
	pthread_mutex_unlock(&server->lock);
}

void double_release(struct double_server *server)
{
	pthread_mutex_lock(&server->lock);
	server->releases = true;
	pthread_mutex_unlock(&server->lock);
	eventfd_write(server->wake, 1);
}

void double_put(struct double_server *server, const char *body)
{
	pthread_mutex_lock(&server->lock);
	double_messages_put(&server->messages, body);
	pthread_mutex_unlock(&server->lock);
	eventfd_write(server->wake, 1);
}

void double_stop_recording(struct double_server *server)
{
	pthread_mutex_lock(&server->lock);
	server->forgets = true;
	pthread_mutex_unlock(&server->lock);
}

/* -------------------------------------------------------------------------------------
 * What it has seen
 */

static bool is_of(const struct seen *seen, const char *action)
{
	return !action || strcmp(seen->action, action) == 0;
}

static size_t count_locked(const struct double_server *server, const char *action)
{
	size_t count = 0;

	list_each (link, &server->seen) {
		count += is_of(list_entry(link, struct seen, link), action);
	}
	return count;
}

static const struct seen *find_locked(
	const struct double_server *server, const char *action, size_t i)
{
	list_each (link, &server->seen) {
		const struct seen *seen = list_entry(link, struct seen, link);

		if (is_of(seen, action) && i-- == 0)
			return seen;
	}
	return NULL;
}

size_t double_count(struct double_server *server, const char *action)
{
	size_t count;

	pthread_mutex_lock(&server->lock);
	count = count_locked(server, action);
	pthread_mutex_unlock(&server->lock);
	return count;
}

bool double_await(struct double_server *server, const char *action, size_t count)
{
	struct timespec until;
	bool there;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += LONGEST_AWAIT_MS / 1000;
	pthread_mutex_lock(&server->lock);
	while (!(there = count_locked(server, action) >= count) &&
		pthread_cond_timedwait(&server->changed, &server->lock, &until) == 0)
		;
	pthread_mutex_unlock(&server->lock);
	return there;
}

size_t double_connections(struct double_server *server)
{
	size_t count;

	pthread_mutex_lock(&server->lock);
	count = server->connection_count;
	pthread_mutex_unlock(&server->lock);
	return count;
}

int64_t double_time_ms(struct double_server *server, const char *action, size_t i)
{
	const struct seen *seen;
	int64_t at_ms;

	pthread_mutex_lock(&server->lock);
	seen = find_locked(server, action, i);
	at_ms = seen ? seen->at_ms : -1;
	pthread_mutex_unlock(&server->lock);
	return at_ms;
}

const char *double_parameter(struct double_server *server, const char *action, size_t i,
	const char *name, char *out, size_t size)
{
	const struct seen *seen;

	pthread_mutex_lock(&server->lock);
	seen = find_locked(server, action, i);
	double_form_value(seen ? seen->body : "", name, out, size);
	pthread_mutex_unlock(&server->lock);
	return out;
}

const char *double_header(struct double_server *server, const char *action, size_t i,
	const char *name, char *out, size_t size)
{
	const struct seen *seen;
	const char *line;
	char start[64];

	out[0] = '\0';
	snprintf(start, sizeof(start), "\r\n%s: ", name);
	pthread_mutex_lock(&server->lock);
	seen = find_locked(server, action, i);
	line = seen ? strcasestr(seen->head, start) : NULL;
	if (line) {
		line += strlen(start);
		snprintf(out, size, "%.*s", (int)strcspn(line, "\r\n"), line);
	}
	pthread_mutex_unlock(&server->lock);
	return out;
}

/* -------------------------------------------------------------------------------------
 * Answering
 */

static void write_all(int fd, struct view bytes)
{
	while (bytes.len) {
		ssize_t sent = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);

		if (sent <= 0)
			return; /* the client has gone: its business */
		bytes.data += sent;
		bytes.len -= (size_t)sent;
	}
}

static void write_head(struct buf *out, int status, size_t len, int64_t date_offset_s)
{
	time_t now = time(NULL) + date_offset_s;
	struct tm parts;
	char date[64];

	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));
	buf_printf(out,
		"HTTP/1.1 %d Whatever\r\nContent-Type: text/xml\r\nDate: %s\r\n"
		"x-amzn-RequestId: header-request-id\r\nContent-Length: %zu\r\n\r\n",
		status, date, len);
}

/* Sends a reply; false when the connection is to be closed. */
static bool send_reply(struct connection *connection, const struct double_act *act,
	int status, struct view body)
{
	AUTO(buf) struct buf out = BUF_INIT(0);

	write_head(&out, status, body.len, act->date_offset_s);
	buf_add_view(&out, body);
	if (act->deed == DOUBLE_HALF)
		out.len -= body.len / 2 + 1;
	write_all(connection->fd, buf_view(&out));
	return act->deed != DOUBLE_HALF;
}

static struct double_act take_act(struct double_server *server, const struct seen *seen)
{
	for (size_t i = 0; i < server->act_count; i++) {
		struct double_act *act = &server->acts[i];

		if (act->times && (!act->action || is_of(seen, act->action))) {
			act->times--;
			return *act;
		}
	}
	return usual;
}

static void hold(struct connection *connection, const struct double_act *act)
{
	connection->is_held = true;
	connection->held = *act;
	connection->held.is_held = false;
}

/* False when the connection is to be closed. */
static bool perform(struct double_server *server, struct connection *connection,
	const struct double_act *act)
{
	AUTO(buf) struct buf body = BUF_INIT(0);
	int status = act->status ? act->status : 200;

	if (act->is_held) {
		hold(connection, act);
		return true;
	}
	switch (act->deed) {
	case DOUBLE_HANG_UP:
		return false;
	case DOUBLE_HOLD:
		hold(connection, &usual);
		return true;
	case DOUBLE_FAULT:
		double_write_fault(&body, act);
		break;
	case DOUBLE_PAGE:
		buf_add_string(&body, "<html><body><p>Out of order<br></body></html>");
		break;
	case DOUBLE_TEXT:
		buf_add_string(&body, act->text);
		break;
	case DOUBLE_ANSWER:
	case DOUBLE_HALF:
	case DOUBLE_BAD_DIGEST:
	case DOUBLE_REFUSE:
	case DOUBLE_FORGET:
		if (!double_write_answer(&body, connection->request->body, act,
			    &server->messages,
			    clock_boot_ms() >= connection->parked_until_ms)) {
			connection->is_parked = true;
			return true;
		}
	}
	return send_reply(connection, act, status, buf_view(&body));
}

/* -------------------------------------------------------------------------------------
 * Reading
 */

static struct seen *seen_new(struct view head, struct view body)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	if (!seen)
		die("calloc");
	list_init(&seen->link);
	seen->head = strndup(head.data, head.len);
	seen->body = strndup(body.data, body.len);
	seen->at_ms = clock_boot_ms();
	double_form_value(seen->body, "Action", seen->action, sizeof(seen->action));
	return seen;
}

static bool answer(struct double_server *server, struct connection *connection)
{
	struct double_act act;
	int64_t wait_s = 0;
	char wait[8];

	double_form_value(
		connection->request->body, "WaitTimeSeconds", wait, sizeof(wait));
	number_parse(view_of(wait), 0, 20, &wait_s);
	connection->parked_until_ms = clock_boot_ms() + wait_s * 1000;
	act = take_act(server, connection->request);
	return perform(server, connection, &act);
}

static void end_request(struct double_server *server, struct connection *connection)
{
	if (connection->is_parked || connection->is_held)
		return;
	if (server->forgets)
		seen_free(connection->request);
	connection->request = NULL;
}

/* Handles the request that is complete, if one is; false to close. */
static bool handle(struct double_server *server, struct connection *connection)
{
	struct buf *in = &connection->in;
	const char *end = in->len ? strstr(in->data, "\r\n\r\n") : NULL;
	const char *length = end ? strcasestr(in->data, "Content-Length:") : NULL;
	size_t head_len = end ? (size_t)(end - in->data) + 4 : 0;
	size_t body_len = length ? strtoul(length + 15, NULL, 10) : 0;
	bool stays;

	if (!end || in->len < head_len + body_len || connection->request)
		return true;
	connection->request = seen_new((struct view){in->data, head_len},
		(struct view){in->data + head_len, body_len});
	memmove(in->data, in->data + head_len + body_len, in->len - head_len - body_len);
	in->len -= head_len + body_len;
	if (!server->forgets)
		list_append(&server->seen, &connection->request->link);
	pthread_cond_broadcast(&server->changed);
	stays = answer(server, connection);
	end_request(server, connection);
	return stays;
}

static bool read_some(struct double_server *server, struct connection *connection)
{
	ssize_t got;

	if (!buf_reserve(&connection->in, 65536))
		die("buf_reserve");
	got = recv(connection->fd, connection->in.data + connection->in.len, 65536,
		MSG_DONTWAIT);
	if (got <= 0)
		return false;
	connection->in.len += (size_t)got;
	connection->in.data[connection->in.len] = '\0';
	if (strncmp(connection->in.data, "POST ", 5) != 0 && connection->in.len >= 5)
		return false; /* TLS, perhaps */
	return handle(server, connection);
}

/* -------------------------------------------------------------------------------------
 * The loop
 */

static void accept_one(struct double_server *server)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection || server->connection_count == MOST_CONNECTIONS)
		die("accept");
	connection->fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
	server->connections[server->connection_count++] = connection;
}

/* Answers what waited for a message, for time or for the test; false to close. */
static bool retry_parked(struct double_server *server, struct connection *connection)
{
	struct double_act act = connection->is_held ? connection->held : usual;
	bool stays;

	if (!connection->is_parked && !(connection->is_held && server->releases))
		return true;
	connection->is_parked = connection->is_held = false;
	stays = perform(server, connection, &act);
	end_request(server, connection);
	return stays;
}

static int next_timeout_ms(const struct double_server *server)
{
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < server->connection_count; i++) {
		const struct connection *connection = server->connections[i];

		if (connection->is_parked && connection->parked_until_ms < least)
			least = connection->parked_until_ms;
	}
	least = least == INT64_MAX ? 1000 : least - clock_boot_ms();
	return least < 0 ? 0 : (int)least;
}

static size_t list_fds(const struct double_server *server, struct pollfd *fds)
{
	fds[0] = (struct pollfd){.fd = server->listener, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = server->wake, .events = POLLIN};
	for (size_t i = 0; i < server->connection_count; i++)
		fds[i + 2] = (struct pollfd){
			.fd = server->connections[i]->fd, .events = POLLIN};
	return server->connection_count;
}

static void turn(struct double_server *server, const struct pollfd *fds, size_t count)
{
	uint64_t number;

	if (fds[1].revents && read(server->wake, &number, sizeof(number)) < 0)
		die("read");
	for (size_t i = count; i-- > 0;) {
		struct connection *connection = server->connections[i];

		if ((fds[i + 2].revents && !read_some(server, connection)) ||
			!retry_parked(server, connection))
			close_connection(server, i);
	}
	server->releases = false;
	if (fds[0].revents)
		accept_one(server);
}

static void *serve(void *arg)
{
	struct double_server *server = arg;
	struct pollfd *fds = calloc(MOST_CONNECTIONS + 2, sizeof(*fds));
	bool stops = fds == NULL;

	while (!stops) {
		size_t count;
		int timeout_ms;

		pthread_mutex_lock(&server->lock);
		count = list_fds(server, fds);
		timeout_ms = next_timeout_ms(server);
		pthread_mutex_unlock(&server->lock);
		poll(fds, count + 2, timeout_ms);
		pthread_mutex_lock(&server->lock);
		turn(server, fds, count);
		stops = server->stops;
		pthread_mutex_unlock(&server->lock);
	}
	free(fds);
	return NULL;
}
