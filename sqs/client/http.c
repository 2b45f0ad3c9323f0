/* SPDX-License-Identifier: MIT */
#include "sqs/client/http.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sqs/base/buf.h"

enum {
	CONNECT_TIMEOUT_MS = 3100, /* as the SDKs' standard configuration */
	/* Ten messages of a megabyte in which every byte became "&quot;". */
	LARGEST_REPLY = 68 << 20,
	KEPT_CONNECTIONS = 320,
	MOST_FDS = 4,
	FETCH_PAUSE_MS = 200, /* after the first attempt */
	/* A connection whose peer says nothing at all for so long is given up. */
	DEAD_AFTER_MS = 10000,
	PROBE_EVERY_S = 5,
};

struct http {
	CURLM *multi;
	bool is_quiet; /* the last wait saw nothing of ours, and nothing has begun since */
	struct http_options options;
};

/* The request's headers; those that may be absent stand last. */
enum header {
	HEADER_HOST,
	HEADER_CONTENT_TYPE,
	HEADER_ACCEPT, /* curl's own is suppressed, and so is the next */
	HEADER_EXPECT,
	HEADER_DATE,
	HEADER_AUTHORIZATION,
	HEADER_TOKEN,
	HEADER_COUNT
};

static const char *const header_prefix[] = {
	[HEADER_HOST] = "Host: ",
	[HEADER_CONTENT_TYPE] = ("Content-Type: " HTTP_CONTENT_TYPE),
	[HEADER_ACCEPT] = "Accept:",
	[HEADER_EXPECT] = "Expect:",
	[HEADER_DATE] = "X-Amz-Date: ",
	[HEADER_AUTHORIZATION] = "Authorization: ",
	[HEADER_TOKEN] = "X-Amz-Security-Token: ",
};

struct http_exchange {
	struct http *http;
	void *owner;
	CURL *easy;
	bool is_running;
	/* The list is made of these, so that a request allocates nothing. */
	struct curl_slist headers[HEADER_COUNT];
	struct buf header_text[HEADER_COUNT];

	CURLcode result;
	struct buf body;
	bool lacks_memory; /* for the body */
	char date[64];
	char request_id[80];
	char why[CURL_ERROR_SIZE + 200];
	char curl_words[CURL_ERROR_SIZE];
};

/* What a code of curl means to us. A handshake may break as any connection may. */
static const struct trouble {
	CURLcode code;
	enum sqs_error error;
	bool is_transient;
	const char *text;
} troubles[] = {
	{CURLE_COULDNT_RESOLVE_PROXY, SQS_UNREACHABLE, true, "cannot find the proxy"},
	{CURLE_COULDNT_RESOLVE_HOST, SQS_UNREACHABLE, true, "cannot find the host"},
	{CURLE_COULDNT_CONNECT, SQS_UNREACHABLE, true, "cannot connect"},
	{CURLE_PROXY, SQS_UNREACHABLE, true, "the proxy failed"},
	{CURLE_INTERFACE_FAILED, SQS_UNREACHABLE, true, "cannot connect"},
	{CURLE_SEND_ERROR, SQS_UNREACHABLE, true, "the connection broke"},
	{CURLE_RECV_ERROR, SQS_UNREACHABLE, true, "the connection broke"},
	{CURLE_GOT_NOTHING, SQS_UNREACHABLE, true, "hung up without a reply"},
	{CURLE_PARTIAL_FILE, SQS_UNREACHABLE, true, "hung up in the middle of a reply"},
	{CURLE_OPERATION_TIMEDOUT, SQS_TIMED_OUT, true, "no answer in time"},
	{CURLE_SSL_CONNECT_ERROR, SQS_INSECURE, true, "TLS failed"},
	{CURLE_PEER_FAILED_VERIFICATION, SQS_INSECURE, false,
		"its certificate is not trusted"},
	{CURLE_SSL_CACERT_BADFILE, SQS_INSECURE, false, "cannot read AWS_CA_BUNDLE"},
	{CURLE_SSL_CERTPROBLEM, SQS_INSECURE, false, "TLS failed"},
	{CURLE_SSL_CIPHER, SQS_INSECURE, false, "TLS failed"},
	{CURLE_SSL_ENGINE_INITFAILED, SQS_INSECURE, false, "TLS failed"},
	{CURLE_USE_SSL_FAILED, SQS_INSECURE, false, "TLS failed"},
	{CURLE_OUT_OF_MEMORY, SQS_NO_MEMORY, false, "no memory"},
	{CURLE_WRITE_ERROR, SQS_BAD_REPLY, false, "the reply is too large"},
};

/* -------------------------------------------------------------------------------------
 * The multi
 */

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void init_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct http *http_new(const struct http_options *options)
{
	AUTO(http_free) struct http *http = calloc(1, sizeof(*http));

	pthread_once(&curl_once, init_curl);
	if (!http)
		return NULL;
	http->options = *options;
	http->multi = curl_multi_init();
	if (!http->multi)
		return NULL;
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS);
	return TAKE(http);
}

void http_free(struct http *http)
{
	if (!http)
		return;
	curl_multi_cleanup(http->multi);
	free(http);
}

void http_perform(struct http *http)
{
	bool is_quiet = http->is_quiet;
	long due_ms = 0;
	int running;

	http->is_quiet = false;
	curl_multi_timeout(http->multi, &due_ms);
	if (!is_quiet || due_ms == 0)
		curl_multi_perform(http->multi, &running);
}

void http_wait(struct http *http, const int *fds, size_t count, int64_t timeout_ms)
{
	struct curl_waitfd wait[MOST_FDS];
	int ready = 0;

	for (size_t i = 0; i < count; i++)
		wait[i] = (struct curl_waitfd){.fd = fds[i], .events = CURL_WAIT_POLLIN};
	if (timeout_ms > INT32_MAX)
		timeout_ms = INT32_MAX;
	if (curl_multi_poll(http->multi, wait, (unsigned)count, (int)timeout_ms,
		    &ready) != CURLM_OK)
		return;
	for (size_t i = 0; i < count; i++)
		ready -= wait[i].revents != 0;
	http->is_quiet = ready == 0;
}

struct http_exchange *http_next_ended(struct http *http)
{
	struct http_exchange *exchange;
	CURLMsg *message;
	int left;

	do {
		message = curl_multi_info_read(http->multi, &left);
		if (!message)
			return NULL;
	} while (message->msg != CURLMSG_DONE);
	curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&exchange);
	exchange->result = message->data.result;
	exchange->is_running = false;
	curl_multi_remove_handle(http->multi, exchange->easy);
	return exchange;
}

/* -------------------------------------------------------------------------------------
 * An exchange
 */

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct http_exchange *exchange = arg;
	size_t len = size * count;

	if (buf_add(&exchange->body, data, len))
		return len;
	exchange->lacks_memory = exchange->body.len + len <= LARGEST_REPLY;
	return 0;
}

static struct view header_value(struct view line, struct view name)
{
	struct view value = {0};

	if (line.len <= name.len || strncasecmp(line.data, name.data, name.len) != 0)
		return value;
	value = (struct view){line.data + name.len, line.len - name.len};
	while (value.len && strchr(" \t", value.data[0]))
		value = (struct view){value.data + 1, value.len - 1};
	while (value.len && strchr("\r\n \t", value.data[value.len - 1]))
		value.len--;
	return value;
}

static void keep_value(char *out, size_t size, struct view value)
{
	if (value.len && value.len < size) {
		memcpy(out, value.data, value.len);
		out[value.len] = '\0';
	}
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct http_exchange *exchange = arg;
	struct view line = {data, size * count};

	keep_value(exchange->date, sizeof(exchange->date),
		header_value(line, VIEW_LITERAL("Date:")));
	keep_value(exchange->request_id, sizeof(exchange->request_id),
		header_value(line, VIEW_LITERAL("x-amzn-RequestId:")));
	return line.len;
}

/* After a suspend, or behind a NAT that forgot it, a connection may be dead though nobody
 * said so. A Unix socket has no such option. */
static int on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	const int ms = DEAD_AFTER_MS;

	(void)arg;
	(void)purpose;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	return CURL_SOCKOPT_OK;
}

static void set_liveness_options(CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)DEAD_AFTER_MS / 1000);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)PROBE_EVERY_S);
}

static void set_connection_options(CURL *easy, const struct http_options *options)
{
	set_liveness_options(easy);
	curl_easy_setopt(easy, CURLOPT_URL, options->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* wait for no resolver */
	if (options->unix_socket)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options->unix_socket);
	if (options->no_proxy)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (options->ca_bundle)
		curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_bundle);
}

static void set_reply_options(struct http_exchange *exchange)
{
	CURL *easy = exchange->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->curl_words);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "sqsfs/" SQSFS_VERSION);
}

/* Absent values leave their header out; the list is linked anew over those that stay. */
static bool write_header(
	struct http_exchange *exchange, enum header header, struct view value)
{
	struct buf *text = &exchange->header_text[header];

	buf_clear(text);
	buf_add_string(text, header_prefix[header]);
	buf_add_view(text, value);
	exchange->headers[header].data = text->data;
	return !text->failed;
}

static bool write_constant_headers(struct http_exchange *exchange)
{
	for (enum header i = HEADER_HOST; i < HEADER_COUNT; i++) {
		struct view value = {0};

		if (i == HEADER_HOST)
			value = view_of(exchange->http->options.host);
		if (!write_header(exchange, i, value))
			return false;
		if (i > 0)
			exchange->headers[i - 1].next = &exchange->headers[i];
	}
	exchange->headers[HEADER_EXPECT].next = NULL;
	return true;
}

static bool write_headers(struct http_exchange *exchange, const struct http_post *post)
{
	const struct view values[] = {[HEADER_DATE] = post->date,
		[HEADER_AUTHORIZATION] = post->authorization,
		[HEADER_TOKEN] = post->token};
	struct curl_slist *last = &exchange->headers[HEADER_EXPECT];

	for (enum header i = HEADER_DATE; i < HEADER_COUNT; i++) {
		if (view_is_absent(values[i]))
			continue;
		if (!write_header(exchange, i, values[i]))
			return false;
		last->next = &exchange->headers[i];
		last = last->next;
	}
	last->next = NULL;
	return true;
}

struct http_exchange *http_exchange_new(struct http *http, void *owner)
{
	struct http_exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange)
		return NULL;
	exchange->http = http;
	exchange->owner = owner;
	exchange->body.ceiling = LARGEST_REPLY;
	exchange->easy = curl_easy_init();
	if (!exchange->easy || !write_constant_headers(exchange)) {
		http_exchange_free(exchange);
		return NULL;
	}
	set_connection_options(exchange->easy, &http->options);
	set_reply_options(exchange);
	return exchange;
}

void http_exchange_free(struct http_exchange *exchange)
{
	if (!exchange)
		return;
	http_abort(exchange);
	curl_easy_cleanup(exchange->easy);
	for (size_t i = 0; i < HEADER_COUNT; i++)
		buf_finish(&exchange->header_text[i]);
	buf_finish(&exchange->body);
	free(exchange);
}

void *http_owner_of(const struct http_exchange *exchange)
{
	return exchange->owner;
}

bool http_begin(struct http_exchange *exchange, const struct http_post *post)
{
	CURL *easy = exchange->easy;

	if (exchange->body.cap > LARGEST_REPLY / 64)
		buf_finish(&exchange->body); /* what a rare large reply left */
	buf_clear(&exchange->body);
	exchange->lacks_memory = false;
	exchange->date[0] = '\0';
	exchange->request_id[0] = '\0';
	exchange->curl_words[0] = '\0';
	if (!write_headers(exchange, post))
		return false;
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post->body.data);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)post->timeout_ms);
	exchange->http->is_quiet = false;
	exchange->is_running =
		curl_multi_add_handle(exchange->http->multi, easy) == CURLM_OK;
	return exchange->is_running;
}

void http_abort(struct http_exchange *exchange)
{
	if (!exchange->is_running)
		return;
	curl_multi_remove_handle(exchange->http->multi, exchange->easy);
	exchange->is_running = false;
}

/* What a result other than CURLE_OK means, and that in one line. */
static const struct trouble *explain(CURLcode result, const char *origin,
	const char *words, char *why, size_t why_size)
{
	static const struct trouble other = {
		CURLE_OK, SQS_BAD_REPLY, false, "not a reply of HTTP"};
	const struct trouble *trouble = &other;

	for (size_t i = 0; i < ARRAY_SIZE(troubles); i++) {
		if (troubles[i].code == result)
			trouble = &troubles[i];
	}
	snprintf(why, why_size, "%s: %s (%s)", origin, trouble->text,
		words[0] ? words : curl_easy_strerror(result));
	return trouble;
}

struct http_reply http_reply_of(struct http_exchange *exchange)
{
	struct http_reply reply = {.why = ""};
	const struct trouble *trouble;
	long status = 0;

	if (exchange->result == CURLE_WRITE_ERROR && exchange->lacks_memory)
		exchange->result = CURLE_OUT_OF_MEMORY;
	if (exchange->result != CURLE_OK) {
		trouble = explain(exchange->result, exchange->http->options.origin,
			exchange->curl_words, exchange->why, sizeof(exchange->why));
		reply.error = trouble->error;
		reply.is_transient = trouble->is_transient;
		reply.why = exchange->why;
		return reply;
	}
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	reply.status = (int)status;
	reply.body = buf_view(&exchange->body);
	if (exchange->date[0])
		reply.date = view_of(exchange->date);
	if (exchange->request_id[0])
		reply.request_id = view_of(exchange->request_id);
	return reply;
}

/* -------------------------------------------------------------------------------------
 * For those who may block
 */

static size_t on_fetched(char *data, size_t size, size_t count, void *reply)
{
	return buf_add(reply, data, size * count) ? size * count : 0;
}

static size_t on_fetched_header(char *data, size_t size, size_t count, void *date)
{
	struct view value =
		header_value((struct view){data, size * count}, VIEW_LITERAL("Date:"));

	if (value.len) {
		buf_clear(date);
		buf_add_view(date, value);
	}
	return size * count;
}

static bool set_fetch_options(CURL *easy, const struct http_fetch *fetch,
	struct curl_slist **headers, struct buf *reply)
{
	for (size_t i = 0; fetch->headers && fetch->headers[i]; i++) {
		struct curl_slist *longer =
			curl_slist_append(*headers, fetch->headers[i]);

		if (!longer)
			return false;
		*headers = longer;
	}
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *headers);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)fetch->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_fetched);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, reply);
	if (fetch->date) {
		curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_fetched_header);
		curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch->date);
	}
	if (!view_is_absent(fetch->body)) {
		curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->body.len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch->body.data);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, fetch->method);
	return true;
}

/* Until it has ended, or somebody writes to cancel_fd. */
static CURLcode run_fetch(CURLM *multi, CURL *easy, int cancel_fd)
{
	struct curl_waitfd cancel = {.fd = cancel_fd, .events = CURL_WAIT_POLLIN};
	const CURLMsg *message = NULL;
	int running = 1, left;

	if (curl_multi_add_handle(multi, easy) != CURLM_OK)
		return CURLE_OUT_OF_MEMORY;
	while (running && !cancel.revents) {
		curl_multi_perform(multi, &running);
		if (running)
			curl_multi_poll(multi, &cancel, cancel_fd >= 0, 1000, NULL);
	}
	if (!running)
		message = curl_multi_info_read(multi, &left);
	return message ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
}

/* One attempt; *is_transient says whether another may fare better. */
static bool fetch_once(const struct http_fetch *fetch, struct buf *reply, int *status,
	struct sqs_failure *why, bool *is_transient)
{
	const struct http_options options = {.url = fetch->url,
		.ca_bundle = fetch->ca_bundle,
		.no_proxy = fetch->no_proxy};
	AUTO(http_free) struct http *http = http_new(&options);
	CURL *easy = curl_easy_init();
	struct curl_slist *headers = NULL;
	CURLcode result = CURLE_OUT_OF_MEMORY;
	const struct trouble *trouble;
	long code = 0;

	if (http && easy && set_fetch_options(easy, fetch, &headers, reply)) {
		set_connection_options(easy, &options);
		result = run_fetch(http->multi, easy, fetch->cancel_fd);
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
		curl_multi_remove_handle(http->multi, easy);
	}
	curl_easy_cleanup(easy);
	curl_slist_free_all(headers);
	*status = (int)code;
	*is_transient = code == 429 || (code >= 500 && code != 501) ||
			(fetch->may_heal && fetch->may_heal(*status, buf_view(reply)));
	*why = (struct sqs_failure){0};
	if (result == CURLE_OK)
		return true;
	trouble = explain(result, fetch->url, "", why->message, sizeof(why->message));
	why->error = trouble->error;
	*is_transient = trouble->is_transient;
	return false;
}

/* False when nobody waits for the answer any more. */
static bool pause_fetch(int cancel_fd, int pause_ms)
{
	struct pollfd cancel = {.fd = cancel_fd, .events = POLLIN};

	return poll(&cancel, 1, pause_ms) == 0;
}

bool http_fetch(const struct http_fetch *fetch, struct buf *reply, int *status,
	struct sqs_failure *why)
{
	bool came, is_transient;

	for (int attempt = 1;; attempt++) {
		buf_clear(reply);
		came = fetch_once(fetch, reply, status, why, &is_transient);
		if (!is_transient || attempt >= fetch->attempts ||
			!pause_fetch(fetch->cancel_fd, attempt * FETCH_PAUSE_MS))
			return came;
	}
}
