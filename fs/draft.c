/* SPDX-License-Identifier: MIT */
#include "fs/draft.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "fs/draft_send.h"
#include "fs/failure.h"
#include "fs/options.h"
#include "fs/saved.h"
#include "fs/send_order.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

/* -------------------------------------------------------------------------------------
 * Life
 */

struct draft *draft_of(struct node *node)
{
	return node && node->type == &draft_type ? (struct draft *)(void *)node : NULL;
}

struct draft *draft_new_locked(
	struct queue *queue, struct dir *dir, const char *group_id, const char *name)
{
	struct mount *mount = queue->dir.node.mount;
	struct draft *draft = calloc(1, sizeof(*draft));
	char *group = group_id ? strdup(group_id) : NULL;

	if (!draft || (group_id && !group)) {
		free(draft);
		free(group);
		return NULL;
	}
	node_init_locked(&draft->node, mount, &draft_type);
	draft->node.entry_timeout_s = 0;
	draft->node.attr_timeout_s = 0;
	draft->queue = queue;
	node_ref_locked(&queue->dir.node);
	draft->group_id = group;
	draft->has_draft_name = sending_is_draft_name(mount, name);
	draft->bytes.ceiling = SQS_LARGEST_MESSAGE + 1;
	draft->written_wall_ms = clock_wall_ms();
	list_init(&draft->waiters);
	list_init(&draft->order_link);
	timer_init(&draft->timer, &draft->node, draft_on_time);
	timer_init(&draft->watch, &draft->node, draft_on_watch);
	list_append(&queue->sending.drafts, &draft->link);
	if (!dir_attach_locked(dir, name, &draft->node)) {
		draft_enter_locked(draft, DRAFT_GONE);
		node_unref_locked(&draft->node);
		return NULL;
	}
	return draft;
}

void draft_free(struct node *node)
{
	struct draft *draft = draft_of(node);

	assert(!draft->order && !draft->op && list_is_empty(&draft->waiters));
	list_remove(&draft->link);
	buf_finish(&draft->bytes);
	attributes_finish(&draft->attributes);
	free(draft->group_id);
	draft_set_failure_locked(draft, NULL);
	free(draft->message_id);
	free(draft->sequence_number);
	saved_free(draft->saved);
	node_unref_locked(&draft->queue->dir.node);
	free(draft);
}

void draft_stat(const struct node *node, struct stat *st)
{
	const struct draft *draft = (const struct draft *)(const void *)node;

	st->st_size = (off_t)draft_size(draft);
	st->st_mtim.tv_sec = draft->written_wall_ms / 1000;
	st->st_mtim.tv_nsec = (draft->written_wall_ms % 1000) * 1000000;
	st->st_ctim = st->st_mtim;
	st->st_atim = st->st_mtim;
}

/* -------------------------------------------------------------------------------------
 * States
 */

static const char *const state_names[] = {
	[DRAFT_EMPTY] = "empty",
	[DRAFT_WRITING] = "writing",
	[DRAFT_WAITING] = "waiting",
	[DRAFT_SENDING] = "sending",
	[DRAFT_RETRYING] = "retrying",
	[DRAFT_REFUSED] = "refused",
	[DRAFT_KILLED] = "killed",
	[DRAFT_SPOILED] = "spoiled",
	[DRAFT_SENT] = "sent",
	[DRAFT_GONE] = "gone",
};
static_assert(ARRAY_SIZE(state_names) == DRAFT_STATE_COUNT, "a state has no name");

const char *draft_state_name(enum draft_state state)
{
	return state_names[state];
}

#define TO(state) (1u << DRAFT_##state)

static const unsigned may_enter[] = {
	[DRAFT_EMPTY] = TO(WRITING) | TO(SPOILED) | TO(SENT) | TO(GONE),
	[DRAFT_WRITING] = TO(EMPTY) | TO(WAITING) | TO(SENDING) | TO(RETRYING) |
			  TO(REFUSED) | TO(KILLED) | TO(SPOILED) | TO(GONE),
	[DRAFT_WAITING] = TO(EMPTY) | TO(WRITING) | TO(SENDING) | TO(REFUSED) | TO(GONE),
	[DRAFT_SENDING] = TO(EMPTY) | TO(WAITING) | TO(RETRYING) | TO(REFUSED) |
			  TO(SENT) | TO(GONE),
	[DRAFT_RETRYING] = TO(EMPTY) | TO(WRITING) | TO(WAITING) | TO(SENDING) |
			   TO(REFUSED) | TO(GONE),
	[DRAFT_REFUSED] = TO(EMPTY) | TO(WRITING) | TO(WAITING) | TO(SENDING) | TO(GONE),
	[DRAFT_KILLED] = TO(EMPTY) | TO(WRITING) | TO(GONE),
	[DRAFT_SPOILED] = TO(EMPTY) | TO(GONE),
	[DRAFT_SENT] = TO(EMPTY) | TO(WRITING) | TO(GONE),
	[DRAFT_GONE] = 0,
};
static_assert(ARRAY_SIZE(may_enter) == DRAFT_STATE_COUNT, "a state has no successors");

/* States in which a place in a group's order means something. */
static const unsigned keeps_order =
	TO(WRITING) | TO(WAITING) | TO(SENDING) | TO(RETRYING) | TO(REFUSED);

void draft_enter_locked(struct draft *draft, enum draft_state next)
{
	struct sending *sending = &draft->queue->sending;
	enum draft_state last = draft->state;
	bool is_allowed = may_enter[last] & 1u << next;

	assert(is_allowed);
	(void)is_allowed;
	log_debug("draft", "%s/%s: %s -> %s", draft->queue->name,
		draft->node.name ? draft->node.name : "(removed)", state_names[last],
		state_names[next]);
	draft->state = next;
	sending->pending -= last == DRAFT_SENDING;
	sending->pending += next == DRAFT_SENDING;
	draft->node.is_unlisted = next == DRAFT_SENT;
	timer_clear_locked(&draft->timer);
	if (!(keeps_order & 1u << next))
		send_order_leave_locked(draft);
	else if (next == DRAFT_WAITING)
		send_order_changed_locked(draft);
	if (next == DRAFT_GONE) {
		saved_forget_locked(draft);
		list_remove(&draft->link);
		dir_detach_locked(&draft->node);
	}
}

void draft_discard_locked(struct draft *draft)
{
	node_ref_locked(&draft->node);
	dir_detach_locked(&draft->node);
	if (draft->state != DRAFT_SENDING && draft->state != DRAFT_GONE)
		draft_enter_locked(draft, DRAFT_GONE);
	node_unref_locked(&draft->node);
}

/* Under a draft's name it is not sent, and holds nobody back. */
static void put_back(struct draft *draft)
{
	switch (draft->state) {
	case DRAFT_WAITING:
	case DRAFT_RETRYING:
	case DRAFT_REFUSED:
		draft_enter_locked(draft, DRAFT_WRITING);
		send_order_leave_locked(draft);
		break;
	default:
		break;
	}
}

/* In another group it has no place yet; what is under way goes on in the old one. */
static void leave_group(struct draft *draft)
{
	if (draft->state == DRAFT_WAITING)
		draft_enter_locked(draft, DRAFT_WRITING);
	if (draft->state != DRAFT_SENDING)
		send_order_leave_locked(draft);
}

bool draft_move_locked(
	struct draft *draft, struct dir *dir, const char *group_id, const char *name)
{
	bool stays = draft->node.parent == dir;
	char *group = group_id ? strdup(group_id) : NULL;

	if ((group_id && !group) || !dir_move_locked(&draft->node, dir, name)) {
		free(group);
		return false;
	}
	free(draft->group_id);
	draft->group_id = group;
	draft->has_draft_name = sending_is_draft_name(draft->node.mount, name);
	if (!stays)
		leave_group(draft);
	if (draft->has_draft_name)
		put_back(draft);
	return true;
}

void draft_copy_name_locked(const struct draft *draft, char *name)
{
	snprintf(name, NAME_MAX + 1, "%s",
		draft->node.name ? draft->node.name : "(removed)");
}

/* -------------------------------------------------------------------------------------
 * Content
 */

bool draft_is_unsent(const struct draft *draft)
{
	return draft->state != DRAFT_GONE && draft->bytes.len > 0;
}

size_t draft_size(const struct draft *draft)
{
	return draft->sent + draft->bytes.len;
}

const char *draft_group_id(const struct draft *draft)
{
	if (draft->attributes.group_id)
		return draft->attributes.group_id;
	if (draft->group_id)
		return draft->group_id;
	return draft->queue->is_fifo ? draft->node.mount->options->group : NULL;
}

static enum body_format format_of(const struct draft *draft)
{
	return (enum body_format)draft->node.mount->options->format;
}

/* What an encoding adds at most, beside a third more for base64. */
enum { MOST_OVERHEAD = 128 };

bool draft_may_pass_least_limit(const struct draft *draft, size_t len)
{
	struct sqs_attribute attributes[SQS_ATTRIBUTES];
	size_t count = attributes_fill(&draft->attributes, attributes);

	return len / 3 * 4 + MOST_OVERHEAD +
		       (count ? sqs_message_size(0, attributes, count) : 0) >
	       SQS_LEAST_MESSAGE_LIMIT;
}

static size_t message_size(const struct draft *draft)
{
	struct sqs_attribute attributes[SQS_ATTRIBUTES];
	size_t count = attributes_fill(&draft->attributes, attributes);

	return encoding_size(format_of(draft), buf_view(&draft->bytes), &draft->scan,
		attributes, count);
}

/* Looks at bytes that changed from `start` on; what is wrong with them, or 0. */
static int check_content(struct draft *draft, size_t start, int64_t max_message)
{
	text_scan_forget(&draft->scan, start);
	if (format_of(draft) != FORMAT_BASE64)
		text_scan_more(&draft->scan, buf_view(&draft->bytes));
	if (format_of(draft) == FORMAT_RAW && draft->scan.is_bad)
		return EILSEQ;
	return (int64_t)message_size(draft) > max_message ? EFBIG : 0;
}

/* Sets the length; new bytes are zeros. */
static int resize(struct buf *bytes, size_t len)
{
	if (len > SQS_LARGEST_MESSAGE)
		return EFBIG;
	if (len > bytes->len) {
		if (!buf_reserve(bytes, len - bytes->len)) {
			bytes->failed = false;
			return ENOMEM;
		}
		memset(bytes->data + bytes->len, 0, len - bytes->len);
	}
	bytes->len = len;
	if (bytes->data)
		bytes->data[len] = '\0';
	return 0;
}

static void touched(struct draft *draft)
{
	enum draft_state next = draft->bytes.len ? DRAFT_WRITING : DRAFT_EMPTY;

	if (draft->state == DRAFT_SPOILED && next == DRAFT_WRITING)
		return;
	draft->written_wall_ms = clock_wall_ms();
	draft->retries = false;
	draft_changed_locked(draft);
	draft_set_failure_locked(draft, NULL);
	if (draft->state != DRAFT_GONE && draft->state != next)
		draft_enter_locked(draft, next);
}

static int check_state(const struct draft *draft)
{
	switch (draft->state) {
	case DRAFT_SENDING:
		return EBUSY;
	case DRAFT_WAITING:
	case DRAFT_RETRYING:
	case DRAFT_REFUSED:
		/* Whoever opens it to write anew has taken it out of these. */
	case DRAFT_SPOILED:
		return EIO;
	default:
		return 0;
	}
}

/* What a change that is refused puts back. */
struct undo {
	size_t len;
	struct text_scan scan;
	char *covered; /* bytes that were written over */
	size_t start;
	size_t covered_len;
};

static int undo_begin(
	const struct draft *draft, size_t start, size_t end, struct undo *undo)
{
	const struct buf *bytes = &draft->bytes;

	*undo = (struct undo){.len = bytes->len, .scan = draft->scan, .start = start};
	if (start >= bytes->len || start == end)
		return 0;
	undo->covered_len = (end < bytes->len ? end : bytes->len) - start;
	undo->covered = malloc(undo->covered_len);
	if (!undo->covered)
		return ENOMEM;
	memcpy(undo->covered, bytes->data + start, undo->covered_len);
	return 0;
}

/* Puts back if there was an error. */
static void undo_end(struct draft *draft, struct undo *undo, int error)
{
	if (error) {
		resize(&draft->bytes, undo->len);
		if (undo->covered)
			memcpy(draft->bytes.data + undo->start, undo->covered,
				undo->covered_len);
		draft->scan = undo->scan;
	}
	free(undo->covered);
}

/* A receipt's name is written to: another message, with nothing of the last. */
static void begin_anew(struct draft *draft)
{
	if (draft->state != DRAFT_SENT)
		return;
	draft_enter_locked(draft, DRAFT_EMPTY);
	draft->sent = 0;
	draft->parts = 0;
	attributes_finish(&draft->attributes);
	free(TAKE(draft->message_id));
	free(TAKE(draft->sequence_number));
}

int draft_write_locked(struct draft *draft, const char *data, size_t len, off_t offset,
	int64_t max_message)
{
	int error = check_state(draft);
	size_t start, end;
	struct undo undo;

	if (error || len == 0)
		return error;
	begin_anew(draft);
	if (offset < 0 || (size_t)offset < draft->sent)
		return EIO;
	start = (size_t)offset - draft->sent;
	if (start > SQS_LARGEST_MESSAGE || len > SQS_LARGEST_MESSAGE)
		return EFBIG;
	end = start + len;
	error = undo_begin(draft, start, end, &undo);
	if (!error && end > undo.len)
		error = resize(&draft->bytes, end);
	if (!error) {
		memcpy(draft->bytes.data + start, data, len);
		error = check_content(
			draft, start < undo.len ? start : undo.len, max_message);
	}
	undo_end(draft, &undo, error);
	if (!error)
		touched(draft);
	return error;
}

int draft_truncate_locked(struct draft *draft, off_t size, int64_t max_message)
{
	int error = draft->state == DRAFT_SENDING ? EBUSY : 0;
	size_t len;
	struct undo undo;

	if (error)
		return error;
	begin_anew(draft);
	if (size < 0 || (size_t)size < draft->sent)
		return EIO;
	len = (size_t)size - draft->sent;
	if (len == draft->bytes.len && len > 0)
		return 0;
	error = undo_begin(draft, len, draft->bytes.len, &undo);
	if (!error)
		error = resize(&draft->bytes, len);
	if (!error)
		error = check_content(
			draft, len < undo.len ? len : undo.len, max_message);
	undo_end(draft, &undo, error);
	if (!error)
		touched(draft);
	return error;
}

void draft_spoil_locked(struct draft *draft, const struct sqs_failure *failure)
{
	if (draft->state != DRAFT_EMPTY && draft->state != DRAFT_WRITING)
		return;
	draft_enter_locked(draft, DRAFT_SPOILED);
	draft_set_failure_locked(draft, failure);
}

void draft_changed_locked(struct draft *draft)
{
	saved_forget_locked(draft);
	draft->dedup_id[0] = '\0';
	draft->attempts = 0;
}

void draft_consumed_locked(struct draft *draft)
{
	draft->sent += draft->bytes.len;
	draft->parts++;
	draft->retries = false;
	draft->spool_number = 0;
	buf_finish(&draft->bytes);
	draft->scan = (struct text_scan){0};
	/* Set for this message alone: the next would be taken for the same one. */
	free(draft->attributes.dedup_id);
	draft->attributes.dedup_id = NULL;
	draft_changed_locked(draft);
	draft_set_failure_locked(draft, NULL);
}

void draft_set_failure_locked(struct draft *draft, const struct sqs_failure *failure)
{
	static struct sqs_failure no_room = {.error = SQS_NO_MEMORY,
		.message = "not sent; there was no memory to keep why"};

	if (draft->failure != &no_room)
		free(draft->failure);
	draft->failure = failure ? malloc(sizeof(*failure)) : NULL;
	if (draft->failure)
		*draft->failure = *failure;
	else if (failure)
		draft->failure = &no_room;
}

bool draft_describe_error(const struct draft *draft, char *text, size_t size)
{
	const struct sqs_failure *failure = draft->failure;
	char words[FAILURE_SIZE];

	if (draft->state == DRAFT_KILLED)
		snprintf(text, size, "writer was killed");
	else if (!failure)
		return false;
	else
		snprintf(text, size, "%s", failure_words(failure, words));
	return true;
}
