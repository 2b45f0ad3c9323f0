/* SPDX-License-Identifier: MIT */
/*
 * A role for a token in a file, as Kubernetes gives it to a pod: in the environment or in
 * the profile. The file is read each time, since somebody else replaces it.
 */
#include <errno.h>
#include <stdio.h>

#include "sqs/client/failure.h"
#include "sqs/client/sts.h"

enum { LARGEST_TOKEN = 1 << 16 };

struct identity {
	const char *token_file;
	const char *role_arn;
	const char *session_name;
};

/* The environment belongs to this process, not to a profile that a role names. */
static bool identity_of(const struct credentials_query *query, struct identity *out)
{
	const struct settings_scope *scope = &query->scope;

	if (query->depth == 0 && !query->profile_is_chosen) {
		*out = (struct identity){
			settings_env(scope, "AWS_WEB_IDENTITY_TOKEN_FILE"),
			settings_env(scope, "AWS_ROLE_ARN"),
			settings_env(scope, "AWS_ROLE_SESSION_NAME"),
		};
		if (out->token_file && out->role_arn)
			return true;
	}
	*out = (struct identity){
		settings_property(scope, "web_identity_token_file"),
		settings_property(scope, "role_arn"),
		settings_property(scope, "role_session_name"),
	};
	return out->token_file && out->role_arn;
}

static bool applies(const struct credentials_query *query)
{
	struct identity identity;

	return identity_of(query, &identity);
}

static bool find(const struct credentials_query *query, struct credentials *out,
	struct sqs_failure *why)
{
	AUTO(buf) struct buf form = BUF_INIT(0);
	AUTO(buf) struct buf token = BUF_INIT(LARGEST_TOKEN);
	struct identity identity;
	char made_up[48];

	identity_of(query, &identity);
	if (!settings_read_file(identity.token_file, &token))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"cannot read the token in %s: %s", identity.token_file,
			strerror(errno));
	snprintf(made_up, sizeof(made_up), "sqsfs-%lld", (long long)query->now_ms / 1000);
	buf_add_string(&form, "Action=AssumeRoleWithWebIdentity");
	sts_add(&form, "RoleArn", identity.role_arn);
	sts_add(&form, "RoleSessionName",
		identity.session_name ? identity.session_name : made_up);
	sts_add(&form, "WebIdentityToken", buf_view(&token).data);
	return sts_ask(query, &form, NULL, out, why);
}

const struct credentials_source credentials_from_web_identity = {
	.name = "the web identity", .is_slow = true, .applies = applies, .find = find};
