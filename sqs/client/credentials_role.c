/* SPDX-License-Identifier: MIT */
/*
 * A role that the profile names: role_arn with source_profile or credential_source.
 *
 * The source profile may be a role itself; one that names itself must have keys.
 */
#include <stdio.h>

#include "sqs/client/failure.h"
#include "sqs/client/sts.h"

enum { DEEPEST = 5 };

static const char *property(const struct credentials_query *query, const char *key)
{
	return settings_property(&query->scope, key);
}

static bool applies(const struct credentials_query *query)
{
	return property(query, "role_arn") && !property(query, "web_identity_token_file");
}

static const struct credentials_source *source_named(const char *name)
{
	static const struct {
		const char *name;
		const struct credentials_source *source;
	} rows[] = {
		{"Environment", &credentials_from_env},
		{"Ec2InstanceMetadata", &credentials_from_instance},
		{"EcsContainer", &credentials_from_container},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].source;
	}
	return NULL;
}

static bool find_by_source(const struct credentials_query *query, const char *name,
	struct credentials *out, struct sqs_failure *why)
{
	const struct credentials_source *source = source_named(name);
	struct credentials_query unchosen = *query;

	unchosen.profile_is_chosen = false;
	if (!source || !source->applies(&unchosen))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"profile \"%s\": credential_source %s has no credentials",
			query->scope.profile, name);
	return source->find(&unchosen, out, why);
}

static bool find_by_profile(const struct credentials_query *query, const char *name,
	struct credentials *out, struct sqs_failure *why)
{
	const struct credentials_source *source;
	struct credentials_query next = *query;

	next.scope.profile = name;
	next.depth++;
	if (next.depth > DEEPEST)
		return failure_say(why, SQS_NO_CREDENTIALS,
			"profile \"%s\": its source_profile leads in a circle", name);
	if (strcmp(name, query->scope.profile) == 0)
		source = &credentials_from_profile;
	else
		source = credentials_choose_in_profile(&next);
	if (!source || !source->applies(&next))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"profile \"%s\", the source_profile of \"%s\", has no credentials",
			name, query->scope.profile);
	return source->find(&next, out, why);
}

static bool find_signer(const struct credentials_query *query, struct credentials *out,
	struct sqs_failure *why)
{
	const char *profile = property(query, "source_profile");
	const char *source = property(query, "credential_source");

	if (!profile == !source)
		return failure_say(why, SQS_NO_CREDENTIALS,
			"profile \"%s\" has role_arn: give it either source_profile or "
			"credential_source",
			query->scope.profile);
	return profile ? find_by_profile(query, profile, out, why)
		       : find_by_source(query, source, out, why);
}

static void write_form(const struct credentials_query *query, struct buf *form)
{
	const char *session = property(query, "role_session_name");
	const char *duration = property(query, "duration_seconds");
	char made_up[48];

	snprintf(made_up, sizeof(made_up), "sqsfs-%lld", (long long)query->now_ms / 1000);
	buf_add_string(form, "Action=AssumeRole");
	sts_add(form, "RoleArn", property(query, "role_arn"));
	sts_add(form, "RoleSessionName", session ? session : made_up);
	sts_add(form, "DurationSeconds", duration ? duration : "3600");
	sts_add(form, "ExternalId", property(query, "external_id"));
}

static bool find(const struct credentials_query *query, struct credentials *out,
	struct sqs_failure *why)
{
	AUTO(buf) struct buf form = BUF_INIT(0);
	struct credentials signer = {0};
	bool ok;

	if (property(query, "mfa_serial"))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"profile \"%s\" asks for an MFA code, which nobody can type here: "
			"use a profile without mfa_serial",
			query->scope.profile);
	write_form(query, &form);
	ok = find_signer(query, &signer, why) && sts_ask(query, &form, &signer, out, why);
	credentials_finish(&signer);
	return ok;
}

const struct credentials_source credentials_from_role = {
	.name = "the profile's role", .is_slow = true, .applies = applies, .find = find};
