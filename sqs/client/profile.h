/* SPDX-License-Identifier: MIT */
/*
 * The shared files of the AWS SDKs: ~/.aws/config and ~/.aws/credentials.
 *
 * A set holds what was read of both. The grammar is that of the SDKs (their common
 * parser, aws-c-sdkutils): sections [profile NAME], [sso-session NAME] and
 * [services NAME] in the one, [NAME] in the other; properties KEY = VALUE;
 * continuation lines, which under an empty value are properties of their own. Keys
 * have no case, the names of sections have.
 * Texts that a set gives live as long as the set. One thread at a time.
 */
#ifndef SQS_CLIENT_PROFILE_H
#define SQS_CLIENT_PROFILE_H

#include <stdbool.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/view.h"

struct profile_set;

enum profile_file { PROFILE_CONFIG, PROFILE_CREDENTIALS };

enum profile_section { PROFILE_PROFILE, PROFILE_SSO_SESSION, PROFILE_SERVICES };

/* An empty set; NULL when there is no memory. */
struct profile_set *profile_set_new(void);

/* NULL is allowed. What it held is wiped: it may have been keys. */
void profile_set_free(struct profile_set *set);

DEFINE_AUTO(profile_set_free, struct profile_set *);

/*
 * Adds a file's text. False for a text that the grammar refuses as a whole: *why is a
 * constant text and *line, from 1, where it stands. No memory has line 0.
 */
bool profile_set_read(struct profile_set *set, enum profile_file file, struct view text,
	const char **why, int *line);

/* Whether either file has this profile. */
bool profile_exists(const struct profile_set *set, const char *profile);

/* A profile's property, the credentials file's before the config file's; NULL: none. */
const char *profile_get(
	const struct profile_set *set, const char *profile, const char *key);

/* A property of another kind of section; NULL: none. */
const char *profile_get_in(const struct profile_set *set, enum profile_section section,
	const char *name, const char *key);

/* A property under a property: sqs, then endpoint_url, in [services NAME]; NULL: none. */
const char *profile_get_nested(const struct profile_set *set,
	enum profile_section section, const char *name, const char *key,
	const char *nested);

#endif
