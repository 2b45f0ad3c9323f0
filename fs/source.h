/* SPDX-License-Identifier: MIT */
/*
 * SOURCE, the first argument: what is mounted.
 *
 *	aws[:REGION]                     Amazon SQS
 *	local:DIR                        a queue server of its own, in DIR
 *	http(s)://HOST[:PORT]            whatever speaks the protocol there
 *	http(s)://HOST[:PORT]/ACCOUNT/NAME   one queue, as the root
 */
#ifndef FS_SOURCE_H
#define FS_SOURCE_H

#include <stddef.h>

#include "fs/options.h"

/*
 * Reads options->source into source_kind, source_dir, and, where they were not given as
 * options, endpoint and region. False, and one line in why[size], when it is none of these.
 */
bool source_parse(struct options *options, char *why, size_t size);

/* The region in the name of an AWS host (sqs.REGION.amazonaws.com and its kin), to be freed;
 * NULL: it names none. */
char *source_region_of(const char *url);

/* The absolute form of a path; "~/" is the home directory. To be freed; NULL: no memory. */
char *source_absolute(const char *path);

#endif
