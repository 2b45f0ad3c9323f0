/* SPDX-License-Identifier: MIT */
/*
 * Keys that stand in the profile itself.
 */
#include "sqs/client/credentials.h"
#include "sqs/client/failure.h"

static const char *value_of(const struct credentials_query *query, const char *key)
{
	const char *value = profile_get(query->profiles, query->profile, key);

	return value && value[0] ? value : NULL;
}

static bool applies(const struct credentials_query *query)
{
	return query->profiles && value_of(query, "aws_access_key_id");
}

static bool find(const struct credentials_query *query, struct credentials *out,
	struct sqs_failure *why)
{
	const char *access_key = value_of(query, "aws_access_key_id");
	const char *secret = value_of(query, "aws_secret_access_key");
	const char *token = value_of(query, "aws_session_token");

	if (!access_key || !secret)
		return failure_say(why, SQS_NO_CREDENTIALS,
			"profile \"%s\" needs aws_access_key_id and "
			"aws_secret_access_key",
			query->profile);
	if (!token)
		token = value_of(query, "aws_security_token");
	return credentials_set(
		       out, access_key, secret, token, CREDENTIALS_NEVER_EXPIRE) ||
	       failure_say(why, SQS_NO_MEMORY, "no memory");
}

const struct credentials_source credentials_from_profile = {
	.name = "the profile", .applies = applies, .find = find};
