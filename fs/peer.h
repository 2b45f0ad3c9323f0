/* SPDX-License-Identifier: MIT */
/*
 * Peers: what /proc tells of another process's descriptors and children.
 *
 * Opening these files costs several times what reading them does, and most of what a
 * close of a file costs here. So those of a process that comes again are kept open:
 * a read from the start tells what is so now, and an open file stays that of the
 * process it was opened for, whoever gets its number later.
 *
 * Only files are read that answer at once whatever the process is in: see writer.h.
 */
#ifndef FS_PEER_H
#define FS_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
	PEER_FILES = 8,        /* descriptors whose files are kept open */
	PEER_NAMES_SIZE = 2048 /* of one reading of the directory */
};

/* A descriptor whose file is open. */
struct peer_file {
	int number;
	int fd; /* -1: none */
};

/* One thread of a process. On the stack, or one of `struct peers`. */
struct peer {
	pid_t pid;
	int fdinfo;   /* the directory */
	int task;     /* the directory; -1: not opened yet, and so below */
	int children; /* of its first thread */
	bool is_kept; /* files may stay open */
	struct peer_file files[PEER_FILES];
	size_t at, len; /* what was read of `fdinfo` and not returned yet */
	bool is_last;   /* there are no more behind these */
	_Alignas(8) char names[PEER_NAMES_SIZE];
};

/* False: no such thread, or we may not look at it; there is nothing to close then. */
bool peer_open(struct peer *peer, pid_t pid);
void peer_close(struct peer *peer);

/* Begins with the first descriptor; false as peer_open(). */
bool peer_rewind(struct peer *peer);

enum { PEER_END = -1, PEER_FAILED = -2 };

/* The number of the next descriptor; or one of the above. */
int peer_next(struct peer *peer);

/* A descriptor's fdinfo as a text with a NUL; false: there is none any more. */
bool peer_fdinfo(struct peer *peer, int number, char *text, size_t size);

/* Whether the process has no other thread; most have none. */
bool peer_is_alone(struct peer *peer);

/* The process ids of the children that its first thread has forked, as peer_fdinfo(). */
bool peer_children(struct peer *peer, char *text, size_t size);

/*
 * Those that come again. The thread of the timers uses it, no lock held.
 */
struct peers;
struct node;

/* With a root, what nobody asks for is closed after a while. NULL: no memory. */
struct peers *peers_new(struct node *root);
/* The timers are gone. NULL is allowed. */
void peers_free(struct peers *peers);

/* Closes those that were not asked for since the last time; whether any are left. */
bool peers_rest(struct peers *peers);

/* The peer, rewound, if it was asked for before and can be looked at; else NULL. Good
 * until the next call. `peers` may be NULL. */
struct peer *peers_find(struct peers *peers, pid_t pid);

#endif
