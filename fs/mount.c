/* SPDX-License-Identifier: MIT */
#include "fs/mount.h"

#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/dir.h"
#include "fs/options.h"
#include "sqs/base/clock.h"

enum { LEAST_INO_BITS = 33 }; /* device files and small file systems lie below */

static uint64_t random_ino(void)
{
	uint64_t ino;

	if (getrandom(&ino, sizeof(ino), 0) != sizeof(ino))
		ino = (uint64_t)clock_boot_ns() << 20;
	/* Room above for all that will be made; 63 bits, for those who think it signed.
	 */
	return (ino >> 2) | UINT64_C(1) << LEAST_INO_BITS;
}

/* Only its owner or root come to it, and the mode keeps nothing from them. */
static bool is_private(const struct options *options)
{
	return !options->allow_other && options->uid == UNSET && options->gid == UNSET &&
	       !(options->umask & S_IRWXU);
}

void mount_init(struct mount *mount, const struct options *options)
{
	*mount = (struct mount){
		.options = options,
		.uid = options->uid == UNSET ? getuid() : (uid_t)options->uid,
		.gid = options->gid == UNSET ? getgid() : (gid_t)options->gid,
		.umask = (mode_t)options->umask,
		.is_private = is_private(options),
		.mounted_wall_ms = clock_wall_ms(),
		.last_ino = random_ino(),
		.unsent_lock = -1,
		.spool_lock = -1,
	};
	pthread_mutex_init(&mount->lock, NULL);
	list_init(&mount->queues);
	list_init(&mount->waits);
	list_init(&mount->nodes);
}

static void unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

void mount_finish(struct mount *mount)
{
	mount_lock(mount);
	list_each (link, &mount->nodes)
		node_ref_locked(list_entry(link, struct node, link));
	list_each (link, &mount->nodes)
		list_entry(link, struct node, link)->lookups = 0;
	if (mount->root)
		node_unref_locked(&mount->root->node);
	mount->root = NULL;
	for (struct list *link = mount->nodes.next; link != &mount->nodes;) {
		struct node *node = list_entry(link, struct node, link);

		/* What it frees besides itself has a reference from the first pass. */
		link = link->next;
		node_unref_locked(node);
	}
	mount_unlock(mount);
	unlock(mount->unsent_lock);
	unlock(mount->spool_lock);
}

/* FNV-1a. Not a secret: only different names for different mounts. */
static uint64_t hash(uint64_t seed, const char *text)
{
	uint64_t value = UINT64_C(14695981039346656037) ^ seed;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (value ^ '\n') * UINT64_C(1099511628211);
}

void mount_name(struct mount *mount, const char *endpoint, const char *region)
{
	const struct options *options = mount->options;
	const char *const parts[] = {
		options->source_dir ? options->source_dir : endpoint,
		options->source_kind == SOURCE_QUEUE ? options->source : "",
		region ? region : "",
		options->profile ? options->profile : "",
	};
	uint64_t high = 1, low = 2;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		high = hash(high, parts[i]);
		low = hash(low, parts[i]);
	}
	snprintf(mount->id, sizeof(mount->id), "%016llx%016llx", (unsigned long long)high,
		(unsigned long long)low);
}

uint64_t mount_new_ino_locked(struct mount *mount)
{
	return ++mount->last_ino;
}
