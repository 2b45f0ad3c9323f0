/* SPDX-License-Identifier: MIT */
/*
 * sqs-local: the local server as a program.
 *
 *	options    a table: parsing and --help walk it
 *	start      local_server_new()             local.c
 *	serve      its thread                     server.c, desk.c, http.c
 *	wait       for SIGTERM or SIGINT
 *	stop       local_server_free()
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/descriptors.h"
#include "sqs/base/log.h"
#include "sqs/local/local.h"

enum { DONE = 0, CANNOT_SERVE = 1, WRONG_USE = 2, MOST_WHY = 512 };

struct command {
	struct local_options options;
	const char *sync;
	bool is_debug;
	bool wants_help;
	bool wants_version;
};

struct row {
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
	size_t offset; /* of a const char *, or of a bool where there is no argument */
};

#define AT(field) offsetof(struct command, field)

static const struct row rows[] = {
	{"listen", "ADDRESS:PORT",
		"listen there; port 0: the kernel chooses\n"
		"(default: the Unix socket DIR/socket)",
		AT(options.listen)},
	{"credentials", "FILE",
		"an AWS credentials file: requests must be\n"
		"signed by a key in it",
		AT(options.credentials_file)},
	{"sync", "full|normal",
		"normal: a power failure may lose the last\n"
		"answered sends (default: full)",
		AT(sync)},
	{"region", "REGION", "in ARNs and signatures (default: us-east-1)",
		AT(options.region)},
	{"account", "NUMBER",
		"12 digits, in URLs and ARNs\n"
		"(default: 000000000000)",
		AT(options.account)},
	{"log", "FILE", "append a line a request", AT(options.request_log)},
	{"faults", "RULES",
		"what goes wrong on purpose, for tests;\n"
		"see sqs-local(1)",
		AT(options.faults)},
	{"debug", NULL, "say on standard error what it does", AT(is_debug)},
	{"help", NULL, "print this and exit", AT(wants_help)},
	{"version", NULL, "print the version and exit", AT(wants_version)},
};

static void print_row(const struct row *row)
{
	char left[32];

	snprintf(left, sizeof(left), "--%s%s%s", row->name, row->argument ? "=" : "",
		row->argument ? row->argument : "");
	printf("  %-24s", left);
	for (const char *c = row->help; *c; c++)
		printf("%c%*s", *c, *c == '\n' ? 26 : 0, "");
	printf("\n");
}

static void print_help(void)
{
	printf("Usage: sqs-local [OPTION]... DIR\n"
	       "Serve Amazon SQS from the directory DIR to programs on this machine.\n"
	       "When it serves, it prints its endpoint, and behind it the path of its\n"
	       "Unix socket if it listens on one.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		print_row(&rows[i]);
	printf("\nSIGTERM or SIGINT ends it. Exit status: 0 when it was ended so, 1 when\n"
	       "it could not serve, 2 for wrong use.\n");
}

static int wrong_use(const char *what, const char *which)
{
	fprintf(stderr, "sqs-local: %s%s (try --help)\n", what, which);
	return WRONG_USE;
}

static void set(struct command *command, const struct row *row, const char *argument)
{
	void *field = (char *)command + row->offset;

	if (row->argument)
		*(const char **)field = argument;
	else
		*(bool *)field = true;
}

/* `argv[0]` is kept out of getopt's messages: ours say what to do. */
static int parse(int argc, char **argv, struct command *command)
{
	struct option table[ARRAY_SIZE(rows) + 1] = {{0}};
	int which, found;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		table[i] = (struct option){rows[i].name,
			rows[i].argument ? required_argument : no_argument, NULL, 0};
	while ((found = getopt_long(argc, argv, ":", table, &which)) == 0)
		set(command, &rows[which], optarg);
	if (found == ':')
		return wrong_use("a value is missing: ", argv[optind - 1]);
	if (found != -1)
		return wrong_use(
			"no such option, or a value too many: ", argv[optind - 1]);
	if (command->wants_help || command->wants_version)
		return DONE;
	if (command->sync && strcmp(command->sync, "full") != 0 &&
		strcmp(command->sync, "normal") != 0)
		return wrong_use("--sync is full or normal, not ", command->sync);
	command->options.sync_normal =
		command->sync && strcmp(command->sync, "normal") == 0;
	if (optind == argc)
		return wrong_use("name the directory to serve from", "");
	if (optind + 1 < argc)
		return wrong_use("one directory is enough; what is ", argv[optind + 1]);
	command->options.directory = argv[optind];
	return DONE;
}

static void say_ready(const struct local_server *server, const char *directory)
{
	AUTO(free) char *path = realpath(directory, NULL);

	if (local_server_socket(server))
		printf("%s %s/socket\n", local_server_endpoint(server),
			path ? path : directory);
	else
		printf("%s\n", local_server_endpoint(server));
	fflush(stdout);
}

static int serve(const struct local_options *options)
{
	char why[MOST_WHY];
	struct local_server *server;
	sigset_t ends;
	int signal;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	server = local_server_new(options, why, sizeof(why));
	if (!server) {
		fprintf(stderr, "sqs-local: %s\n", why);
		return CANNOT_SERVE;
	}
	say_ready(server, options->directory);
	sigwait(&ends, &signal);
	/* A second signal ends it at once. */
	sigprocmask(SIG_UNBLOCK, &ends, NULL);
	local_server_free(server);
	return DONE;
}

int main(int argc, char **argv)
{
	struct command command = {0};
	int wrong;

	opterr = 0;
	wrong = parse(argc, argv, &command);
	if (wrong)
		return wrong;
	if (command.wants_help) {
		print_help();
		return DONE;
	}
	if (command.wants_version) {
		printf("sqs-local %s\n", SQSFS_VERSION);
		return DONE;
	}
	log_open("sqs-local", command.is_debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, false);
	signal(SIGPIPE, SIG_IGN);
	descriptors_allow_most();
	return serve(&command.options);
}
