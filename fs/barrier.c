/* SPDX-License-Identifier: MIT */
#include "fs/barrier.h"

void barriers_tell(struct list *passed, int error)
{
	struct list *link;

	while ((link = list_pop(passed)) != NULL) {
		struct barrier *barrier = list_entry(link, struct barrier, link);

		barrier->done(barrier, barrier->error ? barrier->error : error);
	}
}
