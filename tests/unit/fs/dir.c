/* SPDX-License-Identifier: MIT */
#include "fs/dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/options.h"
#include "tests/lib/test.h"

/* In the place of libfuse's: what was answered is kept here. */
static struct {
	int error;
	uint64_t handle;
	char data[8192];
	size_t len;
} answer;

int fuse_reply_err(fuse_req_t req, int error)
{
	(void)req;
	answer.error = error;
	return 0;
}

int fuse_reply_open(fuse_req_t req, const struct fuse_file_info *fi)
{
	(void)req;
	answer.handle = fi->fh;
	return 0;
}

int fuse_reply_buf(fuse_req_t req, const char *data, size_t len)
{
	(void)req;
	memcpy(answer.data, data, len);
	answer.len = len;
	return 0;
}

static struct options options = {.uid = UNSET, .gid = UNSET, .umask = 077};
static struct mount mount;
static struct dir dir, other;
static int freed;

static void file_free(struct node *node)
{
	freed++;
	free(node);
}

static void dir_free(struct node *node)
{
	dir_finish_locked(dir_of(node));
}

static const struct node_type file_type = {
	.kind = "file", .mode = S_IFREG | 0666, .free = file_free};
static const struct node_type dir_type = {
	.kind = "dir", .mode = S_IFDIR | 0777, .free = dir_free};

static void begin(void)
{
	mount_init(&mount, &options);
	freed = 0;
	mount_lock(&mount);
	dir_init_locked(&dir, &mount, &dir_type);
	dir_init_locked(&other, &mount, &dir_type);
}

static void end(void)
{
	node_unref_locked(&dir.node);
	node_unref_locked(&other.node);
	mount_unlock(&mount);
}

/* A file of that name in `dir`, referenced by it alone. */
static struct node *add(const char *name)
{
	struct node *node = calloc(1, sizeof(*node));

	node_init_locked(node, &mount, &file_type);
	dir_attach_locked(&dir, name, node);
	node_unref_locked(node);
	return node;
}

TEST(a_directory_finds_what_is_attached)
{
	struct node *a;

	begin();
	a = add("a");
	CHECK(dir_find_locked(&dir, "a") == a);
	CHECK(!dir_find_locked(&dir, "b"));
	CHECK(a->parent == &dir);
	CHECK_TEXT(a->name, "a");
	end();
}

TEST(a_detached_child_is_freed_unless_somebody_refers_to_it)
{
	struct node *a, *b;

	begin();
	a = add("a");
	b = add("b");
	node_ref_locked(b);
	dir_detach_locked(a);
	dir_detach_locked(b);
	CHECK_NUMBER(freed, 1);
	CHECK(!b->parent);
	dir_detach_locked(b);
	node_unref_locked(b);
	CHECK_NUMBER(freed, 2);
	end();
}

TEST(a_node_lives_while_the_kernel_knows_it)
{
	struct fuse_entry_param entry;
	struct node *a;

	begin();
	a = add("a");
	node_entry_locked(a, &entry);
	node_entry_locked(a, &entry);
	CHECK_NUMBER(entry.ino, (uintptr_t)a);
	CHECK_NUMBER(entry.attr.st_mode, S_IFREG | 0600);
	dir_detach_locked(a);
	CHECK_NUMBER(freed, 0);
	mount_unlock(&mount);
	node_forget(&mount, a, 2);
	mount_lock(&mount);
	CHECK_NUMBER(freed, 1);
	end();
}

TEST(moving_keeps_the_node_and_gives_a_new_cookie)
{
	struct node *a;
	uint64_t before;

	begin();
	a = add("a");
	add("b");
	before = a->sequence;
	CHECK(dir_move_locked(a, &dir, "c"));
	CHECK(a->sequence > before + 1);
	CHECK(dir_move_locked(a, &other, "a"));
	CHECK(!dir_find_locked(&dir, "c"));
	CHECK(dir_find_locked(&other, "a") == a);
	CHECK_NUMBER(freed, 0);
	end();
	CHECK_NUMBER(freed, 2);
}

/* -------------------------------------------------------------------------------------
 * Listings
 */

static bool fill(struct node *node, struct listing *listing)
{
	return listing_add(listing, "next", NULL, S_IFREG) &&
	       listing_add_children_locked(listing, dir_of(node));
}

static struct fuse_file_info opened(void)
{
	struct fuse_file_info fi = {0};

	mount_unlock(&mount);
	dir_reply_open(NULL, &dir.node, &fi, fill);
	mount_lock(&mount);
	fi.fh = answer.handle;
	return fi;
}

/* linux/fuse.h: struct fuse_dirent */
struct dirent_head {
	uint64_t ino;
	uint64_t off;
	uint32_t namelen;
	uint32_t type;
};

/* The names of one READDIR, each followed by a space; *offset is where it ended. */
static const char *read_names(struct fuse_file_info *fi, off_t *offset, size_t size)
{
	static char names[4096];
	size_t used = 0;

	mount_unlock(&mount);
	dir_readdir(NULL, &dir.node, size, *offset, fi, false);
	mount_lock(&mount);
	names[0] = '\0';
	for (size_t at = 0; at < answer.len;) {
		struct dirent_head head;
		const char *name = answer.data + at + sizeof(head);

		memcpy(&head, answer.data + at, sizeof(head));
		used += (size_t)sprintf(names + used, "%.*s ", (int)head.namelen, name);
		*offset = (off_t)head.off;
		at += (sizeof(head) + head.namelen + 7) & ~(size_t)7;
	}
	return names;
}

static void closed(struct fuse_file_info *fi)
{
	mount_unlock(&mount);
	dir_releasedir(NULL, fi);
	mount_lock(&mount);
}

TEST(a_listing_has_the_children_in_the_order_they_came)
{
	struct fuse_file_info fi;
	off_t offset = 0;

	begin();
	add("b");
	add("a");
	fi = opened();
	CHECK_TEXT(read_names(&fi, &offset, 4096), ". .. next b a ");
	CHECK_TEXT(read_names(&fi, &offset, 4096), "");
	closed(&fi);
	end();
}

TEST(an_unlisted_child_is_left_out)
{
	struct fuse_file_info fi;
	off_t offset = 0;

	begin();
	add("a");
	add("b")->is_unlisted = true;
	fi = opened();
	CHECK_TEXT(read_names(&fi, &offset, 4096), ". .. next a ");
	closed(&fi);
	end();
}

/* What comes and goes between two reads neither repeats nor hides another entry. */
TEST(a_listing_goes_on_where_it_was)
{
	struct fuse_file_info fi;
	off_t offset = 0;

	begin();
	add("a");
	add("b");
	add("c");
	fi = opened();
	CHECK_TEXT(read_names(&fi, &offset, 4 * 32), ". .. next a ");
	dir_detach_locked(dir_find_locked(&dir, "a"));
	add("d");
	CHECK_TEXT(read_names(&fi, &offset, 4096), "b c ");
	closed(&fi);
	end();
}

TEST(rewinding_takes_the_listing_anew)
{
	struct fuse_file_info fi;
	off_t offset = 0;

	begin();
	add("a");
	fi = opened();
	add("b");
	CHECK_TEXT(read_names(&fi, &offset, 4096), ". .. next a ");
	offset = 0;
	CHECK_TEXT(read_names(&fi, &offset, 4096), ". .. next a b ");
	closed(&fi);
	end();
}

TEST_MAIN
