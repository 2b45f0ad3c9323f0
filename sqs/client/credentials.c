/* SPDX-License-Identifier: MIT */
#include "sqs/client/credentials.h"

#include <stdlib.h>
#include <string.h>

/* In the order of botocore's chain. */
static const struct credentials_source *const chain[] = {
	&credentials_from_env,
	&credentials_from_profile,
};

const struct credentials_source *credentials_choose(const struct credentials_query *query)
{
	for (size_t i = 0; i < ARRAY_SIZE(chain); i++) {
		if (chain[i]->applies(query))
			return chain[i];
	}
	return NULL;
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
