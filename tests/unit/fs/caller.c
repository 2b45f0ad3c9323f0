/* SPDX-License-Identifier: MIT */
#include "fs/caller.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sqs/base/clock.h"
#include "tests/lib/test.h"

static struct caller seen_by_thread;

static void *look_at_self(void *arg)
{
	(void)arg;
	seen_by_thread = caller_of(gettid());
	return NULL;
}

TEST(a_thread_is_known_by_its_process_and_parent)
{
	pthread_t thread;

	pthread_create(&thread, NULL, look_at_self, NULL);
	pthread_join(thread, NULL);
	CHECK(seen_by_thread.tid != getpid());
	CHECK_NUMBER(seen_by_thread.tgid, getpid());
	CHECK_NUMBER(seen_by_thread.parent, getppid());
}

/* A process chooses its name: it must not be taken for the lines that follow. */
TEST(a_name_cannot_pretend)
{
	struct caller caller;

	prctl(PR_SET_NAME, "\nTgid:\t1");
	caller = caller_of(getpid());
	prctl(PR_SET_NAME, "caller");
	CHECK_NUMBER(caller.tgid, getpid());
}

TEST(who_cannot_be_seen_is_unknown)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	CHECK_NUMBER(caller_of(child).tgid, 0);
	CHECK_NUMBER(caller_of(0).tgid, 0);
}

TEST(a_process_began_before_now)
{
	int64_t began_ns = caller_began_ns(getpid());

	CHECK(began_ns > 0);
	CHECK(began_ns < clock_boot_ns());
	CHECK_NUMBER(caller_began_ns(0), INT64_MAX);
}

TEST_MAIN
