/* SPDX-License-Identifier: MIT */
#include "fs/line_kept.h"

#include <stdio.h>

#include "fs/draft_send.h"
#include "sqs/base/log.h"

/* NULL: no memory. */
static struct draft *keep_locked(struct queue *queue, struct view line)
{
	struct draft *draft;
	char name[64];

	do
		snprintf(name, sizeof(name), ".line-%016llx",
			(unsigned long long)++queue->sending.last_line);
	while (dir_find_locked(&queue->dir, name));
	draft = draft_new_locked(queue, &queue->dir, NULL, name);
	if (draft && draft_write_locked(draft, line.data, line.len, 0, INT64_MAX) == 0)
		return draft;
	if (draft)
		draft_discard_locked(draft);
	node_unref_locked(draft ? &draft->node : NULL);
	return NULL;
}

void line_keep(struct queue *queue, struct view line)
{
	struct mount *mount = queue->dir.node.mount;
	struct draft *draft;

	mount_lock(mount);
	draft = keep_locked(queue, line);
	mount_unlock(mount);
	if (!draft) {
		log_error("send", "%s/.sqs/lines: %zu bytes are lost: no memory",
			queue->name, line.len);
		return;
	}
	draft_send(draft, NULL);
	node_unref(&draft->node);
}
