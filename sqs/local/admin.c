/* SPDX-License-Identifier: MIT */
#include "sqs/local/admin.h"

#include <inttypes.h>
#include <string.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/wire/form.h"

#define PREFIX "/_sqs-local/"

enum { MOST_PEEKED = 1000, PEEKED = 100 };

struct page {
	const char *method;
	const char *path;
	const char *type;
	/* Who may ask although nobody signed: on this machine anybody may read counters,
	 * but messages only where all else is unsigned too. */
	bool is_open;
	int (*answer)(const struct admin *admin, const struct http_request *request,
		struct arena *arena, struct buf *out);
};

static int answer_metrics(const struct admin *admin, const struct http_request *request,
	struct arena *arena, struct buf *out)
{
	(void)request;
	(void)arena;
	return metrics_write(admin->metrics, &admin->gauges, out) &&
			       service_counters(admin->service, out, admin->now_ms)
		       ? 200
		       : 500;
}

static int say(struct buf *out, int status, const char *text)
{
	buf_printf(out, "%s\n", text);
	return status;
}

/* A number of the query; `otherwise` where it is not given. */
static bool read_number(struct form *form, const char *name, int64_t most,
	int64_t otherwise, int64_t *out)
{
	struct view text = form_get(form, name);

	*out = otherwise;
	return text.len == 0 || number_parse(text, 0, most, out);
}

/* "SENT.ID", as the page before said; zeroes where it is not given. */
static bool read_place(struct form *form, const char *name, struct service_place *out)
{
	struct view text = form_get(form, name);
	const char *dot = text.len ? memchr(text.data, '.', text.len) : NULL;
	size_t before = dot ? (size_t)(dot - text.data) : 0;

	*out = (struct service_place){0};
	if (text.len == 0)
		return true;
	return dot &&
	       number_parse(
		       (struct view){text.data, before}, 0, INT64_MAX, &out->sent_ms) &&
	       number_parse((struct view){dot + 1, text.len - before - 1}, 0, INT64_MAX,
		       &out->id);
}

/* A line a message; where there is more, the last line says how to go on. */
static int answer_messages(const struct admin *admin, const struct http_request *request,
	struct arena *arena, struct buf *out)
{
	struct form form = {0};
	struct wire_fault fault;
	struct service_place after, last;
	int64_t limit;
	char *name;

	if (!form_add(&form, arena, request->query, &fault) ||
		!read_place(&form, "after", &after) ||
		!read_number(&form, "limit", MOST_PEEKED, PEEKED, &limit) || limit == 0)
		return say(out, 400, "give ?QueueName=NAME&after=NEXT&limit=1..1000");
	name = arena_string(arena, form_get(&form, "QueueName"));
	if (!name || !*name)
		return say(out, 400, "give ?QueueName=NAME");
	last = service_peek(admin->service, name, after, (int)limit, out, admin->now_ms);
	if (last.id)
		buf_printf(out, "{\"next\":\"%" PRId64 ".%" PRId64 "\"}\n", last.sent_ms,
			last.id);
	return out->failed ? 500 : 200;
}

static int answer_faults(const struct admin *admin, const struct http_request *request,
	struct arena *arena, struct buf *out)
{
	(void)request;
	(void)arena;
	return faults_list(admin->faults, out) ? 200 : 500;
}

static int set_faults(const struct admin *admin, const struct http_request *request,
	struct arena *arena, struct buf *out)
{
	char why[256];

	(void)arena;
	if (!request->is_local)
		return say(out, 403, "faults are set from this machine only");
	if (request->refusal != HTTP_COMPLETE)
		return say(out, 413, "too many rules");
	if (!faults_set(admin->faults, request->body, why, sizeof(why)))
		return say(out, 400, why);
	return faults_list(admin->faults, out) ? 200 : 500;
}

static const char text_type[] = "text/plain; charset=utf-8";

static const struct page pages[] = {
	{"GET", PREFIX "metrics", "text/plain; version=0.0.4; charset=utf-8", true,
		answer_metrics},
	{"GET", PREFIX "messages", "application/x-ndjson", false, answer_messages},
	{"GET", PREFIX "faults", text_type, false, answer_faults},
	{"POST", PREFIX "faults", text_type, false, set_faults},
};

static const struct page *find_page(const struct http_request *request)
{
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		if (view_is(request->method, pages[i].method) &&
			view_is(request->path, pages[i].path))
			return &pages[i];
	return NULL;
}

static bool may_ask(const struct admin *admin, const struct page *page,
	const struct http_request *request, struct arena *arena)
{
	struct view access_key;
	struct wire_fault fault;

	if (admin->auth && page->is_open && request->is_local)
		return true;
	return auth_admits(
		admin->auth, request, admin->now_ms, arena, &access_key, &fault);
}

bool admin_is_asked(const struct http_request *request)
{
	return view_starts_with(request->path, VIEW_LITERAL(PREFIX));
}

void admin_answer(const struct admin *admin, struct http_exchange *exchange)
{
	const struct http_request *request = http_request_of(exchange);
	struct arena *arena = http_arena(exchange);
	const struct page *page = find_page(request);
	struct buf body = {0};
	struct wire_pair type = {VIEW_LITERAL("Content-Type"), view_of(text_type)};
	int status;

	if (!page) {
		status = say(&body, 404, "there are metrics, messages and faults");
	} else if (!may_ask(admin, page, request, arena)) {
		status = say(&body, 403, "sign the request with a key of this server");
	} else {
		status = page->answer(admin, request, arena, &body);
		if (status == 200)
			type.value = view_of(page->type);
	}
	http_answer(exchange, &(struct http_answer){.status = status,
				      .headers = &type,
				      .header_count = 1,
				      .body = &body});
}
