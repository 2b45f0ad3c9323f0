/* SPDX-License-Identifier: MIT */
/*
 * What the service costs without a socket: messages a second, 64 requests a turn, as
 * the server's loop gives them to it when 64 connections are busy.
 *
 *	store_bench DIRECTORY [BACKLOG]
 *
 * Fills a queue with BACKLOG messages of 1000 bytes (10000 by default), then receives
 * and deletes 20000 of them, then all counts are asked for once more.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/local/service.h"

enum { TURN = 64, CONSUMED = 20000, BODY = 1000 };

struct bench {
	struct service *service;
	struct arena arena;
	struct service_call call;
	char handles[TURN][80];
};

static enum service_verdict ask(struct bench *bench, const struct wire_request *request)
{
	bench->call = (struct service_call){.request = request,
		.sender = VIEW_LITERAL("BENCH"),
		.arena = &bench->arena};
	return service_execute(bench->service, &bench->call, clock_wall_ms());
}

static struct wire_request of(enum wire_action action, struct wire_entry *entry)
{
	struct wire_request request = wire_request_of(action);

	request.queue_url = VIEW_LITERAL("bench");
	request.queue_name = VIEW_LITERAL("bench");
	request.entries = entry;
	request.entry_count = entry != NULL;
	return request;
}

static void begin(struct bench *bench)
{
	if (!service_begin(bench->service)) {
		fprintf(stderr, "store_bench: no turn\n");
		exit(1);
	}
}

static void commit(struct bench *bench)
{
	if (!service_commit(bench->service)) {
		fprintf(stderr, "store_bench: not committed\n");
		exit(1);
	}
	arena_finish(&bench->arena);
}

static void say(const char *what, int64_t count, int64_t ns)
{
	printf("%-22s %8" PRId64 "  %9.0f/s  %7.2f us each\n", what, count,
		(double)count * 1e9 / (double)ns, (double)ns / 1e3 / (double)count);
}

static void send_all(struct bench *bench, int64_t count)
{
	static char body[BODY];
	struct wire_entry entry = {.body = {body, BODY}, .delay_s = WIRE_ABSENT};
	struct wire_request request = of(WIRE_SEND_MESSAGE, &entry);
	int64_t start = clock_boot_ns();

	memset(body, 'x', sizeof(body));
	for (int64_t i = 0; i < count; i += TURN) {
		begin(bench);
		for (int j = 0; j < TURN; j++)
			ask(bench, &request);
		commit(bench);
	}
	say("send, 64 a turn", count, clock_boot_ns() - start);
}

/* Receives into bench->handles; how many. */
static int receive_turn(struct bench *bench)
{
	struct wire_request request = of(WIRE_RECEIVE_MESSAGE, NULL);
	int count = 0;

	begin(bench);
	for (int i = 0; i < TURN; i++) {
		ask(bench, &request);
		if (bench->call.reply.message_count)
			snprintf(bench->handles[count++], sizeof(bench->handles[0]),
				"%.*s",
				(int)bench->call.reply.messages->receipt_handle.len,
				bench->call.reply.messages->receipt_handle.data);
	}
	commit(bench);
	return count;
}

static void delete_turn(struct bench *bench, int count)
{
	begin(bench);
	for (int i = 0; i < count; i++) {
		struct wire_entry entry = {.receipt_handle = view_of(bench->handles[i])};
		struct wire_request request = of(WIRE_DELETE_MESSAGE, &entry);

		ask(bench, &request);
	}
	commit(bench);
}

static void consume(struct bench *bench, int64_t most)
{
	int64_t receive_ns = 0, delete_ns = 0, count = 0;

	while (count < most) {
		int64_t start = clock_boot_ns();
		int got = receive_turn(bench);
		int64_t middle = clock_boot_ns();

		delete_turn(bench, got);
		receive_ns += middle - start;
		delete_ns += clock_boot_ns() - middle;
		count += got;
		if (got == 0)
			break;
	}
	say("receive, 64 a turn", count, receive_ns);
	say("delete, 64 a turn", count, delete_ns);
}

static void one_by_one(struct bench *bench)
{
	struct wire_entry entry = {.body = VIEW_LITERAL("one"), .delay_s = WIRE_ABSENT};
	struct wire_request request = of(WIRE_SEND_MESSAGE, &entry);
	int64_t start = clock_boot_ns();

	for (int i = 0; i < 2000; i++) {
		begin(bench);
		ask(bench, &request);
		commit(bench);
	}
	say("send, 1 a turn", 2000, clock_boot_ns() - start);
}

static void count_once(struct bench *bench)
{
	struct wire_request request = of(WIRE_GET_QUEUE_ATTRIBUTES, NULL);
	struct view all = VIEW_LITERAL("All");
	int64_t start = clock_boot_ns();

	request.attribute_names = (struct wire_views){&all, 1};
	begin(bench);
	ask(bench, &request);
	commit(bench);
	say("counts", 1, clock_boot_ns() - start);
}

int main(int argc, char **argv)
{
	int64_t backlog = argc > 2 ? atoll(argv[2]) : 10000;
	struct service_options options = {
		.directory_fd = argc > 1 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1,
		.endpoint = "http://localhost",
		.region = "us-east-1",
		.account = "000000000000"};
	struct bench bench = {0};
	struct wire_request request = of(WIRE_CREATE_QUEUE, NULL);
	char why[300] = "usage: store_bench DIRECTORY [BACKLOG]";

	if (options.directory_fd >= 0)
		bench.service = service_new(&options, why, sizeof(why));
	if (!bench.service) {
		fprintf(stderr, "store_bench: %s\n", why);
		return 1;
	}
	begin(&bench);
	ask(&bench, &request);
	commit(&bench);
	send_all(&bench, backlog);
	one_by_one(&bench);
	count_once(&bench);
	consume(&bench, CONSUMED);
	count_once(&bench);
	service_free(bench.service);
	return 0;
}
