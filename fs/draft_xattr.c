/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes of drafts: what is to be sent with the message, what the
 * service said of it.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/xattr.h>

#include "fs/call.h"
#include "fs/draft_file.h"
#include "fs/spool.h"
#include "sqs/base/cleanup.h"

enum { ERROR_SIZE = 1024 };

/* What was said of the last message: a text or NULL. */
static const char *outcome(const struct draft *draft, const char *key)
{
	if (strcmp(key, "MessageId") == 0)
		return draft->message_id;
	if (strcmp(key, "SequenceNumber") == 0)
		return draft->sequence_number;
	return NULL;
}

/* The value in `out`; false: it has none. Lock held. */
static bool get_locked(const struct draft *draft, const char *key, struct buf *out)
{
	char error[ERROR_SIZE];
	struct view value;

	if (strcmp(key, "error") == 0 &&
		draft_describe_error(draft, error, sizeof(error)))
		return buf_add_string(out, error);
	if (outcome(draft, key))
		return buf_add_string(out, outcome(draft, key));
	return attributes_get(&draft->attributes, key, &value) &&
	       buf_add_view(out, value);
}

void draft_getxattr(fuse_req_t req, struct node *node, const char *name, size_t size)
{
	const char *key = attributes_key(name);
	AUTO(buf) struct buf value = BUF_INIT(0);
	bool has_it;

	mount_lock(node->mount);
	has_it = key && get_locked(draft_of(node), key, &value);
	mount_unlock(node->mount);
	if (has_it)
		call_reply_xattr(req, buf_view(&value).data, value.len, size);
	else
		fuse_reply_err(req, value.failed ? ENOMEM : ENODATA);
}

static void list_locked(const struct draft *draft, struct buf *names)
{
	static const char *const outcomes[] = {"error", "MessageId", "SequenceNumber"};
	char error[ERROR_SIZE];

	attributes_list(&draft->attributes, names);
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		if (i == 0 ? draft_describe_error(draft, error, sizeof(error))
			   : outcome(draft, outcomes[i]) != NULL) {
			buf_printf(names, "user.sqs.%s", outcomes[i]);
			buf_add_char(names, '\0');
		}
	}
}

void draft_listxattr(fuse_req_t req, struct node *node, size_t size)
{
	AUTO(buf) struct buf names = BUF_INIT(0);

	mount_lock(node->mount);
	list_locked(draft_of(node), &names);
	mount_unlock(node->mount);
	if (names.failed)
		fuse_reply_err(req, ENOMEM);
	else
		call_reply_xattr(req, buf_view(&names).data, names.len, size);
}

/* Whether what is sent beside the body may still be changed. Who waits in a FIFO group's
 * order may change all but the group. */
static int check_change(const struct draft *draft, const char *key)
{
	if (draft->order && strcmp(key, "MessageGroupId") == 0)
		return EBUSY;
	switch (draft->state) {
	case DRAFT_SENDING:
		return EBUSY;
	case DRAFT_SENT:
		return EPERM; /* the message has left */
	default:
		return 0;
	}
}

/* XATTR_CREATE and XATTR_REPLACE, as setxattr(2) has them. */
static int check_flags(const struct draft *draft, const char *key, int flags)
{
	struct view old;
	bool is_set = attributes_get(&draft->attributes, key, &old);

	if (flags & XATTR_CREATE && is_set)
		return EEXIST;
	return flags & XATTR_REPLACE && !is_set ? ENODATA : 0;
}

/* Another message than what was tried. Its copy on the disk stays, and follows. */
static void changed_locked(struct draft *draft)
{
	if (draft->state == DRAFT_EMPTY)
		return;
	draft->dedup_id[0] = '\0';
	draft->attempts = 0;
	spool_update_locked(draft);
}

static int set_locked(struct draft *draft, const char *key, struct view value, int flags)
{
	int error = check_change(draft, key);

	if (!error)
		error = check_flags(draft, key, flags);
	if (!error)
		error = attributes_set(&draft->attributes, key, value);
	if (!error)
		changed_locked(draft);
	return error;
}

void draft_setxattr(fuse_req_t req, struct node *node, const char *name,
	const char *value, size_t size, int flags)
{
	const char *key = attributes_key(name);
	struct draft *draft = draft_of(node);
	int error = ENOTSUP;

	if (key) {
		mount_lock(node->mount);
		error = set_locked(draft, key, (struct view){value, size}, flags);
		mount_unlock(node->mount);
	}
	fuse_reply_err(req, error);
}

void draft_removexattr(fuse_req_t req, struct node *node, const char *name)
{
	const char *key = attributes_key(name);
	struct draft *draft = draft_of(node);
	int error = ENODATA;

	mount_lock(node->mount);
	if (key)
		error = check_change(draft, key);
	if (key && !error)
		error = attributes_remove(&draft->attributes, key);
	if (!error)
		changed_locked(draft);
	mount_unlock(node->mount);
	fuse_reply_err(req, error);
}
