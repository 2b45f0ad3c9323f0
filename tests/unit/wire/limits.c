/* SPDX-License-Identifier: MIT */
#include "sqs/wire/limits.h"

#include <string.h>

#include "sqs/base/cleanup.h"
#include "sqs/sqs.h"
#include "tests/lib/test.h"

#define TIMES_10(s) s s s s s s s s s s
#define A80 TIMES_10("aaaaaaaa")

static const struct {
	const char *name;
	bool is_valid;
	bool is_fifo;
} queue_names[] = {
	{"a", true, false},
	{"Az09_-", true, false},
	{A80, true, false},
	{A80 "a", false, false},
	{"q.fifo", true, true},
	{"aaaaa" TIMES_10("aaaaaaa") ".fifo", true, true},
	{"aaaaaa" TIMES_10("aaaaaaa") ".fifo", false, true},
	{".fifo", false, true},
	{"", false, false},
	{"a.b", false, false},
	{"a.fifo.fifo", false, true},
	{"q.FIFO", false, false},
	{"a b", false, false},
	{"a/b", false, false},
	{"\xc3\xa9", false, false},
};

TEST(names_of_queues)
{
	for (size_t i = 0; i < ARRAY_SIZE(queue_names); i++) {
		CHECK(sqs_queue_name_is_valid(queue_names[i].name) ==
			queue_names[i].is_valid);
		CHECK(sqs_queue_is_fifo(queue_names[i].name) == queue_names[i].is_fifo);
	}
	CHECK(sqs_queue_is_fifo("https://sqs.eu-west-1.amazonaws.com/123/q.fifo"));
	CHECK(!limits_queue_name_is_valid((struct view){NULL, 0}));
	CHECK(!limits_queue_name_is_valid(VIEW_LITERAL("a\0b")));
}

TEST(the_name_in_a_url)
{
	CHECK_TEXT(sqs_queue_name_of("http://h:1/123/jobs"), "jobs");
	CHECK_TEXT(sqs_queue_name_of("jobs"), "jobs");
	CHECK(view_is(
		limits_queue_name_of(VIEW_LITERAL("arn:aws:sqs:r:1:jobs")), "jobs"));
	CHECK(view_is(limits_queue_name_of(VIEW_LITERAL("http://h/1/jobs")), "jobs"));
	CHECK(view_is(limits_queue_name_of(VIEW_LITERAL("jobs")), "jobs"));
	CHECK(view_is_absent(limits_queue_name_of((struct view){NULL, 0})));
}

static const struct {
	struct view id;
	bool is_entry_id; /* of a batch */
	bool is_id;       /* group, deduplication, attempt */
} ids[] = {
	{VIEW_LITERAL("a"), true, true},
	{VIEW_LITERAL(A80), true, true},
	{VIEW_LITERAL(A80 "a"), false, true},
	{VIEW_LITERAL(A80 TIMES_10("aaaa") "aaaaaaaa"), false, true},
	{VIEW_LITERAL(A80 TIMES_10("aaaa") "aaaaaaaaa"), false, false},
	{VIEW_LITERAL("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"), false, true},
	{VIEW_LITERAL(""), false, false},
	{VIEW_LITERAL(" "), false, false},
	{VIEW_LITERAL("a b"), false, false},
	{VIEW_LITERAL("a\x7f"), false, false},
	{VIEW_LITERAL("\xc3\xa9"), false, false},
	{VIEW_LITERAL("a\0b"), false, false},
};

TEST(ids_of_entries_and_groups)
{
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		CHECK(limits_entry_id_is_valid(ids[i].id) == ids[i].is_entry_id);
		CHECK(limits_id_is_valid(ids[i].id) == ids[i].is_id);
	}
	CHECK(sqs_id_is_valid("group-1") && !sqs_id_is_valid("group 1"));
}

static const struct {
	enum limits_parameter parameter;
	int64_t least;
	int64_t most;
} numbers[] = {
	{LIMITS_DELAY_SECONDS, 0, 900},
	{LIMITS_VISIBILITY_TIMEOUT, 0, 43200},
	{LIMITS_WAIT_TIME_SECONDS, 0, 20},
	{LIMITS_MAX_NUMBER_OF_MESSAGES, 1, 10},
	{LIMITS_MAX_RESULTS, 1, 1000},
	{LIMITS_MAX_TASKS, 1, 10},
	{LIMITS_MESSAGES_PER_SECOND, 1, 500},
};

TEST(ranges_of_parameters)
{
	CHECK_NUMBER(ARRAY_SIZE(numbers), LIMITS_PARAMETER_COUNT);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const enum limits_parameter parameter = numbers[i].parameter;

		CHECK(!limits_is_beyond(parameter, numbers[i].least));
		CHECK(!limits_is_beyond(parameter, numbers[i].most));
		CHECK(limits_is_beyond(parameter, numbers[i].least - 1));
		CHECK(limits_is_beyond(parameter, numbers[i].most + 1));
		CHECK(!limits_is_beyond(parameter, WIRE_ABSENT));
		CHECK(limits_parameter(parameter)->name[0]);
		CHECK(limits_parameter(parameter)->reason[0]);
	}
}

static const struct {
	const char *name;
	const char *value;
	bool is_taken;
} settings[] = {
	{"VisibilityTimeout", "0", true},
	{"VisibilityTimeout", "43200", true},
	{"VisibilityTimeout", "43201", false},
	{"VisibilityTimeout", "-1", false},
	{"VisibilityTimeout", "", false},
	{"VisibilityTimeout", "1.5", false},
	{"DelaySeconds", "900", true},
	{"DelaySeconds", "901", false},
	{"MaximumMessageSize", "1024", true},
	{"MaximumMessageSize", "1048576", true},
	{"MaximumMessageSize", "1023", false},
	{"MaximumMessageSize", "1048577", false},
	{"MessageRetentionPeriod", "60", true},
	{"MessageRetentionPeriod", "1209600", true},
	{"MessageRetentionPeriod", "59", false},
	{"MessageRetentionPeriod", "1209601", false},
	{"ReceiveMessageWaitTimeSeconds", "20", true},
	{"ReceiveMessageWaitTimeSeconds", "21", false},
	{"KmsDataKeyReusePeriodSeconds", "60", true},
	{"KmsDataKeyReusePeriodSeconds", "86401", false},
	{"FifoQueue", "TRUE", true},
	{"FifoQueue", "yes", false},
	{"SqsManagedSseEnabled", "false", true},
	{"DeduplicationScope", "messageGroup", true},
	{"DeduplicationScope", "messagegroup", false},
	{"FifoThroughputLimit", "perMessageGroupId", true},
	{"Policy", "", true},
	{"RedrivePolicy", "{}", true},
	{"QueueArn", "x", false},
	{"ApproximateNumberOfMessages", "0", false},
};

TEST(attributes_of_queues)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		const struct limits_attribute *attribute =
			limits_attribute_find(view_of(settings[i].name));

		CHECK(attribute);
		CHECK_NUMBER(limits_attribute_takes(attribute, view_of(settings[i].value))
				     ? (int)i
				     : -1,
			settings[i].is_taken ? (int)i : -1);
	}
	CHECK(!limits_attribute_find(VIEW_LITERAL("visibilitytimeout")));
	CHECK(!limits_attribute_find(VIEW_LITERAL("All")));
	CHECK(!limits_attribute_find((struct view){NULL, 0}));
}

TEST(a_default_is_a_value_that_can_be_set)
{
	int count = 0;

	for (const struct limits_attribute *at = limits_attributes(); at->name; at++) {
		CHECK(limits_attribute_find(view_of(at->name)) == at);
		CHECK(!at->otherwise ||
			limits_attribute_takes(at, view_of(at->otherwise)));
		count++;
	}
	CHECK_NUMBER(count, 21);
}

TEST(system_attributes)
{
	CHECK(limits_system_attribute_is_known(VIEW_LITERAL("All")));
	CHECK(limits_system_attribute_is_known(VIEW_LITERAL("SentTimestamp")));
	CHECK(!limits_system_attribute_is_known(VIEW_LITERAL("senttimestamp")));
	CHECK(!limits_system_attribute_is_known(VIEW_LITERAL("")));
}

#define A256 TIMES_10("aaaaaaaaaaaaaaaaaaaaaaaaa") "aaaaaa"

/* `fault` is a part of what is said; NULL: SendMessage takes it. */
static const struct {
	const char *name;
	const char *type;
	const char *value;
	const char *fault;
} attributes[] = {
	{"Hello", "String", "There", NULL},
	{"a.b-c_d", "String.json", "{}", NULL},
	{A256, "String", "x", NULL},
	{"attr.1\xc3\xb8\xc3\x9f\xc3\xa4", "String", "x", NULL},
	{"\xc3", "String", "x", "only"},
	{"\xe2\x82\xac", "String", "x", "only"},
	{A256 "a", "String", "x", "longer than 256"},
	{"", "String", "x", "is missing"},
	{"a b", "String", "x", "only"},
	{".a", "String", "x", "begin or end with a dot"},
	{"a.", "String", "x", "begin or end with a dot"},
	{"a..b", "String", "x", "two dots"},
	{"AWS.x", "String", "x", "AWS."},
	{"aws.x", "String", "x", "AWS."},
	{"amazon.x", "String", "x", "Amazon."},
	{"AWSx", "String", "x", NULL},
	{"a", "", "x", "type of an attribute is missing"},
	{"a", "string", "x", "String, Number or Binary"},
	{"a", "Strings", "x", "String, Number or Binary"},
	{"a", "String." A256, "x", "longer than 255"},
	{"a", "String.\x01", "x", "characters"},
	{"a", "String", "", "empty"},
	{"a", "String", "\x01", "characters"},
	{"a", "Binary", "\x01\xff", NULL},
	{"a", "Binary.png", "x", NULL},
	{"a", "Number", "42", NULL},
	{"a", "Number.int", "-42", NULL},
	{"a", "Number", "+1.50e3", NULL},
	{"a", "Number", "1E-3", NULL},
	{"a", "Number", ".5", NULL},
	{"a", "Number", "5.", NULL},
	{"a", "Number", "0", NULL},
	{"a", "Number", "0e999", NULL},
	{"a", "Number", "0.0001e-124", NULL},
	{"a", "Number", "1e126", NULL},
	{"a", "Number", "1e127", "10^126"},
	{"a", "Number", "1e-128", NULL},
	{"a", "Number", "1e-129", "10^126"},
	{"a", "Number", "12345678901234567890123456789012345678", NULL},
	{"a", "Number", "000123456789012345678901234567890123456780", NULL},
	{"a", "Number", "123456789012345678901234567890123456789", "38 digits"},
	{"a", "Number", "1234567890123456789.01234567890123456789", "38 digits"},
	{"a", "Number", "x", "not a number"},
	{"a", "Number", "-", "not a number"},
	{"a", "Number", ".", "not a number"},
	{"a", "Number", "1e", "not a number"},
	{"a", "Number", "1e1.5", "not a number"},
	{"a", "Number", "1 ", "not a number"},
	{"a", "Number", "1.2.3", "not a number"},
	{"a", "Number", "0x10", "not a number"},
};

TEST(attributes_of_messages)
{
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		const struct sqs_attribute attribute = {attributes[i].name,
			attributes[i].type, attributes[i].value,
			strlen(attributes[i].value)};
		const char *why = "never said";
		const bool is_valid = sqs_attribute_is_valid(&attribute, &why);

		CHECK(sqs_attribute_is_valid(&attribute, NULL) == is_valid);
		CHECK_TEXT(is_valid ? "valid" : attributes[i].value,
			attributes[i].fault ? attributes[i].value : "valid");
		if (!is_valid)
			CHECK(strstr(why, attributes[i].fault));
		else
			CHECK(why == NULL);
	}
}

TEST(a_value_suits_its_type)
{
	struct wire_attribute attribute = {VIEW_LITERAL("a"), VIEW_LITERAL("String"),
		VIEW_LITERAL("x"), .is_binary = true};

	CHECK(strstr(limits_attribute_fault(&attribute), "suit"));
	attribute.type = VIEW_LITERAL("Binary");
	CHECK(!limits_attribute_fault(&attribute));
}

static const struct {
	const char *filter;
	const char *name;
	bool matches;
} filters[] = {
	{"All", "x", true},
	{".*", "x", true},
	{"*", "x", true},
	{"Hel.*", "Hello", true},
	{"Hel.*", "Help.Me", true},
	{"Hel.*", "Hel", true},
	{"Hel.*", "hello", false},
	{"Hello", "Hello", true},
	{"Hello", "Hell", false},
	{"Hel*", "Hello", false},
	{"all", "x", false},
	{"", "x", false},
};

TEST(filters_of_message_attribute_names)
{
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++)
		CHECK(limits_filter_matches(view_of(filters[i].filter),
			      view_of(filters[i].name)) == filters[i].matches);
}

TEST(the_size_of_a_message_is_body_names_types_and_values)
{
	const struct sqs_attribute theirs[] = {
		{"abc", "String", "12345", 5}, {"d", "Binary", "\0\0", 2}};
	struct wire_attribute ours[] = {
		{VIEW_LITERAL("abc"), VIEW_LITERAL("String"), VIEW_LITERAL("12345"),
			false},
		{VIEW_LITERAL("d"), VIEW_LITERAL("Binary"), VIEW_LITERAL("\0\0"), true},
	};

	CHECK_NUMBER(sqs_message_size(100, theirs, 2), 100 + 3 + 6 + 5 + 1 + 6 + 2);
	CHECK_NUMBER(limits_message_size(
			     VIEW_LITERAL("body"), &(struct wire_attributes){ours, 2}),
		4 + 3 + 6 + 5 + 1 + 6 + 2);
	CHECK_NUMBER(sqs_message_size(100, NULL, 0), 100);
}

static const struct {
	const char *key;
	const char *value;
	bool is_valid;
} tags[] = {
	{"team", "a b_c.d:e/f=g+h-i@j", true},
	{"k", "", true},
	{"\xc3\xa9", "\xe2\x82\xac", true},
	{A80 TIMES_10("aaaa") "aaaaaaaa", "v", true},
	{A80 TIMES_10("aaaa") "aaaaaaaaa", "v", false},
	{"k", A256, true},
	{"k", A256 "a", false},
	{"", "v", false},
	{"aws:x", "v", false},
	{"AWS:x", "v", false},
	{"a,b", "v", false},
	{"k", "a\nb", false},
	{"k", "\xff", false},
};

TEST(tags_of_queues)
{
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		CHECK_NUMBER(
			limits_tag_is_valid(view_of(tags[i].key), view_of(tags[i].value))
				? (int)i
				: -1,
			tags[i].is_valid ? (int)i : -1);
}

TEST_MAIN
