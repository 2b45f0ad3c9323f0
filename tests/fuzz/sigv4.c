/* SPDX-License-Identifier: MIT */
/* Lines of a request: method, path, query, then headers. Nobody who does not know the
 * secret gets through. */
#include "sqs/wire/sigv4.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_HEADERS = 16 };

static struct view secret_of(void *arg, struct view access_key)
{
	(void)arg, (void)access_key;
	return VIEW_LITERAL("a secret that the fuzzer cannot make signatures with");
}

static void verify(struct view text, enum sigv4_path path)
{
	static struct digester *digester;
	struct wire_pair headers[MOST_HEADERS];
	struct sigv4_request request = {.headers = headers};
	const struct sigv4_rules rules = {
		.service = "sqs",
		.secret = secret_of,
		.now_ms = 1440938160000,
		.path = path,
	};
	struct arena arena = {0};
	struct view access_key;
	struct wire_fault fault;

	if (!digester)
		digester = digester_new();
	request.method = view_cut(&text, '\n');
	request.path = view_cut(&text, '\n');
	request.query = view_cut(&text, '\n');
	while (text.len && request.header_count < MOST_HEADERS) {
		struct view value = view_cut(&text, '\n');
		const struct view name = view_cut(&value, ':');

		headers[request.header_count++] = (struct wire_pair){name, value};
	}
	request.body_sha256 = VIEW_LITERAL(
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	if (sigv4_verify(digester, &request, &rules, &arena, &access_key, &fault))
		abort();
	arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct view text = {(const char *)data, size};

	verify(text, SIGV4_PATH_NORMALISED);
	verify(text, SIGV4_PATH_AS_IT_IS);
	return 0;
}
