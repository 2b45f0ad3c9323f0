/* SPDX-License-Identifier: MIT */
#include "fs/writer.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/peer.h"
#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

/* -------------------------------------------------------------------------------------
 * The verdict
 */

enum { DIRTY = 1, OPENER = 2, WROTE_LAST = 4, OTHERS = 8, EXITING = 16, KILLED = 32 };

static const struct {
	unsigned facts;
	enum writer_holders holders;
	enum writer_verdict verdict;
} verdicts[] = {
	/* semantics.md: "The file is sent when it is complete, which is at its last
	   close." */
	{DIRTY | OPENER, HOLDERS_NONE, VERDICT_NOW},
	{DIRTY | OPENER | WROTE_LAST, HOLDERS_NONE, VERDICT_NOW},
	{DIRTY | OPENER | EXITING, HOLDERS_NONE, VERDICT_NOW},
	{OPENER, HOLDERS_NONE, VERDICT_CLEAN},
	{OPENER | EXITING | KILLED, HOLDERS_NONE, VERDICT_CLEAN},
	/* "When a child or another process still holds the file, it is sent at the very
	 * last close, in the background, as one message." */
	{DIRTY | OPENER, HOLDERS_SOME, VERDICT_LATER},
	{DIRTY | OPENER | EXITING, HOLDERS_SOME, VERDICT_LATER},
	{DIRTY | OPENER | OTHERS, HOLDERS_NONE, VERDICT_LATER},
	{DIRTY, HOLDERS_NONE, VERDICT_LATER},
	{DIRTY | WROTE_LAST, HOLDERS_NONE, VERDICT_LATER},
	{DIRTY | WROTE_LAST | EXITING, HOLDERS_NONE, VERDICT_LATER},
	/* What could not be looked at may be held. */
	{DIRTY | OPENER, HOLDERS_UNKNOWN, VERDICT_LATER},
	{DIRTY | OPENER, HOLDERS_MANY, VERDICT_LATER},
	/* "A writer killed by a signal leaves a file that is never sent by itself". */
	{DIRTY | OPENER | EXITING | KILLED, HOLDERS_NONE, VERDICT_KILLED},
	{DIRTY | OPENER | EXITING | KILLED, HOLDERS_SOME, VERDICT_KILLED},
	{DIRTY | WROTE_LAST | EXITING | KILLED, HOLDERS_NONE, VERDICT_KILLED},
	/* A child that wrote nothing last may die as it likes. */
	{DIRTY | EXITING | KILLED, HOLDERS_NONE, VERDICT_LATER},
};

static struct writer_facts facts_of(unsigned bits, enum writer_holders holders)
{
	return (struct writer_facts){
		.is_dirty = bits & DIRTY,
		.is_opener = bits & OPENER,
		.wrote_last = bits & WROTE_LAST,
		.others_may_write = bits & OTHERS,
		.look = {holders, bits & EXITING, bits & KILLED},
	};
}

TEST(a_close_completes_a_file_only_when_nobody_else_has_it)
{
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		struct writer_facts facts =
			facts_of(verdicts[i].facts, verdicts[i].holders);

		CHECK_NUMBER(writer_judge(&facts), verdicts[i].verdict);
	}
}

TEST(not_looking_never_changes_the_verdict)
{
	for (unsigned bits = 0; bits < 16; bits++) {
		struct writer_facts without = facts_of(bits, HOLDERS_UNKNOWN);

		if (writer_must_look(&without))
			continue;
		for (int holders = HOLDERS_NONE; holders <= HOLDERS_MANY; holders++) {
			for (unsigned exit = 0; exit < 4; exit++) {
				struct writer_facts facts =
					facts_of(bits | exit * EXITING,
						(enum writer_holders)holders);

				CHECK_NUMBER(
					writer_judge(&facts), writer_judge(&without));
			}
		}
	}
}

/* -------------------------------------------------------------------------------------
 * Looking at real processes
 */

static const struct writer_limit no_limit = {1000000, INT64_MAX};

/* A file that is in nobody else's table. */
static int own_file(uint64_t *ino)
{
	int fd = memfd_create("held", MFD_CLOEXEC);
	struct stat st = {0};

	fstat(fd, &st);
	*ino = st.st_ino;
	return fd;
}

static enum writer_holders holders_of(pid_t pid, uint64_t ino)
{
	return writer_look(NULL, pid, ino, no_limit).holders;
}

TEST(a_descriptor_of_the_process_is_found)
{
	uint64_t ino;
	int fd = own_file(&ino);

	CHECK_NUMBER(holders_of(getpid(), ino), HOLDERS_SOME);
	close(fd);
	CHECK_NUMBER(holders_of(getpid(), ino), HOLDERS_NONE);
}

/* More than one reading of the directory holds. */
TEST(a_descriptor_behind_many_others_is_found)
{
	struct peers *peers = peers_new(NULL);
	uint64_t ino;
	int fd = own_file(&ino), last = fcntl(fd, F_DUPFD_CLOEXEC, 900), others[400];

	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (int round = 0; round < 3; round++)
		CHECK_NUMBER(writer_look(peers, getpid(), ino, no_limit).holders,
			HOLDERS_SOME);
	close(last);
	for (int round = 0; round < 3; round++)
		CHECK_NUMBER(writer_look(peers, getpid(), ino, no_limit).holders,
			HOLDERS_NONE);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		close(others[i]);
	peers_free(peers);
}

/* What is kept open of a process that comes again tells what is so now. */
TEST(a_process_that_comes_again_is_looked_at_anew)
{
	struct peers *peers = peers_new(NULL);
	uint64_t ino;
	int fd, others[2];

	CHECK(pipe2(others, O_CLOEXEC) == 0);
	for (int round = 0; round < 4; round++) {
		fd = own_file(&ino);
		CHECK_NUMBER(writer_look(peers, getpid(), ino, no_limit).holders,
			HOLDERS_SOME);
		close(fd);
		CHECK_NUMBER(writer_look(peers, getpid(), ino, no_limit).holders,
			HOLDERS_NONE);
	}
	fd = own_file(&ino);
	CHECK_NUMBER(dup2(fd, others[0]), others[0]);
	close(fd);
	CHECK_NUMBER(writer_look(peers, getpid(), ino, no_limit).holders, HOLDERS_SOME);
	close(others[0]);
	close(others[1]);
	peers_free(peers);
}

TEST(a_process_that_came_again_and_is_gone_is_unknown)
{
	struct peers *peers = peers_new(NULL);
	int stop[2];
	pid_t child;
	char byte;

	CHECK(pipe2(stop, O_CLOEXEC) == 0);
	child = fork();
	if (child == 0) {
		close(stop[1]);
		_exit((int)read(stop[0], &byte, 1));
	}
	for (int round = 0; round < 3; round++)
		CHECK_NUMBER(
			writer_look(peers, child, 1, no_limit).holders, HOLDERS_NONE);
	close(stop[0]);
	close(stop[1]);
	CHECK_NUMBER(waitpid(child, NULL, 0), child);
	CHECK_NUMBER(writer_look(peers, child, 1, no_limit).holders, HOLDERS_UNKNOWN);
	peers_free(peers);
}

TEST(what_nobody_asks_for_is_closed)
{
	struct peers *peers = peers_new(NULL);
	int before = dup(0), after;
	uint64_t ino = 1;

	close(before);
	for (int round = 0; round < 3; round++)
		writer_look(peers, getpid(), ino, no_limit);
	after = dup(0);
	close(after);
	CHECK(after > before);
	CHECK(peers_rest(peers));
	CHECK(!peers_rest(peers));
	after = dup(0);
	close(after);
	CHECK_NUMBER(after, before);
	peers_free(peers);
}

/* Every descriptor is given back. */
TEST(many_peers_take_turns_at_few_places)
{
	struct peers *peers = peers_new(NULL);
	pid_t children[40];
	int stop[2], before = dup(0), after;
	char byte;

	close(before);
	CHECK(pipe2(stop, O_CLOEXEC) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		children[i] = fork();
		if (children[i] == 0) {
			close(stop[1]);
			_exit((int)read(stop[0], &byte, 1));
		}
		for (int round = 0; round < 3; round++)
			CHECK_NUMBER(writer_look(peers, children[i], 1, no_limit).holders,
				HOLDERS_NONE);
	}
	close(stop[0]);
	close(stop[1]);
	for (size_t i = 0; i < ARRAY_SIZE(children); i++)
		CHECK_NUMBER(waitpid(children[i], NULL, 0), children[i]);
	peers_free(peers);
	after = dup(0);
	close(after);
	CHECK_NUMBER(after, before);
}

TEST(a_descriptor_of_a_grandchild_is_found)
{
	uint64_t ino;
	int fd = own_file(&ino), ready[2], stop[2];
	pid_t child;
	char byte;

	CHECK(pipe2(ready, O_CLOEXEC) == 0 && pipe2(stop, O_CLOEXEC) == 0);
	child = fork();
	if (child == 0) {
		pid_t grandchild = fork();

		close(stop[1]);
		if (grandchild == 0) {
			byte = 1;
			if (write(ready[1], &byte, 1) == 1)
				_exit((int)read(stop[0], &byte, 1));
			_exit(1);
		}
		close(fd);
		_exit(waitpid(grandchild, NULL, 0) != grandchild);
	}
	CHECK_NUMBER(read(ready[0], &byte, 1), 1);
	close(fd);
	CHECK_NUMBER(holders_of(getpid(), ino), HOLDERS_SOME);
	close(stop[0]);
	close(stop[1]);
	CHECK_NUMBER(waitpid(child, NULL, 0), child);
	CHECK_NUMBER(holders_of(getpid(), ino), HOLDERS_NONE);
	close(ready[0]);
	close(ready[1]);
}

TEST(a_limit_that_is_reached_is_told)
{
	uint64_t ino;
	int fd = own_file(&ino);
	struct writer_look look =
		writer_look(NULL, getpid(), ino + 1, (struct writer_limit){1, INT64_MAX});

	close(fd);
	CHECK_NUMBER(look.holders, HOLDERS_MANY);
}

static void *wait_for_end(void *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
	return NULL;
}

/* Each may have children, and is looked at. */
TEST(threads_count)
{
	enum { THREADS = 200, FEW = 100 };
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_t threads[THREADS];
	struct writer_look look;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, wait_for_end, &lock) == 0);
	look = writer_look(NULL, getpid(), 1, (struct writer_limit){FEW, INT64_MAX});
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK_NUMBER(look.holders, HOLDERS_MANY);
}

TEST(a_process_that_is_gone_is_unknown)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	CHECK_NUMBER(waitpid(child, NULL, 0), child);
	CHECK_NUMBER(holders_of(child, 1), HOLDERS_UNKNOWN);
	CHECK_NUMBER(writer_process_of(child), 0);
	CHECK(!writer_is_thread_of(child, getpid()));
	CHECK(writer_is_dying(child));
}

/* A zombie has let go of its descriptors, as a process has at the FLUSH of its exit. */
static struct writer_look look_at_zombie(int signal)
{
	struct writer_look look;
	siginfo_t info;
	pid_t child = fork();

	if (child == 0) {
		if (signal)
			raise(signal);
		_exit(3);
	}
	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
	look = writer_look(NULL, child, 1, no_limit);
	waitpid(child, NULL, 0);
	return look;
}

TEST(an_exit_is_told_from_a_kill)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGKILL, SIGSEGV};
	struct writer_look look = look_at_zombie(0);

	CHECK(look.is_exiting && !look.was_killed);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (signals[i] == SIGSEGV)
			signal(SIGSEGV, SIG_DFL);
		look = look_at_zombie(signals[i]);
		CHECK(look.is_exiting && look.was_killed);
	}
}

TEST(a_living_process_is_not_exiting)
{
	struct writer_look look = writer_look(NULL, getpid(), 1, no_limit);

	CHECK(!look.is_exiting && !look.was_killed);
	CHECK(!writer_is_dying(getpid()));
}

TEST(a_thread_belongs_to_its_process)
{
	pid_t parent = getppid();

	CHECK_NUMBER(writer_process_of(getpid()), getpid());
	CHECK(writer_is_thread_of(getpid(), getpid()));
	CHECK(!writer_is_thread_of(getpid(), parent));
	CHECK_NUMBER(writer_process_of(0), 0);
	CHECK(!writer_is_thread_of(0, 0));
}

TEST_MAIN
