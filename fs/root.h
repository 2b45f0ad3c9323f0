/* SPDX-License-Identifier: MIT */
/*
 * The root's directory, shared by root_dir.c and root_list.c.
 */
#ifndef FS_ROOT_H
#define FS_ROOT_H

#include "fs/queue.h"

struct root {
	struct dir dir;

	/* root_list.c */
	struct list openers;      /* lock: who waits for the list */
	bool is_asking;           /* lock: a ListQueues is under way */
	int64_t asked_at_ms;      /* lock: when the last one ended; 0: never */
	enum sqs_error refusal;   /* lock: why the last one told nothing */
	struct list removed;      /* lock: deleted here lately, the oldest first */
	struct map removed_names; /* lock: the same by their names */
};

extern const struct node_type root_type;

/* NULL where the root is a queue. */
static inline struct root *root_of(struct mount *mount)
{
	struct dir *dir = mount->root;

	return dir->node.type == &root_type ? (struct root *)(void *)dir : NULL;
}

void root_list_init(struct root *root);
void root_list_finish_locked(struct root *root);

/* The queue of this URL under its own name, made if it is new; NULL: no memory. Lock
 * held. */
struct queue *root_add_locked(struct root *root, const char *url);

void root_opendir(fuse_req_t req, struct node *dir, struct fuse_file_info *fi);

#endif
