/* SPDX-License-Identifier: MIT */
/* What people read of the table of options: --help, and the list in the manual. */
#include <stdio.h>
#include <string.h>

#include "fs/option_table.h"

enum { HELP_COLUMN = 30, HELP_WIDTH = 80 };

static const char usage[] =
	"usage: sqsfs [OPTIONS] SOURCE MOUNTPOINT\n"
	"\n"
	"Mounts message queues as directories.\n"
	"\n"
	"SOURCE is one of\n"
	"  aws[:REGION]                Amazon SQS\n"
	"  local:DIR                   a durable queue server of its own, in DIR\n"
	"  http(s)://HOST[:PORT]       whatever speaks the protocol of SQS\n"
	"  https://HOST/ACCOUNT/NAME   one queue, as the root of the mount\n"
	"\n"
	"  -f                          stay in the foreground, log to standard error\n"
	"  -d                          the same, and log everything\n"
	"  -V, --version               say the version\n"
	"  -h, --help                  say this\n"
	"  -o OPTION[,OPTION...]       as follows\n";

static bool is_shown(const struct option_row *row)
{
	return row->kind != OPTION_FUSE && row->kind != OPTION_IGNORED &&
	       row->kind != OPTION_HEADING;
}

/* Words, a new line begun before HELP_WIDTH; returns the column where it ended. */
static int print_wrapped(const char *text, int column)
{
	while (*text) {
		int len = (int)strcspn(text, " ");

		if (column + 1 + len > HELP_WIDTH) {
			printf("\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		}
		column += printf("%s%.*s", column > HELP_COLUMN ? " " : "", len, text);
		text += len;
		text += strspn(text, " ");
	}
	return column;
}

static void print_row(const struct option_row *row)
{
	char value[64];
	int column = printf("  %s%s%s", row->name, row->argument ? "=" : "",
		row->argument ? row->argument : "");

	if (column >= HELP_COLUMN)
		printf("\n%*s", HELP_COLUMN, "");
	else
		printf("%*s", HELP_COLUMN - column, "");
	column = print_wrapped(row->help, HELP_COLUMN);
	if (row->default_value) {
		snprintf(value, sizeof(value), "(%s)", row->default_value);
		print_wrapped(value, column);
	}
	putchar('\n');
}

void options_print_help(void)
{
	fputs(usage, stdout);
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->kind == OPTION_HEADING)
			printf("\n%s\n", row->name);
		else if (is_shown(row))
			print_row(row);
	}
	fputs("\nOptions of mount(8) and fstab(5) are understood or ignored. See sqsfs(1).\n",
		stdout);
}

/* man(7): a leading dot and every backslash would be a request. */
static void print_roff(const char *text)
{
	if (*text == '.')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '~')
			fputs("\\(ti", stdout);
		else if (*text == '`')
			fputs("\\(oq", stdout);
		else if (*text == '\'')
			fputs("\\(cq", stdout);
		else
			putchar(*text);
	}
}

static void print_roff_row(const struct option_row *row)
{
	fputs(".TP\n\\fB", stdout);
	print_roff(row->name);
	if (row->argument) {
		fputs("=\\fI", stdout);
		print_roff(row->argument);
	}
	fputs("\\fR\n", stdout);
	print_roff(row->help);
	if (row->default_value) {
		fputs("\n(default: ", stdout);
		print_roff(row->default_value);
		putchar(')');
	}
	putchar('\n');
}

void options_print_manual(void)
{
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->kind == OPTION_HEADING)
			printf(".SS %s\n", row->name);
		else if (is_shown(row))
			print_roff_row(row);
	}
}
