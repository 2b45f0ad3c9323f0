/* SPDX-License-Identifier: MIT */
#include "fs/options.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/option_table.h"
#include "fs/source.h"
#include "sqs/base/cleanup.h"

/* What a command line says while it is read. */
struct reading {
	struct options *options;
	const struct option_row *last; /* the option before, whose value may go on */
	char *why;
	size_t size;
};

static bool complain(struct reading *reading, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool complain(struct reading *reading, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reading->why, reading->size, format, args);
	va_end(args);
	return false;
}

/* -------------------------------------------------------------------------------------
 * -o
 */

/* A list of URLs has the same commas as the list of options. */
static bool goes_on(const struct reading *reading, const char *item)
{
	return reading->last && reading->last->kind == OPTION_URLS &&
	       (strncmp(item, "http://", 7) == 0 || strncmp(item, "https://", 8) == 0);
}

static bool read_item(struct reading *reading, char *item)
{
	char *value = strchr(item, '=');
	const struct option_row *row;
	char expected[120];

	if (!*item)
		return true;
	if (goes_on(reading, item))
		return option_set(reading->last, reading->options, item) ||
		       complain(reading, "-o %s: not a queue's URL", item);
	if (value)
		*value++ = '\0';
	row = option_find(item);
	reading->last = row;
	if (!row)
		return complain(
			reading, "unknown option -o %s; sqsfs --help lists all", item);
	if (option_set(row, reading->options, value))
		return true;
	option_describe_value(row, expected, sizeof(expected));
	return complain(reading, "-o %s%s%s: %s", item, value ? "=" : "",
		value ? value : "", expected);
}

/* Cuts the text at its first comma; "\," is a comma that does not cut. */
static char *take_item(char **rest)
{
	char *item = *rest, *out = item, *in = item;

	for (; *in && *in != ','; in++) {
		if (in[0] == '\\' && in[1] == ',')
			in++;
		*out++ = *in;
	}
	*rest = *in ? in + 1 : NULL;
	*out = '\0';
	return item;
}

static bool read_items(struct reading *reading, const char *text)
{
	AUTO(free) char *copy = strdup(text);
	char *rest = copy;

	if (!copy)
		return complain(reading, "no memory");
	reading->last = NULL;
	while (rest) {
		if (!read_item(reading, take_item(&rest)))
			return false;
	}
	return true;
}

/* -------------------------------------------------------------------------------------
 * The command line
 */

static bool read_positional(struct reading *reading, const char *text)
{
	struct options *options = reading->options;
	char **place = !options->source ? &options->source : &options->mountpoint;

	if (*place)
		return complain(reading,
			"\"%s\": one SOURCE and one MOUNTPOINT are enough", text);
	*place = strdup(text);
	return *place || complain(reading, "no memory");
}

/* -fd: letters, the last of which may be -o and its value. */
static bool read_letters(struct reading *reading, char **argv, int *at)
{
	for (const char *letter = argv[*at] + 1; *letter; letter++) {
		bool *flag = option_letter(reading->options, *letter);

		if (*letter == 'o' && letter[1])
			return read_items(reading, letter + 1);
		if (*letter == 'o')
			return argv[*at + 1] ? read_items(reading, argv[++*at])
					     : complain(reading, "-o wants an option");
		if (!flag)
			return complain(reading,
				"unknown option -%c; sqsfs --help lists all", *letter);
		*flag = true;
	}
	return true;
}

static bool read_argument(struct reading *reading, char **argv, int *at)
{
	const char *argument = argv[*at];

	if (strcmp(argument, "--help") == 0)
		return reading->options->help = true;
	if (strcmp(argument, "--version") == 0)
		return reading->options->version = true;
	if (strncmp(argument, "--", 2) == 0)
		return complain(
			reading, "unknown option %s; sqsfs --help lists all", argument);
	if (argument[0] == '-' && argument[1])
		return read_letters(reading, argv, at);
	return read_positional(reading, argument);
}

static bool read_command_line(struct reading *reading, int argc, char **argv)
{
	bool only_positional = false;

	for (int i = 1; i < argc; i++) {
		if (!only_positional && strcmp(argv[i], "--") == 0)
			only_positional = true;
		else if (only_positional ? !read_positional(reading, argv[i])
					 : !read_argument(reading, argv, &i))
			return false;
	}
	return true;
}

/* A mount point that a dead mount covers cannot be resolved; /dev/fd/N must not be. */
static char *resolve(const char *path)
{
	char *resolved =
		strncmp(path, "/dev/fd/", 8) == 0 ? strdup(path) : realpath(path, NULL);

	return resolved ? resolved : source_absolute(path);
}

static bool complete(struct reading *reading)
{
	struct options *options = reading->options;
	char *mountpoint, *spool;

	if (!options->source || !options->mountpoint)
		return complain(reading,
			"usage: sqsfs [OPTIONS] SOURCE MOUNTPOINT; sqsfs --help says more");
	if (options->debug)
		options->foreground = true;
	mountpoint = resolve(options->mountpoint);
	spool = options->spool ? source_absolute(options->spool) : NULL;
	if (!mountpoint || (options->spool && !spool)) {
		free(mountpoint);
		return complain(reading, "no memory");
	}
	free(options->mountpoint);
	options->mountpoint = mountpoint;
	free(options->spool);
	options->spool = spool;
	return source_parse(options, reading->why, reading->size);
}

struct options *options_parse(int argc, char **argv, char *why, size_t size)
{
	struct options *options = calloc(1, sizeof(*options));
	struct reading reading = {.options = options, .why = why, .size = size};

	if (!options || !option_set_defaults(options)) {
		complain(&reading, "no memory");
	} else if (read_command_line(&reading, argc, argv)) {
		if (options->help || options->version || complete(&reading))
			return options;
	}
	options_free(options);
	return NULL;
}

void options_free(struct options *options)
{
	if (!options)
		return;
	option_free_values(options);
	free(options->source);
	free(options->mountpoint);
	free(options->source_dir);
	free(options->fuse_options);
	free(options);
}
