/* SPDX-License-Identifier: MIT */
/* The store: transactions, what is synced, failures, and which files it opens. */
#include "sqs/local/store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"
#include "sqs/local/schema.h"
#include "tests/lib/test.h"

static char path[40], file[60], why[300];
static int directory_fd = -1;
static struct store *store;

static bool open_store(bool sync_normal)
{
	why[0] = '\0';
	store = store_open(directory_fd, sync_normal, why, sizeof(why));
	return store != NULL;
}

static bool begin(void)
{
	snprintf(path, sizeof(path), "/tmp/sqs-store-XXXXXX");
	if (!mkdtemp(path))
		return false;
	snprintf(file, sizeof(file), "%s/queues.db", path);
	directory_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory_fd >= 0;
}

static void end(void)
{
	char command[80];

	store_close(TAKE(store));
	close(directory_fd);
	snprintf(command, sizeof(command), "rm -r %s", path);
	if (system(command) != 0)
		printf("# %s is left\n", path);
}

/* A test in a directory of its own. */
#define STORE_TEST(name)                                                   \
	static void name##_holds(void);                                    \
	TEST(name)                                                         \
	{                                                                  \
		if (test_true(begin(), "a directory", __FILE__, __LINE__)) \
			name##_holds();                                    \
		end();                                                     \
	}                                                                  \
	static void name##_holds(void)

static bool tag(int64_t queue, const char *name)
{
	return store_run(store, "INSERT INTO tags VALUES(?1, ?2, '')", number(queue),
		text(view_of(name)));
}

static int64_t tag_count(void)
{
	return store_number(store, -1, "SELECT count(*) FROM tags");
}

STORE_TEST(what_was_committed_is_there_and_nothing_else)
{
	CHECK(open_store(false));
	CHECK(tag(1, "a"));
	CHECK(store_commit(store));
	CHECK(tag(1, "b"));
	CHECK_NUMBER(tag_count(), 2);
	store_close(TAKE(store));
	CHECK(open_store(false));
	CHECK_NUMBER(tag_count(), 1);
}

/* A failure undoes all of its turn, what came before and what comes after. */
STORE_TEST(a_failure_is_sticky_until_the_commit)
{
	CHECK(open_store(false));
	CHECK(tag(1, "a"));
	CHECK(store_commit(store));
	CHECK(tag(1, "b"));
	CHECK(!tag(1, "a"));
	CHECK(store_has_failed(store));
	CHECK(!tag(1, "c"));
	CHECK(!store_commit(store));
	CHECK(!store_has_failed(store));
	CHECK_NUMBER(tag_count(), 1);
	CHECK(tag(1, "b"));
	CHECK(store_commit(store));
	CHECK_NUMBER(tag_count(), 2);
}

static struct store_counters counters(void)
{
	struct store_counters seen;

	store_count(store, &seen);
	return seen;
}

STORE_TEST(only_what_must_be_synced_is)
{
	CHECK(open_store(false));
	store_want(store, false);
	CHECK(tag(1, "lazy"));
	CHECK(store_commit(store));
	CHECK_NUMBER(counters().commits, 1);
	CHECK_NUMBER(counters().syncs, 0);
	store_want(store, true);
	CHECK(tag(1, "synced"));
	store_want(store, false);
	CHECK(tag(1, "with it"));
	CHECK(store_commit(store));
	CHECK_NUMBER(counters().commits, 2);
	CHECK_NUMBER(counters().syncs, 1);
	/* A synced write after lazy ones has a transaction of its own. */
	CHECK(tag(1, "lazy again"));
	store_want(store, true);
	CHECK(tag(1, "synced again"));
	CHECK(store_commit(store));
	CHECK_NUMBER(counters().commits, 4);
	CHECK_NUMBER(counters().syncs, 2);
	/* A turn that only reads commits nothing. */
	CHECK_NUMBER(tag_count(), 5);
	CHECK(store_commit(store));
	CHECK_NUMBER(counters().commits, 4);
}

STORE_TEST(nothing_is_synced_if_so_asked)
{
	CHECK(open_store(true));
	store_want(store, true);
	CHECK(tag(1, "a"));
	CHECK(store_commit(store));
	CHECK_NUMBER(counters().syncs, 0);
}

STORE_TEST(bytes_and_texts_and_nothing_are_told_apart)
{
	struct rows *rows;

	CHECK(open_store(false));
	rows = store_query(store, "SELECT ?1, ?2, ?3, ?4", bytes(VIEW_LITERAL("a\0b")),
		text(VIEW_LITERAL("")), text((struct view){0}), number_or_null(5, 5));
	CHECK(rows_next(rows));
	CHECK_NUMBER(rows_text(rows, 0).len, 3);
	CHECK(rows_is_bytes(rows, 0) && !rows_is_bytes(rows, 1));
	CHECK(!rows_is_null(rows, 1) && rows_text(rows, 1).data);
	CHECK(rows_is_null(rows, 2) && rows_is_null(rows, 3));
	CHECK(view_is_absent(rows_text(rows, 2)));
	CHECK(!rows_next(rows));
}

/* ---- which files are opened ---- */

static bool run_sql(const char *sql)
{
	sqlite3 *db = NULL;
	bool ok = sqlite3_open(file, &db) == SQLITE_OK &&
		  sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;

	sqlite3_close(db);
	return ok;
}

STORE_TEST(a_newer_version_is_refused)
{
	CHECK(open_store(false));
	store_close(TAKE(store));
	CHECK(run_sql("PRAGMA user_version=99"));
	CHECK(!open_store(false));
	CHECK(strstr(why, "version 99"));
	CHECK(strstr(why, "newer program"));
}

STORE_TEST(another_programs_database_is_refused)
{
	CHECK(run_sql("CREATE TABLE mine(x)"));
	CHECK(!open_store(false));
	CHECK(strstr(why, "another program"));
	CHECK(run_sql("SELECT * FROM mine"));
}

STORE_TEST(what_is_no_database_is_refused)
{
	FILE *out = fopen(file, "w");

	CHECK(out);
	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", out);
	fclose(out);
	CHECK(!open_store(false));
	CHECK(strstr(why, "damaged") || strstr(why, "no database"));
}

/* Damage in the middle of a small file is found when it is opened. */
STORE_TEST(a_damaged_page_is_found_at_open)
{
	static const char garbage[4096];
	int fd;

	CHECK(open_store(false));
	for (int i = 0; i < 1000; i++)
		CHECK(tag(i, "a tag of some length, so that there are many pages"));
	CHECK(store_commit(store));
	store_close(TAKE(store));
	fd = open(file, O_WRONLY);
	CHECK(fd >= 0);
	for (off_t page = 20; page < 24; page++)
		CHECK_NUMBER(pwrite(fd, garbage, sizeof(garbage), page * 4096), 4096);
	close(fd);
	CHECK(!open_store(false));
	CHECK(strstr(why, "damaged"));
}

STORE_TEST(the_tables_are_readable_with_sqlite3)
{
	CHECK(open_store(false));
	store_close(TAKE(store));
	CHECK(run_sql("SELECT name, messages, created FROM queue_overview"));
	CHECK(run_sql("SELECT queue, message_id, sent, state, body FROM "
		      "message_overview"));
	CHECK_NUMBER(schema_version(), 1);
}

TEST_MAIN
