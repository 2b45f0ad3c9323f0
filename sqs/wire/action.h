/* SPDX-License-Identifier: MIT */
/*
 * The actions of SQS by name.
 *
 * What each takes and answers is a row of sqs/wire/schema.c; wire_request_of(),
 * which makes an empty request, is declared in sqs/wire/message.h.
 */
#ifndef SQS_WIRE_ACTION_H
#define SQS_WIRE_ACTION_H

#include <stdbool.h>

#include "sqs/wire/message.h"

/* The version of the Query protocol that requests name: 2012-11-05. */
#define WIRE_VERSION "2012-11-05"

/* The namespace of the replies in XML. */
#define WIRE_NAMESPACE "http://queue.amazonaws.com/doc/2012-11-05/"

/* "SendMessage". Never NULL for an action below WIRE_ACTION_COUNT. */
const char *wire_action_name(enum wire_action action);

/* Case matters, as it does to the service. False, and *out untouched, for an unknown
 * name. */
bool wire_action_find(struct view name, enum wire_action *out);

/* Whether success says nothing but a request id (DeleteMessage, PurgeQueue, ...). */
bool wire_action_is_void(enum wire_action action);

#endif
