/* SPDX-License-Identifier: MIT */
/*
 * The operation that sends a draft: its encoding, its attributes, its ids.
 */
#ifndef FS_DRAFT_OP_H
#define FS_DRAFT_OP_H

#include "fs/draft.h"

/*
 * Encodes a draft that is SENDING into draft->encoded; lock free: its bytes are
 * lent. SQS_OK, or why not, with a constant text in *why.
 */
enum sqs_error draft_encode(struct draft *draft, const char **why);

/* Makes the operation for what was encoded. NULL: *error and *why say why. Lock held. */
struct sqs_op *draft_op_new_locked(
	struct draft *draft, sqs_done_fn *done, enum sqs_error *error, const char **why);

/*
 * The deduplication id that is made for this content, if its mount makes them: before
 * the first attempt, and kept, so that a retry does not send it twice. False: there
 * are no random bytes. Lock held.
 */
bool draft_make_dedup_id_locked(struct draft *draft);

/* The same; with dedup=name it stays that of the name which the file has now. False: no
 * memory. Lock held. */
bool draft_fix_dedup_id_locked(struct draft *draft);

#endif
