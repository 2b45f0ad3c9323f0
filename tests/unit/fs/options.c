/* SPDX-License-Identifier: MIT */
#include "fs/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/option_table.h"
#include "tests/lib/test.h"

static char why[700];

/* Parses a command line whose words stand between single spaces; NULL: refused. */
static struct options *parse(const char *line)
{
	char *copy = strdup(line), *rest = copy, *word;
	char *argv[32] = {0};
	int argc = 0;
	struct options *options;

	while ((word = strsep(&rest, " ")) != NULL)
		argv[argc++] = word;
	why[0] = '\0';
	options = options_parse(argc, argv, why, sizeof(why));
	free(copy);
	return options;
}

/* The value of a field after this -o list, as a number. */
#define NUMBER_AFTER(list, field)                                      \
	({                                                             \
		struct options *o_ = parse("sqsfs aws /mnt -o " list); \
		long long value_ = o_ ? (long long)o_->field : -1000;  \
		options_free(o_);                                      \
		value_;                                                \
	})

#define TEXT_AFTER(line, field)                      \
	({                                           \
		static char text_[sizeof(why)];      \
		struct options *o_ = parse(line);    \
		snprintf(text_, sizeof(text_), "%s", \
			!o_         ? why            \
			: o_->field ? o_->field      \
				    : "(none)");     \
		options_free(o_);                    \
		text_;                               \
	})

TEST(without_options_the_defaults_hold)
{
	struct options *options = parse("sqsfs aws /mnt");

	CHECK(options != NULL);
	CHECK_NUMBER(options->wait_s, 20);
	CHECK_NUMBER(options->drain_s, 30);
	CHECK_NUMBER(options->receipt_s, 5);
	CHECK_NUMBER(options->list_ttl_s, 5);
	CHECK_NUMBER(options->inbox, 10);
	CHECK_NUMBER(options->prefetch, 0);
	CHECK_NUMBER(options->umask, 077);
	CHECK_NUMBER(options->visibility_s, UNSET);
	CHECK_NUMBER(options->uid, UNSET);
	CHECK_NUMBER(options->format, FORMAT_AUTO);
	CHECK_NUMBER(options->dedup, DEDUP_FRESH);
	CHECK(!options->ack_close && !options->sync && !options->insecure);
	CHECK_TEXT(options->draft, ".*:*.tmp:*.part:*.swp:*~");
	CHECK_TEXT(options->group, "default");
	CHECK_BYTES(options->separator, options->separator_len, "\n", 1);
	CHECK(!options->queue_urls && !options->spool && !options->region);
	options_free(options);
}

TEST(options_are_read)
{
	CHECK_NUMBER(NUMBER_AFTER("wait=0", wait_s), 0);
	CHECK_NUMBER(NUMBER_AFTER("wait=inf", wait_s), WAIT_FOR_EVER);
	CHECK_NUMBER(NUMBER_AFTER("wait=5,drain=7", drain_s), 7);
	CHECK_NUMBER(NUMBER_AFTER("visibility=43200", visibility_s), 43200);
	CHECK_NUMBER(NUMBER_AFTER("umask=0022", umask), 022);
	CHECK_NUMBER(NUMBER_AFTER("uid=1000,gid=100", uid), 1000);
	CHECK_NUMBER(NUMBER_AFTER("format=rfc822", format), FORMAT_RFC822);
	CHECK_NUMBER(NUMBER_AFTER("dedup=content", dedup), DEDUP_CONTENT);
	CHECK_NUMBER(NUMBER_AFTER("ack=close", ack_close), true);
	CHECK_NUMBER(NUMBER_AFTER("ack=close,ack=explicit", ack_close), false);
	CHECK_NUMBER(NUMBER_AFTER("hide_next", hide_next), true);
	CHECK_NUMBER(NUMBER_AFTER("sync", sync), true);
	CHECK_NUMBER(NUMBER_AFTER("separator=\\0\\x2d", separator_len), 2);
	CHECK_TEXT(TEXT_AFTER("sqsfs aws /mnt -o group=a\\,b", group), "a,b");
	CHECK_TEXT(TEXT_AFTER("sqsfs aws /mnt -ogroup=g -o wait=1", group), "g");
	CHECK_TEXT(TEXT_AFTER("sqsfs -o profile=p aws /mnt", profile), "p");
	CHECK_TEXT(TEXT_AFTER("sqsfs -fo profile=p aws /mnt", profile), "p");
	CHECK_TEXT(TEXT_AFTER("sqsfs -o spool=/s -- aws /mnt", spool), "/s");
}

TEST(a_list_of_queues_has_the_same_commas)
{
	CHECK_TEXT(
		TEXT_AFTER("sqsfs aws /mnt -o queue=https://h/1/a,https://h/2/b,wait=3",
			queue_urls),
		"https://h/1/a,https://h/2/b");
	CHECK_NUMBER(NUMBER_AFTER("queue=https://h/1/a,https://h/2/b,wait=3", wait_s), 3);
	CHECK_TEXT(
		TEXT_AFTER("sqsfs aws /mnt -o queue=https://h/1/a -o queue=http://h/2/b",
			queue_urls),
		"https://h/1/a,http://h/2/b");
}

/* semantics.md: "`mount -t fuse.sqsfs SOURCE DIR -o ...` and /etc/fstab work; `_netdev`, `nofail`, `user` and `x-*` options are ignored." */
TEST(what_mount_and_fstab_add_is_taken)
{
	struct options *options = parse("sqsfs eu-west-1 /mnt");

	CHECK(options == NULL);
	options = parse(
		"sqsfs aws:eu-west-1 /mnt -o rw,_netdev,nofail,noauto,user,dev,suid,"
		"x-systemd.automount,x-foo=1,defaults,ro,nosuid,allow_other,"
		"context=a:b:c");
	CHECK(options != NULL);
	CHECK_TEXT(options->fuse_options, "ro,nosuid,allow_other,context=a:b:c");
	CHECK(options->allow_other);
	options_free(options);
}

/* The one line names what was given and says what is wanted. */
TEST(what_is_wrong_is_said_in_one_line)
{
	static const struct {
		const char *line;
		const char *part;
	} cases[] = {
		{"sqsfs", "SOURCE MOUNTPOINT"},
		{"sqsfs aws", "SOURCE MOUNTPOINT"},
		{"sqsfs aws /mnt /mnt2", "\"/mnt2\""},
		{"sqsfs aws /mnt -o wat", "unknown option -o wat"},
		{"sqsfs aws /mnt -o wat=1,wait=2", "unknown option -o wat"},
		{"sqsfs aws /mnt -o max_read=4096", "unknown option -o max_read"},
		{"sqsfs aws /mnt -x", "unknown option -x"},
		{"sqsfs aws /mnt --wait=3", "unknown option --wait=3"},
		{"sqsfs aws /mnt -o", "-o wants an option"},
		{"sqsfs aws /mnt -o wait=",
			"-o wait=: it wants a number of seconds, or inf"},
		{"sqsfs aws /mnt -o wait=-1", "-o wait=-1: "},
		{"sqsfs aws /mnt -o wait", "-o wait: "},
		{"sqsfs aws /mnt -o visibility=43201", "from 1 to 43200"},
		{"sqsfs aws /mnt -o umask=8", "octal"},
		{"sqsfs aws /mnt -o umask=1000", "octal"},
		{"sqsfs aws /mnt -o format=xml", "auto|raw|base64|rfc822"},
		{"sqsfs aws /mnt -o ack=never", "explicit|close"},
		{"sqsfs aws /mnt -o sync=1", "takes no value"},
		{"sqsfs aws /mnt -o allow_other=1",
			"-o allow_other=1: this option takes no value"},
		{"sqsfs aws /mnt -o nosuid=", "-o nosuid=: this option takes no value"},
		{"sqsfs aws /mnt -o ro=recursive",
			"-o ro=recursive: this option takes no value"},
		{"sqsfs aws /mnt -o context", "-o context: this option takes a value"},
		{"sqsfs aws /mnt -o separator=\\q", "-o separator=\\q: "},
		{"sqsfs aws /mnt -o queue=jobs", "URL of a queue"},
		{"sqsfs aws /mnt -o queue=https://h/1/a,https://h", "not a queue's URL"},
		{"sqsfs aws: /mnt", "no region"},
		{"sqsfs aws:EU_WEST /mnt", "no region"},
		{"sqsfs awsome /mnt", "SOURCE is aws"},
		{"sqsfs local: /mnt", "wants a directory"},
		{"sqsfs ftp://x /mnt", "SOURCE is aws"},
		{"sqsfs https:///x /mnt", "not the URL"},
		{"sqsfs https://h/only /mnt", "/ACCOUNT/NAME"},
		{"sqsfs https://h/1/bad.name /mnt", "/ACCOUNT/NAME"},
		{"sqsfs https://user@h/1/name /mnt", "not the URL"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options *options = parse(cases[i].line);

		if (options)
			CHECK_TEXT(cases[i].line, "refused");
		if (!strstr(why, cases[i].part))
			CHECK_TEXT(why, cases[i].part);
		CHECK(!strchr(why, '\n'));
	}
}

TEST(each_source_is_told_from_the_others)
{
	static const struct {
		const char *source;
		enum source_kind kind;
		const char *endpoint, *region, *dir;
	} cases[] = {
		{"aws", SOURCE_AWS, NULL, NULL, NULL},
		{"aws:eu-west-1", SOURCE_AWS, NULL, "eu-west-1", NULL},
		{"local:/var/q", SOURCE_LOCAL, NULL, NULL, "/var/q"},
		{"local:~/q", SOURCE_LOCAL, NULL, NULL, "/home/x/q"},
		{"http://127.0.0.1:9324", SOURCE_ENDPOINT, "http://127.0.0.1:9324", NULL,
			NULL},
		{"http://127.0.0.1:9324/", SOURCE_ENDPOINT, "http://127.0.0.1:9324", NULL,
			NULL},
		{"http://[::1]:9324", SOURCE_ENDPOINT, "http://[::1]:9324", NULL, NULL},
		{"https://sqs.eu-west-1.amazonaws.com/123456789012/jobs", SOURCE_QUEUE,
			"https://sqs.eu-west-1.amazonaws.com", "eu-west-1", NULL},
		{"https://us-west-2.queue.amazonaws.com/123456789012/jobs.fifo",
			SOURCE_QUEUE, "https://us-west-2.queue.amazonaws.com",
			"us-west-2", NULL},
		{"http://localhost:4566/queue/jobs", SOURCE_QUEUE,
			"http://localhost:4566", NULL, NULL},
	};

	setenv("HOME", "/home/x", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[200];
		struct options *options;

		snprintf(line, sizeof(line), "sqsfs %s /mnt", cases[i].source);
		options = parse(line);
		if (!options)
			CHECK_TEXT(why, cases[i].source);
		CHECK_NUMBER(options->source_kind, cases[i].kind);
		CHECK_TEXT(options->endpoint, cases[i].endpoint);
		CHECK_TEXT(options->region, cases[i].region);
		CHECK_TEXT(options->source_dir, cases[i].dir);
		options_free(options);
	}
}

TEST(options_come_before_what_the_source_says)
{
	const char *line = "sqsfs -o region=r,endpoint=http://e "
			   "https://sqs.eu-west-1.amazonaws.com/1/q /mnt";

	CHECK_TEXT(TEXT_AFTER(line, region), "r");
	CHECK_TEXT(TEXT_AFTER(line, endpoint), "http://e");
}

/* What a function prints on standard output, to be freed. */
static char *printed(void (*print)(void))
{
	char *text = NULL;
	size_t len = 0;
	FILE *saved = stdout;

	stdout = open_memstream(&text, &len);
	print();
	fclose(stdout);
	stdout = saved;
	return text;
}

TEST(help_has_every_option_and_fits_a_terminal)
{
	char *help = printed(options_print_help);

	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		char name[64];

		snprintf(name, sizeof(name), "\n  %s", row->name);
		if (row->help && !strstr(help, name))
			CHECK_TEXT(row->name, "in --help");
	}
	for (const char *line = help; *line; line += strcspn(line, "\n") + 1)
		CHECK(strcspn(line, "\n") <= 80);
	free(help);
}

/* The manual's list is the table's: run `unit-fs-options print` and put it there. */
TEST(the_manual_has_the_same_options)
{
	char *list = printed(options_print_manual);
	FILE *file = fopen(MANUAL, "re");
	static char manual[128 * 1024];
	size_t len = file ? fread(manual, 1, sizeof(manual) - 1, file) : 0;

	if (file)
		fclose(file);
	manual[len] = '\0';
	CHECK(len > 0);
	CHECK(strstr(manual, list) != NULL);
	free(list);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "print") == 0) {
		options_print_manual();
		return 0;
	}
	return test_main(argc, argv);
}
