/* SPDX-License-Identifier: MIT */
/*
 * The store: one SQLite database, queues.db, in the server's directory.
 *
 * It knows transactions, statements and disks, and nothing of SQS. A statement is
 * known by the address of its text, so texts are literals; each is prepared once.
 *
 * A write opens the transaction that it needs: synced (synchronous=FULL) where
 * store_want() said so, else written but not synced (NORMAL). SQLite changes that
 * only between transactions, so a synced write after unsynced ones of the same
 * turn commits those first.
 *
 * A failure is sticky until store_commit(), which then undoes what is open and is
 * false. One thread uses a store.
 */
#ifndef SQS_LOCAL_STORE_H
#define SQS_LOCAL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sqs/base/arena.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/view.h"

struct store;
struct rows; /* a query that is being read */

/* Opens or makes queues.db in a directory; recovers, checks and migrates. NULL, and one
 * line in why that says what to do, when it cannot. `sync_normal`: nothing is ever synced
 * before an answer. */
struct store *store_open(int directory_fd, bool sync_normal, char *why, size_t why_size);

/* Undoes what was not committed. NULL is allowed. */
void store_close(struct store *store);

/* A parameter of a statement. Texts and bytes must live until the call returns, those of
 * a query until its rows are done. An absent view is NULL. */
struct value {
	enum { VALUE_NULL, VALUE_NUMBER, VALUE_TEXT, VALUE_BYTES } kind;
	int64_t number;
	struct view bytes;
};

static inline struct value number(int64_t n)
{
	return (struct value){VALUE_NUMBER, n, {NULL, 0}};
}

/* NULL in the database where `n` is `none`. */
static inline struct value number_or_null(int64_t n, int64_t none)
{
	return (struct value){n == none ? VALUE_NULL : VALUE_NUMBER, n, {NULL, 0}};
}

static inline struct value text(struct view v)
{
	return (struct value){v.data ? VALUE_TEXT : VALUE_NULL, 0, v};
}

static inline struct value bytes(struct view v)
{
	return (struct value){v.data ? VALUE_BYTES : VALUE_NULL, 0, v};
}

/* Whether the writes that follow, until the next call, must be synced. */
void store_want(struct store *store, bool synced);

bool store_run_values(
	struct store *store, const char *sql, const struct value *values, size_t count);
struct rows *store_query_values(
	struct store *store, const char *sql, const struct value *values, size_t count);

/* Changes something: store_run(store, "DELETE FROM tags WHERE queue = ?1", number(7)). */
#define store_run(store, sql, ...)                                        \
	store_run_values(store, sql, (const struct value[]){__VA_ARGS__}, \
		sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value))

/*
 * Asks: never NULL; a failed query has no rows.
 *
 *	rows = store_query(store, "SELECT name FROM queues WHERE id = ?1", number(7));
 *	while (rows_next(rows))
 *		... rows_text(rows, 0) ...
 *
 * The same text may not be asked again before its rows are done.
 */
#define store_query(store, sql, ...)                                        \
	store_query_values(store, sql, (const struct value[]){__VA_ARGS__}, \
		sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value))

/* False after the last row, and the rows are done. */
bool rows_next(struct rows *rows);

/* Ends a query before its last row. */
void rows_done(struct rows *rows);

int64_t rows_number(struct rows *rows, int column);
bool rows_is_null(struct rows *rows, int column);
bool rows_is_bytes(struct rows *rows, int column); /* and no text */

/* Valid until the next row; absent where the database has NULL. */
struct view rows_text(struct rows *rows, int column);

/* The same, copied. */
struct view rows_copy(struct rows *rows, int column, struct arena *arena);

/* The number of a query that has one row; `otherwise` where that is NULL or missing. */
#define store_number(store, otherwise, sql, ...) \
	rows_only_number(store_query(store, sql, __VA_ARGS__), otherwise)
int64_t rows_only_number(struct rows *rows, int64_t otherwise);

/* The id that the last INSERT made. */
int64_t store_last_id(const struct store *store);

/* How many rows the last store_run() changed. */
int64_t store_changes(const struct store *store);

/* Something went wrong since the last commit. */
bool store_has_failed(const struct store *store);

/* There is no memory for the rest: what was begun is a failure, so that nobody gets a half
 * of it. */
void store_give_up(struct store *store);

/* Ends what is open. False, and everything undone that was not committed, after a
 * failure. */
bool store_commit(struct store *store);

/* What the last failure was, in words that say what to do. Never NULL. */
const char *store_fault(const struct store *store);

/* Since the store was opened. */
struct store_counters {
	uint64_t commits;
	uint64_t syncs; /* commits that were synced */
	uint64_t failures;
	int64_t bytes; /* of queues.db, now */
};

void store_count(struct store *store, struct store_counters *out);

#endif
