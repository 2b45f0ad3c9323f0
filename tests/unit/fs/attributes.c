/* SPDX-License-Identifier: MIT */
#include "fs/attributes.h"

#include <errno.h>

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

static int set(struct attributes *attributes, const char *key, const char *value)
{
	return attributes_set(attributes, key, view_of(value));
}

/* semantics.md: "A name or value that SQS would refuse fails at setxattr with EINVAL." */
static const struct {
	const char *key, *value;
	int error;
} rows[] = {
	{"attr.colour", "red", 0},
	{"attr.colour", "", EINVAL},
	{"attr.", "red", EINVAL},
	{"attr.two words", "red", EINVAL},
	{"attr.AWS.colour", "red", EINVAL},
	{"attr.colour", "\x01", EINVAL},
	{"attr.colour", "\xff", EINVAL},
	{"type.colour", "String", 0},
	{"type.colour", "Number.int", 0},
	{"type.colour", "Colour", EINVAL},
	{"type.colour", "", EINVAL},
	{"DelaySeconds", "0", 0},
	{"DelaySeconds", "900", 0},
	{"DelaySeconds", "901", EINVAL},
	{"DelaySeconds", "-1", EINVAL},
	{"DelaySeconds", "soon", EINVAL},
	{"MessageGroupId", "g-1", 0},
	{"MessageGroupId", "two words", EINVAL},
	{"MessageGroupId", "", EINVAL},
	{"MessageDeduplicationId", "d-1", 0},
	{"MessageDeduplicationId", "", EINVAL},
	/* "Any other attribute of the `user.sqs` namespace on a file to be sent is
	 * accepted and ignored". */
	{"MessageId", "x", 0},
	{"ReceiptHandle", "x", 0},
	{"lease", "30", 0},
	{"whatever", "x", 0},
};

TEST(a_bad_name_or_value_is_refused_when_it_is_set)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct attributes attributes = {0};

		CHECK_NUMBER(set(&attributes, rows[i].key, rows[i].value), rows[i].error);
		attributes_finish(&attributes);
	}
}

TEST(what_is_ignored_is_not_there)
{
	struct attributes attributes = {0};
	struct view value;

	CHECK_NUMBER(set(&attributes, "MessageId", "x"), 0);
	CHECK(!attributes_get(&attributes, "MessageId", &value));
}

TEST(a_type_comes_before_its_value)
{
	struct attributes attributes = {0};
	struct sqs_attribute sent[SQS_ATTRIBUTES];

	CHECK_NUMBER(set(&attributes, "attr.bytes", "\xff"), EINVAL);
	CHECK_NUMBER(set(&attributes, "type.bytes", "Binary"), 0);
	CHECK_NUMBER(attributes_fill(&attributes, sent), 0);
	CHECK_NUMBER(set(&attributes, "attr.bytes", "\xff"), 0);
	CHECK_NUMBER(attributes_fill(&attributes, sent), 1);
	CHECK_TEXT(sent[0].type, "Binary");
	CHECK_NUMBER(set(&attributes, "type.bytes", "String"), EINVAL);
	attributes_finish(&attributes);
}

TEST(a_number_is_one)
{
	struct attributes attributes = {0};

	CHECK_NUMBER(set(&attributes, "type.n", "Number"), 0);
	CHECK_NUMBER(set(&attributes, "attr.n", "many"), EINVAL);
	CHECK_NUMBER(set(&attributes, "attr.n", "12.5"), 0);
	attributes_finish(&attributes);
}

TEST(a_message_has_ten_attributes)
{
	struct attributes attributes = {0};
	char key[] = "attr.0";

	for (char c = '0'; c <= '9'; c++) {
		key[5] = c;
		CHECK_NUMBER(set(&attributes, key, "x"), 0);
	}
	CHECK_NUMBER(set(&attributes, "attr.a", "x"), EINVAL);
	CHECK_NUMBER(set(&attributes, "attr.5", "another"), 0);
	CHECK_NUMBER(attributes_remove(&attributes, "attr.5"), 0);
	CHECK_NUMBER(set(&attributes, "attr.a", "x"), 0);
	attributes_finish(&attributes);
}

/* Whoever copies them in this order sets a type before its value. */
TEST(types_are_listed_before_values)
{
	struct attributes attributes = {0};
	AUTO(buf) struct buf names = BUF_INIT(0);
	static const char expected[] = "user.sqs.type.b\0user.sqs.attr.b\0"
				       "user.sqs.type.a\0user.sqs.attr.a\0"
				       "user.sqs.DelaySeconds";

	set(&attributes, "type.b", "Number");
	set(&attributes, "attr.b", "1");
	set(&attributes, "attr.a", "x");
	set(&attributes, "DelaySeconds", "5");
	CHECK(attributes_list(&attributes, &names));
	CHECK_BYTES(names.data, names.len, expected, sizeof(expected));
	attributes_finish(&attributes);
}

TEST(what_was_set_can_be_read_and_removed)
{
	static const char *const keys[] = {"attr.a", "type.a", "DelaySeconds",
		"MessageGroupId", "MessageDeduplicationId"};
	static const char *const values[] = {"x", "String.label", "7", "g", "d"};
	struct attributes attributes = {0};
	struct view value;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		CHECK_NUMBER(set(&attributes, keys[i], values[i]), 0);
	CHECK_NUMBER(attributes_delay_s(&attributes), 7);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		CHECK(attributes_get(&attributes, keys[i], &value));
		CHECK(view_is(value, values[i]));
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		CHECK_NUMBER(attributes_remove(&attributes, keys[i]), 0);
		CHECK(!attributes_get(&attributes, keys[i], &value));
		CHECK_NUMBER(attributes_remove(&attributes, keys[i]), ENODATA);
	}
	CHECK_NUMBER(attributes_delay_s(&attributes), -1);
	attributes_finish(&attributes);
}

TEST(another_namespace_has_no_key)
{
	CHECK(attributes_key("user.sqs.attr.a") != NULL);
	CHECK_TEXT(attributes_key("user.sqs.attr.a"), "attr.a");
	CHECK(!attributes_key("user.other"));
	CHECK(!attributes_key("security.selinux"));
}

TEST_MAIN
