/* SPDX-License-Identifier: MIT */
#include "sqs/wire/stamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MS = 1000 };

/* A text that is being read; `bad` once something was not there. */
struct reader {
	const char *at;
	const char *end;
	bool bad;
};

/* `count` digits as a number. */
static int64_t take_digits(struct reader *reader, int count)
{
	int64_t number = 0;

	if (reader->end - reader->at < count)
		return reader->bad = true, 0;
	for (; count > 0; count--, reader->at++) {
		if (*reader->at < '0' || *reader->at > '9')
			return reader->bad = true, 0;
		number = number * 10 + (*reader->at - '0');
	}
	return number;
}

static bool take(struct reader *reader, char c)
{
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

static void expect(struct reader *reader, const char *text)
{
	for (; *text; text++) {
		if (!take(reader, *text))
			reader->bad = true;
	}
}

/* Seconds since 1970; false for a day or an hour that there is not. */
static bool seconds_of(struct tm *tm, int64_t *seconds)
{
	const struct tm asked = *tm;

	*seconds = timegm(tm);
	return tm->tm_year == asked.tm_year && tm->tm_mon == asked.tm_mon &&
	       tm->tm_hour == asked.tm_hour && tm->tm_min == asked.tm_min;
}

static void take_date(struct reader *reader, struct tm *tm)
{
	bool dashed;

	tm->tm_year = (int)take_digits(reader, 4) - 1900;
	dashed = take(reader, '-');
	tm->tm_mon = (int)take_digits(reader, 2) - 1;
	if (dashed)
		expect(reader, "-");
	tm->tm_mday = (int)take_digits(reader, 2);
}

static void take_time(struct reader *reader, struct tm *tm)
{
	bool coloned;

	tm->tm_hour = (int)take_digits(reader, 2);
	coloned = take(reader, ':');
	tm->tm_min = (int)take_digits(reader, 2);
	if (coloned)
		expect(reader, ":");
	tm->tm_sec = (int)take_digits(reader, 2);
}

/* ".25" is 250; further digits are cut. */
static int64_t take_fraction(struct reader *reader)
{
	int64_t ms = 0;
	int64_t unit = MS / 10;

	if (!take(reader, '.'))
		return 0;
	do {
		ms += take_digits(reader, 1) * unit;
		unit /= 10;
	} while (reader->at != reader->end && *reader->at >= '0' && *reader->at <= '9');
	return ms;
}

/* "Z", "UTC", "+01:00", "-0130": seconds east of Greenwich. */
static int64_t take_zone(struct reader *reader)
{
	int64_t sign = 1;
	int64_t hours;

	if (take(reader, 'Z'))
		return 0;
	if (take(reader, 'U'))
		return expect(reader, "TC"), 0;
	if (take(reader, '-'))
		sign = -1;
	else
		expect(reader, "+");
	hours = take_digits(reader, 2);
	take(reader, ':');
	return sign * (hours * 3600 + take_digits(reader, 2) * 60);
}

void stamp_write(char out[STAMP_TEXT], int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / MS);
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	if (strftime(out, STAMP_TEXT, "%Y%m%dT%H%M%SZ", &tm) == 0)
		out[0] = '\0';
}

bool stamp_read(struct view text, int64_t *wall_ms)
{
	struct reader reader = {text.data, text.data + text.len, false};
	struct tm tm = {0};
	int64_t ms;
	int64_t zone;
	int64_t seconds;

	if (view_is_absent(text))
		return false;
	take_date(&reader, &tm);
	expect(&reader, "T");
	take_time(&reader, &tm);
	ms = take_fraction(&reader);
	zone = take_zone(&reader);
	if (reader.bad || reader.at != reader.end || !seconds_of(&tm, &seconds))
		return false;
	*wall_ms = (seconds - zone) * MS + ms;
	return true;
}

static int month_of(struct reader *reader)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12 && reader->end - reader->at >= 3; i++) {
		if (strncmp(reader->at, months + 3 * i, 3) == 0) {
			reader->at += 3;
			return i;
		}
	}
	reader->bad = true;
	return 0;
}

bool stamp_read_http(struct view text, int64_t *wall_ms)
{
	struct reader reader = {text.data, text.data + text.len, false};
	struct tm tm = {0};
	int64_t seconds;

	if (text.len < 5)
		return false;
	reader.at += 3; /* the day of the week, which the date says again */
	expect(&reader, ", ");
	tm.tm_mday = (int)take_digits(&reader, 2);
	expect(&reader, " ");
	tm.tm_mon = month_of(&reader);
	expect(&reader, " ");
	tm.tm_year = (int)take_digits(&reader, 4) - 1900;
	expect(&reader, " ");
	take_time(&reader, &tm);
	expect(&reader, " GMT");
	if (reader.bad || reader.at != reader.end || !seconds_of(&tm, &seconds))
		return false;
	*wall_ms = seconds * MS;
	return true;
}
