/* SPDX-License-Identifier: MIT */
#include "sqs/client/group.h"

#include <stdlib.h>

#include "sqs/base/list.h"
#include "sqs/client/op.h"

struct group {
	struct list blocked; /* of op->link */
	char name[];
};

static struct group *group_new(struct map *groups, const char *name)
{
	struct group *group = calloc(1, sizeof(*group) + strlen(name) + 1);

	if (!group)
		return NULL;
	list_init(&group->blocked);
	memcpy(group->name, name, strlen(name));
	if (map_put(groups, name, group))
		return group;
	free(group);
	return NULL;
}

enum group_answer group_enter(struct map *groups, const char *name, struct sqs_op *op)
{
	struct group *group = map_get(groups, name);

	if (group) {
		list_append(&group->blocked, &op->link);
		op->is_blocked = true;
	} else {
		group = group_new(groups, name);
	}
	op->group = group;
	if (!group)
		return GROUP_NO_MEMORY;
	return op->is_blocked ? GROUP_BLOCKED : GROUP_OPEN;
}

struct sqs_op *group_leave(struct map *groups, struct group *group)
{
	struct list *link = list_pop(&group->blocked);
	struct sqs_op *next = NULL;

	if (link) {
		next = list_entry(link, struct sqs_op, link);
		next->is_blocked = false;
	} else {
		map_remove(groups, group->name);
		free(group);
	}
	return next;
}

void group_give_up(struct sqs_op *op)
{
	list_remove(&op->link);
	op->is_blocked = false;
	op->group = NULL;
}
