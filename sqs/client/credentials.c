/* SPDX-License-Identifier: MIT */
#include "sqs/client/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "sqs/client/failure.h"
#include "sqs/wire/stamp.h"

/* In the order of botocore's chain. */
static const struct row {
	const struct credentials_source *source;
	bool is_in_profile;
} chain[] = {
	{&credentials_from_env, false},
	{&credentials_from_role, true},
	{&credentials_from_web_identity, true},
	{&credentials_from_sso, true},
	{&credentials_from_profile, true},
	{&credentials_from_process, true},
	{&credentials_from_container, false},
	{&credentials_from_instance, false},
};

static const struct credentials_source *choose(
	const struct credentials_query *query, bool in_profile_only)
{
	for (size_t i = 0; i < ARRAY_SIZE(chain); i++) {
		if ((chain[i].is_in_profile || !in_profile_only) &&
			chain[i].source->applies(query))
			return chain[i].source;
	}
	return NULL;
}

const struct credentials_source *credentials_choose(const struct credentials_query *query)
{
	return choose(query, false);
}

const struct credentials_source *credentials_choose_in_profile(
	const struct credentials_query *query)
{
	return choose(query, true);
}

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void credentials_finish(struct credentials *credentials)
{
	wipe(credentials->access_key);
	wipe(credentials->secret_key);
	wipe(credentials->token);
	*credentials = (struct credentials){0};
}

bool credentials_set(struct credentials *out, const char *access_key,
	const char *secret_key, const char *token, int64_t expires_ms)
{
	bool has_token = token && token[0];

	*out = (struct credentials){
		.access_key = strdup(access_key),
		.secret_key = strdup(secret_key),
		.token = has_token ? strdup(token) : NULL,
		.expires_ms = expires_ms,
	};
	if (out->access_key && out->secret_key && !out->token == !has_token)
		return true;
	credentials_finish(out);
	return false;
}

static bool texts_are_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool credentials_are_equal(const struct credentials *a, const struct credentials *b)
{
	return texts_are_equal(a->access_key, b->access_key) &&
	       texts_are_equal(a->secret_key, b->secret_key) &&
	       texts_are_equal(a->token, b->token);
}

struct wire_credentials credentials_view(const struct credentials *credentials)
{
	return (struct wire_credentials){
		.access_key = view_of(credentials->access_key),
		.secret_key = view_of(credentials->secret_key),
		.token = view_of(credentials->token),
		.expires_ms = credentials->expires_ms,
	};
}

bool credentials_take(struct credentials *out, const struct wire_credentials *answer,
	const char *who, struct sqs_failure *why)
{
	int64_t expires_ms = CREDENTIALS_NEVER_EXPIRE;

	if (!answer->access_key.len || !answer->secret_key.len)
		return failure_say(why, SQS_NO_CREDENTIALS,
			"%s gave no access key and secret key", who);
	if (answer->expiration.len && !stamp_read(answer->expiration, &expires_ms))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"%s gave an expiration that is no time: %.*s", who,
			(int)answer->expiration.len, answer->expiration.data);
	return credentials_set(out, answer->access_key.data, answer->secret_key.data,
		       answer->token.data, expires_ms) ||
	       failure_say(why, SQS_NO_MEMORY, "no memory");
}
