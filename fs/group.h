/* SPDX-License-Identifier: MIT */
/*
 * A message group as a directory: files made in it are sent with its name as
 * MessageGroupId. It is local and costs no request; the service knows no groups
 * apart from their messages.
 */
#ifndef FS_GROUP_H
#define FS_GROUP_H

#include "fs/node.h"

struct queue;

/* MKDIR in a queue's directory: EINVAL for what is no MessageGroupId, EEXIST. */
void group_mkdir(fuse_req_t req, struct queue *queue, const char *name);

/* Makes it, attached; the directory's reference alone. NULL: no memory. Lock held. */
struct dir *group_new_locked(struct queue *queue, const char *id);

/* The queue that files in this directory are sent to, and their group in *group_id (NULL:
 * none); NULL when it is the directory of neither a queue nor a group. */
struct queue *group_queue_of(struct node *dir, const char **group_id);

#endif
