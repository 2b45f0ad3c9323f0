/* SPDX-License-Identifier: MIT */
#include "fs/call.h"

#include <errno.h>
#include <string.h>

#include "fs/errno.h"
#include "fs/failure.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

/* libfuse holds the request's lock here: ask, never reply. */
static void on_interrupt(fuse_req_t req, void *op)
{
	(void)req;
	sqs_cancel(op);
}

/* In this order: a signal that came first is delivered by the first call. */
void call_start(fuse_req_t req, struct sqs_op *op)
{
	fuse_req_interrupt_func(req, on_interrupt, op);
	sqs_start(op);
}

void call_start_uninterruptible(fuse_req_t req, struct sqs_op *op)
{
	(void)req;
	sqs_start(op);
}

/* Waits out an on_interrupt() that is running; after it, none can start. */
void call_end(fuse_req_t req)
{
	fuse_req_interrupt_func(req, NULL, NULL);
}

/*
 * A wait that is published has its timer set until somebody takes it or the timer
 * is about to fire; so "in the list, timer not set" is "giving up".
 */
bool call_wait_take_locked(struct call_wait *wait)
{
	if (list_is_empty(&wait->link) || !timer_is_set_locked(&wait->timer))
		return false;
	timer_clear_locked(&wait->timer);
	list_remove(&wait->link);
	list_remove(&wait->all);
	return true;
}

static void on_wait_interrupt(fuse_req_t req, void *arg)
{
	struct call_wait *wait = arg;
	struct mount *mount = wait->timer.node->mount;

	(void)req;
	mount_lock(mount);
	wait->why = EINTR;
	if (timer_is_set_locked(&wait->timer))
		timer_set_locked(&wait->timer, 0);
	mount_unlock(mount);
}

static void on_wait_over(struct timer *timer)
{
	struct call_wait *wait = list_entry(timer, struct call_wait, timer);
	struct mount *mount = timer->node->mount;

	mount_lock(mount);
	list_remove(&wait->link);
	list_remove(&wait->all);
	mount_unlock(mount);
	call_end(wait->req);
	wait->give_up(wait, wait->why);
}

void call_wait(struct call_wait *wait, fuse_req_t req, struct node *node,
	struct list *list, int64_t timeout_ms,
	void (*give_up)(struct call_wait *wait, int error))
{
	struct mount *mount = node->mount;

	*wait = (struct call_wait){.req = req, .why = ETIMEDOUT, .give_up = give_up};
	list_init(&wait->link);
	list_init(&wait->all);
	timer_init(&wait->timer, node, on_wait_over);
	fuse_req_interrupt_func(req, on_wait_interrupt, wait);

	mount_lock(mount);
	timer_set_locked(
		&wait->timer, wait->why == EINTR ? 0 : clock_boot_ms() + timeout_ms);
	list_append(list, &wait->link);
	list_append(&mount->waits, &wait->all);
	mount_unlock(mount);
}

void call_wait_end_all(struct mount *mount)
{
	for (;;) {
		struct call_wait *wait = NULL;

		mount_lock(mount);
		if (!list_is_empty(&mount->waits)) {
			wait = list_entry(mount->waits.next, struct call_wait, all);
			call_wait_take_locked(wait);
		}
		mount_unlock(mount);
		if (!wait)
			return;
		call_end(wait->req);
		wait->give_up(wait, EINTR);
	}
}

void call_reply_failure(fuse_req_t req, const char *operation, const char *name,
	const struct sqs_failure *failure)
{
	char line[FAILURE_SIZE];

	if (failure->error != SQS_CANCELLED && failure->error != SQS_NO_MESSAGE)
		log_warning(operation, "%s: %s", name, failure_advice(failure, line));
	fuse_reply_err(req, errno_of(failure->error));
}

void call_reply_entry(fuse_req_t req, struct node *node)
{
	struct mount *mount = node->mount;
	struct fuse_entry_param entry;

	mount_lock(mount);
	node_entry_locked(node, &entry);
	mount_unlock(mount);
	if (fuse_reply_entry(req, &entry) != 0)
		node_forget(mount, node, 1);
}

void call_reply_no_entry(fuse_req_t req)
{
	fuse_reply_err(req, ENOENT);
}

bool call_reply_create(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct mount *mount = node->mount;
	struct fuse_entry_param entry;

	mount_lock(mount);
	node_entry_locked(node, &entry);
	mount_unlock(mount);
	if (fi->flags & CALL_MKNOD) {
		if (fuse_reply_entry(req, &entry) != 0)
			node_forget(mount, node, 1);
		return false;
	}
	if (fuse_reply_create(req, &entry, fi) == 0)
		return true;
	node_forget(mount, node, 1);
	return false;
}

void call_reply_attr(fuse_req_t req, struct node *node)
{
	struct stat st;
	double timeout_s;

	mount_lock(node->mount);
	node_stat_locked(node, &st);
	timeout_s = node->attr_timeout_s;
	mount_unlock(node->mount);
	fuse_reply_attr(req, &st, timeout_s);
}

void call_reply_xattr(fuse_req_t req, const void *value, size_t len, size_t size)
{
	if (size == 0)
		fuse_reply_xattr(req, len);
	else if (len > size)
		fuse_reply_err(req, ERANGE);
	else
		fuse_reply_buf(req, value, len);
}

void call_reply_part(
	fuse_req_t req, const void *data, size_t len, size_t size, off_t offset)
{
	size_t start = offset < 0 || (size_t)offset > len ? len : (size_t)offset;

	if (size > len - start)
		size = len - start;
	fuse_reply_buf(req, size ? (const char *)data + start : NULL, size);
}

void call_tell_size(const struct node *node, struct view content)
{
	struct fuse_bufvec bytes = FUSE_BUFVEC_INIT(1);
	char last;

	if (content.len == 0)
		return;
	last = content.data[content.len - 1];
	bytes.buf[0].mem = &last;
	fuse_lowlevel_notify_store(
		node->mount->session, node_id(node), (off_t)content.len - 1, &bytes, 0);
}
