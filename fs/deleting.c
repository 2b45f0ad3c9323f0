/* SPDX-License-Identifier: MIT */
#include "fs/deleting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fs/call.h"
#include "fs/errno.h"
#include "fs/failure.h"
#include "fs/options.h"
#include "fs/queue.h"
#include "fs/sweep.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

enum { FIRST_PAUSE_MS = 1000, LONGEST_PAUSE_MS = 30 * 1000 };

/* -o sync: an unlink waits for no longer than this. */
enum { SYNC_MS = 5000 };

/* A delete under way; has a reference to its message. */
struct deletion {
	struct message *message;
	fuse_req_t req; /* an UNLINK that waits; NULL: nobody */
};

/* -------------------------------------------------------------------------------------
 * Barriers
 */

/* Takes what the barriers are told, once nothing is under way. Lock held. */
static int take_passed_locked(struct receiving *receiving, struct list *passed)
{
	int error = receiving->delete_error;

	if (receiving->deleting > 0 || list_is_empty(&receiving->barriers))
		return 0;
	list_splice(passed, &receiving->barriers);
	receiving->delete_error = 0;
	return error;
}

void receiving_barrier(struct queue *queue, struct barrier *barrier)
{
	struct mount *mount = queue->dir.node.mount;
	struct list passed = LIST_INIT(passed);
	int error;

	mount_lock(mount);
	list_append(&queue->receiving.barriers, &barrier->link);
	error = take_passed_locked(&queue->receiving, &passed);
	mount_unlock(mount);
	barriers_tell(&passed, error);
}

/* -------------------------------------------------------------------------------------
 * Outcomes
 */

static bool is_transient(enum sqs_error error)
{
	switch ((int)error) {
	case SQS_NO_MEMORY:
	case SQS_BUSY:
	case SQS_CREDENTIALS_EXPIRED:
	case SQS_THROTTLED:
	case SQS_UNREACHABLE:
	case SQS_INSECURE:
	case SQS_TIMED_OUT:
	case SQS_BAD_REPLY:
	case SQS_SERVICE_FAILED:
		return true;
	default:
		return false;
	}
}

static int64_t pause_ms(unsigned attempts)
{
	int64_t pause = FIRST_PAUSE_MS;

	while (--attempts > 0 && pause < LONGEST_PAUSE_MS)
		pause *= 2;
	return pause < LONGEST_PAUSE_MS ? pause : LONGEST_PAUSE_MS;
}

static void note_error(struct message *message, const struct sqs_failure *failure)
{
	char words[FAILURE_SIZE];
	char *text = strdup(failure_words(failure, words));

	if (!text)
		return;
	free(message->error);
	message->error = text;
}

/* The file is there again, as far as its lease goes. */
static void put_back_locked(struct message *message, const struct sqs_failure *failure)
{
	int64_t now_ms = clock_boot_ms();
	bool is_over;

	if (failure->error == SQS_RECEIPT_STALE)
		lease_lost(&message->lease, now_ms);
	is_over = lease_is_over(&message->lease, now_ms);
	message->queue->receiving.delete_error = errno_of(failure->error);
	note_error(message, failure);
	message_enter_locked(message, is_over          ? MESSAGE_EXPIRED
				      : message->opens ? MESSAGE_HOLDING
						       : MESSAGE_IN_FLIGHT);
	if (message->file_name)
		message_show_locked(message, message->home, message->file_name);
}

static bool is_retried_locked(const struct deletion *deletion, enum sqs_error error)
{
	const struct message *message = deletion->message;

	return is_transient(error) && !deletion->req && !message->node.mount->is_ending &&
	       clock_boot_ms() < lease_forgotten_at_ms(&message->lease);
}

static void finish_locked(struct deletion *deletion, const struct sqs_failure *failure)
{
	struct message *message = deletion->message;
	bool is_deleted = !failure->error || failure->error == SQS_NO_SUCH_QUEUE;

	message->queue->receiving.deleting--;
	if (is_deleted || message->node.mount->is_ending)
		message_enter_locked(message, MESSAGE_GONE);
	else
		put_back_locked(message, failure);
}

static void log_failure(
	const struct message *message, const struct sqs_failure *failure, bool is_retried)
{
	char line[FAILURE_SIZE];

	log_warning("delete", "%s: %s%s", message->delivery->id,
		failure_line(failure, line),
		is_retried ? "; trying again" : "; it is delivered again");
}

static void on_deleted(void *arg, const struct sqs_result *result)
{
	struct deletion *deletion = arg;
	struct message *message = deletion->message;
	struct mount *mount = message->node.mount;
	struct queue *queue = message->queue;
	struct list passed = LIST_INIT(passed);
	bool is_retried;
	int error;

	mount_lock(mount);
	is_retried = is_retried_locked(deletion, result->error);
	if (is_retried) {
		message->retry_at_ms = clock_boot_ms() + pause_ms(message->attempts);
		sweep_plan_locked(message);
	} else {
		finish_locked(deletion, result->failure);
	}
	error = take_passed_locked(&queue->receiving, &passed);
	mount_unlock(mount);
	if (result->error && result->error != SQS_NO_SUCH_QUEUE)
		log_failure(message, result->failure, is_retried);
	barriers_tell(&passed, error);
	if (deletion->req)
		fuse_reply_err(deletion->req, errno_of(result->error));
	node_unref(&message->node);
	free(deletion);
}

/* -------------------------------------------------------------------------------------
 * Starting
 */

static struct sqs_op *attempt_locked(struct message *message, fuse_req_t req)
{
	struct deletion *deletion = calloc(1, sizeof(*deletion));
	struct sqs_op *op = NULL;

	message->attempts++;
	message->retry_at_ms = INT64_MAX;
	if (deletion)
		op = sqs_delete_message_new(message->node.mount->client,
			message->queue->url, message->delivery->receipt_handle,
			on_deleted, deletion);
	if (!op) {
		free(deletion);
		message->retry_at_ms = clock_boot_ms() + FIRST_PAUSE_MS;
		sweep_plan_locked(message);
		return NULL;
	}
	*deletion = (struct deletion){message, req};
	node_ref_locked(&message->node);
	return op;
}

static struct sqs_op *begin_locked(struct message *message, fuse_req_t req)
{
	message->queue->receiving.deleting++;
	message->attempts = 0;
	message_enter_locked(message, MESSAGE_DELETING);
	return attempt_locked(message, req);
}

struct sqs_op *deleting_begin_locked(struct message *message)
{
	return begin_locked(message, NULL);
}

struct sqs_op *deleting_retry_locked(struct message *message)
{
	return attempt_locked(message, NULL);
}

void deleting_unlink(fuse_req_t req, struct message *message)
{
	struct mount *mount = message->node.mount;
	bool waits = mount->options->sync, is_there;
	struct sqs_op *op = NULL;

	mount_lock(mount);
	is_there = message_is_live_locked(message) || message->state == MESSAGE_EXPIRED;
	if (is_there)
		op = begin_locked(message, waits ? req : NULL);
	if (is_there && waits && !op) {
		message->queue->receiving.deleting--;
		put_back_locked(message, &(struct sqs_failure){.error = SQS_NO_MEMORY});
	}
	mount_unlock(mount);
	if (!is_there)
		fuse_reply_err(req, ENOENT);
	else if (!waits || !op)
		fuse_reply_err(req, waits ? ENOMEM : 0);
	if (!op)
		return;
	if (waits)
		sqs_op_set_timeout(op, SYNC_MS);
	sqs_start(op);
}
