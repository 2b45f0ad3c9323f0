/* SPDX-License-Identifier: MIT */
/* From the text of an option to its place in struct options: a setter for each kind. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/option_table.h"
#include "sqs/base/buf.h"
#include "sqs/base/cleanup.h"
#include "sqs/sqs.h"

const struct option_row *option_find(const char *name)
{
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		size_t len = strlen(row->name);

		if (row->kind == OPTION_HEADING)
			continue;
		if (row->name[len - 1] == '*' ? strncmp(name, row->name, len - 1) == 0
					      : strcmp(name, row->name) == 0)
			return row;
	}
	return NULL;
}

static void *place_of(const struct option_row *row, struct options *options)
{
	return (char *)options + row->offset;
}

/* -------------------------------------------------------------------------------------
 * One setter a kind
 */

static bool set_number(const struct option_row *row, struct options *options,
	const char *value, int base)
{
	char *end;
	long number;

	if (*value < '0' || *value > '9')
		return false;
	errno = 0;
	number = strtol(value, &end, base);
	if (errno || *end || number < row->least || number > row->most)
		return false;
	*(int *)place_of(row, options) = (int)number;
	return true;
}

static bool set_wait(
	const struct option_row *row, struct options *options, const char *value)
{
	if (strcmp(value, "inf") != 0)
		return set_number(row, options, value, 10);
	*(int *)place_of(row, options) = WAIT_FOR_EVER;
	return true;
}

static int find_word(const struct option_row *row, const char *value)
{
	for (int i = 0; row->words[i]; i++) {
		if (strcmp(row->words[i], value) == 0)
			return i;
	}
	return -1;
}

static bool replace_text(char **place, char *text)
{
	if (!text)
		return false;
	free(*place);
	*place = text;
	return true;
}

static bool add_url(
	const struct option_row *row, struct options *options, const char *url)
{
	char **urls = place_of(row, options), *longer;
	const char *host = strstr(url, "://"), *path;

	path = host ? strchr(host + 3, '/') : NULL;
	if (!path ||
		(strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) ||
		!sqs_queue_name_is_valid(sqs_queue_name_of(url)))
		return false;
	if (asprintf(&longer, "%s%s%s", *urls ? *urls : "", *urls ? "," : "", url) < 0)
		return false;
	return replace_text(urls, longer);
}

/* Appends what an escape stands for and returns its length behind the backslash; 0: it is
 * none. */
static size_t add_escape(struct buf *out, const char *escape)
{
	static const struct {
		char letter;
		char byte;
	} letters[] = {{'n', '\n'}, {'t', '\t'}, {'r', '\r'}, {'0', '\0'}, {'\\', '\\'}};
	unsigned byte;

	for (size_t i = 0; i < ARRAY_SIZE(letters); i++) {
		if (letters[i].letter == escape[0])
			return buf_add_char(out, letters[i].byte) ? 1 : 0;
	}
	if (escape[0] == 'x' && strspn(escape + 1, "0123456789abcdefABCDEF") >= 2 &&
		sscanf(escape + 1, "%2x", &byte) == 1)
		return buf_add_char(out, (char)byte) ? 3 : 0;
	return 0;
}

static bool set_bytes(
	const struct option_row *row, struct options *options, const char *value)
{
	AUTO(buf) struct buf out = {0};

	buf_reserve(&out, 1);
	while (*value) {
		size_t len = *value == '\\' ? add_escape(&out, value + 1) : 0;

		if (*value == '\\' && !len)
			return false;
		if (!len)
			buf_add_char(&out, *value);
		value += 1 + len;
	}
	if (out.failed)
		return false;
	options->separator_len = out.len;
	return replace_text(place_of(row, options), buf_detach(&out));
}

/* Commas of its own are escaped for libfuse's parser. */
static bool hand_on(
	const struct option_row *row, struct options *options, const char *value)
{
	AUTO(buf) struct buf out = {0};

	if (options->fuse_options && *options->fuse_options)
		buf_printf(&out, "%s,", options->fuse_options);
	buf_add_string(&out, row->name);
	if (value)
		buf_add_char(&out, '=');
	for (; value && *value; value++) {
		if (*value == ',' || *value == '\\')
			buf_add_char(&out, '\\');
		buf_add_char(&out, *value);
	}
	return !out.failed && replace_text(&options->fuse_options, buf_detach(&out));
}

static bool set_flag(const struct option_row *row, struct options *options, bool value)
{
	*(bool *)place_of(row, options) = value;
	return true;
}

bool option_set(const struct option_row *row, struct options *options, const char *value)
{
	int word;

	if (row->argument && !value)
		return false;
	switch (row->kind) {
	case OPTION_FLAG:
		return !value && set_flag(row, options, true);
	case OPTION_NUMBER:
		return set_number(row, options, value, 10);
	case OPTION_WAIT:
		return set_wait(row, options, value);
	case OPTION_OCTAL:
		return set_number(row, options, value, 8);
	case OPTION_CHOICE:
		word = find_word(row, value);
		if (word >= 0)
			*(int *)place_of(row, options) = word;
		return word >= 0;
	case OPTION_EITHER:
		word = find_word(row, value);
		return word >= 0 && set_flag(row, options, word == 1);
	case OPTION_TEXT:
		return *value && replace_text(place_of(row, options), strdup(value));
	case OPTION_BYTES:
		return set_bytes(row, options, value);
	case OPTION_URLS:
		return add_url(row, options, value);
	case OPTION_FUSE_FLAG:
		return !value && set_flag(row, options, true) &&
		       hand_on(row, options, NULL);
	case OPTION_FUSE:
		return !value == !row->argument && hand_on(row, options, value);
	case OPTION_IGNORED:
		return true;
	case OPTION_HEADING:
		break;
	}
	return false;
}

void option_describe_value(const struct option_row *row, char *out, size_t size)
{
	switch (row->kind) {
	case OPTION_FLAG:
	case OPTION_FUSE_FLAG:
		snprintf(out, size, "this option takes no value");
		break;
	case OPTION_NUMBER:
		snprintf(out, size, "it wants a number from %d to %d", row->least,
			row->most);
		break;
	case OPTION_WAIT:
		snprintf(out, size, "it wants a number of seconds, or inf");
		break;
	case OPTION_OCTAL:
		snprintf(out, size, "it wants an octal number from 0 to %o",
			(unsigned)row->most);
		break;
	case OPTION_FUSE:
		snprintf(out, size, "this option takes %s",
			row->argument ? "a value" : "no value");
		break;
	case OPTION_URLS:
		snprintf(out, size,
			"it wants the URL of a queue, https://HOST/ACCOUNT/NAME");
		break;
	case OPTION_HEADING:
	case OPTION_CHOICE:
	case OPTION_EITHER:
	case OPTION_TEXT:
	case OPTION_BYTES:
	case OPTION_IGNORED:
		snprintf(out, size, "it wants %s",
			row->argument ? row->argument : "a value");
		break;
	}
}

bool option_set_defaults(struct options *options)
{
	options->uid = UNSET;
	options->gid = UNSET;
	options->visibility_s = UNSET;
	options->fuse_options = strdup("");
	if (!options->fuse_options)
		return false;
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->default_value && !option_set(row, options, row->default_value))
			return false;
	}
	return true;
}

void option_free_values(struct options *options)
{
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->kind == OPTION_TEXT || row->kind == OPTION_BYTES ||
			row->kind == OPTION_URLS)
			free(*(char **)place_of(row, options));
	}
}

bool *option_letter(struct options *options, char letter)
{
	switch (letter) {
	case 'f':
		return &options->foreground;
	case 'd':
		return &options->debug;
	case 'h':
		return &options->help;
	case 'V':
		return &options->version;
	default:
		return NULL;
	}
}
