/* SPDX-License-Identifier: MIT */
/*
 * Where requests go: from a region, or from what was configured, to a URL.
 *
 * Pure. Texts of the answer live in the arena that is given.
 */
#ifndef SQS_CLIENT_ENDPOINT_H
#define SQS_CLIENT_ENDPOINT_H

#include <stdbool.h>

#include "sqs/base/arena.h"

/* What may name an endpoint; the first one that is not NULL counts. */
struct endpoint_inputs {
	const char *service; /* "sqs": how its hosts' names begin */
	const char *explicit_url;
	const char *env_service;     /* AWS_ENDPOINT_URL_SQS */
	const char *env_any;         /* AWS_ENDPOINT_URL */
	const char *profile_service; /* endpoint_url of it in the profile's services */
	const char *profile_any;     /* endpoint_url of the profile */
	bool ignores_configured;     /* all but explicit_url are left out */
	const char *region;
	bool dual_stack;
	bool fips;
	bool is_local_socket; /* connections go to a Unix socket */
	bool insecure;        /* http may go to any host */
};

struct endpoint {
	const char *url;    /* SCHEME://HOST[:PORT]PATH */
	const char *origin; /* the same without its path, for people */
	const char *host;   /* the value of Host: lower case, port unless the scheme's */
	const char *path;   /* "/" at least */
	bool is_secure;     /* https */
	bool is_local;      /* loopback, or a Unix socket: no proxy */
};

/* False, and one line in *why, when the inputs make no endpoint. */
bool endpoint_find(const struct endpoint_inputs *inputs, struct arena *arena,
	struct endpoint *out, const char **why);

/*
 * Reads http(s)://HOST[:PORT][/PATH]. False, and one line in *why, for anything else;
 * a text with a user's name is refused, since it would end up in logs.
 */
bool endpoint_parse(
	const char *url, struct arena *arena, struct endpoint *out, const char **why);

/* The region that a host of AWS names (sqs.eu-west-1.amazonaws.com); NULL: none. */
const char *endpoint_region_of(const char *host, struct arena *arena);

/* Lower-case letters, digits and hyphens, as every region's name. */
bool endpoint_region_is_valid(const char *region);

#endif
