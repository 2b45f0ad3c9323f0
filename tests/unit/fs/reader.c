/* SPDX-License-Identifier: MIT */
/* Which open, and which message, a process means. */
#include "fs/reader.h"

#include <errno.h>
#include <stdio.h>

#include "fs/stock.h"
#include "sqs/base/clock.h"
#include "tests/lib/test.h"
#include "tests/unit/fs/holding.h"

/* -------------------------------------------------------------------------------------
 * In the place of /proc and of libfuse: who asks is the test's to say. A thread is in the
 * process of its number without the last digit, a process was started by the first.
 */

enum { FIRST = 1, GONE = 900 /* threads from there on are */ };

static unsigned lookups;
static int64_t began_ns;
static struct fuse_ctx context;
static uint64_t handle;

struct caller caller_of(pid_t tid)
{
	lookups++;
	if (tid >= GONE)
		return (struct caller){.tid = tid};
	return (struct caller){tid, tid / 10, FIRST};
}

int64_t caller_began_ns(pid_t tgid)
{
	(void)tgid;
	return began_ns;
}

const struct fuse_ctx *fuse_req_ctx(fuse_req_t req)
{
	(void)req;
	return &context;
}

int fuse_reply_open(fuse_req_t req, const struct fuse_file_info *fi)
{
	(void)req;
	handle = fi->fh;
	return 0;
}

int fuse_reply_buf(fuse_req_t req, const char *data, size_t len)
{
	(void)req;
	(void)data;
	(void)len;
	return 0;
}

static struct next *look_up(const char *name)
{
	return next_of(receiving_lookup_locked(queue, name));
}

/* This thread opens it; returns the handle. */
static uint64_t open_as(struct next *next, pid_t tid)
{
	struct fuse_file_info fi = {0};

	context.pid = tid;
	handle = 0;
	reader_open(NULL, next, &fi);
	return handle;
}

static void read_as(struct next *next, uint64_t of, pid_t tid)
{
	context.pid = tid;
	reader_read(NULL, next, 100, 0, of);
}

/* What fstat of this thread tells of. */
static struct message *seen_by(struct next *next, pid_t tid)
{
	struct message *message = reader_message(next, NULL, tid);

	if (message)
		node_unref(&message->node);
	return message;
}

/* A message that is bound to a name. */
static struct message *bind(const char *id, const char *name)
{
	struct message *message = read_and_closed(id, 0, 30);

	dir_detach_locked(&message->node);
	message_show_locked(message, &queue->dir, name);
	return message;
}

/* -------------------------------------------------------------------------------------
 * Whose
 */

TEST(all_who_open_one_name_mean_one_message)
{
	enum { OPENS = 50 };
	uint64_t handles[OPENS];
	struct message *message;
	struct next *next;

	begin();
	next = look_up("next.a");
	message = bind("id", "next.a");
	for (int i = 0; i < OPENS; i++)
		handles[i] = open_as(next, 100 + 10 * i);
	lookups = 0;
	for (int i = 0; i < OPENS; i++)
		CHECK(seen_by(next, 101 + 10 * i) == message);
	CHECK_NUMBER(lookups, 0);
	for (int i = 0; i < OPENS; i++)
		reader_release(NULL, next, handles[i]);
	node_unref(&next->node);
}

/* Those who opened a name before its lease was lost have another message. */
TEST(of_several_messages_that_of_the_thread_the_process_or_its_parent_is_meant)
{
	struct message *first, *second;
	uint64_t handles[3];
	struct next *next;

	begin();
	next = look_up("next.a");
	first = bind("first", "next.a");
	handles[0] = open_as(next, 100);
	handles[1] = open_as(next, GONE);
	message_enter_locked(first, MESSAGE_EXPIRED);
	second = bind("second", "next.a");
	handles[2] = open_as(next, 11);
	CHECK(seen_by(next, 100) == first);
	CHECK(seen_by(next, GONE) == first);
	CHECK(seen_by(next, 109) == first);
	CHECK(seen_by(next, 309) == second);

	/* Each opener is looked up once, also one that is gone. */
	lookups = 0;
	CHECK(seen_by(next, 109) == first);
	CHECK_NUMBER(lookups, 1);
	for (int i = 0; i < 3; i++)
		reader_release(NULL, next, handles[i]);
	node_unref(&next->node);
}

/* -------------------------------------------------------------------------------------
 * unlink of `next`
 */

/* Reads a message through `next` to its end, and closes it. */
static struct message *read_next_as(const char *id, pid_t tid)
{
	struct message *message = receive(id, 0, 30);
	struct next *next = look_up("next");
	uint64_t opened;

	stock_offer(queue, message);
	opened = open_as(next, tid);
	read_as(next, opened, tid);
	reader_release(NULL, next, opened);
	node_unref(&next->node);
	return message;
}

static int unlink_as(pid_t tid)
{
	context.pid = tid;
	replied = NOT_YET;
	receiving_unlink_next(NULL, queue);
	return replied;
}

/* semantics.md: "`mv q/next DIR` receives a message, copies it, then deletes it: an unlink of `next` by the process that read one from it to its end deletes that message." */
TEST(a_process_unlinks_what_it_read_last)
{
	struct message *first, *second, *of_another;

	begin();
	began_ns = 0;
	first = read_next_as("first", 100);
	second = read_next_as("second", 100);
	of_another = read_next_as("other", 200);
	CHECK_NUMBER(unlink_as(101), 0);
	CHECK_NUMBER(second->state, MESSAGE_DELETING);
	CHECK_NUMBER(unlink_as(100), 0);
	CHECK_NUMBER(first->state, MESSAGE_DELETING);
	CHECK_NUMBER(unlink_as(100), EPERM);
	CHECK_NUMBER(of_another->state, MESSAGE_IN_FLIGHT);

	/* A delete that is refused leaves it as it was. */
	end_first(SQS_DENIED);
	CHECK_NUMBER(unlink_as(100), 0);
	CHECK_NUMBER(second->state, MESSAGE_DELETING);

	/* The process that read it is gone, and this is another of its number. */
	began_ns = clock_boot_ns();
	CHECK_NUMBER(unlink_as(200), EPERM);
}

TEST_MAIN
