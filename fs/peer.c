/* SPDX-License-Identifier: MIT */
#include "fs/peer.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/mount.h"
#include "fs/proc.h"
#include "fs/timer.h"
#include "sqs/base/clock.h"

/* -------------------------------------------------------------------------------------
 * Files
 */

static int open_at(int dir, const char *name, int flags)
{
	return openat(dir, name, O_RDONLY | O_CLOEXEC | flags);
}

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Reads a file that is open if *fd says so, and stays so if it may. */
static bool read_kept(const struct peer *peer, int *fd, int dir, const char *name,
	char *text, size_t size)
{
	bool is_read;

	if (*fd < 0)
		*fd = open_at(dir, name, 0);
	is_read = proc_read_open(*fd, text, size);
	if (!is_read || !peer->is_kept)
		close_file(fd);
	return is_read;
}

/* -------------------------------------------------------------------------------------
 * A peer
 */

bool peer_open(struct peer *peer, pid_t pid)
{
	char path[64];

	peer->pid = pid;
	peer->task = peer->children = -1;
	peer->is_kept = false;
	peer->at = peer->len = 0;
	peer->is_last = false;
	for (size_t i = 0; i < PEER_FILES; i++)
		peer->files[i].fd = -1;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo", (int)pid);
	peer->fdinfo = open_at(AT_FDCWD, path, O_DIRECTORY);
	return peer->fdinfo >= 0;
}

void peer_close(struct peer *peer)
{
	close_file(&peer->fdinfo);
	close_file(&peer->task);
	close_file(&peer->children);
	for (size_t i = 0; i < PEER_FILES; i++)
		close_file(&peer->files[i].fd);
}

/* The kernel leaves this directory before its end only for want of room. */
static bool read_names(struct peer *peer)
{
	enum { ONE_NAME = 64 }; /* bytes; a number takes less */
	ssize_t len = getdents64(peer->fdinfo, peer->names, sizeof(peer->names));

	peer->at = 0;
	peer->len = len > 0 ? (size_t)len : 0;
	peer->is_last = len <= (ssize_t)sizeof(peer->names) - ONE_NAME;
	return len >= 0;
}

bool peer_rewind(struct peer *peer)
{
	return lseek(peer->fdinfo, 0, SEEK_SET) == 0 && read_names(peer);
}

int peer_next(struct peer *peer)
{
	const struct dirent64 *entry;

	for (;;) {
		if (peer->at == peer->len && peer->is_last)
			return PEER_END;
		if (peer->at == peer->len && !read_names(peer))
			return PEER_FAILED;
		if (peer->len == 0)
			return PEER_END;
		entry = (const struct dirent64 *)(const void *)(peer->names + peer->at);
		peer->at += entry->d_reclen;
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			return atoi(entry->d_name);
	}
}

/* Where its file is open, or may be; NULL: there is no room. */
static struct peer_file *file_of(struct peer *peer, int number)
{
	struct peer_file *room = NULL;

	for (size_t i = 0; i < PEER_FILES; i++) {
		struct peer_file *file = &peer->files[i];

		if (file->fd < 0)
			room = file;
		else if (file->number == number)
			return file;
	}
	if (room)
		room->number = number;
	return room;
}

bool peer_fdinfo(struct peer *peer, int number, char *text, size_t size)
{
	struct peer_file *file = file_of(peer, number);
	char name[16];
	bool is_read;
	int fd;

	snprintf(name, sizeof(name), "%d", number);
	if (file)
		return read_kept(peer, &file->fd, peer->fdinfo, name, text, size);
	fd = open_at(peer->fdinfo, name, 0);
	is_read = proc_read_open(fd, text, size);
	close_file(&fd);
	return is_read;
}

/* By the links of its directory of threads. */
bool peer_is_alone(struct peer *peer)
{
	enum { OF_EACH_DIRECTORY = 2 };
	struct stat st;
	int failed;

	if (peer->task < 0)
		peer->task = open_at(peer->fdinfo, "../task", O_DIRECTORY | O_PATH);
	failed = fstat(peer->task, &st);
	if (failed || !peer->is_kept)
		close_file(&peer->task);
	return !failed && st.st_nlink == OF_EACH_DIRECTORY + 1;
}

bool peer_children(struct peer *peer, char *text, size_t size)
{
	char name[48];

	snprintf(name, sizeof(name), "../task/%d/children", (int)peer->pid);
	return read_kept(peer, &peer->children, peer->fdinfo, name, text, size);
}

/* -------------------------------------------------------------------------------------
 * Those that come again
 */

enum {
	PEERS = 24,
	REST_MS = 10000, /* so long is kept open what nobody asks for, or twice that */
};

struct place {
	pid_t pid;    /* 0: none */
	bool is_open; /* it came again */
	bool is_used; /* since the last rest */
	struct peer peer;
};

struct peers {
	struct timer rest; /* without a node in tests */
	bool rests;        /* it is set */
	size_t oldest;     /* the place that is given away next */
	struct place places[PEERS];
};

static void on_rest(struct timer *timer);

struct peers *peers_new(struct node *root)
{
	struct peers *peers = calloc(1, sizeof(*peers));

	if (peers)
		timer_init(&peers->rest, root, on_rest);
	return peers;
}

static void empty(struct place *place)
{
	if (place->is_open)
		peer_close(&place->peer);
	place->is_open = false;
	place->pid = 0;
}

void peers_free(struct peers *peers)
{
	for (size_t i = 0; peers && i < PEERS; i++)
		empty(&peers->places[i]);
	free(peers);
}

bool peers_rest(struct peers *peers)
{
	bool any = false;

	for (size_t i = 0; i < PEERS; i++) {
		struct place *place = &peers->places[i];

		if (place->is_open && !place->is_used)
			empty(place);
		place->is_used = false;
		any |= place->is_open;
	}
	return any;
}

static void plan_rest(struct peers *peers)
{
	struct node *root = peers->rest.node;

	if (peers->rests || !root)
		return;
	mount_lock(root->mount);
	timer_set_locked(&peers->rest, clock_boot_ms() + REST_MS);
	peers->rests = true;
	mount_unlock(root->mount);
}

static void on_rest(struct timer *timer)
{
	struct peers *peers = list_entry(timer, struct peers, rest);

	peers->rests = false;
	if (peers_rest(peers))
		plan_rest(peers);
}

static struct place *place_of(struct peers *peers, pid_t pid)
{
	for (size_t i = 0; i < PEERS; i++) {
		if (peers->places[i].pid == pid)
			return &peers->places[i];
	}
	return NULL;
}

static void note(struct peers *peers, pid_t pid)
{
	struct place *place = &peers->places[peers->oldest];

	peers->oldest = (peers->oldest + 1) % PEERS;
	empty(place);
	place->pid = pid;
}

struct peer *peers_find(struct peers *peers, pid_t pid)
{
	struct place *place = peers ? place_of(peers, pid) : NULL;

	if (!place) {
		if (peers)
			note(peers, pid);
		return NULL;
	}
	if (!place->is_open)
		place->is_open = peer_open(&place->peer, pid);
	if (!place->is_open)
		return NULL;
	place->peer.is_kept = true;
	place->is_used = true;
	plan_rest(peers);
	if (peer_rewind(&place->peer))
		return &place->peer;
	empty(place); /* that process is gone, and this is another */
	return NULL;
}
