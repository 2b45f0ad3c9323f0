/* SPDX-License-Identifier: MIT */
/* How queues.db becomes one of a newer version. */
#include "sqs/local/schema.h"

#include <sqlite3.h>
#include <string.h>

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

#define SHELVES "CREATE TABLE shelves(name); INSERT INTO shelves VALUES('left')"
#define ROOMS                                                   \
	"ALTER TABLE shelves ADD COLUMN room DEFAULT 'cellar';" \
	"INSERT INTO shelves VALUES('right', 'attic')"

static const char *const steps[] = {SHELVES, ROOMS};
static const char *const bad_steps[] = {SHELVES, ROOMS "; nonsense"};
static sqlite3 *db;
static char why[300];

static bool migrate(const char *const *to, int count)
{
	why[0] = '\0';
	return schema_migrate(db, to, count, why, sizeof(why));
}

static int number(const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int n = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		n = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return n;
}

/* A test with an empty database. */
#define SCHEMA_TEST(name)                                                          \
	static void name##_holds(void);                                            \
	TEST(name)                                                                 \
	{                                                                          \
		if (test_true(sqlite3_open(":memory:", &db) == SQLITE_OK, "opens", \
			    __FILE__, __LINE__))                                   \
			name##_holds();                                            \
		sqlite3_close(TAKE(db));                                           \
	}                                                                          \
	static void name##_holds(void)

SCHEMA_TEST(an_older_one_takes_the_steps_that_it_lacks)
{
	CHECK(migrate(steps, 1));
	CHECK_NUMBER(number("PRAGMA user_version"), 1);
	CHECK_NUMBER(number("SELECT count(*) FROM shelves"), 1);
	CHECK(migrate(steps, 2));
	CHECK_NUMBER(number("PRAGMA user_version"), 2);
	CHECK_NUMBER(number("SELECT count(*) FROM shelves WHERE room = 'cellar'"), 1);
	CHECK_NUMBER(number("SELECT count(*) FROM shelves"), 2);
}

SCHEMA_TEST(one_of_this_version_takes_none)
{
	CHECK(migrate(steps, 2));
	CHECK(migrate(steps, 2));
	CHECK_NUMBER(number("SELECT count(*) FROM shelves"), 2);
}

SCHEMA_TEST(a_step_that_fails_leaves_the_version_before)
{
	CHECK(!migrate(bad_steps, 2));
	CHECK(strstr(why, "queues.db cannot be brought to version 2: "));
	CHECK_NUMBER(number("PRAGMA user_version"), 1);
	CHECK_NUMBER(number("SELECT count(*) FROM shelves"), 1);
	CHECK_NUMBER(number("SELECT count(room) FROM shelves"), -1);
	CHECK(migrate(steps, 2));
	CHECK_NUMBER(number("SELECT count(room) FROM shelves"), 2);
}

SCHEMA_TEST(a_newer_one_is_left_alone)
{
	CHECK(migrate(steps, 2));
	CHECK(!migrate(steps, 1));
	CHECK_TEXT(why, "queues.db is of version 2, this program knows 1; use a newer "
			"program");
	CHECK_NUMBER(number("PRAGMA user_version"), 2);
}

TEST_MAIN
