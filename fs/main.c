/* SPDX-License-Identifier: MIT */
/*
 * sqsfs: message queues as directories.
 *
 *	options.c  option_table.c  option_value.c  option_help.c  source.c
 *	                   what was asked for
 *	startup.c          going to the background, and saying how it went
 *	mountpoint.c       the directory that is mounted on
 *	probe.c            is the service there?
 *	session.c  init_patch.c  complaint.c  kernel_timeout.c
 *	                   the loop, signals, the end
 *	ops.c              what the kernel asks -> the node it asks about
 *	node.c  dir.c  listing.c  call.c  timer.c  helper.c  errno.c  mount.c  reclaim.c
 *	                   what nodes are made of
 *	root_dir.c  root_list.c  queue_remove.c
 *	                   queues: list, find, make, remove
 *	queue.c  queue_limits.c  settle.c
 *	                   a queue's directory, and who lives in it:
 *	sending.h          files that are written: draft, writer, encoding, group, unsent
 *	receiving.h        next, messages held, leases, deletes
 *	control*.c  stats.c  lines.h  inbox.h  dump.h
 *	                   .sqs and .stats
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs/call.h"
#include "fs/failure.h"
#include "fs/helper.h"
#include "fs/kernel_timeout.h"
#include "fs/mountpoint.h"
#include "fs/options.h"
#include "fs/peer.h"
#include "fs/probe.h"
#include "fs/queue.h"
#include "fs/reclaim.h"
#include "fs/root_dir.h"
#include "fs/session.h"
#include "fs/startup.h"
#include "fs/timer.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/descriptors.h"
#include "sqs/base/log.h"
#include "sqs/local/local.h"

/* For giving back what came for readers that are gone. */
enum { GIVE_BACK_MS = 600 };

/* What runs. Static, so that it is there to the last. */
static struct program {
	struct options *options;
	struct local_server *server; /* local:DIR */
	struct mount mount;
	int wake_fd;
	struct session *session;
} program = {.wake_fd = -1};

static bool start_server(struct program *p, char *why, unsigned size)
{
	const struct local_options local = {.directory = p->options->source_dir};

	if (p->options->source_kind != SOURCE_LOCAL)
		return true;
	p->server = local_server_new(&local, why, size);
	return p->server != NULL;
}

static bool start_client(struct program *p, char *why, size_t size)
{
	const struct options *options = p->options;
	struct sqs_failure failure = {0};
	char words[FAILURE_SIZE];
	struct sqs_config config = {
		.endpoint = options->endpoint,
		.region = options->region,
		.profile = options->profile,
		.insecure = options->insecure,
	};

	if (p->server) {
		config.endpoint = local_server_endpoint(p->server);
		config.unix_socket = local_server_socket(p->server);
		config.region = "us-east-1";
		config.anonymous = true;
	}
	p->mount.client = sqs_client_new(&config, &failure);
	if (p->mount.client)
		return true;
	snprintf(why, size, "%s", failure_words(&failure, words));
	return false;
}

/* What is worth a line on the terminal. */
static void say_what_was_assumed(struct program *p)
{
	const struct sqs_client *client = p->mount.client;
	int longest_s = kernel_timeout_s();

	if (p->options->source_kind == SOURCE_AWS && sqs_client_region_is_default(client))
		fprintf(stderr, "sqsfs: no region is set anywhere: using %s\n",
			sqs_client_region(client));
	if (!longest_s ||
		(p->options->wait_s != WAIT_FOR_EVER && p->options->wait_s <= longest_s))
		return;
	fprintf(stderr, "sqsfs: the kernel limits FUSE requests: using wait=%d\n",
		longest_s);
	p->options->wait_s = longest_s;
}

static bool start_mount(struct program *p, char *why, size_t size)
{
	struct mount *mount = &p->mount;

	mount_name(mount, sqs_client_endpoint(mount->client),
		sqs_client_region(mount->client));
	if (!sending_claim_unsent(mount, why, size))
		return false;
	p->wake_fd = session_new_wake_fd();
	mount->timers = timers_new(p->wake_fd);
	mount->helper = helper_new();
	if (p->wake_fd < 0 || !mount->timers || !mount->helper || !root_init(mount) ||
		!(mount->reclaim = reclaim_new(mount)) ||
		!(mount->peers = peers_new(&mount->root->node))) {
		snprintf(why, size, "no memory, or too many threads or descriptors");
		return false;
	}
	return probe(mount, why, size);
}

static bool start(struct program *p, char *why, unsigned size)
{
	if (!mountpoint_prepare(p->options->mountpoint, why, size) ||
		!start_server(p, why, size) || !start_client(p, why, size))
		return false;
	say_what_was_assumed(p);
	if (!start_mount(p, why, size))
		return false;
	p->session = session_new(&p->mount, p->wake_fd, why, size);
	return p->session != NULL;
}

/*
 * In this order: jobs may start operations, whose completions reply to the kernel,
 * which nobody may do once the session is gone. Completions of the last operations may
 * add jobs, which run when the client has gone: they start none.
 */
static void end(struct program *p)
{
	struct mount *mount = &p->mount;
	bool was_in_use = p->session && session_was_in_use(p->session);

	call_wait_end_all(mount);
	mount_lock(mount);
	mount->is_over = true;
	mount_unlock(mount);
	helper_wait(mount->helper);
	sqs_client_free(mount->client, p->session ? GIVE_BACK_MS : 0);
	helper_free(mount->helper);
	if (p->session)
		sending_save_unsent(mount);
	session_free(p->session);
	local_server_free(p->server);
	if (was_in_use)
		_exit(EXIT_SUCCESS); /* what open files refer to goes with the process */
	timers_free(mount->timers);
	peers_free(TAKE(mount->peers));
	reclaim_free(TAKE(mount->reclaim));
	mount_finish(mount);
	if (p->wake_fd >= 0)
		close(p->wake_fd);
}

static int run(struct program *p)
{
	char why[700] = "no memory";
	bool started;

	log_open("sqsfs", p->options->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO,
		!p->options->foreground);
	session_block_signals();
	descriptors_allow_most();
	mount_init(&p->mount, p->options);
	started = start(p, why, sizeof(why));
	if (started) {
		sending_restore_unsent(&p->mount);
		session_run(p->session);
	} else {
		startup_failed("%s", why);
	}
	end(p);
	return started ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct program *p = &program;
	char why[700];
	int status = EXIT_SUCCESS;

	p->options = options_parse(argc, argv, why, sizeof(why));
	if (!p->options) {
		fprintf(stderr, "sqsfs: %s\n", why);
		return EXIT_FAILURE;
	}
	if (p->options->help)
		options_print_help();
	else if (p->options->version)
		puts("sqsfs " SQSFS_VERSION);
	else
		status = startup_begin(p->options->foreground) ? run(p) : EXIT_FAILURE;
	options_free(p->options);
	return status;
}
