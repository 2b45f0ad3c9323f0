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
	struct settings_scope scope;
	bool profile_is_chosen; /* by the caller of the library */
	const char *region;
	const char *ca_bundle;
	int64_t now_ms;
	int cancel_fd; /* readable when nobody waits for the answer any more */
	int depth;     /* of roles whose profile names another profile as their source */
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
extern const struct credentials_source credentials_from_role;
extern const struct credentials_source credentials_from_web_identity;
extern const struct credentials_source credentials_from_sso;
extern const struct credentials_source credentials_from_profile;
extern const struct credentials_source credentials_from_process;
extern const struct credentials_source credentials_from_container;
extern const struct credentials_source credentials_from_instance;

/* The first source that applies; NULL when none does. */
const struct credentials_source *credentials_choose(
	const struct credentials_query *query);

/* The first one that stands in the profile: what a role's source_profile may have. */
const struct credentials_source *credentials_choose_in_profile(
	const struct credentials_query *query);

/* Takes what a service, a program or a file has answered; what is absent in an answer
 * that is no error is said in *why, with `who` gave it. */
bool credentials_take(struct credentials *out, const struct wire_credentials *answer,
	const char *who, struct sqs_failure *why);

#endif
