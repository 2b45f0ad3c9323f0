/* SPDX-License-Identifier: MIT */
/*
 * A desk answers HTTP requests on a loopback port from a table: what stands beside the
 * first row whose beginning fits. It remembers what it was asked. For the services that
 * give credentials.
 */
#ifndef TESTS_CLIENT_DESK_H
#define TESTS_CLIENT_DESK_H

#include <stdbool.h>
#include <stddef.h>

struct desk;

enum { DESK_HANGS_UP = -1 };

struct desk_row {
	const char *begins; /* "GET /path" */
	int status;         /* below 0: once, then the rows below count */
	const char *body;
};

/* `rows` end with one without `begins` and must outlive the desk. Ends the test program
 * when it cannot. */
struct desk *desk_new(const struct desk_row *rows);
void desk_free(struct desk *desk);

/* "http://127.0.0.1:PORT" */
const char *desk_url(const struct desk *desk);

/* Answers have this Date from now on; the text must outlive the desk. */
void desk_set_date(struct desk *desk, const char *date);

/* All requests so far, heads and bodies, one behind the other; until the next request. */
const char *desk_log(struct desk *desk);

#endif
