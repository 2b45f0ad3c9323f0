/* SPDX-License-Identifier: MIT */
/*
 * Credentials, and the places where they are looked for.
 *
 * A source is one file and one row of the chain in credentials.c. The first row
 * that applies is the client's source for its whole life; what it gives is asked
 * for again before it expires (sqs/client/keeper.h).
 */
#ifndef SQS_CLIENT_CREDENTIALS_H
#define SQS_CLIENT_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "sqs/client/settings.h"
#include "sqs/sqs.h"
#include "sqs/wire/credentials.h"

/* Owned texts. Zeroes are none. */
struct credentials {
	char *access_key;
	char *secret_key;
	char *token;        /* NULL: long-lived keys */
	int64_t expires_ms; /* since 1970; INT64_MAX: never */
};

#define CREDENTIALS_NEVER_EXPIRE INT64_MAX

/* Wipes and frees. */
void credentials_finish(struct credentials *credentials);

/* Copies; an empty token is none. False when there is no memory. */
bool credentials_set(struct credentials *out, const char *access_key,
	const char *secret_key, const char *token, int64_t expires_ms);

bool credentials_are_equal(const struct credentials *a, const struct credentials *b);

struct wire_credentials credentials_view(const struct credentials *credentials);

/* What a source may look at. */
struct credentials_query {
	settings_env_fn *env;
	const struct profile_set *profiles;
	const char *profile;
	bool profile_is_chosen; /* by the caller of the library */
	const char *region;
	int64_t now_ms;
	int cancel_fd; /* readable when nobody waits for the answer any more */
};

struct credentials_source {
	const char *name; /* for the log */
	/* Runs a program or asks the network: never on the client's thread. */
	bool is_slow;
	/* Whether something configures this source. Asks nobody. */
	bool (*applies)(const struct credentials_query *query);
	/* False, and why in one line that says what to do. */
	bool (*find)(const struct credentials_query *query, struct credentials *out,
		struct sqs_failure *why);
};

extern const struct credentials_source credentials_from_env;
extern const struct credentials_source credentials_from_profile;

/* The first source that applies; NULL when none does. */
const struct credentials_source *credentials_choose(
	const struct credentials_query *query);

#endif
