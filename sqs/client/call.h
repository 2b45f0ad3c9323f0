/* SPDX-License-Identifier: MIT */
/*
 * Calls: operations that are a request of their own, or one a page.
 */
#ifndef SQS_CLIENT_CALL_H
#define SQS_CLIENT_CALL_H

#include "sqs/client/op.h"

extern const struct op_kind call_kind;

/* Sends the next one that waits for a connection. */
void call_launch(struct sqs_client *client);

#endif
