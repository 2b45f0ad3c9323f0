/* SPDX-License-Identifier: MIT */
/*
 * The agent beside a container: ECS, and EKS Pod Identity.
 */
#include <errno.h>

#include "sqs/client/failure.h"
#include "sqs/client/http.h"
#include "sqs/client/sts.h"
#include "sqs/wire/json_texts.h"

#define AGENT "http://169.254.170.2"

enum { TIMEOUT_MS = 5000, LARGEST_REPLY = 1 << 16 };

/* Hosts to which the credentials may come in the clear. */
static const char *const plain_hosts[] = {
	"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};

static bool applies(const struct credentials_query *query)
{
	return settings_env(&query->scope, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
	       settings_env(&query->scope, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

/* Whatever the port. */
static bool host_is_plain(const char *host)
{
	for (size_t i = 0; i < ARRAY_SIZE(plain_hosts); i++) {
		size_t len = strlen(plain_hosts[i]);

		if (strncmp(host, plain_hosts[i], len) == 0 &&
			(host[len] == '\0' || host[len] == ':'))
			return true;
	}
	return false;
}

static bool find_url(const struct credentials_query *query, struct arena *arena,
	struct endpoint *out, struct sqs_failure *why)
{
	const char *path =
		settings_env(&query->scope, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *url =
		settings_env(&query->scope, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	const char *reason = "no memory", *bare = NULL;

	if (path)
		url = arena_format(arena, AGENT "%s", path).data;
	if (url)
		bare = arena_string(arena, (struct view){url, strcspn(url, "?")});
	if (!bare || !endpoint_parse(bare, arena, out, &reason))
		return failure_say(why, SQS_NO_CREDENTIALS, "%s", reason);
	out->url = arena_format(arena, "%s%s", out->url, url + strlen(bare)).data;
	if (!out->url)
		return failure_say(why, SQS_NO_MEMORY, "no memory");
	return out->is_secure || out->is_local || host_is_plain(out->host) ||
	       failure_say(why, SQS_NO_CREDENTIALS,
		       "AWS_CONTAINER_CREDENTIALS_FULL_URI: http only to the container's "
		       "agent; use https");
}

/* "Authorization: TOKEN"; empty where there is none. The file is read each time. */
static bool write_authorization(
	const struct credentials_query *query, struct buf *line, struct sqs_failure *why)
{
	const char *file =
		settings_env(&query->scope, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token =
		settings_env(&query->scope, "AWS_CONTAINER_AUTHORIZATION_TOKEN");

	if (!file && !token)
		return true;
	buf_add_string(line, "Authorization: ");
	if (!file)
		buf_add_string(line, token);
	else if (!settings_read_file(file, line))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"cannot read the token in %s: %s", file, strerror(errno));
	while (line->len && strchr("\r\n", line->data[line->len - 1]))
		line->data[--line->len] = '\0';
	if (line->failed || strpbrk(line->data, "\r\n"))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"the container's authorization token has more than one line");
	return true;
}

static bool read_reply(
	struct view body, int status, struct credentials *out, struct sqs_failure *why)
{
	struct arena arena = {0};
	struct wire_credentials found = {0};
	const struct json_text texts[] = {
		{"AccessKeyId", &found.access_key},
		{"SecretAccessKey", &found.secret_key},
		{"Token", &found.token},
		{"Expiration", &found.expiration},
	};
	bool ok = false;

	if (status / 100 != 2)
		failure_say(why, SQS_NO_CREDENTIALS,
			"the container's agent answers with HTTP status %d", status);
	else if (!json_read_texts(body, NULL, &arena, texts, ARRAY_SIZE(texts)))
		failure_say(why, SQS_NO_CREDENTIALS,
			"the container's agent does not answer in JSON");
	else
		ok = credentials_take(out, &found, "the container's agent", why);
	arena_finish(&arena);
	return ok;
}

static bool find(const struct credentials_query *query, struct credentials *out,
	struct sqs_failure *why)
{
	AUTO(buf) struct buf authorization = BUF_INIT(0);
	AUTO(buf) struct buf reply = BUF_INIT(LARGEST_REPLY);
	struct arena arena = {0};
	struct endpoint endpoint;
	int status;
	bool ok = find_url(query, &arena, &endpoint, why) &&
		  write_authorization(query, &authorization, why) &&
		  http_fetch(
			  &(struct http_fetch){
				  .method = "GET",
				  .url = endpoint.url,
				  .headers =
					  (const char *const[]){authorization.data, NULL},
				  .ca_bundle = query->ca_bundle,
				  .no_proxy = true,
				  .timeout_ms = TIMEOUT_MS,
				  .attempts = HTTP_FETCH_ATTEMPTS,
				  .cancel_fd = query->cancel_fd,
			  },
			  &reply, &status, why) &&
		  read_reply(buf_view(&reply), status, out, why);

	arena_finish(&arena);
	return ok;
}

const struct credentials_source credentials_from_container = {
	.name = "the container's agent",
	.is_slow = true,
	.applies = applies,
	.find = find};
