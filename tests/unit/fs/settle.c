/* SPDX-License-Identifier: MIT */
#include "fs/settle.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fs/call.h"
#include "fs/options.h"
#include "sqs/base/clock.h"
#include "tests/lib/test.h"

/* In the place of libfuse's: nobody interrupts. */
void fuse_req_interrupt_func(fuse_req_t req, fuse_interrupt_func_t func, void *data)
{
	(void)req;
	(void)func;
	(void)data;
}

static int replied;

int fuse_reply_err(fuse_req_t req, int error)
{
	(void)req;
	replied = error;
	return 0;
}

static struct options options = {.uid = UNSET, .gid = UNSET};
static struct mount mount;
static struct queue *queue;
static int answered; /* the error; -1: not yet */

static void on_settled(void *arg, int error)
{
	*(int *)arg = error;
}

static void begin(void)
{
	mount_init(&mount, &options);
	mount.timers = timers_new(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
	mount_lock(&mount);
	queue = queue_new_locked(&mount, "https://h/1/jobs");
	mount_unlock(&mount);
	answered = -1;
}

static void end(void)
{
	CHECK_NUMBER(queue->dir.node.refs, 1);
	node_unref(&queue->dir.node);
	timers_free(mount.timers);
}

/* What is under way in sending or receiving ends, with that error. */
static void pass(struct list *barriers, int error)
{
	struct list *link;

	mount_lock(&mount);
	link = list_pop(barriers);
	mount_unlock(&mount);
	list_entry(link, struct barrier, link)
		->done(list_entry(link, struct barrier, link), error);
}

TEST(an_idle_queue_is_settled_at_once)
{
	begin();
	settle(NULL, queue, 1000, on_settled, &answered);
	CHECK_NUMBER(answered, 0);
	end();
}

TEST(sends_deletes_and_returns_are_waited_for)
{
	begin();
	queue->sending.pending = 1;
	queue->receiving.deleting = 1;
	queue->receiving.returning = 1;
	settle(NULL, queue, 1000, on_settled, &answered);
	pass(&queue->sending.barriers, 0);
	CHECK_NUMBER(answered, -1);
	pass(&queue->receiving.barriers, 0);
	CHECK_NUMBER(answered, -1);
	pass(&queue->receiving.return_barriers, 0);
	CHECK_NUMBER(answered, 0);
	end();
}

TEST(returns_alone_are_waited_for)
{
	begin();
	queue->sending.pending = 1;
	queue->receiving.deleting = 1;
	queue->receiving.returning = 1;
	settle_returns(NULL, queue, 1000, on_settled, &answered);
	CHECK_NUMBER(answered, -1);
	pass(&queue->receiving.return_barriers, 0);
	CHECK_NUMBER(answered, 0);
	end();
}

TEST(the_first_failure_is_told)
{
	begin();
	queue->sending.pending = 1;
	queue->receiving.deleting = 1;
	settle(NULL, queue, 1000, on_settled, &answered);
	pass(&queue->receiving.barriers, EACCES);
	pass(&queue->sending.barriers, EFBIG);
	CHECK_NUMBER(answered, EACCES);
	end();
}

/* A delete that timed out for good is not one that is still under way. */
TEST(a_failure_by_time_is_told_as_one)
{
	begin();
	queue->receiving.deleting = 1;
	settle_and_reply(NULL, queue, 1000);
	pass(&queue->receiving.barriers, ETIMEDOUT);
	CHECK_NUMBER(replied, ETIMEDOUT);

	settle_and_reply(NULL, queue, 1000);
	timers_run(&mount, clock_boot_ms() + 1000);
	CHECK_NUMBER(replied, EAGAIN);
	pass(&queue->receiving.barriers, 0);
	end();
}

/* The barriers are passed later; nobody is answered twice. */
TEST(waiting_is_bounded)
{
	begin();
	queue->sending.pending = 1;
	settle(NULL, queue, 1000, on_settled, &answered);
	timers_run(&mount, clock_boot_ms());
	CHECK_NUMBER(answered, -1);
	timers_run(&mount, clock_boot_ms() + 1000);
	CHECK_NUMBER(answered, SETTLE_LATE);
	answered = -1;
	pass(&queue->sending.barriers, 0);
	CHECK_NUMBER(answered, -1);
	end();
}

TEST_MAIN
