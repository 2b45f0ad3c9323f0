/* SPDX-License-Identifier: MIT */
/*
 * A message on the local disk: what could not be sent, kept beyond this process.
 *
 *	DIR/[GROUP/]NAME          its content, as it was written
 *	DIR/.sqs/[GROUP/]NAME     what else belongs to it, a line a setting, as
 *	                          name=value; bytes that are not printable, and the
 *	                          backslash, are \ooo. The last line is "end"
 *
 * DIR is a queue's. Both files are for the owner alone and on the disk when
 * saved_write() returns. The second is written as DIR/.sqs/next.XXXXXX, a name that no
 * file of a queue has, and put in its place when it is complete; a content without it is
 * one that was cut short, and is not found again. Several processes may write in DIR,
 * each with one thread at a time; what lies there is for the one that has its lock.
 */
#ifndef FS_SAVED_H
#define FS_SAVED_H

#include <stdint.h>

#include "fs/attributes.h"

struct draft;
struct saved; /* where one lies */

struct saved_message {
	const char *group_id; /* the directory's; NULL: none */
	const char *name;
	const char *state;    /* draft_state_name() */
	const char *error;    /* what user.sqs.error says; NULL: nothing */
	const char *dedup_id; /* NULL: none made yet */
	uint64_t order;       /* within its group */
	unsigned parts;       /* messages of the same file that were sent before */
	struct view bytes;
	const struct attributes *attributes;
};

/* Makes this directory and those that lead to it; false, and errno: it could not. */
bool saved_make_dir(const char *dir);

/*
 * Locks this directory, for which it waits two seconds at most: a descriptor, which holds
 * the lock until it is closed or the process ends. -1, and errno: EWOULDBLOCK if another
 * has it, ENOENT if there is none.
 */
int saved_lock_dir(const char *dir);

/*
 * Writes it; NULL, and errno: it could not. `old` is where the same content lies already,
 * NULL: nowhere; if that is its place, the content is not written again. What else has
 * its name, another mount's or a directory, stays as it is: EEXIST.
 */
struct saved *saved_write(
	const char *dir, const struct saved_message *message, const struct saved *old);

/* Writes anew what else belongs to it; its place stays what it is. False, and errno: it
 * could not, and all is as it was. */
bool saved_update(const struct saved *saved, const struct saved_message *message);

/*
 * Reads all that are complete in DIR, the lowest order first. `found` may take the
 * attributes (leaving zeroes) and takes `saved`. False: there is nothing to read.
 */
typedef void saved_found_fn(void *arg, struct saved *saved,
	const struct saved_message *message, struct attributes *attributes);
bool saved_read_all(const char *dir, saved_found_fn *found, void *arg);

/* The path of the content, for the log. */
const char *saved_path(const struct saved *saved);

/* Forgets where it is; it stays there. NULL is allowed. */
void saved_free(struct saved *saved);

/* Removes it from the disk, and forgets it. */
void saved_remove(struct saved *saved);

/* The draft's copy is obsolete: removes it in the background. Lock held. */
void saved_forget_locked(struct draft *draft);

#endif
