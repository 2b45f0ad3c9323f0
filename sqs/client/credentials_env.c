/* SPDX-License-Identifier: MIT */
/*
 * Credentials in the environment. A profile that the caller has chosen is meant to
 * be used, so then these do not count.
 */
#include "sqs/client/credentials.h"
#include "sqs/client/failure.h"
#include "sqs/wire/stamp.h"

static bool applies(const struct credentials_query *query)
{
	return !query->profile_is_chosen &&
	       settings_env(&query->scope, "AWS_ACCESS_KEY_ID");
}

static bool find(const struct credentials_query *query, struct credentials *out,
	struct sqs_failure *why)
{
	const char *secret = settings_env(&query->scope, "AWS_SECRET_ACCESS_KEY");
	const char *token = settings_env(&query->scope, "AWS_SESSION_TOKEN");
	const char *expiration = settings_env(&query->scope, "AWS_CREDENTIAL_EXPIRATION");
	int64_t expires_ms = CREDENTIALS_NEVER_EXPIRE;

	if (!secret)
		return failure_say(why, SQS_NO_CREDENTIALS,
			"AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
	if (expiration && !stamp_read(view_of(expiration), &expires_ms))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"AWS_CREDENTIAL_EXPIRATION is \"%s\": write it as "
			"2030-01-31T12:00:00Z",
			expiration);
	if (!token)
		token = settings_env(&query->scope, "AWS_SECURITY_TOKEN");
	return credentials_set(out, settings_env(&query->scope, "AWS_ACCESS_KEY_ID"),
		       secret, token, expires_ms) ||
	       failure_say(why, SQS_NO_MEMORY, "no memory");
}

const struct credentials_source credentials_from_env = {
	.name = "the environment", .applies = applies, .find = find};
