/* SPDX-License-Identifier: MIT */
/*
 * The options of a mount. One table in options.c makes the parser, --help and the
 * list in the manual.
 */
#ifndef FS_OPTIONS_H
#define FS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum source_kind {
	SOURCE_AWS,      /* aws[:REGION] */
	SOURCE_LOCAL,    /* local:DIR */
	SOURCE_ENDPOINT, /* http(s)://HOST[:PORT] */
	SOURCE_QUEUE,    /* http(s)://HOST[:PORT]/ACCOUNT/NAME: that queue is the root */
};

enum body_format { FORMAT_AUTO, FORMAT_RAW, FORMAT_BASE64, FORMAT_RFC822 };
enum dedup_mode { DEDUP_FRESH, DEDUP_NAME, DEDUP_CONTENT };

enum { WAIT_FOR_EVER = -1, UNSET = -1 };

/* All texts are owned by the options. */
struct options {
	char *source;     /* as given */
	char *mountpoint; /* absolute */
	enum source_kind source_kind;
	char *source_dir; /* local:DIR, absolute; else NULL */

	/* What runs */
	bool foreground;
	bool debug;
	bool help;
	bool version;
	int drain_s;

	/* Where the service is */
	char *endpoint;
	char *region;
	char *profile;
	char *queue_urls; /* queue=URL,...; NULL: none */
	bool insecure;

	/* Sending */
	int format;  /* enum body_format */
	char *draft; /* globs, ':' between them */
	char *group;
	int dedup; /* enum dedup_mode */
	int receipt_s;
	char *spool; /* a directory; NULL: none */
	bool sync;

	/* Receiving */
	int wait_s;       /* WAIT_FOR_EVER */
	int visibility_s; /* UNSET: the queue's own */
	bool hide_next;
	bool ack_close;
	int prefetch;
	int inbox;
	char *separator; /* may have NULs in it */
	size_t separator_len;

	/* The tree */
	int list_ttl_s;
	int uid, gid; /* UNSET: the mounting user's */
	int umask;    /* octal */

	/* Handed on to FUSE */
	bool allow_other;
	bool allow_root;
	bool auto_unmount;
	char *fuse_options; /* what is libfuse's own, comma-separated; may be empty */
};

/*
 * Reads a command line. NULL, and one line in why[size] that says what to do, when
 * something is wrong with it.
 */
struct options *options_parse(int argc, char **argv, char *why, size_t size);
void options_free(struct options *options);

/* The text of --help, and the option list of the manual in man(7). */
void options_print_help(void);
void options_print_manual(void);

#endif
