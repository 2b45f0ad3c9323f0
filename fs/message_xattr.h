/* SPDX-License-Identifier: MIT */
/*
 * The extended attributes of a received message: user.sqs.MessageId,
 * user.sqs.lease, user.sqs.attr.NAME, and so on. All are read from the delivery.
 */
#ifndef FS_MESSAGE_XATTR_H
#define FS_MESSAGE_XATTR_H

#include "fs/message.h"
#include "sqs/base/buf.h"

/* Appends the value; false when there is none of that name. Lock held. */
bool message_xattr_get_locked(const struct message *message, const char *name,
	int64_t now_ms, struct buf *value);

/* Appends every name with a NUL behind it. Lock held. */
void message_xattr_list_locked(const struct message *message, struct buf *names);

/* Answer the requests. The caller keeps its reference to the message. Lock free. */
void message_xattr_reply_get(
	fuse_req_t req, struct message *message, const char *name, size_t size);
void message_xattr_reply_list(fuse_req_t req, struct message *message, size_t size);

#endif
