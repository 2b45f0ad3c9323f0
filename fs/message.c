/* SPDX-License-Identifier: MIT */
#include "fs/message.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/encoding.h"
#include "fs/options.h"
#include "fs/queue.h"
#include "fs/stock.h"
#include "fs/sweep.h"
#include "fs/visibility.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"
#include "sqs/base/text.h"

static const char *const state_names[] = {
	[MESSAGE_HOLDING] = "holding",
	[MESSAGE_IN_FLIGHT] = "in flight",
	[MESSAGE_DELETING] = "deleting",
	[MESSAGE_RETURNING] = "returning",
	[MESSAGE_EXPIRED] = "expired",
	[MESSAGE_GONE] = "gone",
};
static_assert(ARRAY_SIZE(state_names) == MESSAGE_STATES, "a state has no name");

/* -------------------------------------------------------------------------------------
 * Life
 */

static void message_destroy(struct message *message)
{
	sqs_message_free(message->delivery);
	buf_finish(&message->decoded);
	free(message->file_name);
	free(message->error);
	free(message);
}

struct message *message_of_delivery(struct queue *queue, struct sqs_message *delivery)
{
	struct mount *mount = queue->dir.node.mount;
	struct message *message = calloc(1, sizeof(*message));

	if (!message)
		return NULL;
	if (!decode((enum body_format)mount->options->format, delivery, &message->decoded,
		    &message->body)) {
		message_destroy(message);
		return NULL;
	}
	message->delivery = delivery;
	list_init(&message->held_link);
	list_init(&message->stock_link);
	list_init(&message->finished_link);
	list_init(&message->touches);
	message->retry_at_ms = INT64_MAX;
	message->queue = queue;
	mount_lock(mount);
	node_init_locked(&message->node, mount, &message_type);
	/* Names come and go without a word to the kernel. */
	message->node.entry_timeout_s = 0;
	node_ref_locked(&queue->dir.node);
	mount_unlock(mount);
	return message;
}

void message_free(struct node *node)
{
	struct message *message = message_of(node);

	assert(list_is_empty(&message->held_link));
	node_unref_locked(&message->queue->dir.node);
	message_destroy(message);
}

void message_hold_locked(struct message *message, int visibility_s)
{
	struct receiving *receiving = &message->queue->receiving;

	message->state = MESSAGE_HOLDING;
	message->opens = 1;
	message->lease = lease_begin(message->delivery->taken_at_ms, visibility_s);
	node_ref_locked(&message->node);
	list_append(&receiving->held, &message->held_link);
	receiving->held_count++;
	sweep_plan_locked(message);
}

/* -------------------------------------------------------------------------------------
 * Names
 */

bool message_name_is_plain(const char *id)
{
	size_t len = strlen(id);

	if (len == 0 || len > NAME_MAX || id[0] == '.' || receiving_is_next(id))
		return false;
	for (size_t i = 0; i < len; i++)
		if (id[i] == '/' || (unsigned char)id[i] < ' ' || id[i] == 0x7f)
			return false;
	return text_is_carried(view_of(id), NULL);
}

/*
 * Whoever has the name gives it up if its receipt is worth nothing any more: an older
 * delivery of the same message, and one whose lease has run out.
 */
static void clear_name(const struct message *message, struct dir *dir, const char *name)
{
	struct message *older = message_find_locked(dir, name);

	if (older && older != message &&
		(older->state == MESSAGE_EXPIRED ||
			strcmp(older->delivery->id, message->delivery->id) == 0))
		message_enter_locked(older, MESSAGE_GONE);
}

/* The name, or the first of name.2, name.3, ... that nothing has. */
static char *free_name(const struct dir *dir, const char *name)
{
	char *candidate = strdup(name);

	for (unsigned i = 2; candidate && dir_find_locked(dir, candidate); i++) {
		free(candidate);
		if (asprintf(&candidate, "%.*s.%u", NAME_MAX - 11, name, i) < 0)
			candidate = NULL;
	}
	return candidate;
}

bool message_show_locked(struct message *message, struct dir *dir, const char *name)
{
	clear_name(message, dir, name);
	AUTO(free) char *chosen = free_name(dir, name);

	if (!chosen || !dir_attach_locked(dir, chosen, &message->node))
		return false;
	free(message->file_name);
	message->file_name = TAKE(chosen);
	message->home = dir;
	return true;
}

bool message_show_by_id_locked(struct message *message)
{
	const char *id = message->delivery->id;
	char safe[40];

	snprintf(safe, sizeof(safe), "message-%016llx",
		(unsigned long long)message->node.ino);
	return message_show_locked(
		message, &message->queue->dir, message_name_is_plain(id) ? id : safe);
}

struct message *message_find_locked(const struct dir *dir, const char *name)
{
	struct node *child = dir_find_locked(dir, name);

	return child && node_is_message(child) ? message_of(child) : NULL;
}

/* -------------------------------------------------------------------------------------
 * States
 */

static void stop_holding(struct message *message)
{
	list_remove(&message->held_link);
	list_remove(&message->finished_link);
	message->queue->receiving.held_count--;
	node_unref_locked(&message->node);
}

void message_enter_locked(struct message *message, enum message_state next)
{
	static const unsigned may_enter[] = {
		[MESSAGE_HOLDING] = 1u << MESSAGE_IN_FLIGHT | 1u << MESSAGE_DELETING |
				    1u << MESSAGE_RETURNING | 1u << MESSAGE_EXPIRED |
				    1u << MESSAGE_GONE,
		[MESSAGE_IN_FLIGHT] = 1u << MESSAGE_HOLDING | 1u << MESSAGE_DELETING |
				      1u << MESSAGE_RETURNING | 1u << MESSAGE_EXPIRED |
				      1u << MESSAGE_GONE,
		[MESSAGE_DELETING] = 1u << MESSAGE_HOLDING | 1u << MESSAGE_IN_FLIGHT |
				     1u << MESSAGE_EXPIRED | 1u << MESSAGE_GONE,
		[MESSAGE_RETURNING] = 1u << MESSAGE_GONE,
		[MESSAGE_EXPIRED] = 1u << MESSAGE_DELETING | 1u << MESSAGE_GONE,
		[MESSAGE_GONE] = 0,
	};

	assert(may_enter[message->state] & 1u << next);
	log_debug("message", "%s: %s -> %s", message->delivery->id,
		state_names[message->state], state_names[next]);
	message->queue->receiving.returning -= message->state == MESSAGE_RETURNING;
	message->queue->receiving.returning += next == MESSAGE_RETURNING;
	message->state = next;
	stock_drop_locked(message);
	message->node.is_unlisted = next == MESSAGE_EXPIRED;
	if (!message_is_live_locked(message) && next != MESSAGE_EXPIRED)
		dir_detach_locked(&message->node);
	if (next == MESSAGE_GONE)
		stop_holding(message);
	else
		sweep_plan_locked(message);
}

bool message_is_live_locked(const struct message *message)
{
	return message->state == MESSAGE_HOLDING || message->state == MESSAGE_IN_FLIGHT;
}

void message_open_locked(struct message *message)
{
	int64_t now_ms = clock_boot_ms();

	node_ref_locked(&message->node);
	message->opens++;
	if (message->state != MESSAGE_IN_FLIGHT)
		return;
	if (lease_renew_at_ms(&message->lease) <= now_ms)
		lease_postpone(&message->lease, now_ms);
	message_enter_locked(message, MESSAGE_HOLDING);
}

struct sqs_op *message_close_locked(struct message *message)
{
	struct sqs_op *op = NULL;

	message->opens--;
	if (message->opens == 0 && message->state == MESSAGE_HOLDING) {
		if (message->is_used)
			message_enter_locked(message, MESSAGE_IN_FLIGHT);
		else
			op = visibility_return_locked(message);
	}
	node_unref_locked(&message->node);
	return op;
}

int64_t message_due_ms(const struct message *message)
{
	const struct lease *lease = &message->lease;
	int64_t renew_at_ms;

	switch (message->state) {
	case MESSAGE_HOLDING:
		renew_at_ms = lease_renew_at_ms(lease);
		if (message->changes)
			return INT64_MAX;
		return renew_at_ms < lease->until_ms ? renew_at_ms : lease->until_ms;
	case MESSAGE_IN_FLIGHT:
		return message->changes ? INT64_MAX : lease->until_ms;
	case MESSAGE_DELETING:
		return message->retry_at_ms;
	case MESSAGE_EXPIRED:
		return lease_forgotten_at_ms(lease);
	case MESSAGE_RETURNING:
	case MESSAGE_GONE:
	case MESSAGE_STATES:
		break;
	}
	return INT64_MAX;
}

/* -------------------------------------------------------------------------------------
 * Attributes
 */

static struct timespec time_of_ms(int64_t ms)
{
	return (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
}

void message_fill_stat(const struct message *message, struct stat *st)
{
	const char *sent = sqs_message_system(message->delivery, "SentTimestamp");
	int64_t ms;

	st->st_size = (off_t)message->body.len;
	if (!sent || !number_parse(view_of(sent), 0, INT64_MAX, &ms))
		return;
	st->st_mtim = time_of_ms(ms);
	st->st_ctim = st->st_mtim;
	st->st_atim = st->st_mtim;
}

void message_reply_attr(fuse_req_t req, const struct message *message, struct node *file)
{
	struct stat st;
	double timeout_s;

	mount_lock(file->mount);
	node_stat_locked(file, &st);
	message_fill_stat(message, &st);
	timeout_s = file->attr_timeout_s;
	mount_unlock(file->mount);
	fuse_reply_attr(req, &st, timeout_s);
}
