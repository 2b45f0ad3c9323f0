/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <strings.h>

#include "sqs/wire/form.h"
#include "sqs/wire/sigv4.h"

/* What proxies change on the way, and what carries the signature itself. */
static const char *const unsigned_headers[] = {
	"authorization",
	"connection",
	"expect",
	"keep-alive",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
	"user-agent",
	"x-amzn-trace-id",
};

/* -------------------------------------------------------------------------------------
 * Path
 */

static void add_path_as_it_is(struct buf *out, struct view path)
{
	while (path.len) {
		const struct view segment = view_cut(&path, '/');

		form_write_text(out, segment);
		if (path.data > segment.data + segment.len)
			buf_add_char(out, '/');
	}
}

/* Takes the last segment back, down to the path's start. */
static void drop_segment(struct buf *out, size_t start)
{
	while (out->len > start && out->data[--out->len] != '/')
		;
}

static void add_path_normalised(struct buf *out, struct view path)
{
	const size_t start = out->len;
	const bool ends_with_slash = path.len && path.data[path.len - 1] == '/';

	while (path.len) {
		const struct view segment = view_cut(&path, '/');

		if (view_is(segment, "..")) {
			drop_segment(out, start);
		} else if (segment.len && !view_is(segment, ".")) {
			buf_add_char(out, '/');
			form_write_text(out, segment);
		}
	}
	if (ends_with_slash || out->len == start)
		buf_add_char(out, '/');
}

/* -------------------------------------------------------------------------------------
 * Query
 */

struct parameter {
	struct view name; /* encoded, as is the value */
	struct view value;
};

static int by_name_and_value(const void *a, const void *b)
{
	const struct parameter *left = a;
	const struct parameter *right = b;
	const int order = view_compare(left->name, right->name);

	return order ? order : view_compare(left->value, right->value);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

/* However it was encoded, it is encoded the one right way. */
static struct view encode_again(struct arena *arena, struct view text)
{
	AUTO(buf) struct buf plain = BUF_INIT(0);
	AUTO(buf) struct buf encoded = BUF_INIT(0);

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '%' && text.len - i > 2 && digit_of(text.data[i + 1]) >= 0 &&
			digit_of(text.data[i + 2]) >= 0) {
			c = (char)(digit_of(text.data[i + 1]) << 4 |
				   digit_of(text.data[i + 2]));
			i += 2;
		}
		buf_add_char(&plain, c);
	}
	form_write_text(&encoded, buf_view(&plain));
	arena->failed |= plain.failed || encoded.failed;
	return arena_copy(arena, buf_view(&encoded));
}

static size_t count_parameters(struct view query)
{
	size_t count = 1;

	for (size_t i = 0; i < query.len; i++)
		count += query.data[i] == '&';
	return count;
}

static void add_sorted(struct buf *out, struct parameter *parameters, size_t count)
{
	qsort(parameters, count, sizeof(*parameters), by_name_and_value);
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_add_char(out, '&');
		buf_add_view(out, parameters[i].name);
		buf_add_char(out, '=');
		buf_add_view(out, parameters[i].value);
	}
}

static void add_query_in(struct buf *out, struct view query, struct arena *arena)
{
	struct parameter *parameters =
		arena_array(arena, count_parameters(query), sizeof(*parameters));
	size_t count = 0;

	while (parameters && query.len) {
		struct view value = view_cut(&query, '&');
		struct view name;

		if (value.len == 0)
			continue;
		name = view_cut(&value, '=');
		if (view_is(name, "X-Amz-Signature"))
			continue;
		parameters[count].name = encode_again(arena, name);
		parameters[count].value = encode_again(arena, value);
		count++;
	}
	if (arena->failed)
		out->failed = true;
	else
		add_sorted(out, parameters, count);
}

static void add_query(struct buf *out, struct view query)
{
	struct arena arena = {0};

	if (query.len)
		add_query_in(out, query, &arena);
	arena_finish(&arena);
}

/* -------------------------------------------------------------------------------------
 * Headers
 */

static bool same_name(struct view a, struct view b)
{
	return a.len == b.len && (a.len == 0 || strncasecmp(a.data, b.data, a.len) == 0);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without the blanks at its ends, and with one for each run of them inside. */
static void add_trimmed(struct buf *out, struct view value)
{
	const size_t start = out->len;
	bool between = false; /* a blank is due before the next word */

	for (size_t i = 0; i < value.len; i++) {
		if (is_blank(value.data[i])) {
			between = true;
			continue;
		}
		if (between && out->len > start)
			buf_add_char(out, ' ');
		between = false;
		buf_add_char(out, value.data[i]);
	}
}

/* "name:value,value\n" of the headers of this name; nothing if there are none. */
static void add_header(
	struct buf *out, const struct sigv4_request *request, struct view name)
{
	bool found = false;

	for (size_t i = 0; i < request->header_count; i++) {
		if (!same_name(request->headers[i].name, name))
			continue;
		if (!found)
			buf_add_view(out, name);
		buf_add_char(out, found ? ',' : ':');
		add_trimmed(out, request->headers[i].value);
		found = true;
	}
	if (found)
		buf_add_char(out, '\n');
}

static int compare_names(struct view a, struct view b)
{
	const size_t shared = a.len < b.len ? a.len : b.len;
	const int order = shared ? strncasecmp(a.data, b.data, shared) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static bool is_signed_header(struct view name)
{
	for (size_t i = 0; i < ARRAY_SIZE(unsigned_headers); i++) {
		if (same_name(name, view_of(unsigned_headers[i])))
			return false;
	}
	return name.len < 6 || strncasecmp(name.data, "proxy-", 6) != 0;
}

/* The first name behind `last` in the alphabet; absent at its end. */
static struct view next_name(const struct sigv4_request *request, struct view last)
{
	struct view next = {NULL, 0};

	for (size_t i = 0; i < request->header_count; i++) {
		const struct view name = request->headers[i].name;

		if (is_signed_header(name) && compare_names(name, last) > 0 &&
			(view_is_absent(next) || compare_names(name, next) < 0))
			next = name;
	}
	return next;
}

bool sigv4_signed_headers(struct buf *out, const struct sigv4_request *request)
{
	const size_t start = out->len;
	struct view name = {"", 0};

	while (!view_is_absent(name = next_name(request, name))) {
		if (out->len > start)
			buf_add_char(out, ';');
		for (size_t i = 0; i < name.len; i++) {
			const char c = name.data[i];

			buf_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c | 32) : c);
		}
	}
	return !out->failed;
}

/* -------------------------------------------------------------------------------------
 * The canonical request
 */

bool sigv4_canonical_request(struct buf *out, const struct sigv4_request *request,
	struct view signed_headers, enum sigv4_path path)
{
	struct view names = signed_headers;

	buf_add_view(out, request->method);
	buf_add_char(out, '\n');
	if (path == SIGV4_PATH_NORMALISED || request->path.len == 0)
		add_path_normalised(out, request->path);
	else
		add_path_as_it_is(out, request->path);
	buf_add_char(out, '\n');
	add_query(out, request->query);
	buf_add_char(out, '\n');
	while (names.len)
		add_header(out, request, view_cut(&names, ';'));
	buf_add_char(out, '\n');
	buf_add_view(out, signed_headers);
	buf_add_char(out, '\n');
	return buf_add_view(out, request->body_sha256);
}
