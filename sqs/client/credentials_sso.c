/* SPDX-License-Identifier: MIT */
/*
 * IAM Identity Center (SSO): the token that `aws sso login` left in its cache is
 * exchanged for the credentials of an account and a role. A token that is about to expire
 * is renewed where the cache has what that takes, and written back, since the service may
 * have replaced what renews it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sqs/base/text.h"
#include "sqs/client/failure.h"
#include "sqs/client/http.h"
#include "sqs/client/sts.h"
#include "sqs/wire/form.h"
#include "sqs/wire/json.h"
#include "sqs/wire/json_texts.h"
#include "sqs/wire/sha1.h"
#include "sqs/wire/stamp.h"

enum { TIMEOUT_MS = 20000, LARGEST_REPLY = 1 << 20, AHEAD_MS = 15 * 60 * 1000 };

/* What the profile says. */
struct session {
	const char *name; /* NULL: the older form, without a section of its own */
	const char *start_url;
	const char *region;
	const char *account;
	const char *role;
};

/* What the cache file says; texts in the arena. */
struct token {
	struct view access_token, expires_at, refresh_token, client_id, client_secret,
		registration_expires_at, region, start_url;
	int64_t expires_ms;
};

struct exchange {
	const struct credentials_query *query;
	struct session session;
	struct arena arena;
	struct buf path; /* of the cache file */
	struct token token;
	struct endpoint endpoint;
};

static bool session_of(const struct credentials_query *query, struct session *out)
{
	const struct settings_scope *scope = &query->scope;

	*out = (struct session){
		.name = settings_property(scope, "sso_session"),
		.start_url = settings_property(scope, "sso_start_url"),
		.region = settings_property(scope, "sso_region"),
		.account = settings_property(scope, "sso_account_id"),
		.role = settings_property(scope, "sso_role_name"),
	};
	if (out->name) {
		out->start_url = profile_get_in(
			scope->profiles, PROFILE_SSO_SESSION, out->name, "sso_start_url");
		out->region = profile_get_in(
			scope->profiles, PROFILE_SSO_SESSION, out->name, "sso_region");
	}
	return (out->name || out->start_url) && out->account && out->role;
}

static bool applies(const struct credentials_query *query)
{
	struct session session;

	return session_of(query, &session);
}

/* -------------------------------------------------------------------------------------
 * The cache
 */

static bool find_path(struct exchange *exchange)
{
	const struct session *session = &exchange->session;
	char name[SHA1_TEXT];

	return sha1_text(view_of(session->name ? session->name : session->start_url),
		       name) &&
	       settings_add_home(exchange->query->scope.env, &exchange->path) &&
	       buf_printf(&exchange->path, "/.aws/sso/cache/%s.json", name);
}

static bool read_token(struct exchange *exchange)
{
	AUTO(buf) struct buf text = BUF_INIT(LARGEST_REPLY);
	struct token *token = &exchange->token;
	const struct json_text texts[] = {
		{"accessToken", &token->access_token},
		{"expiresAt", &token->expires_at},
		{"refreshToken", &token->refresh_token},
		{"clientId", &token->client_id},
		{"clientSecret", &token->client_secret},
		{"registrationExpiresAt", &token->registration_expires_at},
		{"region", &token->region},
		{"startUrl", &token->start_url},
	};

	return settings_read_file(exchange->path.data, &text) &&
	       json_read_texts(buf_view(&text), NULL, &exchange->arena, texts,
		       ARRAY_SIZE(texts)) &&
	       token->access_token.len &&
	       stamp_read(token->expires_at, &token->expires_ms);
}

static void write_member(struct buf *json, const char *name, struct view value)
{
	if (!value.len)
		return;
	buf_add_string(json, json->len ? ", " : "{");
	json_write_text(json, view_of(name));
	buf_add_string(json, ": ");
	json_write_text(json, value);
}

static void write_token(const struct token *token, struct buf *json)
{
	write_member(json, "startUrl", token->start_url);
	write_member(json, "region", token->region);
	write_member(json, "accessToken", token->access_token);
	write_member(json, "expiresAt", token->expires_at);
	write_member(json, "clientId", token->client_id);
	write_member(json, "clientSecret", token->client_secret);
	write_member(json, "registrationExpiresAt", token->registration_expires_at);
	write_member(json, "refreshToken", token->refresh_token);
	buf_add_char(json, '}');
}

/* In one step, so that others who read the cache see the one or the other. */
static void save_token(const struct exchange *exchange)
{
	AUTO(buf) struct buf json = BUF_INIT(0);
	AUTO(buf) struct buf path = BUF_INIT(0);
	bool written;
	int fd;

	write_token(&exchange->token, &json);
	if (json.failed || !buf_printf(&path, "%s.XXXXXX", exchange->path.data))
		return;
	fd = mkostemp(path.data, O_CLOEXEC);
	if (fd < 0)
		return;
	written = write(fd, json.data, json.len) == (ssize_t)json.len;
	close(fd);
	if (!written || rename(path.data, exchange->path.data) != 0)
		unlink(path.data);
}

/* -------------------------------------------------------------------------------------
 * Renewing the token
 */

static bool can_be_renewed(const struct exchange *exchange)
{
	const struct token *token = &exchange->token;
	int64_t registered_until_ms;

	return exchange->session.name && token->refresh_token.len &&
	       token->client_id.len && token->client_secret.len &&
	       stamp_read(token->registration_expires_at, &registered_until_ms) &&
	       registered_until_ms > exchange->query->now_ms;
}

static bool find_endpoint(
	struct exchange *exchange, enum settings_service service, struct sqs_failure *why)
{
	return settings_endpoint(&exchange->query->scope, service,
		exchange->session.region, NULL, &exchange->arena, &exchange->endpoint,
		why);
}

/* One request to a path below the endpoint; again where that is harmless. */
static bool ask(struct exchange *exchange, const char *method, const char *path,
	const char *header, struct view body, struct buf *reply, int *status,
	struct sqs_failure *why)
{
	AUTO(buf) struct buf url = BUF_INIT(0);

	if (!buf_printf(&url, "%s%s", exchange->endpoint.origin, path))
		return failure_say(why, SQS_NO_MEMORY, "no memory");
	return http_fetch(&(struct http_fetch){.method = method,
				  .url = url.data,
				  .headers = (const char *const[]){header, NULL},
				  .body = body,
				  .ca_bundle = exchange->query->ca_bundle,
				  .no_proxy = exchange->endpoint.is_local,
				  .timeout_ms = TIMEOUT_MS,
				  .attempts = body.len ? 1 : HTTP_FETCH_ATTEMPTS,
				  .cancel_fd = exchange->query->cancel_fd},
		reply, status, why);
}

static void take_renewed(struct exchange *exchange, struct view json)
{
	struct token *token = &exchange->token;
	struct view access_token = {0}, expires_in = {0}, refresh_token = {0};
	const struct json_text texts[] = {
		{"accessToken", &access_token},
		{"expiresIn", &expires_in},
		{"refreshToken", &refresh_token},
	};
	char stamp[STAMP_TEXT];
	int64_t seconds;

	if (!json_read_texts(json, NULL, &exchange->arena, texts, ARRAY_SIZE(texts)) ||
		!access_token.len || !number_parse(expires_in, 1, INT32_MAX, &seconds))
		return;
	token->access_token = access_token;
	token->expires_ms = exchange->query->now_ms + seconds * 1000;
	stamp_write(stamp, token->expires_ms);
	token->expires_at =
		arena_format(&exchange->arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", stamp,
			stamp + 4, stamp + 6, stamp + 9, stamp + 11, stamp + 13);
	if (refresh_token.len)
		token->refresh_token = refresh_token;
	save_token(exchange);
}

/* A failure is no matter as long as the token lives. */
static void renew_token(struct exchange *exchange)
{
	AUTO(buf) struct buf form = BUF_INIT(0);
	AUTO(buf) struct buf reply = BUF_INIT(LARGEST_REPLY);
	struct sqs_failure ignored;
	int status;

	write_member(&form, "grantType", VIEW_LITERAL("refresh_token"));
	write_member(&form, "clientId", exchange->token.client_id);
	write_member(&form, "clientSecret", exchange->token.client_secret);
	write_member(&form, "refreshToken", exchange->token.refresh_token);
	buf_add_char(&form, '}');
	if (!form.failed && find_endpoint(exchange, SETTINGS_SSO_OIDC, &ignored) &&
		ask(exchange, "POST", "/token", "Content-Type: application/json",
			buf_view(&form), &reply, &status, &ignored) &&
		status / 100 == 2)
		take_renewed(exchange, buf_view(&reply));
}

/* -------------------------------------------------------------------------------------
 * Exchanging it
 */

static bool log_in_again(const struct exchange *exchange, struct sqs_failure *why)
{
	return failure_say(why, SQS_CREDENTIALS_EXPIRED,
		"the SSO session of profile \"%s\" has expired: run aws sso login "
		"--profile %s",
		exchange->query->scope.profile, exchange->query->scope.profile);
}

static bool read_reply(struct exchange *exchange, struct view body, int status,
	struct credentials *out, struct sqs_failure *why)
{
	struct wire_credentials found = {0};
	struct view expiration = {0};
	const struct json_text texts[] = {
		{"accessKeyId", &found.access_key},
		{"secretAccessKey", &found.secret_key},
		{"sessionToken", &found.token},
		{"expiration", &expiration},
	};

	if (status == 401)
		return log_in_again(exchange, why);
	if (status / 100 != 2 || !json_read_texts(body, "roleCredentials",
					 &exchange->arena, texts, ARRAY_SIZE(texts)))
		return failure_say(why, SQS_DENIED,
			"SSO gives no credentials for account %s and role %s (HTTP status "
			"%d)",
			exchange->session.account, exchange->session.role, status);
	return credentials_take(out, &found, "SSO", why) &&
	       (number_parse(expiration, 0, INT64_MAX, &out->expires_ms) || true);
}

static bool exchange_token(
	struct exchange *exchange, struct credentials *out, struct sqs_failure *why)
{
	AUTO(buf) struct buf path = BUF_INIT(0);
	AUTO(buf) struct buf header = BUF_INIT(0);
	AUTO(buf) struct buf reply = BUF_INIT(LARGEST_REPLY);
	int status;

	buf_add_string(&path, "/federation/credentials?role_name=");
	form_write_text(&path, view_of(exchange->session.role));
	buf_add_string(&path, "&account_id=");
	form_write_text(&path, view_of(exchange->session.account));
	buf_printf(
		&header, "x-amz-sso_bearer_token: %s", exchange->token.access_token.data);
	if (path.failed || header.failed)
		return failure_say(why, SQS_NO_MEMORY, "no memory");
	return find_endpoint(exchange, SETTINGS_SSO, why) &&
	       ask(exchange, "GET", path.data, header.data, (struct view){0}, &reply,
		       &status, why) &&
	       read_reply(exchange, buf_view(&reply), status, out, why);
}

static bool find_with(
	struct exchange *exchange, struct credentials *out, struct sqs_failure *why)
{
	int64_t now_ms = exchange->query->now_ms;

	if (!exchange->session.region || !exchange->session.start_url)
		return failure_say(why, SQS_NO_CREDENTIALS,
			"profile \"%s\" needs sso_start_url and sso_region, in itself or "
			"in its [sso-session]",
			exchange->query->scope.profile);
	if (!find_path(exchange) || !read_token(exchange))
		return log_in_again(exchange, why);
	if (exchange->token.expires_ms - AHEAD_MS <= now_ms && can_be_renewed(exchange))
		renew_token(exchange);
	if (exchange->token.expires_ms <= now_ms)
		return log_in_again(exchange, why);
	return exchange_token(exchange, out, why);
}

static bool find(const struct credentials_query *query, struct credentials *out,
	struct sqs_failure *why)
{
	struct exchange exchange = {.query = query};
	bool ok;

	session_of(query, &exchange.session);
	ok = find_with(&exchange, out, why);
	arena_finish(&exchange.arena);
	buf_finish(&exchange.path);
	return ok;
}

const struct credentials_source credentials_from_sso = {
	.name = "the SSO session", .is_slow = true, .applies = applies, .find = find};
