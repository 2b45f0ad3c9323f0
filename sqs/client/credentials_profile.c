/* SPDX-License-Identifier: MIT */
/*
 * Keys that stand in the profile itself.
 */
#include "sqs/client/credentials.h"
#include "sqs/client/failure.h"

static bool applies(const struct credentials_query *query)
{
	return settings_property(&query->scope, "aws_access_key_id");
}

static bool find(const struct credentials_query *query, struct credentials *out,
	struct sqs_failure *why)
{
	const char *access_key = settings_property(&query->scope, "aws_access_key_id");
	const char *secret = settings_property(&query->scope, "aws_secret_access_key");
	const char *token = settings_property(&query->scope, "aws_session_token");

	if (!access_key || !secret)
		return failure_say(why, SQS_NO_CREDENTIALS,
			"profile \"%s\" needs aws_access_key_id and "
			"aws_secret_access_key",
			query->scope.profile);
	if (!token)
		token = settings_property(&query->scope, "aws_security_token");
	return credentials_set(
		       out, access_key, secret, token, CREDENTIALS_NEVER_EXPIRE) ||
	       failure_say(why, SQS_NO_MEMORY, "no memory");
}

const struct credentials_source credentials_from_profile = {
	.name = "the profile", .applies = applies, .find = find};
