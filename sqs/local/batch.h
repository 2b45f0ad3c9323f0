/* SPDX-License-Identifier: MIT */
/*
 * What the three batch actions have in common: up to ten entries, each with an id of
 * its own, each accepted or refused by itself.
 */
#ifndef SQS_LOCAL_BATCH_H
#define SQS_LOCAL_BATCH_H

#include "sqs/local/turn.h"

/*
 * Checks the entries as a whole and makes room for their results. False, and the
 * request is refused. `entry_name` is what the Query protocol calls an entry.
 */
bool batch_start(struct turn *turn, const char *entry_name);

/* The result of an entry that is accepted, its id filled in. */
struct wire_done *batch_accept(struct turn *turn, const struct wire_entry *entry);

void batch_refuse(
	struct turn *turn, const struct wire_entry *entry, const struct refusal *refusal);

#endif
