/* SPDX-License-Identifier: MIT */
#include "sqs/local/auth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "sqs/base/cleanup.h"
#include "sqs/wire/digest.h"
#include "sqs/wire/error.h"
#include "sqs/wire/form.h"
#include "sqs/wire/sigv4.h"

struct key {
	struct view id;
	struct view secret;
	struct view token; /* absent: none is asked for */
};

struct auth {
	struct digester *digester;
	struct arena arena; /* the texts */
	struct key *keys;
	size_t count;
	char *region;
};

/* -------------------------------------------------------------------------------------
 * The credentials file
 */

static struct view trim(struct view text)
{
	while (text.len && strchr(" \t\r\n", text.data[0])) {
		text.data++;
		text.len--;
	}
	while (text.len && strchr(" \t\r\n", text.data[text.len - 1]))
		text.len--;
	return text;
}

/* A profile's section begins: what follows belongs to a key of its own. */
static bool begin_key(struct auth *auth)
{
	struct key *keys = reallocarray(auth->keys, auth->count + 1, sizeof(*keys));

	if (!keys)
		return false;
	auth->keys = keys;
	keys[auth->count++] = (struct key){0};
	return true;
}

static bool read_property(struct auth *auth, struct view line)
{
	const char *equals = memchr(line.data, '=', line.len);
	struct view name, value;
	struct key *key = auth->count ? &auth->keys[auth->count - 1] : NULL;

	if (!equals || !key)
		return true;
	name = trim((struct view){line.data, (size_t)(equals - line.data)});
	value = trim(
		(struct view){equals + 1, line.len - (size_t)(equals + 1 - line.data)});
	if (value.len == 0)
		return true;
	if (view_is(name, "aws_access_key_id"))
		key->id = arena_copy(&auth->arena, value);
	else if (view_is(name, "aws_secret_access_key"))
		key->secret = arena_copy(&auth->arena, value);
	else if (view_is(name, "aws_session_token"))
		key->token = arena_copy(&auth->arena, value);
	return !auth->arena.failed;
}

static bool read_line(struct auth *auth, struct view line)
{
	line = trim(line);
	if (line.len == 0 || line.data[0] == '#' || line.data[0] == ';')
		return true;
	if (line.data[0] == '[')
		return begin_key(auth);
	return read_property(auth, line);
}

/* Profiles without keys of their own (role_arn and the like) are left out. */
static void drop_incomplete_keys(struct auth *auth)
{
	size_t kept = 0;

	for (size_t i = 0; i < auth->count; i++)
		if (auth->keys[i].id.len && auth->keys[i].secret.len)
			auth->keys[kept++] = auth->keys[i];
	auth->count = kept;
}

static void auto_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static bool read_file(struct auth *auth, const char *path, char *why, size_t why_size)
{
	AUTO(file) FILE *file = fopen(path, "re");
	AUTO(free) char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!file) {
		snprintf(why, why_size, "cannot read the credentials file %s: %s", path,
			strerror(errno));
		return false;
	}
	while ((len = getline(&line, &size, file)) >= 0) {
		if (!read_line(auth, (struct view){line, (size_t)len})) {
			snprintf(why, why_size, "out of memory");
			return false;
		}
	}
	drop_incomplete_keys(auth);
	if (auth->count == 0)
		snprintf(why, why_size,
			"the credentials file %s has no profile with "
			"aws_access_key_id and aws_secret_access_key",
			path);
	return auth->count > 0;
}

/* -------------------------------------------------------------------------------------
 * Signatures
 */

static const struct key *find_key(const struct auth *auth, struct view id)
{
	for (size_t i = 0; i < auth->count; i++)
		if (view_equals(auth->keys[i].id, id))
			return &auth->keys[i];
	return NULL;
}

static struct view secret_of(void *arg, struct view access_key)
{
	const struct key *key = find_key(arg, access_key);

	return key ? key->secret : (struct view){0};
}

/* The token that the request brings, in a header or, presigned, in the query. */
static struct view token_of(const struct http_request *request, struct arena *arena)
{
	struct view token = http_header(request, "X-Amz-Security-Token");
	struct form form = {0};
	struct wire_fault ignored;

	if (view_is_absent(token) && !view_is_absent(request->query) &&
		form_add(&form, arena, request->query, &ignored))
		token = form_get(&form, "X-Amz-Security-Token");
	return token;
}

static bool token_is_right(const struct key *key, struct view token)
{
	if (key->token.len == 0 || token.len == 0)
		return key->token.len == token.len;
	return digest_equals(key->token, token);
}

static bool is_signed_well(struct auth *auth, const struct http_request *request,
	int64_t now_ms, struct arena *arena, struct view *access_key,
	struct wire_fault *fault)
{
	char body_sha256[DIGEST_SHA256_TEXT];
	const struct sigv4_rules rules = {.region = auth->region,
		.service = "sqs",
		.secret = secret_of,
		.arg = auth,
		.now_ms = now_ms};
	struct sigv4_request what = {.method = request->method,
		.path = request->path,
		.query = request->query,
		.headers = request->headers,
		.header_count = request->header_count};
	const struct key *key;

	*access_key = (struct view){0};
	if (!digest_sha256(auth->digester, request->body, body_sha256)) {
		*fault = wire_fault_of(WIRE_INTERNAL_ERROR, (struct view){0});
		return false;
	}
	what.body_sha256 = view_of(body_sha256);
	if (!sigv4_verify(auth->digester, &what, &rules, arena, access_key, fault))
		return false;
	key = find_key(auth, *access_key);
	if (key && token_is_right(key, token_of(request, arena)))
		return true;
	*fault = wire_fault_of(WIRE_INVALID_CLIENT_TOKEN, (struct view){0});
	return false;
}

/* -------------------------------------------------------------------------------------
 * Web pages
 */

static bool ends_with(struct view text, const char *end)
{
	size_t len = strlen(end);

	return text.len >= len && strncasecmp(text.data + text.len - len, end, len) == 0;
}

/* "localhost", a name below it, or an address in digits; each with or without a port. */
static bool host_is_local_name(struct view host)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char address[sizeof(struct in6_addr)];
	const char *colon;

	if (host.len && host.data[0] == '[')
		return true;
	colon = memchr(host.data, ':', host.len);
	if (colon)
		host.len = (size_t)(colon - host.data);
	if (ends_with(host, ".localhost") ||
		(host.len == 9 && ends_with(host, "localhost")))
		return true;
	if (host.len >= sizeof(text))
		return false;
	memcpy(text, host.data, host.len);
	text[host.len] = '\0';
	return inet_pton(AF_INET, text, address) == 1;
}

static bool is_from_web_page(const struct http_request *request)
{
	struct view host = http_header(request, "Host");

	if (!view_is_absent(http_header(request, "Origin")))
		return true;
	return host.len > 0 && !host_is_local_name(host);
}

bool auth_admits(struct auth *auth, const struct http_request *request, int64_t now_ms,
	struct arena *arena, struct view *access_key, struct wire_fault *fault)
{
	if (auth)
		return is_signed_well(auth, request, now_ms, arena, access_key, fault);
	*access_key = (struct view){0};
	if (!is_from_web_page(request))
		return true;
	*fault = wire_fault_of(WIRE_ACCESS_DENIED,
		VIEW_LITERAL("Web pages may not ask without a signature."));
	return false;
}

/* -------------------------------------------------------------------------------------
 * Life
 */

struct auth *auth_new(
	const char *credentials_file, const char *region, char *why, size_t why_size)
{
	struct auth *auth = calloc(1, sizeof(*auth));

	snprintf(why, why_size, "out of memory");
	if (auth) {
		auth->digester = digester_new();
		auth->region = strdup(region);
	}
	if (!auth || !auth->digester || !auth->region ||
		!read_file(auth, credentials_file, why, why_size)) {
		auth_free(auth);
		return NULL;
	}
	return auth;
}

void auth_free(struct auth *auth)
{
	if (!auth)
		return;
	digester_free(auth->digester);
	for (size_t i = 0; i < auth->count; i++)
		explicit_bzero((char *)(uintptr_t)auth->keys[i].secret.data,
			auth->keys[i].secret.len);
	free(auth->keys);
	free(auth->region);
	arena_finish(&auth->arena);
	free(auth);
}
