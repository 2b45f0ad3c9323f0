/* SPDX-License-Identifier: MIT */
/*
 * Threads that no signal disturbs: those of the process go to others, and the SIGPIPE
 * of a connection that broke under TLS stays unheard.
 */
#ifndef SQS_CLIENT_THREAD_H
#define SQS_CLIENT_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* False when there is none to be had. */
bool thread_start(pthread_t *thread, void *(*run)(void *), void *arg);

#endif
