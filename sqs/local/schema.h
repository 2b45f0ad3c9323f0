/* SPDX-License-Identifier: MIT */
/*
 * The tables of queues.db, and how an older one becomes a newer one.
 *
 * PRAGMA user_version is the version of the tables; each migration raises it by one
 * inside its own transaction, so a crash leaves one version or the next.
 */
#ifndef SQS_LOCAL_SCHEMA_H
#define SQS_LOCAL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

struct sqlite3;

/* What this server writes. A database of a newer version is refused. */
int schema_version(void);

/* Makes the tables, or brings them to this version, and checks them as far as that is
 * cheap. False, and one line in why. */
bool schema_prepare(struct sqlite3 *db, char *why, size_t why_size);

/* The same with other tables, and without the last check: steps[n] is the SQL that makes
 * version n + 1 of version n, which stays as it is when the step fails. */
bool schema_migrate(struct sqlite3 *db, const char *const *steps, int count, char *why,
	size_t why_size);

#endif
