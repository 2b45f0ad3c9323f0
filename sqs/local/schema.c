/* SPDX-License-Identifier: MIT */
/*
 * The indexes of messages, and what each is for:
 *
 *	by_time    the next visible ones of a queue; what a settling of counts reads
 *	by_age     retention
 *	by_group   FIFO: the messages of a group in order
 *	first      FIFO: the first message of each group that has any
 *	by_tenant  standard, sent with a group: the messages of a tenant
 *
 * The last three are partial, so a plain message pays for the first two alone.
 */
#include "sqs/local/schema.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

#include "sqs/base/cleanup.h"

enum {
	APPLICATION_ID = 0x53515331, /* "SQS1" */
	CHECKED_PAGES = 8000,        /* up to 32 MB the whole file is checked at open */
};

static const char version_1[] =
	"CREATE TABLE meta("
	"  name TEXT PRIMARY KEY,"
	"  value"
	") WITHOUT ROWID;"
	"INSERT INTO meta VALUES('next_number', 1);"

	/* The messages of a queue stand in its box. Purging puts an empty box in its
	 * place; the old one is swept a piece at a time. */
	"CREATE TABLE queues("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  name TEXT NOT NULL UNIQUE,"
	"  box INTEGER NOT NULL UNIQUE,"
	"  created_ms INTEGER NOT NULL,"
	"  modified_ms INTEGER NOT NULL,"
	"  purged_ms INTEGER,"
	/* DeduplicationScope as it was when the queue was made: it alone counts. */
	"  dedup_by_group INTEGER NOT NULL DEFAULT 0"
	");"
	"CREATE TABLE swept_boxes(box INTEGER PRIMARY KEY);"
	"CREATE TABLE deleted_queues("
	"  name TEXT PRIMARY KEY,"
	"  deleted_ms INTEGER NOT NULL"
	") WITHOUT ROWID;"

	/* What was set; the rest is the default. */
	"CREATE TABLE queue_attributes("
	"  queue INTEGER NOT NULL,"
	"  name TEXT NOT NULL,"
	"  value TEXT NOT NULL,"
	"  PRIMARY KEY(queue, name)"
	") WITHOUT ROWID;"
	"CREATE TABLE tags("
	"  queue INTEGER NOT NULL,"
	"  name TEXT NOT NULL,"
	"  value TEXT NOT NULL,"
	"  PRIMARY KEY(queue, name)"
	") WITHOUT ROWID;"

	"CREATE TABLE messages("
	"  id INTEGER PRIMARY KEY,"
	"  box INTEGER NOT NULL,"
	"  message_id TEXT NOT NULL,"
	"  sent_ms INTEGER NOT NULL,"
	/* Delayed or in flight until then. */
	"  visible_ms INTEGER NOT NULL,"
	"  received_ms INTEGER,"
	"  first_received_ms INTEGER,"
	"  receive_count INTEGER NOT NULL DEFAULT 0,"
	/* In the handle of the latest receive; older handles have another one. */
	"  receipt INTEGER,"
	"  sender TEXT,"
	"  group_id TEXT,"
	"  dedup_id TEXT,"
	/* FIFO only: the order, and whether none of its group stands before it. */
	"  sequence INTEGER,"
	"  is_first INTEGER,"
	"  trace TEXT,"
	"  source_arn TEXT,"
	"  attribute_count INTEGER NOT NULL DEFAULT 0"
	");"
	"CREATE INDEX messages_by_time ON messages(box, visible_ms);"
	"CREATE INDEX messages_by_age ON messages(box, sent_ms);"
	"CREATE UNIQUE INDEX messages_by_group ON messages(box, group_id, sequence)"
	"  WHERE sequence IS NOT NULL;"
	"CREATE INDEX messages_first ON messages(box, visible_ms, sequence)"
	"  WHERE is_first = 1;"
	"CREATE INDEX messages_by_tenant ON messages(box, group_id, visible_ms)"
	"  WHERE sequence IS NULL AND group_id IS NOT NULL;"

	"CREATE TABLE bodies("
	"  message INTEGER PRIMARY KEY,"
	"  md5 TEXT NOT NULL,"
	"  body TEXT NOT NULL"
	");"
	"CREATE TABLE message_attributes("
	"  message INTEGER NOT NULL,"
	"  name TEXT NOT NULL,"
	"  type TEXT NOT NULL,"
	"  value NOT NULL,"
	"  PRIMARY KEY(message, name)"
	") WITHOUT ROWID;"

	/* What FIFO queues remember of sends for five minutes. group_id is '' where the
	 * queue deduplicates as a whole. */
	"CREATE TABLE dedup("
	"  box INTEGER NOT NULL,"
	"  group_id TEXT NOT NULL,"
	"  dedup_id TEXT NOT NULL,"
	"  message_id TEXT NOT NULL,"
	"  sequence INTEGER NOT NULL,"
	"  until_ms INTEGER NOT NULL,"
	"  PRIMARY KEY(box, group_id, dedup_id)"
	") WITHOUT ROWID;"
	"CREATE INDEX dedup_until ON dedup(until_ms);"

	/* What a ReceiveRequestAttemptId was answered with: a line a message. */
	"CREATE TABLE attempts("
	"  box INTEGER NOT NULL,"
	"  attempt_id TEXT NOT NULL,"
	"  place INTEGER NOT NULL,"
	"  message INTEGER NOT NULL,"
	"  receipt INTEGER NOT NULL,"
	"  visible_ms INTEGER NOT NULL,"
	"  until_ms INTEGER NOT NULL,"
	"  PRIMARY KEY(box, attempt_id, place)"
	") WITHOUT ROWID;"
	"CREATE INDEX attempts_until ON attempts(until_ms);"

	"CREATE TABLE move_tasks("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  task_id TEXT NOT NULL UNIQUE,"
	"  source TEXT NOT NULL,"
	"  destination_arn TEXT,"
	"  per_second INTEGER,"
	"  status TEXT NOT NULL,"
	"  failure TEXT,"
	"  started_ms INTEGER NOT NULL,"
	"  moved INTEGER NOT NULL DEFAULT 0,"
	"  to_move INTEGER NOT NULL DEFAULT 0"
	");"

	/* For people: sqlite3 queues.db 'SELECT * FROM queue_overview' */
	"CREATE VIEW queue_overview AS"
	"  SELECT q.name, q.id, count(m.id) AS messages,"
	"    datetime(q.created_ms / 1000, 'unixepoch') AS created"
	"  FROM queues q LEFT JOIN messages m ON m.box = q.box GROUP BY q.id;"
	"CREATE VIEW message_overview AS"
	"  SELECT q.name AS queue, m.message_id,"
	"    datetime(m.sent_ms / 1000, 'unixepoch') AS sent,"
	"    CASE WHEN m.visible_ms <= strftime('%s') * 1000 THEN 'visible'"
	"      WHEN m.receive_count = 0 THEN 'delayed' ELSE 'in flight' END AS state,"
	"    m.receive_count, m.group_id, b.body"
	"  FROM messages m JOIN queues q ON q.box = m.box"
	"  JOIN bodies b ON b.message = m.id ORDER BY m.id;";

/* migrations[n] makes version n + 1 of version n. */
static const char *const migrations[] = {version_1};

int schema_version(void)
{
	return (int)ARRAY_SIZE(migrations);
}

static int pragma_number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int n = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		n = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return n;
}

static bool take_step(
	sqlite3 *db, const char *step, int version, char *why, size_t why_size)
{
	char mark[120];

	snprintf(mark, sizeof(mark),
		"PRAGMA user_version=%d; PRAGMA application_id=%d; COMMIT", version,
		APPLICATION_ID);
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
		sqlite3_exec(db, step, NULL, NULL, NULL) == SQLITE_OK &&
		sqlite3_exec(db, mark, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	snprintf(why, why_size, "queues.db cannot be brought to version %d: %s", version,
		sqlite3_errmsg(db));
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

static bool refuse(char *why, size_t why_size, const char *text)
{
	snprintf(why, why_size, "%s", text);
	return false;
}

/* A small database is checked as a whole; of a large one only its tables are looked at.
 */
static bool is_sound(sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	bool sound = false;
	const char *sql = pragma_number(db, "PRAGMA page_count") <= CHECKED_PAGES
				  ? "PRAGMA quick_check(1)"
				  : "SELECT CASE count(*) WHEN 12 THEN 'ok' END FROM "
				    "sqlite_schema WHERE type = 'table' AND name NOT "
				    "LIKE 'sqlite%'";

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(statement, 0);

		sound = text && sqlite3_stricmp(text, "ok") == 0;
	}
	sqlite3_finalize(statement);
	return sound;
}

bool schema_migrate(
	sqlite3 *db, const char *const *steps, int count, char *why, size_t why_size)
{
	int version = pragma_number(db, "PRAGMA user_version");
	int application = pragma_number(db, "PRAGMA application_id");

	if (version < 0)
		return refuse(why, why_size,
			"queues.db cannot be read: it is damaged or no database; move it "
			"away or restore it");
	if (application != APPLICATION_ID &&
		(version != 0 || pragma_number(db, "PRAGMA page_count") > 1))
		return refuse(why, why_size,
			"queues.db belongs to another program; name another directory");
	if (version > count) {
		snprintf(why, why_size,
			"queues.db is of version %d, this program knows %d; use a newer "
			"program",
			version, count);
		return false;
	}
	for (; version < count; version++) {
		if (!take_step(db, steps[version], version + 1, why, why_size))
			return false;
	}
	return true;
}

bool schema_prepare(sqlite3 *db, char *why, size_t why_size)
{
	if (!schema_migrate(db, migrations, schema_version(), why, why_size))
		return false;
	if (!is_sound(db))
		return refuse(why, why_size,
			"queues.db is damaged; restore it, or run sqlite3 queues.db "
			".recover into a new file");
	return true;
}
