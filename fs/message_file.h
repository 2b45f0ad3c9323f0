/* SPDX-License-Identifier: MIT */
/*
 * A held message as a file: what its type answers. The content never changes, so
 * the kernel may keep it; its name comes and goes without a word to the kernel, so
 * that is looked up each time.
 */
#ifndef FS_MESSAGE_FILE_H
#define FS_MESSAGE_FILE_H

#include "fs/message.h"

/* SETATTR of a message, through its own file or a `next` that has it open: times change
 * its lease, anything else changes nothing. Lock free; the caller keeps its references.
 */
void message_file_setattr(fuse_req_t req, struct message *message, struct node *file,
	const struct stat *attr, int to_set);

#endif
