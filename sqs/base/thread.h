/* SPDX-License-Identifier: MIT */
/*
 * Threads that no signal disturbs: those of the process go to others, and the SIGPIPE
 * of a connection that broke under TLS stays unheard.
 */
#ifndef SQS_BASE_THREAD_H
#define SQS_BASE_THREAD_H

#include <pthread.h>

/* `name`, of 15 bytes at most, is what `ps -L` and debuggers show. 0; or an errno: there
 * is none to be had. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *arg);

#endif
