/* SPDX-License-Identifier: MIT */
/*
 * Receives: all who wait for a message of one queue share its polls.
 *
 * A lane (a queue and a visibility timeout) keeps one long poll, which asks for what
 * is wanted, ten at most. A full answer widens the lane, one more poll at a time; an
 * empty or short one narrows it to one. Those who would not wait have a lane of
 * their own, with short polls. A poll whose answer is two seconds late may never be
 * answered: it goes on, and counts no more. Until then who waits for it stays, and
 * hears of a time-out, or why the last attempt failed: only an answer says that there
 * is no message.
 *
 * A receive that is cancelled ends at once, and its poll goes on: what arrives goes
 * to whoever waits, and what arrives for nobody is made visible again. So is what a
 * completion did not take, and what came with a wrong digest.
 */
#ifndef SQS_CLIENT_RECEIVE_H
#define SQS_CLIENT_RECEIVE_H

#include "sqs/client/op.h"

extern const struct op_kind receive_kind;

/* Makes a message visible again, in the background. */
void receive_return(
	struct sqs_client *client, struct view queue_url, struct view receipt_handle);

#endif
