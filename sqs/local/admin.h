/* SPDX-License-Identifier: MIT */
/*
 * What the server answers beside SQS, under /_sqs-local/: metrics, messages, faults.
 */
#ifndef SQS_LOCAL_ADMIN_H
#define SQS_LOCAL_ADMIN_H

#include "sqs/local/auth.h"
#include "sqs/local/faults.h"
#include "sqs/local/http.h"
#include "sqs/local/metrics.h"
#include "sqs/local/service.h"

struct admin {
	struct service *service;
	struct faults *faults;
	struct auth *auth; /* NULL: nobody signs */
	const struct metrics *metrics;
	struct metrics_gauges gauges;
	int64_t now_ms;
};

bool admin_is_asked(const struct http_request *request);

/* Answers the exchange at once. Outside a transaction. */
void admin_answer(const struct admin *admin, struct http_exchange *exchange);

#endif
