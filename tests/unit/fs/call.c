/* SPDX-License-Identifier: MIT */
#include "fs/call.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/options.h"
#include "sqs/base/clock.h"
#include "tests/lib/test.h"

/* In the place of libfuse's: one request, which may be interrupted. */
static struct {
	fuse_interrupt_func_t func;
	void *data;
	bool is_interrupted;
} request;

void fuse_req_interrupt_func(fuse_req_t req, fuse_interrupt_func_t func, void *data)
{
	request.func = func;
	request.data = data;
	if (request.is_interrupted && func)
		func(req, data);
}

static void interrupt(void)
{
	request.is_interrupted = true;
	if (request.func)
		request.func(NULL, request.data);
}

static struct options options = {.uid = UNSET, .gid = UNSET};
static struct mount mount;
static int wake_fd;
static struct node node;
static struct list waiting;
static struct call_wait wait_;
static int given_up; /* the error; -1: not yet */

static void node_free(struct node *unused)
{
	(void)unused;
}

static const struct node_type type = {
	.kind = "test", .mode = S_IFREG | 0600, .free = node_free};

static void on_give_up(struct call_wait *wait, int error)
{
	(void)wait;
	given_up = error;
}

static void begin(void)
{
	mount_init(&mount, &options);
	wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	mount.timers = timers_new(wake_fd);
	list_init(&waiting);
	given_up = -1;
	request.is_interrupted = false;
	request.func = NULL;
	mount_lock(&mount);
	node_init_locked(&node, &mount, &type);
	mount_unlock(&mount);
}

static void end(void)
{
	timers_free(mount.timers);
	close(wake_fd);
}

static bool take(void)
{
	bool taken;

	mount_lock(&mount);
	taken = call_wait_take_locked(&wait_);
	mount_unlock(&mount);
	return taken;
}

TEST(whoever_takes_a_wait_answers_it)
{
	begin();
	call_wait(&wait_, NULL, &node, &waiting, 1000, on_give_up);
	CHECK(!list_is_empty(&waiting));
	CHECK(take());
	CHECK(!take());
	CHECK(list_is_empty(&waiting));
	timers_run(&mount, INT64_MAX);
	call_wait_end_all(&mount);
	CHECK_NUMBER(given_up, -1);
	end();
}

TEST(a_wait_ends_with_its_time)
{
	begin();
	call_wait(&wait_, NULL, &node, &waiting, 1000, on_give_up);
	timers_run(&mount, clock_boot_ms());
	CHECK_NUMBER(given_up, -1);
	timers_run(&mount, clock_boot_ms() + 1000);
	CHECK_NUMBER(given_up, ETIMEDOUT);
	CHECK(!take());
	end();
}

/* The signal comes on the loop's thread; the answer is given by the loop, not inside. */
TEST(an_interrupt_ends_a_wait_at_once)
{
	begin();
	call_wait(&wait_, NULL, &node, &waiting, 1000, on_give_up);
	interrupt();
	CHECK_NUMBER(given_up, -1);
	timers_run(&mount, clock_boot_ms());
	CHECK_NUMBER(given_up, EINTR);
	end();
}

TEST(an_interrupt_that_came_first_counts)
{
	begin();
	interrupt();
	call_wait(&wait_, NULL, &node, &waiting, 1000, on_give_up);
	timers_run(&mount, clock_boot_ms());
	CHECK_NUMBER(given_up, EINTR);
	end();
}

TEST(the_end_of_the_mount_ends_every_wait)
{
	begin();
	call_wait(&wait_, NULL, &node, &waiting, 1000, on_give_up);
	call_wait_end_all(&mount);
	CHECK_NUMBER(given_up, EINTR);
	CHECK(list_is_empty(&waiting));
	end();
}

TEST_MAIN
