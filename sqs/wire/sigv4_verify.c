/* SPDX-License-Identifier: MIT */
#include <openssl/crypto.h>
#include <strings.h>

#include "sqs/base/text.h"
#include "sqs/wire/form.h"
#include "sqs/wire/sigv4.h"
#include "sqs/wire/stamp.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TERMINATOR "aws4_request"

enum { DATE = 8, SECOND = 1000 };

/* What a request says of its own signature. */
struct claim {
	struct view algorithm;
	struct view credential; /* the five parts below */
	struct view signed_headers;
	struct view signature;
	struct view stamp;
	int64_t expires_s; /* in a query; else 0 */

	struct view access_key;
	struct view date;
	struct view region;
	struct view service;
	struct view terminator;
	struct view scope; /* the last four, with their slashes */
	int64_t signed_ms;
};

struct check {
	struct digester *digester;
	const struct sigv4_request *request;
	const struct sigv4_rules *rules;
	struct arena *arena;
	struct wire_fault *fault;
	struct claim claim;
};

static bool refuse(struct check *check, enum wire_error error, struct view text)
{
	return wire_refuse(check->fault, error, text);
}

/* Shown texts come from headers: cut, and nothing but printable ASCII. */
static struct view shown(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < ' ' || text.data[i] > '~')
			return VIEW_LITERAL("(unprintable)");
	}
	if (text.len > 100)
		text.len = 100;
	return view_is_absent(text) ? VIEW_LITERAL("") : text;
}

static struct view header_of(const struct sigv4_request *request, struct view name)
{
	for (size_t i = 0; i < request->header_count; i++) {
		const struct wire_pair *header = &request->headers[i];

		if (header->name.len == name.len &&
			strncasecmp(header->name.data, name.data, name.len) == 0)
			return header->value;
	}
	return (struct view){NULL, 0};
}

/* -------------------------------------------------------------------------------------
 * What is claimed
 */

static struct view trimmed(struct view text)
{
	while (text.len && (text.data[0] == ' ' || text.data[0] == '\t'))
		text.data++, text.len--;
	while (text.len &&
		(text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=..." */
static void read_header(struct check *check, struct view value)
{
	struct claim *claim = &check->claim;
	struct view rest = trimmed(value);

	claim->algorithm = view_cut(&rest, ' ');
	while (rest.len) {
		struct view part = view_cut(&rest, ',');
		const struct view name = trimmed(view_cut(&part, '='));

		if (view_is(name, "Credential"))
			claim->credential = trimmed(part);
		else if (view_is(name, "SignedHeaders"))
			claim->signed_headers = trimmed(part);
		else if (view_is(name, "Signature"))
			claim->signature = trimmed(part);
	}
	claim->stamp = header_of(check->request, VIEW_LITERAL("x-amz-date"));
	if (view_is_absent(claim->stamp))
		claim->stamp = header_of(check->request, VIEW_LITERAL("date"));
}

static bool read_query(struct check *check)
{
	struct claim *claim = &check->claim;
	struct form form = {0};
	struct view expires;

	if (!form_add(&form, check->arena, check->request->query, check->fault))
		return false;
	claim->algorithm = form_get(&form, "X-Amz-Algorithm");
	claim->credential = form_get(&form, "X-Amz-Credential");
	claim->signed_headers = form_get(&form, "X-Amz-SignedHeaders");
	claim->signature = form_get(&form, "X-Amz-Signature");
	claim->stamp = form_get(&form, "X-Amz-Date");
	expires = form_get(&form, "X-Amz-Expires");
	if (number_parse(expires, 1, SIGV4_LONGEST_EXPIRY_S, &claim->expires_s))
		return true;
	return refuse(check, WIRE_INCOMPLETE_SIGNATURE,
		VIEW_LITERAL(
			"X-Amz-Expires must be a number of seconds, at most a week."));
}

static bool is_in_query(const struct sigv4_request *request)
{
	static const char name[] = "X-Amz-Signature=";

	return request->query.len &&
	       memmem(request->query.data, request->query.len, name, sizeof(name) - 1);
}

bool sigv4_is_signed(const struct sigv4_request *request)
{
	return !view_is_absent(header_of(request, VIEW_LITERAL("authorization"))) ||
	       is_in_query(request);
}

static bool read_claim(struct check *check)
{
	const struct view header =
		header_of(check->request, VIEW_LITERAL("authorization"));

	if (!view_is_absent(header))
		return read_header(check, header), true;
	if (is_in_query(check->request))
		return read_query(check);
	return refuse(check, WIRE_MISSING_AUTHENTICATION, (struct view){0});
}

static void split_credential(struct claim *claim)
{
	struct view rest = claim->credential;

	claim->access_key = view_cut(&rest, '/');
	claim->scope = rest;
	claim->date = view_cut(&rest, '/');
	claim->region = view_cut(&rest, '/');
	claim->service = view_cut(&rest, '/');
	claim->terminator = rest;
}

/* -------------------------------------------------------------------------------------
 * Whether it can hold
 */

static bool is_complete(struct check *check)
{
	const struct claim *claim = &check->claim;
	const struct {
		bool is_missing;
		const char *text;
	} parts[] = {
		{!view_is(claim->algorithm, ALGORITHM), "the algorithm " ALGORITHM},
		{claim->credential.len == 0, "a 'Credential' parameter"},
		{claim->terminator.len == 0,
			"a 'Credential' of five parts with slashes between"},
		{claim->signed_headers.len == 0, "a 'SignedHeaders' parameter"},
		{claim->signature.len == 0, "a 'Signature' parameter"},
		{claim->stamp.len == 0, "an 'X-Amz-Date' or a 'Date' header"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i].is_missing)
			return refuse(check, WIRE_INCOMPLETE_SIGNATURE,
				arena_format(check->arena, "Authorization requires %s.",
					parts[i].text));
	}
	return true;
}

static bool read_time(struct view text, int64_t *ms)
{
	return stamp_read(text, ms) || stamp_read_http(text, ms);
}

/* Reads the time and, where it came as an HTTP date, writes it as a stamp. */
static bool has_time(struct check *check)
{
	struct claim *claim = &check->claim;
	char stamp[STAMP_TEXT] = "";

	if (read_time(claim->stamp, &claim->signed_ms))
		stamp_write(stamp, claim->signed_ms);
	if (strlen(stamp) != STAMP_TEXT - 1)
		return refuse(check, WIRE_INCOMPLETE_SIGNATURE,
			VIEW_LITERAL("Date must be in ISO-8601 'basic format'. See "
				     "http://en.wikipedia.org/wiki/ISO_8601"));
	claim->stamp = arena_copy(check->arena, view_of(stamp));
	return !view_is_absent(claim->stamp) || wire_refuse_memory(check->fault);
}

static bool is_in_scope(struct check *check)
{
	const struct claim *claim = &check->claim;
	const struct sigv4_rules *rules = check->rules;
	const char *text = NULL;
	struct view wrong = {0};

	if (!view_equals(claim->date, (struct view){claim->stamp.data, DATE})) {
		text = "the date of the request, not";
		wrong = claim->date;
	} else if (rules->region && !view_is(claim->region, rules->region)) {
		text = "a valid region, not";
		wrong = claim->region;
	} else if (!view_is(claim->service, rules->service)) {
		text = "the service of this endpoint, not";
		wrong = claim->service;
	} else if (!view_is(claim->terminator, TERMINATOR)) {
		text = "a terminator of '" TERMINATOR "', not";
		wrong = claim->terminator;
	}
	if (!text)
		return true;
	wrong = shown(wrong);
	return refuse(check, WIRE_SIGNATURE_DOES_NOT_MATCH,
		arena_format(check->arena, "Credential should be scoped to %s '%.*s'.",
			text, (int)wrong.len, wrong.data));
}

static bool refuse_time(struct check *check, const char *what, const char *relation,
	int64_t bound_ms, char sign)
{
	const int64_t skew_ms = (int64_t)SIGV4_SKEW_S * SECOND;
	char bound[STAMP_TEXT];
	char now[STAMP_TEXT];

	stamp_write(bound, bound_ms);
	stamp_write(now, sign == '-' ? bound_ms + skew_ms : bound_ms - skew_ms);
	return refuse(check, WIRE_SIGNATURE_DOES_NOT_MATCH,
		arena_format(check->arena, "Signature %s: %.*s is %s %s (%s %c %d min.)",
			what, (int)check->claim.stamp.len, check->claim.stamp.data,
			relation, bound, now, sign, SIGV4_SKEW_S / 60));
}

static bool is_timely(struct check *check)
{
	const struct claim *claim = &check->claim;
	const int64_t now_ms = check->rules->now_ms;
	const int64_t skew_ms = (int64_t)SIGV4_SKEW_S * SECOND;

	if (claim->signed_ms > now_ms + skew_ms)
		return refuse_time(check, "not yet current", "still later than",
			now_ms + skew_ms, '+');
	if (claim->expires_s) {
		if (now_ms <= claim->signed_ms + claim->expires_s * SECOND)
			return true;
		return refuse(check, WIRE_REQUEST_EXPIRED, (struct view){0});
	}
	if (claim->signed_ms < now_ms - skew_ms)
		return refuse_time(
			check, "expired", "now earlier than", now_ms - skew_ms, '-');
	return true;
}

static bool headers_are_there(struct check *check)
{
	struct view names = check->claim.signed_headers;
	bool has_host = false;

	while (names.len) {
		const struct view name = view_cut(&names, ';');
		const struct view text = shown(name);

		has_host |= view_is(name, "host");
		if (!view_is_absent(header_of(check->request, name)))
			continue;
		return refuse(check, WIRE_SIGNATURE_DOES_NOT_MATCH,
			arena_format(check->arena,
				"'%.*s' is named as a SignedHeader, but it does not "
				"exist in the HTTP request",
				(int)text.len, text.data));
	}
	if (has_host)
		return true;
	return refuse(check, WIRE_SIGNATURE_DOES_NOT_MATCH,
		VIEW_LITERAL("'Host' or ':authority' must be a 'SignedHeader' in the AWS "
			     "Authorization."));
}

/* -------------------------------------------------------------------------------------
 * Whether it holds
 */

/* The signature that the request should have. */
static bool sign_again(struct check *check, struct view secret, struct buf *canonical,
	struct buf *string, char signature[DIGEST_SHA256_TEXT])
{
	const struct claim *claim = &check->claim;
	unsigned char key[DIGEST_SHA256];
	unsigned char mac[DIGEST_SHA256];
	bool made;

	made = sigv4_canonical_request(canonical, check->request, claim->signed_headers,
		       check->rules->path) &&
	       sigv4_string_to_sign(string, check->digester, claim->stamp, claim->scope,
		       buf_view(canonical)) &&
	       sigv4_key(check->digester, secret, claim->date, claim->region,
		       claim->service, key) &&
	       digest_hmac(check->digester, (struct view){(const char *)key, sizeof(key)},
		       buf_view(string), mac);
	OPENSSL_cleanse(key, sizeof(key));
	if (!made)
		return wire_refuse_memory(check->fault);
	hex_encode(signature, mac, sizeof(mac));
	return true;
}

static bool matches(struct check *check)
{
	AUTO(buf) struct buf canonical = BUF_INIT(0);
	AUTO(buf) struct buf string = BUF_INIT(0);
	const struct view secret =
		check->rules->secret(check->rules->arg, check->claim.access_key);
	char signature[DIGEST_SHA256_TEXT];

	if (view_is_absent(secret))
		return refuse(check, WIRE_INVALID_CLIENT_TOKEN, (struct view){0});
	if (!sign_again(check, secret, &canonical, &string, signature))
		return false;
	if (digest_equals(check->claim.signature, view_of(signature)))
		return true;
	return refuse(check, WIRE_SIGNATURE_DOES_NOT_MATCH, (struct view){0});
}

bool sigv4_verify(struct digester *digester, const struct sigv4_request *request,
	const struct sigv4_rules *rules, struct arena *arena, struct view *access_key,
	struct wire_fault *fault)
{
	struct check check = {
		.digester = digester,
		.request = request,
		.rules = rules,
		.arena = arena,
		.fault = fault,
	};

	*access_key = (struct view){0};
	if (!read_claim(&check))
		return false;
	split_credential(&check.claim);
	*access_key = check.claim.access_key;
	return is_complete(&check) && has_time(&check) && is_in_scope(&check) &&
	       is_timely(&check) && headers_are_there(&check) && matches(&check);
}
