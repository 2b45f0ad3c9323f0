/* SPDX-License-Identifier: MIT */
/*
 * The client's one thread.
 */
#ifndef SQS_CLIENT_LOOP_H
#define SQS_CLIENT_LOOP_H

/* pthread_create()'s start; `client` is a struct sqs_client. Returns when the client is
 * to stop and every operation is complete. */
void *loop_run(void *client);

#endif
