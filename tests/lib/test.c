/* SPDX-License-Identifier: MIT */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

static struct test *first, **last = &first;
static bool failed;
static const char *skipped;

void test_register(struct test *test)
{
	*last = test;
	last = &test->next;
}

bool test_true(bool holds, const char *text, const char *file, int line)
{
	if (!holds) {
		failed = true;
		printf("# %s:%d: does not hold: %s\n", file, line, text);
	}
	return holds;
}

bool test_number(
	int64_t seen, int64_t expected, const char *text, const char *file, int line)
{
	if (seen == expected)
		return true;
	printf("# %s is %lld, expected %lld\n", text, (long long)seen,
		(long long)expected);
	return test_true(false, text, file, line);
}

bool test_text(const char *seen, const char *expected, const char *text, const char *file,
	int line)
{
	if (seen == expected || (seen && expected && strcmp(seen, expected) == 0))
		return true;
	printf("# %s is \"%s\", expected \"%s\"\n", text, seen ? seen : "(null)",
		expected ? expected : "(null)");
	return test_true(false, text, file, line);
}

bool test_bytes(const void *seen, size_t seen_len, const void *expected,
	size_t expected_len, const char *text, const char *file, int line)
{
	if (seen_len == expected_len &&
		(!seen_len || memcmp(seen, expected, seen_len) == 0))
		return true;
	printf("# %s has %zu bytes \"%.*s\", expected %zu \"%.*s\"\n", text, seen_len,
		(int)(seen_len < 200 ? seen_len : 200), (const char *)seen, expected_len,
		(int)(expected_len < 200 ? expected_len : 200), (const char *)expected);
	return test_true(false, text, file, line);
}

void test_skip(const char *reason)
{
	skipped = reason;
}

static bool is_chosen(const struct test *test, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], test->name) == 0)
			return true;
	}
	return argc <= 1;
}

int test_main(int argc, char **argv)
{
	int number = 0, failures = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (const struct test *test = first; test; test = test->next) {
		if (!is_chosen(test, argc, argv))
			continue;
		failed = false;
		skipped = NULL;
		test->run();
		failures += failed;
		printf("%sok %d - %s%s%s\n", failed ? "not " : "", ++number, test->name,
			skipped ? " # SKIP " : "", skipped ? skipped : "");
	}
	printf("1..%d\n", number);
	return failures > 0;
}
