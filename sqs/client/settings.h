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
#include "sqs/base/buf.h"
#include "sqs/client/endpoint.h"
#include "sqs/client/profile.h"
#include "sqs/sqs.h"

/* The value of an environment variable; NULL when it is not set. */
typedef const char *settings_env_fn(const char *name);

/* Where a word is looked for: the environment, then a profile. */
struct settings_scope {
	settings_env_fn *env;
	const struct profile_set *profiles; /* NULL: nothing asks for them */
	const char *profile;
};

/* A variable of the environment; NULL when it is not set, or empty. */
const char *settings_env(const struct settings_scope *scope, const char *name);

/* A property of the profile; NULL when it is not there, or empty. */
const char *settings_property(const struct settings_scope *scope, const char *key);

/* A switch: "true", in any case, in the environment or else in the profile. */
bool settings_is_on(
	const struct settings_scope *scope, const char *variable, const char *key);

/* The last two give the credentials of IAM Identity Center (SSO). */
enum settings_service { SETTINGS_SQS, SETTINGS_STS, SETTINGS_SSO, SETTINGS_SSO_OIDC };

/*
 * The endpoint of a service. `config` has the caller's words for it and may be NULL.
 * False, and why, when there is none.
 */
bool settings_endpoint(const struct settings_scope *scope, enum settings_service service,
	const char *region, const struct sqs_config *config, struct arena *arena,
	struct endpoint *out, struct sqs_failure *why);

struct settings {
	struct arena arena; /* the texts below */
	struct profile_set *profiles;
	struct settings_scope scope;
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

/* Appends the user's home: $HOME, or what the system knows, since what mount(8) and systemd
 * start may have no HOME. False when the buf failed. */
bool settings_add_home(settings_env_fn *env, struct buf *path);

/* Appends a whole file; false, and errno, when it cannot be read or does not fit. */
bool settings_read_file(const char *path, struct buf *text);

void settings_finish(struct settings *settings);

#endif
