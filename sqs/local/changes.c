/* SPDX-License-Identifier: MIT */
#include "sqs/local/changes.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_ROOM = 64 };

/* Moves them to the beginning, or gets more room where half of it is in use. */
static bool make_room(struct changes *changes)
{
	size_t room = changes->room ? 2 * changes->room : LEAST_ROOM;
	int64_t *ids;

	if (changes->first && changes->count <= changes->room / 2) {
		memmove(changes->ids, changes->ids + changes->first,
			changes->count * sizeof(*changes->ids));
		changes->first = 0;
		return true;
	}
	ids = reallocarray(changes->ids, room, sizeof(*ids));
	if (!ids)
		return false;
	changes->ids = ids;
	changes->room = room;
	return true;
}

bool changes_add(struct changes *changes, int64_t id)
{
	if (changes->first + changes->count == changes->room && !make_room(changes))
		return false;
	changes->ids[changes->first + changes->count++] = id;
	return true;
}

int64_t changes_take(struct changes *changes)
{
	int64_t id;

	if (!changes->count)
		return 0;
	id = changes->ids[changes->first++];
	if (--changes->count == 0)
		changes->first = 0;
	return id;
}

void changes_finish(struct changes *changes)
{
	free(changes->ids);
	*changes = (struct changes){0};
}
