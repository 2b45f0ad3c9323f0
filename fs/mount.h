/* SPDX-License-Identifier: MIT */
/*
 * A mount: what every part of the file system shares.
 *
 * One lock guards the tree and everything that hangs on it: nodes, directories,
 * queues, drafts, messages, timers. It is held for a few lines and never across
 * a call out: not across sqs_start(), not across fuse_reply_*(), not across a
 * callback. Functions whose name ends in _locked, and those whose comment says
 * so, want it held; all others want it free.
 *
 * Made by main before any request is served, freed after the loop has ended and
 * the client and the helper are gone.
 */
#ifndef FS_MOUNT_H
#define FS_MOUNT_H

#define FUSE_USE_VERSION 312
#include <fuse_lowlevel.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "sqs/base/list.h"
#include "sqs/sqs.h"

struct dir;
struct helper;
struct options;
struct reclaim;
struct timers;

struct mount {
	const struct options *options; /* constant while mounted */
	struct sqs_client *client;
	struct fuse_session *session;
	struct helper *helper;   /* helper.h: jobs that may be slow */
	struct peers *peers;     /* peer.h; FUSE thread */
	struct timers *timers;   /* timer.h */
	struct reclaim *reclaim; /* reclaim.h; NULL before there is a root */

	/* Constant while mounted. */
	uid_t uid;
	gid_t gid;
	mode_t umask;
	/* Nobody but its owner and root can reach it: the kernel need not check modes,
	 * for which it would ask a directory's attributes anew after each change. */
	bool is_private;
	int64_t mounted_wall_ms;
	char id[33];     /* of the source and what it serves: names the state directory */
	int unsent_lock; /* saved.h: on what earlier mounts kept; -1: not ours */
	int spool_lock;  /* on the spool; -1: none */

	pthread_mutex_t lock;
	struct dir *root; /* lock */
	struct list
		queues;    /* lock: every struct queue that is known, by its mount_link */
	struct list waits; /* lock: every request that call_wait() parked */
	struct list nodes; /* lock: every node */
	uint64_t last_ino; /* lock */
	bool is_ending;    /* lock: SIGTERM or unmount; no new work */
	bool is_over;      /* lock: the client ends, too; nothing is sent any more */
};

/* Ready but for client, session, helper, timers and root, which main adds. */
void mount_init(struct mount *mount, const struct options *options);
/* Forgets all that the kernel knew, and frees the tree. The client is gone, nothing is
 * open. */
void mount_finish(struct mount *mount);

/* Names the state directory of what is mounted: the service, its region and who asks. */
void mount_name(struct mount *mount, const char *endpoint, const char *region);

/* The mount that serves this request. */
static inline struct mount *mount_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

static inline void mount_lock(struct mount *mount)
{
	pthread_mutex_lock(&mount->lock);
}

static inline void mount_unlock(struct mount *mount)
{
	pthread_mutex_unlock(&mount->lock);
}

/*
 * An inode number that no other file on this machine has: /proc/PID/fdinfo tells
 * numbers without saying of which file system. Lock held.
 */
uint64_t mount_new_ino_locked(struct mount *mount);

#endif
