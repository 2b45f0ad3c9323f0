/* SPDX-License-Identifier: MIT */
/*
 * Statements are kept in an open-addressed table whose key is the address of their
 * text. It is made large enough for every text of this directory; a full table is a
 * mistake of the programmer.
 *
 *	CLOSED --write--> OPEN (lazy or synced) --commit--> CLOSED
 *	                  OPEN lazy --synced write--> committed, then OPEN synced
 *	any error: failed, until the commit rolls back
 */
#include "sqs/local/store.h"

#include <assert.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "sqs/base/log.h"
#include "sqs/local/schema.h"

enum { STATEMENTS = 512, BUSY_MS = 2000 };

enum transaction { CLOSED, OPEN_LAZY, OPEN_SYNCED };

struct rows {
	const char *sql;
	sqlite3_stmt *statement;
	struct store *store;
	bool has_row; /* false: it is not being read */
};

struct store {
	sqlite3 *db;
	enum transaction transaction;
	bool wants_sync;
	bool sync_normal;
	bool is_full; /* synchronous=FULL is set */
	bool failed;
	bool is_known_bad; /* the log was told since the last commit that worked */
	int fault;         /* SQLite's code of the last failure */
	char fault_text[300];
	struct store_counters counters;
	struct rows statements[STATEMENTS];
	struct rows none; /* what a failed query answers */
};

/* What to tell whoever asked. */
static void describe(struct store *store)
{
	const char *name = sqlite3_errmsg(store->db);
	const char *advice = "the server's log says more";

	switch (store->fault & 0xff) {
	case SQLITE_FULL:
		name = "the disk is full";
		advice = "free some space and try again";
		break;
	case SQLITE_IOERR:
		name = "the disk failed";
		advice = "look at the kernel's log and at the free space";
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		name = "another program holds queues.db";
		advice = "end it and try again";
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		name = "queues.db is damaged";
		advice = "stop the server and restore it, or run sqlite3 with .recover";
		break;
	case SQLITE_NOMEM:
		name = "there is no memory";
		advice = "end what needs much of it and try again";
		break;
	case SQLITE_READONLY:
		name = "queues.db cannot be written";
		advice = "check its permissions and the mount of its disk";
		break;
	default:
		break;
	}
	snprintf(store->fault_text, sizeof(store->fault_text),
		"The server's store failed: %s; %s.", name, advice);
}

static void fail_with(struct store *store, int fault, const char *words)
{
	if (store->failed)
		return;
	store->failed = true;
	store->fault = fault;
	store->counters.failures++;
	describe(store);
	if (!store->is_known_bad)
		log_error("store", "%s (SQLite %d: %s)", store->fault_text, fault, words);
	store->is_known_bad = true;
}

static bool fail(struct store *store)
{
	fail_with(store, sqlite3_extended_errcode(store->db), sqlite3_errmsg(store->db));
	return false;
}

void store_give_up(struct store *store)
{
	fail_with(store, SQLITE_NOMEM, sqlite3_errstr(SQLITE_NOMEM));
}

static bool execute(struct store *store, const char *sql)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(store);
}

/* ---- statements ---- */

static struct rows *slot_of(struct store *store, const char *sql)
{
	size_t hash = (size_t)((uintptr_t)sql * 0x9e3779b97f4a7c15u >> 40);

	for (size_t i = 0; i < STATEMENTS; i++) {
		struct rows *slot = &store->statements[(hash + i) % STATEMENTS];

		if (!slot->sql || slot->sql == sql)
			return slot;
	}
	assert(false && "more statements than STATEMENTS");
	return NULL;
}

static struct rows *prepared(struct store *store, const char *sql)
{
	struct rows *slot = slot_of(store, sql);

	if (slot->sql) {
		assert(!slot->has_row);
		return slot;
	}
	if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
		    &slot->statement, NULL) != SQLITE_OK) {
		fail(store);
		return NULL;
	}
	slot->sql = sql;
	slot->store = store;
	return slot;
}

static int bind_one(sqlite3_stmt *statement, int at, const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		return sqlite3_bind_null(statement, at);
	case VALUE_NUMBER:
		return sqlite3_bind_int64(statement, at, value->number);
	case VALUE_TEXT:
		return sqlite3_bind_text64(statement, at, value->bytes.data,
			value->bytes.len, SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_BYTES:
		return sqlite3_bind_blob64(statement, at, value->bytes.data,
			value->bytes.len, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static struct rows *bound(
	struct store *store, const char *sql, const struct value *values, size_t count)
{
	struct rows *rows = store->failed ? NULL : prepared(store, sql);

	if (!rows)
		return NULL;
	assert((size_t)sqlite3_bind_parameter_count(rows->statement) == count);
	for (size_t i = 0; i < count; i++) {
		if (bind_one(rows->statement, (int)i + 1, &values[i]) != SQLITE_OK) {
			fail(store);
			return NULL;
		}
	}
	return rows;
}

/* ---- transactions ---- */

/* Runs a statement that gives no rows; NULL failed already. */
static bool run_to_end(struct store *store, struct rows *rows)
{
	int code;

	if (!rows)
		return false;
	code = sqlite3_step(rows->statement);
	if (code != SQLITE_DONE)
		fail(store);
	sqlite3_reset(rows->statement);
	return code == SQLITE_DONE;
}

/* Runs a statement without parameters that is not a write of the caller's. */
static bool control(struct store *store, const char *sql)
{
	return run_to_end(store, prepared(store, sql));
}

static bool end(struct store *store)
{
	bool synced = store->transaction == OPEN_SYNCED;

	if (!control(store, "COMMIT"))
		return false;
	store->transaction = CLOSED;
	store->is_known_bad = false;
	store->counters.commits++;
	store->counters.syncs += synced;
	return true;
}

/* The pragma acts when it is prepared, so it is executed anew each time. */
static bool set_full(struct store *store, bool full)
{
	if (store->is_full == full)
		return true;
	if (!execute(store,
		    full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"))
		return false;
	store->is_full = full;
	return true;
}

static bool open_transaction(struct store *store)
{
	bool synced = store->wants_sync && !store->sync_normal;

	if (store->failed)
		return false;
	if (store->transaction == OPEN_LAZY && synced && !end(store))
		return false;
	if (store->transaction != CLOSED)
		return true;
	if (!set_full(store, synced) || !control(store, "BEGIN IMMEDIATE"))
		return false;
	store->transaction = synced ? OPEN_SYNCED : OPEN_LAZY;
	return true;
}

void store_want(struct store *store, bool synced)
{
	store->wants_sync = synced;
}

static void undo(struct store *store)
{
	for (size_t i = 0; i < STATEMENTS; i++) {
		if (store->statements[i].has_row)
			rows_done(&store->statements[i]);
	}
	if (!sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->transaction = CLOSED;
}

bool store_commit(struct store *store)
{
	if (!store->failed && store->transaction != CLOSED)
		end(store);
	if (!store->failed)
		return true;
	undo(store);
	store->failed = false;
	return false;
}

/* ---- running ---- */

bool store_run_values(
	struct store *store, const char *sql, const struct value *values, size_t count)
{
	return open_transaction(store) &&
	       run_to_end(store, bound(store, sql, values, count));
}

struct rows *store_query_values(
	struct store *store, const char *sql, const struct value *values, size_t count)
{
	struct rows *rows = bound(store, sql, values, count);

	if (!rows)
		return &store->none;
	rows->has_row = true;
	return rows;
}

void rows_done(struct rows *rows)
{
	if (rows->has_row)
		sqlite3_reset(rows->statement);
	rows->has_row = false;
}

bool rows_next(struct rows *rows)
{
	int code = rows->has_row ? sqlite3_step(rows->statement) : SQLITE_DONE;

	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE)
		fail(rows->store);
	rows_done(rows);
	return false;
}

int64_t rows_number(struct rows *rows, int column)
{
	return sqlite3_column_int64(rows->statement, column);
}

bool rows_is_null(struct rows *rows, int column)
{
	return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

bool rows_is_bytes(struct rows *rows, int column)
{
	return sqlite3_column_type(rows->statement, column) == SQLITE_BLOB;
}

struct view rows_text(struct rows *rows, int column)
{
	const char *data;

	if (rows_is_null(rows, column))
		return (struct view){0};
	data = rows_is_bytes(rows, column)
		       ? sqlite3_column_blob(rows->statement, column)
		       : (const char *)sqlite3_column_text(rows->statement, column);
	return (struct view){
		data ? data : "", (size_t)sqlite3_column_bytes(rows->statement, column)};
}

struct view rows_copy(struct rows *rows, int column, struct arena *arena)
{
	return arena_copy(arena, rows_text(rows, column));
}

int64_t rows_only_number(struct rows *rows, int64_t otherwise)
{
	int64_t n = otherwise;

	if (rows_next(rows) && !rows_is_null(rows, 0))
		n = rows_number(rows, 0);
	rows_done(rows);
	return n;
}

int64_t store_last_id(const struct store *store)
{
	return sqlite3_last_insert_rowid(store->db);
}

int64_t store_changes(const struct store *store)
{
	return sqlite3_changes64(store->db);
}

bool store_has_failed(const struct store *store)
{
	return store->failed;
}

const char *store_fault(const struct store *store)
{
	return store->fault_text[0] ? store->fault_text
				    : "The server's store failed; its log says why.";
}

/* ---- opening ---- */

static bool open_database(struct store *store, int directory_fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/queues.db", directory_fd);
	if (sqlite3_open_v2(path, &store->db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		    NULL) != SQLITE_OK)
		return false;
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, BUSY_MS);
	return sqlite3_exec(store->db,
		       "PRAGMA journal_mode=WAL;"
		       "PRAGMA synchronous=FULL;"
		       "PRAGMA wal_autocheckpoint=1000;"
		       "PRAGMA cache_size=-16000;"
		       /* Debian's SQLite writes zeros over what is deleted; pages that
			* are free already need not be written for that. */
		       "PRAGMA secure_delete=FAST;"
		       "PRAGMA temp_store=MEMORY",
		       NULL, NULL, NULL) == SQLITE_OK;
}

struct store *store_open(int directory_fd, bool sync_normal, char *why, size_t why_size)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store) {
		snprintf(why, why_size, "no memory for the store");
		return NULL;
	}
	store->sync_normal = sync_normal;
	store->is_full = true;
	if (!open_database(store, directory_fd)) {
		store->fault =
			store->db ? sqlite3_extended_errcode(store->db) : SQLITE_NOMEM;
		describe(store);
		snprintf(why, why_size, "queues.db cannot be opened: %s",
			store->fault_text);
		goto fail;
	}
	if (!schema_prepare(store->db, why, why_size))
		goto fail;
	return store;
fail:
	store_close(store);
	return NULL;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->db)
		undo(store);
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(store->statements[i].statement);
	sqlite3_close(store->db);
	free(store);
}

void store_count(struct store *store, struct store_counters *out)
{
	*out = store->counters;
	out->bytes = store_number(store, 0,
		"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
}
