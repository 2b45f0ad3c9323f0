/* SPDX-License-Identifier: MIT */
#include "sqs/client/sts.h"

#include <stdlib.h>

#include "sqs/client/failure.h"
#include "sqs/client/http.h"
#include "sqs/client/retry.h"
#include "sqs/wire/digest.h"
#include "sqs/wire/form.h"
#include "sqs/wire/sigv4.h"
#include "sqs/wire/stamp.h"
#include "sqs/wire/xml.h"

enum {
	TIMEOUT_MS = 20000,
	LARGEST_REPLY = 1 << 20,
	LONGEST_DATE = 64,
	CLOCK_IS_OFF_MS = 4 * 60 * 1000, /* as for requests to SQS */
};

struct headers {
	struct buf date;
	struct buf authorization;
	struct buf token;
	const char *lines[5];
};

struct answer {
	struct buf body;
	struct buf date;
	int status;
};

void sts_add(struct buf *form, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(form, "&%s=", name);
	form_write_text(form, view_of(value));
}

static void headers_finish(struct headers *headers)
{
	buf_finish(&headers->date);
	buf_finish(&headers->authorization);
	buf_finish(&headers->token);
}

static bool sign(const struct credentials_query *query, const struct endpoint *endpoint,
	const struct buf *form, const struct credentials *credentials, int64_t now_ms,
	struct headers *headers)
{
	AUTO(digester_free) struct digester *digester = digester_new();
	AUTO(sigv4_signer_free)
	struct sigv4_signer *signer =
		digester ? sigv4_signer_new(
				   digester, view_of(query->region), VIEW_LITERAL("sts"))
			 : NULL;
	const struct wire_credentials keys = credentials_view(credentials);
	const struct sigv4_post post = {
		.host = view_of(endpoint->host),
		.path = view_of(endpoint->path),
		.content_type = VIEW_LITERAL(HTTP_CONTENT_TYPE),
		.body = buf_view(form),
	};
	struct sigv4_headers values;

	if (!signer || !sigv4_sign_post(signer, &keys, &post, now_ms, &values))
		return false;
	buf_printf(&headers->date, "X-Amz-Date: %s", values.date.data);
	buf_printf(
		&headers->authorization, "Authorization: %s", values.authorization.data);
	headers->lines[1] = headers->date.data;
	headers->lines[2] = headers->authorization.data;
	if (values.token.len)
		buf_printf(
			&headers->token, "X-Amz-Security-Token: %s", values.token.data);
	headers->lines[3] = headers->token.data;
	return headers->date.data && headers->authorization.data;
}

/* By how much the service's clock is ahead of ours, where that is why it refuses; else 0. */
static int64_t skew_of(const struct wire_fault *fault, struct view date, int64_t now_ms)
{
	int64_t theirs_ms;

	if (wire_retry_of_fault(fault) != WIRE_RETRY_AFTER_CLOCK ||
		!stamp_read_http(date, &theirs_ms) ||
		llabs(theirs_ms - now_ms) < CLOCK_IS_OFF_MS)
		return 0;
	return theirs_ms - now_ms;
}

static bool read_reply(const struct answer *answer, int64_t now_ms,
	struct credentials *out, int64_t *skew_ms, struct sqs_failure *why)
{
	struct view body = buf_view(&answer->body);
	struct arena arena = {0};
	struct wire_credentials credentials;
	struct wire_fault fault;
	bool ok = false;

	if (answer->status / 100 != 2) {
		xml_read_fault(body, answer->status, &arena, &fault);
		failure_of_fault(why, &fault);
		*skew_ms = skew_of(&fault, buf_view(&answer->date), now_ms);
	} else if (xml_read_sts_credentials(body, &arena, &credentials)) {
		ok = credentials_set(out, credentials.access_key.data,
			     credentials.secret_key.data, credentials.token.data,
			     credentials.expires_ms) ||
		     failure_say(why, SQS_NO_MEMORY, "no memory");
	} else {
		failure_say(
			why, SQS_NO_CREDENTIALS, "the answer of STS has no credentials");
	}
	arena_finish(&arena);
	return ok;
}

/* What the service calls by its name, whatever the status. */
static bool may_heal(int status, struct view body)
{
	struct arena arena = {0};
	struct wire_fault fault;
	bool may = false;

	if (status / 100 != 2) {
		xml_read_fault(body, status, &arena, &fault);
		may = retry_may_help(wire_retry_of_fault(&fault));
	}
	arena_finish(&arena);
	return may;
}

static bool post(const struct credentials_query *query, const struct endpoint *endpoint,
	const struct buf *form, const struct headers *headers, struct answer *answer,
	struct sqs_failure *why)
{
	return http_fetch(
		&(struct http_fetch){
			.method = "POST",
			.url = endpoint->url,
			.headers = headers->lines,
			.body = buf_view(form),
			.ca_bundle = query->ca_bundle,
			.no_proxy = endpoint->is_local,
			.timeout_ms = TIMEOUT_MS,
			.attempts = HTTP_FETCH_ATTEMPTS,
			.may_heal = may_heal,
			.cancel_fd = query->cancel_fd,
			.date = &answer->date,
		},
		&answer->body, &answer->status, why);
}

/* With this time in the signature. *skew_ms: what is to be added to it; 0: nothing. */
static bool ask_at(const struct credentials_query *query, const struct endpoint *endpoint,
	const struct buf *form, const struct credentials *signer, int64_t now_ms,
	struct credentials *out, int64_t *skew_ms, struct sqs_failure *why)
{
	struct headers headers = {.lines = {"Content-Type: " HTTP_CONTENT_TYPE}};
	struct answer answer = {
		.body.ceiling = LARGEST_REPLY, .date.ceiling = LONGEST_DATE};
	bool ok = false;

	*skew_ms = 0;
	if (signer && !sign(query, endpoint, form, signer, now_ms, &headers))
		failure_say(why, SQS_NO_MEMORY, "no memory");
	else
		ok = post(query, endpoint, form, &headers, &answer, why) &&
		     read_reply(&answer, now_ms, out, skew_ms, why);
	headers_finish(&headers);
	buf_finish(&answer.body);
	buf_finish(&answer.date);
	return ok;
}

/* Once more with the service's time where ours was refused. What expires by a clock that
 * is behind ours has as long to live by ours. */
static bool ask(const struct credentials_query *query, const struct endpoint *endpoint,
	const struct buf *form, const struct credentials *signer, struct credentials *out,
	struct sqs_failure *why)
{
	int64_t now_ms = query->now_ms, skew_ms, rest_ms;

	if (ask_at(query, endpoint, form, signer, now_ms, out, &skew_ms, why))
		return true;
	if (!skew_ms || !ask_at(query, endpoint, form, signer, now_ms + skew_ms, out,
				&rest_ms, why))
		return false;
	if (skew_ms < 0)
		out->expires_ms -= skew_ms;
	return true;
}

bool sts_ask(const struct credentials_query *query, struct buf *form,
	const struct credentials *signer, struct credentials *out,
	struct sqs_failure *why)
{
	struct arena arena = {0};
	struct endpoint endpoint;
	bool ok = false;

	sts_add(form, "Version", "2011-06-15");
	if (form->failed || (signer && !query->region))
		failure_say(why, SQS_NO_MEMORY, "no memory");
	else
		ok = settings_endpoint(&query->scope, SETTINGS_STS, query->region, NULL,
			     &arena, &endpoint, why) &&
		     ask(query, &endpoint, form, signer, out, why);
	arena_finish(&arena);
	return ok;
}
