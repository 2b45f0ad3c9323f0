/* SPDX-License-Identifier: MIT */
/* What survives: kill -9, a torn log, a full disk. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/local/claim.h"

/* Sends numbered messages for ever and says each number once it was answered. */
static void send_for_ever(int out)
{
	for (int i = 0;; i++) {
		char body[20];

		snprintf(body, sizeof(body), "%d", i);
		if (*world_send(&world, "q", body) ||
			write(out, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

/* How many a child had answered when it was killed. */
static int kill_a_sender(void)
{
	int pipe_fds[2], number, answered = 0;
	pid_t child;

	if (pipe(pipe_fds) < 0)
		return -1;
	child = fork();
	if (child == 0) {
		close(pipe_fds[0]);
		if (!world_restart(&world))
			_exit(1);
		send_for_ever(pipe_fds[1]);
	}
	close(pipe_fds[1]);
	while (answered < 500 && read(pipe_fds[0], &number, sizeof(number)) > 0)
		answered++;
	kill(child, SIGKILL);
	while (read(pipe_fds[0], &number, sizeof(number)) > 0)
		answered++;
	waitpid(child, NULL, 0);
	close(pipe_fds[0]);
	return answered;
}

/* The messages of the queue: 0, 1, 2 and so on without a gap? How many? */
static int count_without_gap(void)
{
	struct buf out = BUF_INIT(0);
	int count = 0;
	const char *at;

	service_peek(world.service, "q", (struct service_place){0}, 100000, &out,
		world.now_ms);
	for (at = out.data; at && (at = strstr(at, "\"Body\":\"")) != NULL; at++) {
		if (atoi(at + 8) != count)
			count = -1000000;
		count++;
	}
	buf_finish(&out);
	return count;
}

CLAIM(what_was_answered_survives_kill_9, "q", NULL)
{
	int answered;

	service_free(world.service);
	world.service = NULL;
	answered = kill_a_sender();
	CHECK(answered >= 500);
	CHECK(world_restart(&world));
	CHECK(count_without_gap() >= answered);
	CHECK_NUMBER(count_without_gap(),
		atoi(world_get(&world, "q", "ApproximateNumberOfMessages")));
}

/* ---- a torn log ---- */

static bool copy_file(const char *from, const char *to, off_t bytes, off_t spoiled)
{
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	char block[4096];
	off_t done = 0;

	while (in >= 0 && out >= 0 && done < bytes) {
		size_t piece = bytes - done < 4096 ? (size_t)(bytes - done) : 4096;

		if (read(in, block, piece) != (ssize_t)piece)
			break;
		if (spoiled >= done && spoiled < done + (off_t)piece)
			block[spoiled - done] ^= 0x55;
		if (write(out, block, piece) != (ssize_t)piece)
			break;
		done += (off_t)piece;
	}
	close(in);
	close(out);
	return done == bytes;
}

static off_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_size : 0;
}

static bool is_sound(const char *path)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	bool sound = sqlite3_open(path, &db) == SQLITE_OK &&
		     sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement,
			     NULL) == SQLITE_OK &&
		     sqlite3_step(statement) == SQLITE_ROW &&
		     strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;

	sqlite3_finalize(statement);
	sqlite3_close(db);
	return sound;
}

/* Copies the store as a power failure may leave it: the log ends early, or has a wrong
 * byte. Then opens the copy. How many messages it has; -1: it is damaged. */
static int recover(off_t log_bytes, off_t spoiled)
{
	struct world torn = world;
	char from[60], to[60], log[60], torn_log[60];
	int count;

	snprintf(torn.path, sizeof(torn.path), "/tmp/sqs-torn-XXXXXX");
	if (!mkdtemp(torn.path))
		return -1;
	torn.directory_fd = open(torn.path, O_RDONLY | O_DIRECTORY);
	snprintf(from, sizeof(from), "%s/queues.db", world.path);
	snprintf(to, sizeof(to), "%s/queues.db", torn.path);
	snprintf(log, sizeof(log), "%s/queues.db-wal", world.path);
	snprintf(torn_log, sizeof(torn_log), "%s/queues.db-wal", torn.path);
	copy_file(from, to, size_of(from), -1);
	copy_file(log, torn_log, log_bytes, spoiled);
	torn.service = NULL;
	torn.arena = (struct arena){0};
	if (!world_restart(&torn)) {
		world_finish(&torn);
		return -1;
	}
	count = atoi(world_get(&torn, "q", "ApproximateNumberOfMessages"));
	if (!is_sound(to) || *world_send(&torn, "q", "still works"))
		count = -1;
	world_finish(&torn);
	return count;
}

/* A shorter log has fewer messages, and is never an error. */
CLAIM(a_torn_log_loses_its_end_and_nothing_else, "q", NULL)
{
	char log[60];
	off_t size;
	int last = 100;

	for (int i = 0; i < 100; i++)
		CHECK_TEXT(world_send(&world, "q", "x"), "");
	snprintf(log, sizeof(log), "%s/queues.db-wal", world.path);
	size = size_of(log);
	CHECK(size > 100000);
	CHECK_NUMBER(recover(size, -1), 100);
	for (int i = 1; i <= 8; i++) {
		int count = recover(size - size / 16 * i - 7 * i, -1);

		CHECK(count >= 0 && count <= last);
		last = count;
	}
	CHECK(last < 100);
	CHECK(recover(size, size - 3000) < 100);
	CHECK(recover(size, size - 3000) > 80);
	CHECK(recover(size, size / 2) < 80);
}

/* ---- a full disk ---- */

/* Runs the claim where the disk has 2 MB; 77 where no such disk can be made. */
static int on_a_small_disk(int (*claim)(void))
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		if (unshare(CLONE_NEWNS) < 0 ||
			mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
			mount("none", world.path, "tmpfs", 0, "size=2m") < 0)
			_exit(77);
		world.directory_fd = open(world.path, O_RDONLY | O_DIRECTORY);
		_exit(claim());
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

#define STEP(holds)                                                  \
	do {                                                         \
		if (!test_true((holds), #holds, __FILE__, __LINE__)) \
			return 1;                                    \
	} while (0)

static int fill_and_free(void)
{
	static char large[100000];
	struct wire_fault fault;
	char filler[60];
	int sent = 0, fd;

	STEP(world_restart(&world));
	STEP(!*world_create(&world, "q", NULL));
	memset(large, 'x', sizeof(large) - 1);
	snprintf(filler, sizeof(filler), "%s/filler", world.path);
	fd = open(filler, O_WRONLY | O_CREAT, 0600);
	STEP(fd >= 0 && write(fd, large, sizeof(large)) == sizeof(large));
	while (sent < 50 && !*world_send(&world, "q", large))
		sent++;
	STEP(sent > 2 && sent < 50);
	STEP(strcmp(world_send(&world, "q", large), "not committed") == 0);
	service_store_fault(world.service, &world.arena, &fault);
	STEP(service_tick_at(world.service) > world.now_ms);
	STEP(fault.http_status == 500);
	STEP(strstr(fault.message.data, "the disk is full; free some space"));
	/* Nothing is lost, and what needs no room still works. */
	STEP(atoi(world_get(&world, "q", "ApproximateNumberOfMessages")) == sent);
	STEP(unlink(filler) == 0 && close(fd) == 0);
	STEP(!*world_send(&world, "q", "small"));
	STEP(atoi(world_get(&world, "q", "ApproximateNumberOfMessages")) == sent + 1);
	STEP(world_restart(&world));
	STEP(atoi(world_get(&world, "q", "ApproximateNumberOfMessages")) == sent + 1);
	service_free(world.service);
	arena_finish(&world.arena);
	return 0;
}

CLAIM(a_full_disk_refuses_and_loses_nothing, "q", NULL)
{
	int status;

	service_free(world.service);
	world.service = NULL;
	arena_finish(&world.arena);
	status = on_a_small_disk(fill_and_free);
	if (status == 77)
		SKIP("no small disk can be mounted here");
	CHECK_NUMBER(status, 0);
}

/* ---- a turn is undone as a whole ---- */

CLAIM(a_failed_turn_leaves_no_trace_in_memory, "q", NULL)
{
	sqlite3 *other = NULL;
	char path[60];

	CHECK_TEXT(world_send(&world, "q", "a"), "");
	CHECK_TEXT(world_receive(&world, "q", 1), "a");
	/* Another program holds the database for longer than the service waits. */
	snprintf(path, sizeof(path), "%s/queues.db", world.path);
	CHECK_NUMBER(sqlite3_open(path, &other), SQLITE_OK);
	CHECK_NUMBER(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	CHECK_TEXT(world_send(&world, "q", "b"), "not committed");
	CHECK_TEXT(world_create(&world, "r", NULL), "not committed");
	CHECK_TEXT(world_delete(&world, "q", "a"), "not committed");
	sqlite3_close(other);
	CHECK_TEXT(world_counts(&world, "q"), "0 1 0");
	CHECK_TEXT(
		world_send(&world, "r", "x"), "AWS.SimpleQueueService.NonExistentQueue");
	CHECK_TEXT(world_send(&world, "q", "b"), "");
	CHECK_TEXT(world_delete(&world, "q", "a"), "");
	CHECK_TEXT(world_counts(&world, "q"), "1 0 0");
}

TEST_MAIN
