/* SPDX-License-Identifier: MIT */
#include "fs/saved.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

static char dir[64];
static struct attributes none;

static void begin(void)
{
	snprintf(dir, sizeof(dir), "/tmp/unit-fs-saved-XXXXXX");
	if (!mkdtemp(dir))
		abort();
}

static void end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	if (system(command) != 0)
		abort();
}

/* What was found, a line each. */
static struct buf found_text;

static void on_found(void *arg, struct saved *saved, const struct saved_message *message,
	struct attributes *attributes)
{
	struct view value = {"", 0};

	(void)arg;
	attributes_get(attributes, "attr.a", &value);
	buf_printf(&found_text, "%s/%s %s %s %s ",
		message->group_id ? message->group_id : "", message->name, message->state,
		message->error ? message->error : "-",
		message->dedup_id ? message->dedup_id : "-");
	buf_add_view(&found_text, message->bytes);
	buf_printf(&found_text, " %zu\n", value.len);
	saved_free(saved);
}

static const char *find_all(void)
{
	buf_clear(&found_text);
	saved_read_all(dir, on_found, NULL);
	return buf_view(&found_text).data;
}

static struct saved *keep(const char *group_id, const char *name, uint64_t order)
{
	return saved_write(dir,
		&(struct saved_message){
			.group_id = group_id,
			.name = name,
			.state = "retrying",
			.order = order,
			.bytes = VIEW_LITERAL("body"),
			.attributes = &none,
		},
		NULL);
}

TEST(what_was_written_is_found_again)
{
	AUTO(buf) struct buf expected = BUF_INIT(0);
	struct attributes attributes = {0};
	struct saved_message message = {
		.group_id = "g",
		.name = "f",
		.state = "refused",
		.error = "two\nlines \\ and a backslash",
		.dedup_id = "d1",
		.bytes = VIEW_LITERAL("bo\0dy"),
		.attributes = &attributes,
	};
	struct saved *saved;

	begin();
	attributes_set(&attributes, "type.a", view_of("Binary"));
	attributes_set(&attributes, "attr.a", VIEW_LITERAL("\n\0\\\xff"));
	saved = saved_write(dir, &message, NULL);
	CHECK(saved != NULL);
	buf_printf(&expected, "g/f refused %s d1 bo", message.error);
	buf_add(&expected, "\0dy 4\n", 6);
	find_all();
	CHECK_BYTES(found_text.data, found_text.len, expected.data, expected.len);
	saved_free(saved);
	attributes_finish(&attributes);
	end();
}

TEST(they_are_found_in_their_order)
{
	begin();
	saved_free(keep(NULL, "third", 30));
	saved_free(keep("g", "second", 20));
	saved_free(keep(NULL, "first", 3));
	CHECK_TEXT(find_all(), "/first retrying - - body 0\n"
			       "g/second retrying - - body 0\n"
			       "/third retrying - - body 0\n");
	end();
}

TEST(a_content_that_was_cut_short_is_not_found)
{
	char path[128];
	FILE *file;

	begin();
	saved_free(keep(NULL, "whole", 1));
	saved_free(keep(NULL, "bare", 2));
	saved_free(keep(NULL, "half", 3));
	snprintf(path, sizeof(path), "%s/.sqs/bare", dir);
	CHECK(unlink(path) == 0);
	snprintf(path, sizeof(path), "%s/.sqs/half", dir);
	file = fopen(path, "w");
	CHECK(file && fputs("state=retrying\n", file) >= 0 && fclose(file) == 0);
	CHECK_TEXT(find_all(), "/whole retrying - - body 0\n");
	end();
}

/* Directories that are synced, in the place of libc's fsync(). */
static struct buf synced;
static void (*on_settings_synced)(void); /* once */

int fsync(int fd)
{
	char link[32], path[128];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path));
	if (len > 0)
		buf_add(&synced, path, (size_t)len);
	buf_add_char(&synced, '\n');
	if (on_settings_synced && strstr(buf_view(&synced).data, "/.sqs/"))
		TAKE(on_settings_synced)();
	return 0;
}

static bool was_synced(const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "%s%s\n", dir, name);
	return strstr(buf_view(&synced).data, line) != NULL;
}

/* A directory that was made is in its parent, on the disk. */
TEST(the_way_to_it_is_on_the_disk)
{
	begin();
	buf_clear(&synced);
	saved_free(keep("g", "f", 1));
	CHECK(was_synced("/g/f") && was_synced("/g") && was_synced("/.sqs/g"));
	CHECK(was_synced("") && was_synced("/.sqs"));
	buf_finish(&synced);
	end();
}

static void keep_another(void)
{
	saved_free(keep(NULL, "other", 2));
}

/* As two mounts of one source that end at the same time do. */
TEST(two_at_once_write_files_of_their_own)
{
	begin();
	buf_clear(&synced);
	on_settings_synced = keep_another;
	saved_free(keep(NULL, "f", 1));
	CHECK_TEXT(find_all(), "/f retrying - - body 0\n"
			       "/other retrying - - body 0\n");
	buf_finish(&synced);
	end();
}

TEST(it_is_for_the_owner_alone)
{
	struct saved *saved;
	struct stat st;

	begin();
	saved = keep("g", "f", 1);
	CHECK(saved && stat(saved_path(saved), &st) == 0);
	CHECK_NUMBER(st.st_mode & 0777, 0600);
	saved_free(saved);
	end();
}

/* A backup's name, the longest name, and the name of the settings' own directory. */
TEST(no_name_stands_in_anothers_way)
{
	char longest[256];
	AUTO(buf) struct buf expected = BUF_INIT(0);

	begin();
	memset(longest, 'n', 255);
	longest[255] = '\0';
	saved_free(keep(NULL, "f~", 1));
	saved_free(keep(NULL, "f", 2));
	saved_free(keep("g", ".sqs", 3));
	saved_free(keep("g", "f", 4));
	saved_free(keep(NULL, longest, 5));
	buf_printf(&expected,
		"/f~ retrying - - body 0\n"
		"/f retrying - - body 0\n"
		"g/.sqs retrying - - body 0\n"
		"g/f retrying - - body 0\n"
		"/%s retrying - - body 0\n",
		longest);
	CHECK_TEXT(find_all(), buf_view(&expected).data);
	end();
}

/* Neither another mount's file nor the directory that a group has left. */
TEST(what_lies_there_is_not_written_over)
{
	struct saved *saved;
	int error;

	begin();
	saved = keep(NULL, "f", 1);
	CHECK(!keep(NULL, "f", 2));
	error = errno;
	CHECK_NUMBER(error, EEXIST);
	saved_free(saved);
	saved_remove(keep("g", "f", 3));
	CHECK(!keep(NULL, "g", 4));
	error = errno;
	CHECK_NUMBER(error, EEXIST);
	CHECK_TEXT(find_all(), "/f retrying - - body 0\n");
	end();
}

/* Its content is there already: cut short in the middle, it would be sent so. */
TEST(a_copy_is_brought_up_to_date_without_its_content)
{
	struct saved_message message = {
		.name = "f",
		.state = "refused",
		.bytes = VIEW_LITERAL("is not written"),
		.attributes = &none,
	};
	struct saved *old, *saved;

	begin();
	old = keep(NULL, "f", 1);
	saved = saved_write(dir, &message, old);
	CHECK(saved != NULL);
	CHECK_TEXT(find_all(), "/f refused - - body 0\n");
	saved_free(old);
	saved_free(saved);
	end();
}

TEST(attributes_of_the_largest_message_fit)
{
	static char value[250000];
	struct attributes attributes = {0};
	struct saved_message message = {
		.name = "f",
		.state = "refused",
		.bytes = VIEW_LITERAL("body"),
		.attributes = &attributes,
	};
	static const char *const keys[] = {"attr.a", "attr.b", "attr.c", "attr.d"};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		memset(value, '\n', sizeof(value));
		CHECK(attributes_set(&attributes, keys[i],
			      (struct view){value, sizeof(value)}) == 0);
	}
	saved_free(saved_write(dir, &message, NULL));
	CHECK_TEXT(find_all(), "/f refused - - body 250000\n");
	attributes_finish(&attributes);
	end();
}

TEST(an_empty_place_has_nothing)
{
	begin();
	CHECK(!saved_read_all(dir, on_found, NULL));
	end();
}

TEST_MAIN
