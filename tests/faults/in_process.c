/* SPDX-License-Identifier: MIT */
/*
 * The server inside a process: its Unix socket, its clock moved by hand, its end.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sqs/local/local.h"
#include "tests/lib/test.h"

enum { MOST_ANSWER = 8192, MOST_PATH = 256 };

static const int64_t start_ms = 1700000000000;

struct house {
	char directory[MOST_PATH];
	_Atomic int64_t now_ms;
	struct local_server *server;
	char why[256];
};

static int64_t clock_of(void *arg)
{
	return atomic_load(&((struct house *)arg)->now_ms);
}

static void house_open(struct house *house)
{
	const struct local_options options = {
		.directory = house->directory, .now_ms = clock_of, .now_arg = house};

	house->server = local_server_new(&options, house->why, sizeof(house->why));
}

/* A server in a new directory; `below` makes its path longer. */
static bool house_init(struct house *house, const char *below)
{
	char base[] = "/tmp/sqs-local-house-XXXXXX";

	*house = (struct house){.now_ms = start_ms};
	if (!mkdtemp(base))
		return false;
	snprintf(house->directory, sizeof(house->directory), "%s%s", base, below);
	house_open(house);
	return house->server != NULL;
}

static void remove_files(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(directory);
}

static void house_finish(struct house *house)
{
	local_server_free(house->server);
	remove_files(house->directory);
	if (strlen(house->directory) > strlen("/tmp/sqs-local-house-XXXXXX")) {
		house->directory[strlen("/tmp/sqs-local-house-XXXXXX")] = '\0';
		rmdir(house->directory);
	}
}

static void move_time(struct house *house, int64_t ms)
{
	atomic_fetch_add(&house->now_ms, ms);
	local_server_time_moved(house->server);
}

static int connect_to(const struct house *house)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s",
		local_server_socket(house->server));
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		abort();
	return fd;
}

/* Begins a request; its answer comes on the descriptor. */
static int begin(const struct house *house, const char *path, const char *form)
{
	int fd = connect_to(house);

	dprintf(fd,
		"%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		*form ? "POST" : "GET", path, strlen(form), form);
	return fd;
}

/* Waits for the answer and its end. */
static const char *finish(int fd)
{
	static char text[MOST_ANSWER];
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(text) - 1 &&
		(n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(fd);
	return text;
}

static int begin_on_jobs(const struct house *house, const char *form)
{
	return begin(house, "/000000000000/jobs", form);
}

/* Whether the answer to a request on the queue "jobs" has these words. */
static bool says(const struct house *house, const char *form, const char *words)
{
	return strstr(finish(begin_on_jobs(house, form)), words) != NULL;
}

static bool create_queue(const struct house *house)
{
	return strstr(finish(begin(house, "/", "Action=CreateQueue&QueueName=jobs")),
		       "<QueueUrl>") != NULL;
}

static bool house_with_jobs(struct house *house)
{
	return house_init(house, "") && create_queue(house);
}

/* Waits until so many long polls are parked. */
static void await_parked(const struct house *house, int count)
{
	char line[64];

	snprintf(line, sizeof(line), "\nsqs_local_parked_polls %d\n", count);
	while (!strstr(finish(begin(house, "/_sqs-local/metrics", "")), line))
		usleep(1000);
}

/* Begins a long poll on the queue "jobs", and waits until it is parked: the only one. */
static int begin_poll(const struct house *house)
{
	int poll = begin_on_jobs(house, "Action=ReceiveMessage&WaitTimeSeconds=20");

	await_parked(house, 1);
	return poll;
}

/* -------------------------------------------------------------------------------------
 * Time
 */

TEST(a_poll_is_woken_when_the_clock_is_moved_to_its_message)
{
	struct house house;
	int poll;

	CHECK(house_with_jobs(&house));
	CHECK(says(&house, "Action=SendMessage&MessageBody=later&DelaySeconds=10",
		"<MessageId>"));
	poll = begin_poll(&house);
	move_time(&house, 9000);
	CHECK(says(&house, "Action=ReceiveMessage", "<ReceiveMessageResult></"));
	await_parked(&house, 1);
	move_time(&house, 1000);
	CHECK(strstr(finish(poll), "<Body>later</Body>") != NULL);
	house_finish(&house);
}

TEST(a_poll_ends_when_the_clock_is_moved_past_its_time)
{
	struct house house;
	int poll;

	CHECK(house_with_jobs(&house));
	poll = begin_poll(&house);
	move_time(&house, 20000);
	CHECK(strstr(finish(poll), "<ReceiveMessageResult></") != NULL);
	house_finish(&house);
}

TEST(a_message_comes_back_when_the_clock_is_moved_past_its_visibility)
{
	struct house house;

	CHECK(house_with_jobs(&house));
	CHECK(says(&house, "Action=SendMessage&MessageBody=hello", "<MessageId>"));
	CHECK(says(&house, "Action=ReceiveMessage", "<Body>hello</Body>"));
	move_time(&house, 29999);
	CHECK(!says(&house, "Action=ReceiveMessage", "<Body>"));
	move_time(&house, 1);
	CHECK(says(&house, "Action=ReceiveMessage", "<Body>hello</Body>"));
	house_finish(&house);
}

/* -------------------------------------------------------------------------------------
 * Life
 */

/* local.h: "Answers what waits, syncs, closes, joins its thread." */
TEST(the_end_answers_what_waits_and_keeps_what_was_sent)
{
	struct house house;
	int poll;

	CHECK(house_with_jobs(&house));
	poll = begin_poll(&house);
	local_server_free(house.server);
	CHECK(strstr(finish(poll), "<ReceiveMessageResult></") != NULL);
	house_open(&house);
	CHECK(house.server != NULL);
	CHECK(says(&house, "Action=SendMessage&MessageBody=kept", "<MessageId>"));
	local_server_free(house.server);
	house_open(&house);
	CHECK(says(&house, "Action=ReceiveMessage", "<Body>kept</Body>"));
	house_finish(&house);
}

/* local.md: "One process owns a directory. A second one says who has it." */
TEST(a_second_server_says_who_has_the_directory)
{
	struct house house;
	struct local_server *second;
	const struct local_options options = {.directory = house.directory};
	char why[256];
	char expected[320];

	CHECK(house_init(&house, ""));
	second = local_server_new(&options, why, sizeof(why));
	CHECK(second == NULL);
	snprintf(expected, sizeof(expected),
		"%s is in use by %s (pid %d): stop it, or name another directory",
		house.directory, program_invocation_short_name, (int)getpid());
	CHECK_TEXT(why, expected);
	house_finish(&house);
}

/* A path of a socket has 108 bytes; a directory's may have more. */
TEST(a_long_path_is_served_and_connected_to)
{
	char below[160];
	struct house house;

	memset(below, 'd', sizeof(below) - 1);
	below[0] = '/';
	below[sizeof(below) - 1] = '\0';
	CHECK(house_init(&house, below));
	CHECK(create_queue(&house));
	house_finish(&house);
}

static void count_signal(int number)
{
	(void)number;
}

/* local.h: "It has one thread of its own." Signals are for the others. */
TEST(the_servers_thread_takes_no_signal)
{
	struct sigaction action = {.sa_handler = count_signal};
	sigset_t usr1, pending;
	struct house house;

	CHECK(house_init(&house, ""));
	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, NULL);
	kill(getpid(), SIGUSR1);
	CHECK(create_queue(&house));
	sigpending(&pending);
	CHECK(sigismember(&pending, SIGUSR1));
	pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
	house_finish(&house);
}

TEST(servers_come_and_go)
{
	struct house house;

	CHECK(house_init(&house, ""));
	for (int i = 0; i < 20; i++) {
		local_server_free(house.server);
		house_open(&house);
		CHECK(house.server != NULL);
	}
	house_finish(&house);
}

TEST_MAIN
