/* SPDX-License-Identifier: MIT */
/*
 * What the double of SQS says: bytes, without sockets.
 */
#ifndef TESTS_CLIENT_DOUBLE_REPLY_H
#define TESTS_CLIENT_DOUBLE_REPLY_H

#include "sqs/base/buf.h"
#include "sqs/base/list.h"
#include "tests/client/double.h"

/* Messages that wait to be received. Zeroes are none. */
struct double_messages {
	char **bodies;
	size_t count;
	size_t next;
};

void double_messages_put(struct double_messages *messages, const char *body);
void double_messages_finish(struct double_messages *messages);

/* A field of a form, decoded; "" when it is not there. */
void double_form_value(const char *form, const char *name, char *out, size_t size);

/* The answer to a request that came as a form. False, and nothing written: a long poll
 * that has nothing yet and is not `late`. */
bool double_write_answer(struct buf *out, const char *form, const struct double_act *act,
	struct double_messages *messages, bool late);

void double_write_fault(struct buf *out, const struct double_act *act);

#endif
