/* SPDX-License-Identifier: MIT */
/*
 * Received messages: from the reply's arena to a block of their own.
 */
#ifndef SQS_CLIENT_MESSAGE_H
#define SQS_CLIENT_MESSAGE_H

#include "sqs/sqs.h"
#include "sqs/wire/digest.h"
#include "sqs/wire/message.h"

/* NULL when there is no memory. sqs_message_free() frees it. */
struct sqs_message *message_new(const struct wire_message *from, int64_t taken_at_ms);

/* Whether body and attributes have the digests that came with them. A digest that did not
 * come is not missed; without MD5 in libcrypto nothing can be said, and it is true. */
bool message_is_intact(struct digester *digester, const struct wire_message *message);

#endif
