/* SPDX-License-Identifier: MIT */
/*
 * What is sent beside a body, as it is set with setxattr(2) before the file is sent:
 *
 *	user.sqs.type.NAME               String unless told; before its value
 *	user.sqs.attr.NAME               a message attribute
 *	user.sqs.DelaySeconds            0..900
 *	user.sqs.MessageGroupId
 *	user.sqs.MessageDeduplicationId
 *
 * Each is checked when it is set. Zeroes are no attributes at all. Not thread-safe.
 */
#ifndef FS_ATTRIBUTES_H
#define FS_ATTRIBUTES_H

#include "sqs/base/buf.h"
#include "sqs/sqs.h"

struct attribute;

struct attributes {
	struct attribute *first;
	char *delay_s;  /* a number's text; NULL: the queue's own */
	char *group_id; /* NULL: none */
	char *dedup_id; /* NULL: none */
};

/* The name behind "user.sqs."; NULL when it is not of this namespace. */
const char *attributes_key(const char *xattr_name);

/*
 * Sets one. 0; EINVAL for what the service would refuse; ENOMEM. Other keys are
 * accepted and ignored: what the service says of a received message is copied with it
 * to another queue, and nobody can set it there.
 */
int attributes_set(struct attributes *attributes, const char *key, struct view value);
/* 0, or ENODATA. */
int attributes_remove(struct attributes *attributes, const char *key);
/* False: it is not set. */
bool attributes_get(
	const struct attributes *attributes, const char *key, struct view *value);
/* Appends the full name of each that is set, with its NUL: a type before its value. */
bool attributes_list(const struct attributes *attributes, struct buf *names);

/* False, and nothing in `to`: no memory. */
bool attributes_copy(struct attributes *to, const struct attributes *from);

/* Message attributes as they are sent, borrowed; how many. */
size_t attributes_fill(
	const struct attributes *attributes, struct sqs_attribute out[SQS_ATTRIBUTES]);
/* -1: not set. */
int attributes_delay_s(const struct attributes *attributes);

void attributes_finish(struct attributes *attributes);

#endif
