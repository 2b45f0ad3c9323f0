/* SPDX-License-Identifier: MIT */
/*
 * The role of an EC2 instance, from its metadata service (IMDS). Version 2, with a token;
 * version 1 where the service knows no other and nobody forbids it.
 */
#include "sqs/client/failure.h"
#include "sqs/client/http.h"
#include "sqs/client/sts.h"
#include "sqs/wire/json_texts.h"

#define ROLES "/latest/meta-data/iam/security-credentials/"

enum {
	TIMEOUT_MS = 2000,
	LARGEST_REPLY = 1 << 16,
	/* What has expired may still be good: ask again in time, do not stop. */
	GRACE_MS = 20 * 60 * 1000,
};

/* NULL: nobody says where it is. */
static const char *configured_base(const struct credentials_query *query)
{
	const char *url =
		settings_env(&query->scope, "AWS_EC2_METADATA_SERVICE_ENDPOINT");

	return url ? url
		   : settings_property(&query->scope, "ec2_metadata_service_endpoint");
}

static const char *base_of(const struct credentials_query *query)
{
	const char *url = configured_base(query);
	const char *mode =
		settings_env(&query->scope, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");

	if (url)
		return url;
	if (!mode)
		mode = settings_property(
			&query->scope, "ec2_metadata_service_endpoint_mode");
	return mode && strcasecmp(mode, "IPv6") == 0 ? "http://[fd00:ec2::254]"
						     : "http://169.254.169.254";
}

/* The firmware of an instance names its maker; elsewhere nobody would answer, and asking
 * would only cost time. */
static bool is_an_instance(void)
{
	static const char *const files[] = {"/sys/class/dmi/id/sys_vendor",
		"/sys/class/dmi/id/product_version", "/sys/hypervisor/uuid"};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		AUTO(buf) struct buf text = BUF_INIT(1 << 16);

		if (!settings_read_file(files[i], &text))
			continue;
		if (strcasestr(buf_view(&text).data, "amazon") ||
			strncasecmp(buf_view(&text).data, "ec2", 3) == 0)
			return true;
	}
	return false;
}

static bool applies(const struct credentials_query *query)
{
	if (settings_is_on(&query->scope, "AWS_EC2_METADATA_DISABLED", ""))
		return false;
	return configured_base(query) || is_an_instance();
}

struct service {
	const struct credentials_query *query;
	const char *base;
	struct buf token_line; /* the header; empty for version 1 */
};

/* One request; `path` is added to the base. */
static bool ask(const struct service *service, const char *method, const char *path,
	const char *header, struct buf *reply, int *status, struct sqs_failure *why)
{
	AUTO(buf) struct buf url = BUF_INIT(0);
	size_t len = strlen(service->base);

	while (len && service->base[len - 1] == '/')
		len--;
	if (!buf_printf(&url, "%.*s%s", (int)len, service->base, path))
		return failure_say(why, SQS_NO_MEMORY, "no memory");
	return http_fetch(&(struct http_fetch){.method = method,
				  .url = url.data,
				  .headers = (const char *const[]){header, NULL},
				  .no_proxy = true,
				  .timeout_ms = TIMEOUT_MS,
				  .cancel_fd = service->query->cancel_fd},
		reply, status, why);
}

static bool fetch_token(struct service *service, struct sqs_failure *why)
{
	AUTO(buf) struct buf reply = BUF_INIT(LARGEST_REPLY);
	int status = 0;
	bool came = ask(service, "PUT", "/latest/api/token",
		"x-aws-ec2-metadata-token-ttl-seconds: 21600", &reply, &status, why);

	if (came && status / 100 == 2)
		return buf_printf(&service->token_line, "x-aws-ec2-metadata-token: %s",
			buf_view(&reply).data);
	if (settings_is_on(&service->query->scope, "AWS_EC2_METADATA_V1_DISABLED",
		    "ec2_metadata_v1_disabled") ||
		status == 400)
		return failure_say(why, SQS_NO_CREDENTIALS,
			"the instance's metadata service gives no token");
	return true;
}

static bool fetch(const struct service *service, const char *path, struct buf *reply,
	struct sqs_failure *why)
{
	int status;

	if (!ask(service, "GET", path, service->token_line.data, reply, &status, why))
		return false;
	return status / 100 == 2 ||
	       failure_say(why, SQS_NO_CREDENTIALS,
		       "the instance has no role: its metadata service answers %s with "
		       "HTTP status %d",
		       path, status);
}

static bool read_reply(const struct credentials_query *query, struct view body,
	struct credentials *out, struct sqs_failure *why)
{
	struct arena arena = {0};
	struct wire_credentials found = {0};
	const struct json_text texts[] = {
		{"AccessKeyId", &found.access_key},
		{"SecretAccessKey", &found.secret_key},
		{"Token", &found.token},
		{"Expiration", &found.expiration},
	};
	bool ok = json_read_texts(body, NULL, &arena, texts, ARRAY_SIZE(texts))
			  ? credentials_take(
				    out, &found, "the instance's metadata service", why)
			  : failure_say(why, SQS_NO_CREDENTIALS,
				    "the instance's metadata service does not answer in "
				    "JSON");

	if (ok && out->expires_ms <= query->now_ms)
		out->expires_ms = query->now_ms + GRACE_MS;
	arena_finish(&arena);
	return ok;
}

static bool find(const struct credentials_query *query, struct credentials *out,
	struct sqs_failure *why)
{
	AUTO(buf) struct buf role = BUF_INIT(LARGEST_REPLY);
	AUTO(buf) struct buf path = BUF_INIT(LARGEST_REPLY);
	AUTO(buf) struct buf reply = BUF_INIT(LARGEST_REPLY);
	struct service service = {.query = query, .base = base_of(query)};
	bool ok = fetch_token(&service, why) && fetch(&service, ROLES, &role, why);

	if (ok) {
		const char *name = buf_view(&role).data;

		buf_printf(&path, ROLES "%.*s", (int)strcspn(name, "\r\n"), name);
		ok = fetch(&service, path.data, &reply, why) &&
		     read_reply(query, buf_view(&reply), out, why);
	}
	buf_finish(&service.token_line);
	return ok;
}

const struct credentials_source credentials_from_instance = {
	.name = "the instance's role", .is_slow = true, .applies = applies, .find = find};
