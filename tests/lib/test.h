/* SPDX-License-Identifier: MIT */
/*
 * The test harness: one program a module, one TEST a claim, TAP on standard output.
 *
 *	TEST(a_received_message_comes_back)
 *	{
 *		CHECK(receives(&jobs, 31, "hello"));
 *		CHECK_TEXT(text, "hello");
 *	}
 *	TEST_MAIN
 *
 * Tests run in the order of the file. A CHECK that fails says where and ends its
 * test. Give a name as argument to run that test alone. No check fails in another
 * thread: collect there, check in the test.
 */
#ifndef TESTS_LIB_TEST_H
#define TESTS_LIB_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

void test_register(struct test *test);
int test_main(int argc, char **argv);

/* Each says what it saw and returns false when the claim does not hold. */
bool test_true(bool holds, const char *text, const char *file, int line);
bool test_number(
	int64_t seen, int64_t expected, const char *text, const char *file, int line);
bool test_text(const char *seen, const char *expected, const char *text, const char *file,
	int line);
bool test_bytes(const void *seen, size_t seen_len, const void *expected,
	size_t expected_len, const char *text, const char *file, int line);

/* Ends the test as skipped, with a reason. */
void test_skip(const char *reason);

#define TEST(name)                                                     \
	static void name(void);                                        \
	__attribute__((constructor)) static void register_##name(void) \
	{                                                              \
		static struct test test = {#name, name, NULL};         \
		test_register(&test);                                  \
	}                                                              \
	static void name(void)

#define TEST_MAIN                             \
	int main(int argc, char **argv)       \
	{                                     \
		return test_main(argc, argv); \
	}

#define CHECK(claim)                                                 \
	do {                                                         \
		if (!test_true((claim), #claim, __FILE__, __LINE__)) \
			return;                                      \
	} while (0)

#define CHECK_NUMBER(seen, expected)                                                    \
	do {                                                                            \
		if (!test_number((int64_t)(seen), (int64_t)(expected), #seen, __FILE__, \
			    __LINE__))                                                  \
			return;                                                         \
	} while (0)

#define CHECK_TEXT(seen, expected)                                             \
	do {                                                                   \
		if (!test_text((seen), (expected), #seen, __FILE__, __LINE__)) \
			return;                                                \
	} while (0)

#define CHECK_BYTES(seen, seen_len, expected, expected_len)                            \
	do {                                                                           \
		if (!test_bytes((seen), (seen_len), (expected), (expected_len), #seen, \
			    __FILE__, __LINE__))                                       \
			return;                                                        \
	} while (0)

#define SKIP(reason)               \
	do {                       \
		test_skip(reason); \
		return;            \
	} while (0)

#endif
