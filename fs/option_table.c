/* SPDX-License-Identifier: MIT */
#include "fs/option_table.h"

#include <limits.h>

#include "sqs/base/cleanup.h"
#include "sqs/sqs.h"

#define AT(field) offsetof(struct options, field)

enum { A_DAY_S = 24 * 60 * 60 };

#define HEADING(text)                                \
	{                                            \
		.kind = OPTION_HEADING, .name = text \
	}
#define IGNORED(word)                                \
	{                                            \
		.kind = OPTION_IGNORED, .name = word \
	}
#define FUSE(word)                                \
	{                                         \
		.kind = OPTION_FUSE, .name = word \
	}
#define FUSE_VALUE(word, value)                                      \
	{                                                            \
		.kind = OPTION_FUSE, .name = word, .argument = value \
	}

const struct option_row option_rows[] = {
	HEADING("The service"),
	{"endpoint", OPTION_TEXT, AT(endpoint), .argument = "URL",
		.help = "where the service is, instead of what AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL or the profile say"},
	{"region", OPTION_TEXT, AT(region), .argument = "NAME", .help = "the AWS region"},
	{"profile", OPTION_TEXT, AT(profile), .argument = "NAME",
		.help = "the profile in ~/.aws/config and ~/.aws/credentials, instead of AWS_PROFILE"},
	{"queue", OPTION_URLS, AT(queue_urls), .argument = "URL[,URL...]",
		.help = "queues that are there without being looked for: of other accounts, or where neither ListQueues nor GetQueueUrl is allowed"},
	{"insecure", OPTION_FLAG, AT(insecure),
		.help = "allow plain http to other machines"},

	HEADING("Sending"),
	{"format", OPTION_CHOICE, AT(format),
		.words = {"auto", "raw", "base64", "rfc822"}, .default_value = "auto",
		.argument = "auto|raw|base64|rfc822",
		.help = "how bytes become a message: text as it is and other bytes as marked base64; only text; all as base64; headers, an empty line and the body"},
	{"draft", OPTION_TEXT, AT(draft), .default_value = ".*:*.tmp:*.part:*.swp:*~",
		.argument = "GLOBS",
		.help = "files that are sent only when they are renamed; patterns with a colon between them"},
	{"group", OPTION_TEXT, AT(group), .default_value = "default", .argument = "ID",
		.help = "MessageGroupId of files that are written to a FIFO queue outside of a group's directory"},
	{"dedup", OPTION_CHOICE, AT(dedup), .words = {"fresh", "name", "content"},
		.default_value = "fresh", .argument = "fresh|name|content",
		.help = "MessageDeduplicationId on FIFO queues: a new one for each file, the file's name, or none (ContentBasedDeduplication)"},
	{"receipt", OPTION_NUMBER, AT(receipt_s), 0, A_DAY_S, .default_value = "5",
		.argument = "SECONDS",
		.help = "how long the name of a file that was sent still answers sync, stat and getfattr"},
	{"spool", OPTION_TEXT, AT(spool), .argument = "DIR",
		.help = "store and forward: what cannot be sent now is kept here and close succeeds"},
	{"sync", OPTION_FLAG, AT(sync),
		.help = "unlink and rename wait, a few seconds at most, until the service has done it"},

	HEADING("Receiving"),
	{"wait", OPTION_WAIT, AT(wait_s), 0, INT_MAX, .default_value = "20",
		.argument = "SECONDS|inf",
		.help = "how long opening `next' waits for a message"},
	{"visibility", OPTION_NUMBER, AT(visibility_s), 1, SQS_LONGEST_VISIBILITY_S,
		.argument = "SECONDS",
		.help = "the visibility timeout of what is received here, instead of the queue's own"},
	{"hide_next", OPTION_FLAG, AT(hide_next),
		.help = "do not list `next': for mounts that are crawled"},
	{"ack", OPTION_EITHER, AT(ack_close), .words = {"explicit", "close"},
		.default_value = "explicit", .argument = "explicit|close",
		.help = "a message is deleted when its file is removed, or when it was read to its end and is closed (at most once)"},
	{"prefetch", OPTION_NUMBER, AT(prefetch), 0, 10000, .default_value = "0",
		.argument = "N",
		.help = "messages that wait in memory for coming readers"},
	{"inbox", OPTION_NUMBER, AT(inbox), 1, 10000, .default_value = "10",
		.argument = "N",
		.help = "messages that listing .sqs/inbox holds at a time"},
	{"separator", OPTION_BYTES, AT(separator), .default_value = "\\n",
		.argument = "TEXT",
		.help = "what stands between messages in .sqs/dump; \\n, \\t, \\0, \\\\ and \\xHH are understood"},

	HEADING("The tree"),
	{"list_ttl", OPTION_NUMBER, AT(list_ttl_s), 0, A_DAY_S, .default_value = "5",
		.argument = "SECONDS", .help = "how long a list of queues is good"},
	{"uid", OPTION_NUMBER, AT(uid), 0, INT_MAX, .argument = "N",
		.help = "owner of everything, instead of the mounting user"},
	{"gid", OPTION_NUMBER, AT(gid), 0, INT_MAX, .argument = "N",
		.help = "group of everything"},
	{"umask", OPTION_OCTAL, AT(umask), 0, 0777, .default_value = "077",
		.argument = "OCTAL", .help = "permission bits that are taken away"},

	HEADING("The mount"),
	{"drain", OPTION_NUMBER, AT(drain_s), 0, A_DAY_S, .default_value = "30",
		.argument = "SECONDS",
		.help = "how long sends under way are waited for at the end"},
	{"allow_other", OPTION_FUSE_FLAG, AT(allow_other),
		.help = "let other users in, as far as the modes allow"},
	{"allow_root", OPTION_FUSE_FLAG, AT(allow_root), .help = "let root in"},
	{"auto_unmount", OPTION_FUSE_FLAG, AT(auto_unmount),
		.help = "unmount even if sqsfs is killed"},

	FUSE("ro"),
	FUSE("nosuid"),
	FUSE("nodev"),
	FUSE("noexec"),
	FUSE("noatime"),
	FUSE_VALUE("context", "CONTEXT"),
	FUSE_VALUE("fscontext", "CONTEXT"),
	FUSE_VALUE("defcontext", "CONTEXT"),
	FUSE_VALUE("rootcontext", "CONTEXT"),

	IGNORED("rw"),
	IGNORED("suid"),
	IGNORED("dev"),
	IGNORED("exec"),
	IGNORED("async"),
	IGNORED("dirsync"),
	IGNORED("atime"),
	IGNORED("diratime"),
	IGNORED("nodiratime"),
	IGNORED("relatime"),
	IGNORED("norelatime"),
	IGNORED("strictatime"),
	IGNORED("nostrictatime"),
	IGNORED("lazytime"),
	IGNORED("nolazytime"),
	IGNORED("iversion"),
	IGNORED("noiversion"),
	IGNORED("mand"),
	IGNORED("nomand"),
	IGNORED("nosymfollow"),
	IGNORED("silent"),
	IGNORED("loud"),
	IGNORED("defaults"),
	IGNORED("auto"),
	IGNORED("noauto"),
	IGNORED("user"),
	IGNORED("nouser"),
	IGNORED("users"),
	IGNORED("nousers"),
	IGNORED("owner"),
	IGNORED("noowner"),
	IGNORED("nogroup"),
	IGNORED("nofail"),
	IGNORED("_netdev"),
	IGNORED("comment"),
	IGNORED("default_permissions"),
	IGNORED("x-*"),
	IGNORED("X-*"),
	IGNORED("systemd.*"),
};
const size_t option_row_count = ARRAY_SIZE(option_rows);
