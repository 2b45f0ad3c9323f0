/* SPDX-License-Identifier: MIT */
/*
 * The table of options: what each is called, takes and means. The parser, --help and
 * the manual walk it.
 */
#ifndef FS_OPTION_TABLE_H
#define FS_OPTION_TABLE_H

#include <stddef.h>

#include "fs/options.h"

enum option_kind {
	OPTION_HEADING,   /* no option: begins a group in --help and the manual */
	OPTION_FLAG,      /* bool */
	OPTION_NUMBER,    /* int, least..most */
	OPTION_WAIT,      /* the same, or "inf" */
	OPTION_OCTAL,     /* int, least..most */
	OPTION_CHOICE,    /* int: which word */
	OPTION_EITHER,    /* bool: the second of two words */
	OPTION_TEXT,      /* char *, not empty */
	OPTION_BYTES,     /* char * and separator_len: a text with \n, \t, \0, \\, \xHH */
	OPTION_URLS,      /* char *: queues' URLs, commas between them */
	OPTION_FUSE_FLAG, /* bool, and handed on */
	OPTION_FUSE,      /* handed on to libfuse as it is, with or without a value */
	OPTION_IGNORED,   /* of mount(8) and fstab, for others to read */
};

struct option_row {
	const char *name; /* with a '*' at the end: whatever begins so */
	enum option_kind kind;
	size_t offset; /* in struct options */
	int least;
	int most;
	const char *words[5];      /* of a choice */
	const char *default_value; /* as it would be given; NULL: none */
	const char *argument;      /* what the value is called; NULL: takes none */
	const char *help;
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

/* By name, without a value; NULL: there is none. */
const struct option_row *option_find(const char *name);

/* False: not a value for this option. `value` may be NULL. */
bool option_set(const struct option_row *row, struct options *options, const char *value);

/* "a number from 0 to 20": what a refused value should have been. */
void option_describe_value(const struct option_row *row, char *out, size_t size);

bool option_set_defaults(struct options *options);
void option_free_values(struct options *options);

/* The flag behind -f and its like; NULL: no such letter. */
bool *option_letter(struct options *options, char letter);

#endif
