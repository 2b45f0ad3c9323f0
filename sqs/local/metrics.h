/* SPDX-License-Identifier: MIT */
/*
 * What the server counts about itself, in Prometheus' text format.
 */
#ifndef SQS_LOCAL_METRICS_H
#define SQS_LOCAL_METRICS_H

#include "sqs/local/call.h"

/* By what the answer was: 2xx, 4xx, 5xx, or the connection cut. */
enum metrics_class {
	METRICS_DONE,
	METRICS_REFUSED,
	METRICS_FAILED,
	METRICS_CUT,
	METRICS_CLASSES
};

/* Zeroes at first. */
struct metrics {
	/* The row behind the last action is for requests that named none. */
	uint64_t requests[WIRE_ACTION_COUNT + 1][METRICS_CLASSES];
	uint64_t messages[WIRE_ACTION_COUNT + 1];
	uint64_t micros[WIRE_ACTION_COUNT + 1];
	uint64_t turns;    /* transactions */
	uint64_t executed; /* requests in them */
	uint64_t hung_up;  /* parked polls whose peer left */
};

/* What is so at the moment. */
struct metrics_gauges {
	size_t connections;
	size_t parked;
	size_t unsent;
};

void metrics_count(struct metrics *metrics, const struct call *call,
	const struct call_outcome *outcome, int64_t micros);

/* False when the buf failed. */
bool metrics_write(const struct metrics *metrics, const struct metrics_gauges *gauges,
	struct buf *out);

#endif
