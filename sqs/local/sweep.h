/* SPDX-License-Identifier: MIT */
/* What time asks for is done by service_tick(); a receive does not wait for that. */
#ifndef SQS_LOCAL_SWEEP_H
#define SQS_LOCAL_SWEEP_H

#include "sqs/local/turn.h"

/* Deletes messages of the queue that are past their retention, 200 at most. */
void sweep_expired(struct service *service, struct queue *queue);

#endif
