/* SPDX-License-Identifier: MIT */
/*
 * What a client needs to know before it starts, found as the AWS SDKs find it:
 * the caller's words, then the environment, then the profile, then the default.
 *
 * Reading the two files of the profile is the only I/O. The environment is a
 * function, so that a test can have its own.
 */
#ifndef SQS_CLIENT_SETTINGS_H
#define SQS_CLIENT_SETTINGS_H

#include "sqs/base/arena.h"
#include "sqs/client/endpoint.h"
#include "sqs/client/profile.h"
#include "sqs/sqs.h"

/* The value of an environment variable; NULL when it is not set. */
typedef const char *settings_env_fn(const char *name);

struct settings {
	struct arena arena; /* the texts below */
	settings_env_fn *env;
	struct profile_set *profiles; /* NULL when nothing asks for them */
	const char *profile;
	bool profile_is_chosen; /* by the caller: then keys of the environment do not
				   count */
	struct endpoint endpoint;
	const char *region;
	bool region_is_default;
	const char *unix_socket; /* NULL: none */
	const char *ca_bundle;   /* NULL: the system's */
	bool anonymous;
	int max_attempts;
};

/* Where a region is named nowhere, as boto does. */
#define SETTINGS_DEFAULT_REGION "us-east-1"

/* False, and why, when they do not make sense; settings_finish() is due in any case. */
bool settings_find(struct settings *out, const struct sqs_config *config,
	settings_env_fn *env, struct sqs_failure *why);

/* The set that the files say; NULL, and why, if they cannot be read. */
struct profile_set *settings_read_profiles(settings_env_fn *env, struct sqs_failure *why);

void settings_finish(struct settings *settings);

#endif
