/* SPDX-License-Identifier: MIT */
#include "fs/line_kept.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "fs/draft_send.h"
#include "fs/options.h"
#include "sqs/base/log.h"
#include "sqs/base/text.h"

bool line_make_dedup_id(const struct queue *queue, char id[LINE_DEDUP_ID_SIZE])
{
	const struct options *options = queue->dir.node.mount->options;
	unsigned char bytes[16];

	id[0] = '\0';
	if (!queue->is_fifo || options->dedup == DEDUP_CONTENT)
		return true;
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return false;
	hex_encode(id, bytes, sizeof(bytes));
	return true;
}

/* As an attribute: its file's name says nothing, whatever -o dedup= takes. */
static bool set_dedup_id_locked(struct draft *draft, const char *dedup_id)
{
	char fresh[LINE_DEDUP_ID_SIZE];

	if (!*dedup_id && !line_make_dedup_id(draft->queue, fresh))
		return false;
	if (!*dedup_id)
		dedup_id = fresh;
	if (!*dedup_id)
		return true;
	draft->attributes.dedup_id = strdup(dedup_id);
	return draft->attributes.dedup_id != NULL;
}

/* NULL: no memory. */
static struct draft *keep_locked(
	struct queue *queue, struct view line, const char *dedup_id)
{
	struct draft *draft;
	char name[64];

	do
		snprintf(name, sizeof(name), ".line-%016llx",
			(unsigned long long)++queue->sending.last_line);
	while (dir_find_locked(&queue->dir, name));
	draft = draft_new_locked(queue, &queue->dir, NULL, name);
	if (draft && set_dedup_id_locked(draft, dedup_id) &&
		draft_write_locked(draft, line.data, line.len, 0, INT64_MAX) == 0)
		return draft;
	if (draft)
		draft_discard_locked(draft);
	node_unref_locked(draft ? &draft->node : NULL);
	return NULL;
}

static void log_loss(const struct queue *queue, struct view line)
{
	log_error("send", "%s/.sqs/lines: %zu bytes are lost: no memory", queue->name,
		line.len);
}

void line_keep(struct queue *queue, struct view line, const char *dedup_id)
{
	struct mount *mount = queue->dir.node.mount;
	struct draft *draft;

	mount_lock(mount);
	draft = keep_locked(queue, line, dedup_id);
	mount_unlock(mount);
	if (!draft) {
		log_loss(queue, line);
		return;
	}
	draft_send(draft, NULL);
	node_unref(&draft->node);
}

void line_keep_cut_short(struct queue *queue, struct view line)
{
	struct mount *mount = queue->dir.node.mount;
	struct draft *draft;

	mount_lock(mount);
	draft = keep_locked(queue, line, "");
	if (draft)
		draft_enter_locked(draft, DRAFT_KILLED);
	node_unref_locked(draft ? &draft->node : NULL);
	mount_unlock(mount);
	if (draft)
		log_warning("send",
			"%s/.sqs/lines: a writer was killed within a line: kept, not sent",
			queue->name);
	else
		log_loss(queue, line);
}
