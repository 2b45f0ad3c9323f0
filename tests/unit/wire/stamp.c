/* SPDX-License-Identifier: MIT */
#include "sqs/wire/stamp.h"

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

/* `date -u -d TEXT +%s` and three digits. */
static const struct {
	const char *text;
	int64_t ms; /* -1: not a time */
} stamps[] = {
	{"20150830T123600Z", 1440938160000},
	{"2015-08-30T12:36:00Z", 1440938160000},
	{"2015-08-30T12:36:00.5Z", 1440938160500},
	{"2015-08-30T12:36:00.123456789Z", 1440938160123},
	{"2015-08-30T14:36:00+02:00", 1440938160000},
	{"2015-08-30T12:36:00UTC", 1440938160000},
	{"2015-08-30T10:06:00-0230", 1440938160000},
	{"1970-01-01T00:00:00Z", 0},
	{"2024-02-29T00:00:00Z", 1709164800000},
	{"2023-02-29T00:00:00Z", -1},
	{"2015-13-01T00:00:00Z", -1},
	{"2015-08-30T25:00:00Z", -1},
	{"2015-08-30T12:36:00", -1},
	{"2015-08-30", -1},
	{"2015-08-30T12:36:00Zz", -1},
	{"2015-08-30T12:36:00U", -1},
	{"2015-08-30T12:36:00UTC+1", -1},
	{"2015-08-30T12:36:00.Z", -1},
	{"2015-08-3 T12:36:00Z", -1},
	{"", -1},
};

static const struct {
	const char *text;
	int64_t ms;
} dates[] = {
	{"Sun, 30 Aug 2015 12:36:00 GMT", 1440938160000},
	{"Thu, 29 Feb 2024 00:00:00 GMT", 1709164800000},
	{"Sun, 30 Foo 2015 12:36:00 GMT", -1},
	{"Sun, 31 Feb 2015 12:36:00 GMT", -1},
	{"Sun, 30 Aug 2015 12:36:00 CET", -1},
	{"Sun", -1},
	{"", -1},
};

TEST(a_stamp_is_read_in_all_its_forms)
{
	for (size_t i = 0; i < ARRAY_SIZE(stamps); i++) {
		int64_t ms = -1;

		CHECK(stamp_read(view_of(stamps[i].text), &ms) == (stamps[i].ms >= 0));
		CHECK_NUMBER(ms, stamps[i].ms);
	}
}

TEST(the_date_of_http_is_read)
{
	for (size_t i = 0; i < ARRAY_SIZE(dates); i++) {
		int64_t ms = -1;

		CHECK(stamp_read_http(view_of(dates[i].text), &ms) == (dates[i].ms >= 0));
		CHECK_NUMBER(ms, dates[i].ms);
	}
}

TEST(an_absent_text_is_no_time)
{
	int64_t ms;

	CHECK(!stamp_read((struct view){NULL, 0}, &ms));
	CHECK(!stamp_read_http((struct view){NULL, 0}, &ms));
}

TEST(a_stamp_is_written)
{
	char text[STAMP_TEXT];

	stamp_write(text, 1440938160999);
	CHECK_TEXT(text, "20150830T123600Z");
}

TEST(beyond_the_year_9999_there_is_no_stamp)
{
	char text[STAMP_TEXT];

	stamp_write(text, 253402300799999);
	CHECK_TEXT(text, "99991231T235959Z");
	stamp_write(text, 253402300800000);
	CHECK_TEXT(text, "");
}

TEST_MAIN
