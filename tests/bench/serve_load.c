/* SPDX-License-Identifier: MIT */
/*
 * A load for any server that speaks SQS in AWS JSON 1.0, unsigned, over TCP on this
 * machine: one thread, as many connections as are asked for, one request at a time on
 * each.
 *
 *	serve-load PORT QUEUE-URL fill CONNECTIONS COUNT SECONDS BYTES
 *		sends in batches of ten until COUNT are sent or the time is over;
 *		prints "sent SECONDS"
 *	serve-load PORT QUEUE-URL cell CONNECTIONS MILLISECONDS BYTES MOST
 *		sends, tops up unmeasured, receives (MOST at most), deletes what it
 *		received, then works as consumers do: each connection receives and deletes
 *		in turn; prints a line each: what, messages a second, p50 and p99 of a
 *		request in microseconds, messages
 *	serve-load PORT QUEUE-URL behind CONNECTIONS MILLISECONDS BYTES MOST
 *		the same without topping up: there is a backlog
 *
 * It is cheaper than any server it measures: the request is made once where it can be,
 * and of an answer only the status, the length and the handles are read.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sqs/base/arena.h"
#include "sqs/base/buf.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/text.h"

enum {
	MOST_CONNECTIONS = 1024,
	MOST_HANDLES = 100000, /* SQS allows 120,000 messages in flight */
	MOST_SAMPLES = 1 << 22,
	MOST_BATCH = 10,
	READ_BYTES = 64 * 1024,
	STUCK_MS = 30000,
};

struct connection {
	int fd;
	bool is_busy;
	bool waits_to_write;
	struct view request;
	size_t written;
	struct buf own; /* a request that is this connection's alone */
	struct buf answer;
	struct buf handle; /* of the message that it works on */
	int64_t began_ns;
};

struct load;

/* What a phase asks next: false when there is nothing more to ask. */
typedef bool ask_fn(struct load *load, struct connection *connection);

/* What a phase makes of a good answer's body: how many messages it is about. */
typedef size_t take_fn(
	struct load *load, struct connection *connection, struct view body);

struct phase {
	const char *name;
	ask_fn *ask;
	take_fn *take;
};

struct load {
	uint16_t port;
	const char *url;
	int epoll;
	size_t bytes; /* of a message */
	struct connection connections[MOST_CONNECTIONS];
	size_t connection_count;

	struct buf request; /* of the phase, where it is always the same */
	const struct phase *phase;
	int64_t until_ns;
	bool is_over;    /* nothing more is asked */
	size_t busy;     /* connections that wait for an answer */
	size_t messages; /* of this phase */
	size_t most;     /* messages; it ends there */

	struct view handles[MOST_HANDLES];
	size_t handle_count, handles_used;
	struct arena texts; /* of the handles */

	uint32_t *samples; /* microseconds */
	size_t sample_count;
};

__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("serve-load: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

/* -------------------------------------------------------------------------------------
 * Requests
 */

static void make_request(struct buf *out, const char *action, struct view body)
{
	buf_clear(out);
	buf_printf(out,
		"POST / HTTP/1.1\r\nHost: localhost\r\n"
		"Content-Type: application/x-amz-json-1.0\r\n"
		"X-Amz-Target: AmazonSQS.%s\r\nContent-Length: %zu\r\n\r\n",
		action, body.len);
	if (!buf_add_view(out, body))
		die("out of memory");
}

static void add_body_of_message(struct buf *out, size_t bytes)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz 0123456789";

	for (size_t i = 0; i < bytes; i++)
		buf_add_char(out, letters[i % (sizeof(letters) - 1)]);
}

static void make_send(struct load *load)
{
	AUTO(buf) struct buf body = {0};

	buf_printf(&body, "{\"QueueUrl\":\"%s\",\"MessageBody\":\"", load->url);
	add_body_of_message(&body, load->bytes);
	buf_add_string(&body, "\"}");
	make_request(&load->request, "SendMessage", buf_view(&body));
}

static void make_send_batch(struct load *load)
{
	AUTO(buf) struct buf body = {0};

	buf_printf(&body, "{\"QueueUrl\":\"%s\",\"Entries\":[", load->url);
	for (int i = 0; i < MOST_BATCH; i++) {
		buf_printf(&body, "%s{\"Id\":\"%d\",\"MessageBody\":\"", i ? "," : "", i);
		add_body_of_message(&body, load->bytes);
		buf_add_string(&body, "\"}");
	}
	buf_add_string(&body, "]}");
	make_request(&load->request, "SendMessageBatch", buf_view(&body));
}

static void make_receive(struct load *load)
{
	AUTO(buf) struct buf body = {0};

	buf_printf(&body, "{\"QueueUrl\":\"%s\",\"VisibilityTimeout\":3600}", load->url);
	make_request(&load->request, "ReceiveMessage", buf_view(&body));
}

static void make_delete(struct buf *out, const char *url, struct view handle)
{
	AUTO(buf) struct buf body = {0};

	buf_printf(&body, "{\"QueueUrl\":\"%s\",\"ReceiptHandle\":\"%.*s\"}", url,
		(int)handle.len, handle.data);
	make_request(out, "DeleteMessage", buf_view(&body));
}

/* -------------------------------------------------------------------------------------
 * Phases
 */

static bool ask_same(struct load *load, struct connection *connection)
{
	connection->request = buf_view(&load->request);
	return true;
}

static bool ask_delete(struct load *load, struct connection *connection)
{
	if (load->handles_used == load->handle_count)
		return false;
	make_delete(&connection->own, load->url, load->handles[load->handles_used++]);
	connection->request = buf_view(&connection->own);
	return true;
}

static bool ask_work(struct load *load, struct connection *connection)
{
	if (!connection->handle.len)
		return ask_same(load, connection);
	make_delete(&connection->own, load->url, buf_view(&connection->handle));
	connection->request = buf_view(&connection->own);
	return true;
}

static size_t take_one(struct load *load, struct connection *connection, struct view body)
{
	(void)load;
	(void)connection;
	(void)body;
	return 1;
}

static size_t take_batch(
	struct load *load, struct connection *connection, struct view body)
{
	(void)load;
	(void)connection;
	if (memmem(body.data, body.len, "\"Code\"", strlen("\"Code\"")))
		die("a batch was refused: %.*s", (int)body.len, body.data);
	return MOST_BATCH;
}

/* The handle in an answer; absent where no message is. */
static struct view handle_in(struct view body)
{
	static const char key[] = "\"ReceiptHandle\":\"";
	const char *at = memmem(body.data, body.len, key, sizeof(key) - 1);
	const char *end;

	if (!at)
		return (struct view){0};
	at += sizeof(key) - 1;
	end = memchr(at, '"', (size_t)(body.data + body.len - at));
	if (!end)
		die("a handle without an end");
	return (struct view){at, (size_t)(end - at)};
}

/* An answer without a message says that there are no more. */
static size_t take_handle(
	struct load *load, struct connection *connection, struct view body)
{
	struct view handle = handle_in(body);

	(void)connection;
	if (view_is_absent(handle) || load->handle_count == MOST_HANDLES) {
		load->is_over = true;
		return 0;
	}
	load->handles[load->handle_count++] = arena_copy(&load->texts, handle);
	if (load->texts.failed)
		die("out of memory");
	return 1;
}

/* A message is done when its delete is answered. */
static size_t take_work(
	struct load *load, struct connection *connection, struct view body)
{
	struct view handle = handle_in(body);

	if (connection->handle.len) {
		buf_clear(&connection->handle);
		return 1;
	}
	if (view_is_absent(handle))
		load->is_over = true;
	else if (!buf_add_view(&connection->handle, handle))
		die("out of memory");
	return 0;
}

static const struct phase send_phase = {"send", ask_same, take_one};
static const struct phase fill_phase = {"fill", ask_same, take_batch};
static const struct phase receive_phase = {"receive", ask_same, take_handle};
static const struct phase delete_phase = {"delete", ask_delete, take_one};
static const struct phase work_phase = {"work", ask_work, take_work};

/* -------------------------------------------------------------------------------------
 * Connections
 */

static void watch(struct load *load, struct connection *connection, int how)
{
	struct epoll_event event = {
		.events = EPOLLIN | (connection->waits_to_write ? EPOLLOUT : 0u),
		.data.ptr = connection};

	if (epoll_ctl(load->epoll, how, connection->fd, &event) != 0)
		die("epoll_ctl: %s", strerror(errno));
}

static void write_on(struct load *load, struct connection *connection)
{
	bool waits;

	while (connection->written < connection->request.len) {
		ssize_t n = send(connection->fd,
			connection->request.data + connection->written,
			connection->request.len - connection->written, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			die("send: %s", strerror(errno));
		connection->written += (size_t)n;
	}
	waits = connection->written < connection->request.len;
	if (waits == connection->waits_to_write)
		return;
	connection->waits_to_write = waits;
	watch(load, connection, EPOLL_CTL_MOD);
}

static void start_next(struct load *load, struct connection *connection)
{
	if (load->messages >= load->most || clock_boot_ns() >= load->until_ns)
		load->is_over = true;
	if (load->is_over || !load->phase->ask(load, connection))
		return;
	connection->is_busy = true;
	connection->written = 0;
	connection->began_ns = clock_boot_ns();
	load->busy++;
	write_on(load, connection);
}

/* The length of the answer's head and body; 0: not all of its head is there. */
static size_t answer_length(const struct buf *answer, size_t *head)
{
	static const char name[] = "\r\ncontent-length:";
	const char *end =
		answer->len ? memmem(answer->data, answer->len, "\r\n\r\n", 4) : NULL;
	const char *length;

	if (!end)
		return 0;
	*head = (size_t)(end - answer->data) + 4;
	length = strcasestr(answer->data, name);
	if (!length || length > end)
		die("an answer without Content-Length: %.*s", (int)*head, answer->data);
	return *head + strtoul(length + sizeof(name) - 1, NULL, 10);
}

static void note_time(struct load *load, const struct connection *connection)
{
	int64_t us = (clock_boot_ns() - connection->began_ns) / 1000;

	if (load->sample_count < MOST_SAMPLES)
		load->samples[load->sample_count++] = (uint32_t)us;
}

static void take_answer(struct load *load, struct connection *connection)
{
	struct buf *answer = &connection->answer;
	size_t head = 0;
	size_t length = answer_length(answer, &head);

	if (!length || answer->len < length)
		return;
	if (strncmp(answer->data, "HTTP/1.1 200", 12) != 0)
		die("%s was refused: %.*s", load->phase->name, (int)answer->len,
			answer->data);
	note_time(load, connection);
	load->messages += load->phase->take(
		load, connection, (struct view){answer->data + head, length - head});
	buf_clear(answer);
	connection->is_busy = false;
	load->busy--;
	start_next(load, connection);
}

static void read_on(struct load *load, struct connection *connection)
{
	struct buf *answer = &connection->answer;
	ssize_t n;

	if (!buf_reserve(answer, READ_BYTES))
		die("out of memory");
	n = recv(connection->fd, answer->data + answer->len, READ_BYTES, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("the server closed a connection");
	answer->len += (size_t)n;
	answer->data[answer->len] = '\0';
	take_answer(load, connection);
}

static void connect_one(struct load *load, struct connection *connection)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons(load->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int yes = 1;

	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 ||
		connect(connection->fd, (const void *)&address, sizeof(address)) != 0)
		die("cannot connect to port %d: %s", load->port, strerror(errno));
	setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) != 0)
		die("fcntl: %s", strerror(errno));
	watch(load, connection, EPOLL_CTL_ADD);
}

/* -------------------------------------------------------------------------------------
 * Running
 */

/* Until the phase is over and every answer is there. Returns how long it took. */
static double run(struct load *load, const struct phase *phase, int64_t ms, size_t most)
{
	struct epoll_event events[64];
	int64_t began_ns = clock_boot_ns();

	load->phase = phase;
	load->until_ns = began_ns + ms * 1000000;
	load->is_over = false;
	load->messages = load->sample_count = 0;
	load->most = most;
	for (size_t i = 0; i < load->connection_count; i++)
		start_next(load, &load->connections[i]);
	while (load->busy) {
		int count = epoll_wait(load->epoll, events, ARRAY_SIZE(events), STUCK_MS);

		if (count == 0)
			die("%s: no answer for %d s", phase->name, STUCK_MS / 1000);
		for (int i = 0; i < count; i++) {
			struct connection *connection = events[i].data.ptr;

			if (events[i].events & EPOLLOUT)
				write_on(load, connection);
			if (events[i].events & ~(uint32_t)EPOLLOUT)
				read_on(load, connection);
		}
	}
	return (double)(clock_boot_ns() - began_ns) / 1e9;
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static uint32_t quantile(const struct load *load, size_t hundredths)
{
	return load->sample_count
		       ? load->samples[(load->sample_count - 1) * hundredths / 100]
		       : 0;
}

static void measure(struct load *load, const struct phase *phase, int64_t ms, size_t most)
{
	double seconds = run(load, phase, ms, most);

	qsort(load->samples, load->sample_count, sizeof(*load->samples), by_number);
	printf("%s %.0f %u %u %zu\n", phase->name, (double)load->messages / seconds,
		quantile(load, 50), quantile(load, 99), load->messages);
	fflush(stdout);
}

static void run_cell(struct load *load, int64_t ms, size_t most, bool tops_up)
{
	make_send(load);
	measure(load, &send_phase, ms, SIZE_MAX);
	make_send_batch(load);
	if (tops_up)
		run(load, &fill_phase, 10 * ms, most + most / 2);
	make_receive(load);
	measure(load, &receive_phase, ms, most);
	measure(load, &delete_phase, ms, SIZE_MAX);
	run(load, &delete_phase, STUCK_MS, SIZE_MAX);
	measure(load, &work_phase, ms, most / 2);
}

static void run_fill(struct load *load, size_t count, int64_t ms)
{
	double seconds;

	make_send_batch(load);
	seconds = run(load, &fill_phase, ms, count);
	printf("%zu %.1f\n", load->messages, seconds);
}

static int64_t argument(const char *text)
{
	int64_t n;

	if (!number_parse(view_of(text), 0, INT32_MAX, &n))
		die("not a number: %s", text);
	return n;
}

static struct load *load_new(char **argv)
{
	struct load *load = calloc(1, sizeof(*load));

	if (load)
		load->samples = calloc(MOST_SAMPLES, sizeof(*load->samples));
	if (!load || !load->samples)
		die("out of memory");
	load->port = (uint16_t)argument(argv[1]);
	load->url = argv[2];
	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	load->connection_count = (size_t)argument(argv[4]);
	if (load->connection_count < 1 || load->connection_count > MOST_CONNECTIONS)
		die("connections: 1 to %d", MOST_CONNECTIONS);
	for (size_t i = 0; i < load->connection_count; i++)
		connect_one(load, &load->connections[i]);
	return load;
}

int main(int argc, char **argv)
{
	static const char *const modes[] = {"fill", "cell", "behind"};
	size_t mode = 0;
	struct load *load;

	while (argc == 8 && mode < ARRAY_SIZE(modes) && strcmp(argv[3], modes[mode]) != 0)
		mode++;
	if (argc != 8 || mode == ARRAY_SIZE(modes))
		die("give PORT QUEUE-URL and one of\n"
		    "  fill CONNECTIONS COUNT SECONDS BYTES\n"
		    "  cell CONNECTIONS MILLISECONDS BYTES MOST\n"
		    "  behind CONNECTIONS MILLISECONDS BYTES MOST");
	load = load_new(argv);
	if (mode == 0) {
		load->bytes = (size_t)argument(argv[7]);
		run_fill(load, (size_t)argument(argv[5]), argument(argv[6]) * 1000);
	} else {
		load->bytes = (size_t)argument(argv[6]);
		run_cell(load, argument(argv[5]), (size_t)argument(argv[7]), mode == 1);
	}
	return 0;
}
