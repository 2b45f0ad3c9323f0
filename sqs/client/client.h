/* SPDX-License-Identifier: MIT */
/*
 * What a client is made of. Private to sqs/client.
 */
#ifndef SQS_CLIENT_CLIENT_H
#define SQS_CLIENT_CLIENT_H

#include <pthread.h>
#include <stdatomic.h>

#include "sqs/base/list.h"
#include "sqs/base/map.h"
#include "sqs/client/due.h"
#include "sqs/client/http.h"
#include "sqs/client/keeper.h"
#include "sqs/client/mailbox.h"
#include "sqs/client/retry.h"
#include "sqs/client/settings.h"
#include "sqs/wire/sigv4.h"

enum {
	CLIENT_CONNECTIONS = 64, /* requests at a time, long polls aside */
	CLIENT_POLLS = 256,      /* long polls at a time */
};

/* struct sqs_counters; the client's thread adds, any thread reads. */
struct counters {
	_Atomic uint64_t requests, retries, failures, sent, received, deleted, returned,
		in_flight;
};

#define COUNT(client, counter, number) \
	atomic_fetch_add_explicit(     \
		&(client)->counters.counter, (uint64_t)(number), memory_order_relaxed)

struct sqs_client {
	/* Set before the thread starts, constant from then on. */
	struct settings settings;
	int64_t (*wall_ms)(void);
	double (*random)(void); /* NULL: the machine's */
	pthread_t thread;
	int timer_fd;     /* for waits that are shorter than some milliseconds */
	int64_t timer_ns; /* when it expires, or did */

	/* Any thread. */
	struct mailbox mailbox;
	struct counters counters;
	_Atomic int64_t stop_at_ns; /* when draining ends; DUE_NEVER: nobody asked */

	/* The client's thread alone. */
	struct http *http;
	struct keeper *keeper; /* NULL: requests are not signed */
	struct digester *digester;
	struct sigv4_signer *signer;
	int64_t now_ns; /* of this turn */
	struct due_heap dues;
	struct list ops;               /* of op->all: WAITING, RUNNING, BACKOFF */
	struct list calls;             /* of op->link: calls that wait for a connection */
	struct map lanes;              /* by lane->key */
	struct list ready_lanes;       /* of lane->ready_link: with something to launch */
	struct list ready_polls;       /* the same, lanes of receives */
	struct list requests;          /* of request->link: begun */
	struct list unsigned_requests; /* wait for credentials */
	struct list lost_requests;     /* could not be begun */
	struct list spare_requests;
	size_t spare_count;
	size_t connections; /* requests that are not long polls */
	size_t polls;
	uint64_t admitted_receives;
	int64_t round_trip_ns;   /* smoothed; 0: not measured yet */
	int64_t clock_offset_ms; /* the service's clock less ours */
	struct retry_quota quota;
	bool is_stopping;
	struct buf lane_key; /* scratch */
};

/* Now, by the service's clock as far as it is known. */
int64_t client_wall_ms(const struct sqs_client *client);

/* In [0, 1). */
double client_random(struct sqs_client *client);

#endif
