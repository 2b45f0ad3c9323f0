/* SPDX-License-Identifier: MIT */
/*
 * The desk: takes calls in, has them executed together, hands the answers out.
 *
 * A turn of it takes every request that has arrived into one transaction, in this
 * order: what gives messages, the parked polls of queues that changed or whose time
 * came, what takes messages. Answers leave when the transaction is over. Where both
 * give and take are there, parked polls whose time came and what takes have a
 * transaction before it, so that they do not wait for its sync. One thread.
 */
#ifndef SQS_LOCAL_DESK_H
#define SQS_LOCAL_DESK_H

#include <stdbool.h>

#include "sqs/local/http.h"
#include "sqs/local/server.h"

struct desk;

/* `epoll` is borrowed: an event there that carries a pointer of the desk's is for
 * desk_hang_up(). NULL when there is no memory. */
struct desk *desk_new(const struct server_options *options, struct http *http, int epoll);

/* Every call is answered. NULL is allowed. */
void desk_free(struct desk *desk);

/* A turn: all that is there to do now. */
void desk_turn(struct desk *desk);

/* The peer of a parked poll has hung up: nothing is taken for it. */
void desk_hang_up(struct desk *desk, void *source);

/* How long until time itself makes work; 0: there is some. With a clock that is moved by
 * hand, only what is due now counts. */
int desk_sleep_ms(struct desk *desk);

/* From now on nothing waits: long polls end, delays of faults are cut short. */
void desk_stop(struct desk *desk);

#endif
