/* SPDX-License-Identifier: MIT */
/*
 * A received message as the answer has it: its handle, its body, and of its
 * attributes those that were asked for.
 */
#ifndef SQS_LOCAL_DELIVERY_H
#define SQS_LOCAL_DELIVERY_H

#include "sqs/local/message.h"

/* Writes messages of the turn's queue into its reply. */
void delivery_write(struct turn *turn, const struct message *messages, size_t count);

#endif
