/* SPDX-License-Identifier: MIT */
/*
 * close(2) and fsync(2): when a file is complete, and what its writer is told.
 *
 * A FLUSH comes with each close of each descriptor and waits for the answer, a
 * RELEASE comes after the last and nobody waits. So a file is sent in the FLUSH
 * that writer_judge() takes for the last one, where the outcome can be told, and
 * what no FLUSH has sent is sent at RELEASE.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "fs/draft_file.h"
#include "fs/draft_outcome.h"
#include "fs/draft_send.h"
#include "fs/helper.h"
#include "fs/writer.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

/* How long `sync FILE` waits for a file that is still being written. */
enum { SYNC_WRITING_MS = 5000 };

/* -------------------------------------------------------------------------------------
 * Waiting for the outcome
 */

static void on_outcome(struct draft_waiter *waiter, int error)
{
	struct draft_handle *handle = waiter->arg;
	struct mount *mount = waiter->draft->node.mount;

	if (handle) {
		mount_lock(mount);
		handle->error = error;
		mount_unlock(mount);
	}
	fuse_reply_err(waiter->req, error);
	free(waiter);
}

/* `handle` remembers the outcome; NULL: nobody does. NULL: no memory. */
static struct draft_waiter *outcome_waiter(
	fuse_req_t req, struct draft *draft, struct draft_handle *handle)
{
	struct draft_waiter *waiter = draft_waiter_new(draft, req, on_outcome);

	if (waiter)
		waiter->arg = handle;
	return waiter;
}

/* -------------------------------------------------------------------------------------
 * FLUSH
 */

/* Nobody can wait for the outcome: close fails, and nothing is sent behind it. To be done
 * before the answer, with which the handle may go. */
static void refuse_now(struct draft_handle *handle, bool is_exiting)
{
	struct draft *draft = handle->draft;

	mount_lock(draft->node.mount);
	draft_handle_spend_locked(handle);
	handle->error = ENOMEM;
	if (draft->state == DRAFT_WRITING && draft->node.parent)
		draft_not_begun_locked(draft, !is_exiting);
	mount_unlock(draft->node.mount);
	draft_poke(draft->queue);
}

static void send_now(fuse_req_t req, struct draft_handle *handle, bool is_exiting)
{
	struct draft *draft = handle->draft;
	struct draft_waiter *waiter = outcome_waiter(req, draft, handle);

	if (!waiter) {
		refuse_now(handle, is_exiting);
		fuse_reply_err(req, ENOMEM);
		return;
	}
	if (is_exiting) {
		waiter->is_told = false;
		waiter->answer_by_ms = clock_boot_ms() + EXIT_ANSWER_MS;
	}
	mount_lock(draft->node.mount);
	draft_handle_spend_locked(handle);
	mount_unlock(draft->node.mount);
	draft_send(draft, waiter);
}

static void keep_killed(struct draft *draft)
{
	struct mount *mount = draft->node.mount;
	char name[NAME_MAX + 1];
	bool is_kept;

	mount_lock(mount);
	is_kept = draft->state == DRAFT_WRITING;
	draft_copy_name_locked(draft, name);
	if (is_kept)
		draft_enter_locked(draft, DRAFT_KILLED);
	mount_unlock(mount);
	if (is_kept)
		log_warning("send", "%s/%s: its writer was killed: kept, not sent",
			draft->queue->name, name);
}

static void conclude(
	fuse_req_t req, struct draft_handle *handle, const struct writer_facts *facts)
{
	switch (writer_judge(facts)) {
	case VERDICT_NOW:
		send_now(req, handle, facts->look.is_exiting);
		return;
	case VERDICT_KILLED:
		keep_killed(handle->draft);
		break;
	case VERDICT_CLEAN:
	case VERDICT_LATER:
		break;
	}
	fuse_reply_err(req, 0);
}

/* A process with so many descriptors that looking at them would hold up the others. */
struct long_look {
	struct job job;
	fuse_req_t req;
	struct draft_handle *handle; /* open: its FLUSH is not answered */
	struct writer_facts facts;
};

static void look_long(struct job *job)
{
	struct long_look *look = list_entry(job, struct long_look, job);

	look->facts.look = writer_look(NULL, fuse_req_ctx(look->req)->pid,
		look->handle->draft->node.ino,
		(struct writer_limit){WRITER_MOST,
			clock_boot_ns() + INT64_C(1000000) * WRITER_LOOK_MS});
	conclude(look->req, look->handle, &look->facts);
	free(look);
}

static void look_later(
	fuse_req_t req, struct draft_handle *handle, const struct writer_facts *facts)
{
	struct long_look *look = malloc(sizeof(*look));

	if (!look) {
		conclude(req, handle, facts); /* as far as is known: at RELEASE */
		return;
	}
	*look = (struct long_look){
		.job.run = look_long, .req = req, .handle = handle, .facts = *facts};
	list_init(&look->job.link);
	helper_add(handle->draft->node.mount->helper, &look->job);
}

/* What can be known without looking at the process. */
static struct writer_facts first_facts(
	const struct draft_handle *handle, pid_t caller, int *last_error)
{
	const struct draft *draft = handle->draft;
	struct writer_facts facts;
	pid_t last_writer;

	mount_lock(draft->node.mount);
	facts = (struct writer_facts){
		.is_dirty = draft->state == DRAFT_WRITING && !handle->is_spent &&
			    !draft->has_draft_name && draft->node.parent,
		.others_may_write = draft->writers > 1,
		.look.holders = HOLDERS_UNKNOWN,
	};
	last_writer = draft->last_writer;
	*last_error = handle->error;
	mount_unlock(draft->node.mount);
	if (!facts.is_dirty)
		return facts;
	facts.is_opener = writer_is_thread_of(caller, handle->opener);
	facts.wrote_last = !facts.is_opener &&
			   writer_is_thread_of(last_writer, writer_process_of(caller));
	return facts;
}

void draft_flush(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct draft_handle *handle = draft_handle_of(fi);
	pid_t caller = fuse_req_ctx(req)->pid;
	int last_error = 0;
	struct writer_facts facts;

	if (!handle->writes) {
		fuse_reply_err(req, 0);
		return;
	}
	facts = first_facts(handle, caller, &last_error);
	if (!writer_must_look(&facts)) {
		fuse_reply_err(req, facts.is_dirty ? 0 : last_error);
		return;
	}
	facts.look = writer_look(node->mount->peers, caller, node->ino,
		(struct writer_limit){WRITER_FEW, INT64_MAX});
	if (facts.look.holders == HOLDERS_MANY)
		look_later(req, handle, &facts);
	else
		conclude(req, handle, &facts);
}

/* -------------------------------------------------------------------------------------
 * fsync
 */

enum sync_kind {
	SYNC_NOTHING, /* nothing to send: the last outcome is the answer */
	SYNC_SEND,
	SYNC_AWAIT, /* others are still writing it */
};

static enum sync_kind kind_of_sync(
	const struct draft *draft, const struct draft_handle *handle)
{
	switch (draft->state) {
	case DRAFT_WRITING:
		if (draft->has_draft_name)
			return SYNC_NOTHING;
		return handle->is_spent && draft->writers ? SYNC_AWAIT : SYNC_SEND;
	case DRAFT_REFUSED:
		/* Its writer was told; whoever opened it since tries again. */
		return handle->error ? SYNC_NOTHING : SYNC_SEND;
	case DRAFT_WAITING:
	case DRAFT_SENDING:
	case DRAFT_RETRYING:
	case DRAFT_KILLED:
	case DRAFT_SPOILED:
		return SYNC_SEND;
	default:
		return SYNC_NOTHING;
	}
}

void draft_fsync(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct draft_handle *handle = draft_handle_of(fi);
	struct draft *draft = draft_of(node);
	struct draft_waiter *waiter;
	enum sync_kind kind;
	int last_error;

	mount_lock(node->mount);
	kind = kind_of_sync(draft, handle);
	last_error = handle->error;
	mount_unlock(node->mount);
	if (kind == SYNC_NOTHING) {
		fuse_reply_err(req, last_error);
		return;
	}
	waiter = outcome_waiter(req, draft, handle);
	if (!waiter) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	if (kind == SYNC_SEND) {
		draft_send(draft, waiter);
		return;
	}
	waiter->gives_up = true;
	waiter->answer_by_ms = clock_boot_ms() + SYNC_WRITING_MS;
	waiter->late_answer = EBUSY;
	draft_await(draft, waiter);
}
