/* SPDX-License-Identifier: MIT */
#include "fs/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "fs/complaint.h"
#include "fs/helper.h"
#include "fs/init_patch.h"
#include "fs/mountpoint.h"
#include "fs/ops.h"
#include "fs/options.h"
#include "fs/queue.h"
#include "fs/startup.h"
#include "fs/timer.h"
#include "sqs/base/buf.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

enum {
	TURN = 64,         /* requests between looks at the timers */
	TURN_NS = 1000000, /* so long may what was started first wait for the rest */
	DRAIN_TICK_MS = 20,
	CLOSE_MS = 500,    /* for those who are in to close their files */
	GIVE_BACK_MS = 600 /* for giving back what is held; anew with each that is */
};

enum phase { SERVING, ENDING, OVER };

struct session {
	struct mount *mount;
	struct fuse_session *fuse;
	struct fuse_buf buf;
	int wake_fd;
	int signal_fd;
	enum phase phase;
	int64_t ending_since_ms;
	int64_t deadline_ms; /* of ENDING */
	unsigned held;       /* messages, when that number last changed in ENDING */
	int64_t held_since_ms;
	bool is_connected; /* the kernel may still ask something */
	bool is_detached;  /* the mount point was let go here */
	dev_t device;      /* of the mount, to know it by */
};

static const int ending_signals[] = {SIGTERM, SIGINT, SIGHUP};

/* -------------------------------------------------------------------------------------
 * Making it
 */

void session_block_signals(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
	sigset_t all;

	sigfillset(&all);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		sigdelset(&all, faults[i]);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
}

int session_new_wake_fd(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

int session_new_signal_fd(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ending_signals); i++)
		sigaddset(&set, ending_signals[i]);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Commas and backslashes of a value, for libfuse's parser. */
static void add_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == ',' || *text == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *text);
	}
}

static struct fuse_session *new_fuse_session(struct mount *mount)
{
	const struct options *options = mount->options;
	AUTO(buf) struct buf list = {0};
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	struct fuse_session *fuse = NULL;

	if (!mount->is_private)
		buf_add_string(&list, "default_permissions,");
	buf_add_string(&list, "subtype=sqsfs,fsname=");
	add_escaped(&list, options->source);
	if (*options->fuse_options)
		buf_printf(&list, ",%s", options->fuse_options);
	if (!list.failed && fuse_opt_add_arg(&args, "sqsfs") == 0 &&
		fuse_opt_add_arg(&args, "-o") == 0 &&
		fuse_opt_add_arg(&args, list.data) == 0 &&
		(!options->debug || fuse_opt_add_arg(&args, "-d") == 0))
		fuse = fuse_session_new(&args, &ops_table, sizeof(ops_table), mount);
	fuse_opt_free_args(&args);
	return fuse;
}

/* Whether the kernel has it; it is asked without waiting. */
static bool mount_fuse(struct session *session)
{
	const char *mountpoint = session->mount->options->mountpoint;

	session->fuse = new_fuse_session(session->mount);
	if (!session->fuse || fuse_session_mount(session->fuse, mountpoint) != 0 ||
		!init_patch(session->fuse))
		return false;
	session->device = mountpoint_device(mountpoint);
	return fcntl(fuse_session_fd(session->fuse), F_SETFL, O_NONBLOCK) == 0;
}

struct session *session_new(struct mount *mount, int wake_fd, char *why, size_t size)
{
	struct session *session = calloc(1, sizeof(*session));
	char complaint[200];

	if (!session)
		return NULL;
	session->mount = mount;
	session->wake_fd = wake_fd;
	session->signal_fd = session_new_signal_fd();
	complaint_begin();
	session->is_connected = mount_fuse(session);
	complaint_end(complaint, sizeof(complaint));
	if (session->is_connected && session->signal_fd >= 0) {
		mount->session = session->fuse;
		return session;
	}
	snprintf(why, size, "cannot mount on %s: %s", mount->options->mountpoint,
		*complaint ? complaint : "no memory, or too many descriptors");
	session_free(session);
	return NULL;
}

/* -------------------------------------------------------------------------------------
 * Ending
 */

static void begin_ending(struct session *session)
{
	struct mount *mount = session->mount;

	if (session->phase != SERVING)
		return;
	session->phase = ENDING;
	session->ending_since_ms = clock_boot_ms();
	session->deadline_ms =
		session->ending_since_ms + mount->options->drain_s * INT64_C(1000);
	mount_lock(mount);
	mount->is_ending = true;
	mount_unlock(mount);
	receiving_end(mount);
	sending_end(mount);
	session->held_since_ms = clock_boot_ms();
}

struct detach {
	struct job job;
	const char *path;
	dev_t device;
};

static void run_detach(struct job *job)
{
	struct detach *detach = list_entry(job, struct detach, job);

	mountpoint_detach(detach->path, detach->device);
	free(detach);
}

/* On the helper's thread: unmounting may ask us something first. */
static void detach(struct session *session)
{
	struct detach *detach = calloc(1, sizeof(*detach));

	if (!detach)
		return;
	detach->job.run = run_detach;
	detach->path = session->mount->options->mountpoint;
	detach->device = session->device;
	session->is_detached = true;
	helper_add(session->mount->helper, &detach->job);
}

static bool is_sending(struct mount *mount)
{
	bool is_busy = false;

	mount_lock(mount);
	list_each (link, &mount->queues) {
		const struct queue *queue = list_entry(link, struct queue, mount_link);

		is_busy |= queue->sending.pending > 0 || queue->receiving.deleting > 0;
	}
	mount_unlock(mount);
	return is_busy;
}

static unsigned count_held(struct mount *mount)
{
	unsigned held = 0;

	mount_lock(mount);
	list_each (link, &mount->queues)
		held += list_entry(link, struct queue, mount_link)->receiving.held_count;
	mount_unlock(mount);
	return held;
}

/* As long as the service takes them, and for a moment even where sends get no time. */
static bool is_giving_back(struct session *session, int64_t now_ms)
{
	unsigned held = count_held(session->mount);

	if (held != session->held)
		session->held_since_ms = now_ms;
	session->held = held;
	return held > 0 && now_ms - session->held_since_ms < GIVE_BACK_MS &&
	       (now_ms < session->deadline_ms ||
		       now_ms - session->ending_since_ms < GIVE_BACK_MS);
}

/* Whether sends, deletes, or those who are in still get their time. */
static bool is_draining(struct session *session, int64_t now_ms)
{
	return now_ms < session->deadline_ms &&
	       (is_sending(session->mount) ||
		       (session->is_connected &&
			       now_ms - session->ending_since_ms < CLOSE_MS));
}

static void advance_ending(struct session *session)
{
	int64_t now_ms = clock_boot_ms();

	if (session->phase == SERVING && !session->is_connected)
		begin_ending(session);
	if (session->phase == ENDING && !is_giving_back(session, now_ms) &&
		!is_draining(session, now_ms))
		session->phase = OVER;
}

static void leave(struct session *session, const char *why)
{
	log_info("sqsfs", "ending: %s", why);
	begin_ending(session);
	detach(session);
}

static void on_signal(struct session *session)
{
	struct signalfd_siginfo info;

	if (read(session->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (session->phase == SERVING) {
		leave(session, strsignal((int)info.ssi_signo));
	} else {
		log_info("sqsfs", "ending now");
		session->deadline_ms = clock_boot_ms();
	}
}

/* -------------------------------------------------------------------------------------
 * The loop
 */

/* Whether there was a request. */
static bool serve_one(struct session *session)
{
	int n = fuse_session_receive_buf(session->fuse, &session->buf);

	if (n == -EAGAIN || n == -EINTR)
		return false;
	if (n > 0)
		fuse_session_process_buf(session->fuse, &session->buf);
	if (n <= 0 || fuse_session_exited(session->fuse))
		session->is_connected = false;
	else if (!startup_ready()) /* the first request was INIT */
		leave(session, "the command was killed before the mount was usable");
	return session->is_connected;
}

/* Requests that are there, but not so many that timers are late. */
static void serve(struct session *session)
{
	for (int i = 0; i < TURN && serve_one(session); i++)
		;
}

static int poll_timeout(const struct session *session)
{
	int64_t left_ms = timers_due(session->mount);

	if (left_ms != INT64_MAX)
		left_ms -= clock_boot_ms();
	if (session->phase != SERVING && left_ms > DRAIN_TICK_MS)
		left_ms = DRAIN_TICK_MS;
	if (left_ms > INT32_MAX)
		return -1;
	return left_ms > 0 ? (int)left_ms : 0;
}

static void wait_for_work(struct session *session)
{
	struct pollfd fds[] = {
		{.fd = session->is_connected ? fuse_session_fd(session->fuse) : -1,
			.events = POLLIN},
		{.fd = session->wake_fd, .events = POLLIN},
		{.fd = session->signal_fd, .events = POLLIN},
	};
	eventfd_t ignored;

	if (poll(fds, ARRAY_SIZE(fds), poll_timeout(session)) <= 0)
		return;
	if (fds[1].revents)
		eventfd_read(session->wake_fd, &ignored);
	if (fds[2].revents)
		on_signal(session);
	if (fds[0].revents)
		serve(session);
}

void session_run(struct session *session)
{
	while (session->phase != OVER) {
		wait_for_work(session);
		timers_run(session->mount, clock_boot_ms());
		advance_ending(session);
	}
}

bool session_was_in_use(const struct session *session)
{
	return session->is_connected;
}

/*
 * fuse_session_unmount() would unmount by path what may by now be the mount of
 * somebody else, unless it sees that the connection is dead: a pipe without a reader
 * looks like that, and in the descriptor's place it ends the connection too.
 */
static void cut_connection(struct fuse_session *fuse)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return;
	close(ends[0]);
	dup3(ends[1], fuse_session_fd(fuse), O_CLOEXEC);
	close(ends[1]);
}

void session_free(struct session *session)
{
	if (!session)
		return;
	if (session->fuse) {
		if (session->is_detached)
			cut_connection(session->fuse);
		fuse_session_unmount(session->fuse);
		fuse_session_destroy(session->fuse);
	}
	free(session->buf.mem);
	if (session->signal_fd >= 0)
		close(session->signal_fd);
	free(session);
}
