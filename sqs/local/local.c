/* SPDX-License-Identifier: MIT */
#include "sqs/local/local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/thread.h"
#include "sqs/local/listener.h"
#include "sqs/local/lock.h"
#include "sqs/local/server.h"

enum { SOCKET_PATH = 64, ACCOUNT_DIGITS = 12 };

static const char default_region[] = "us-east-1";
static const char default_account[] = "000000000000";

struct local_server {
	int directory;
	int lock;
	int listener;
	bool has_socket;
	char endpoint[LISTENER_ENDPOINT];
	char socket[SOCKET_PATH]; /* through /proc/self/fd: short whatever the directory
				   */
	char account[ACCOUNT_DIGITS + 1];
	struct service *service;
	struct faults *faults;
	struct auth *auth;
	struct request_log *log;
	struct server *server;
	pthread_t thread;
	bool is_running;
};

/* -------------------------------------------------------------------------------------
 * The directory
 */

/* Who may write to the directory could put a socket of his own in the place of ours. */
static bool directory_is_ours(int fd, const char *path, char *why, size_t why_size)
{
	struct stat is;

	if (fstat(fd, &is) != 0) {
		snprintf(why, why_size, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	if (is.st_uid != geteuid() && geteuid() != 0) {
		snprintf(why, why_size,
			"%s belongs to another user: "
			"name a directory of your own",
			path);
		return false;
	}
	if (is.st_mode & (S_IWGRP | S_IWOTH)) {
		snprintf(why, why_size,
			"others may write to %s: "
			"run \"chmod go-w\" on it, or name another directory",
			path);
		return false;
	}
	return true;
}

static int open_directory(const char *path, char *why, size_t why_size)
{
	int fd;

	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		snprintf(why, why_size, "cannot make the directory %s: %s", path,
			strerror(errno));
		return -1;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		snprintf(why, why_size, "cannot open the directory %s: %s", path,
			strerror(errno));
		return -1;
	}
	if (directory_is_ours(fd, path, why, why_size))
		return fd;
	close(fd);
	return -1;
}

/* -------------------------------------------------------------------------------------
 * Starting
 */

static bool account_is_valid(const char *account)
{
	return strlen(account) == ACCOUNT_DIGITS &&
	       strspn(account, "0123456789") == ACCOUNT_DIGITS;
}

static bool region_is_valid(const char *region)
{
	size_t len = strlen(region);

	return len > 0 && len <= 40 &&
	       strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool options_are_valid(
	const struct local_options *options, char *why, size_t why_size)
{
	if (options->account && !account_is_valid(options->account)) {
		snprintf(why, why_size, "account \"%s\": an account is 12 digits",
			options->account);
		return false;
	}
	if (options->region && !region_is_valid(options->region)) {
		snprintf(why, why_size,
			"region \"%s\": a region is a name such as "
			"us-east-1",
			options->region);
		return false;
	}
	return true;
}

static bool listen_unix(struct local_server *local, char *why, size_t why_size)
{
	local->listener = listener_unix(local->directory, why, why_size);
	if (local->listener < 0)
		return false;
	local->has_socket = true;
	snprintf(local->endpoint, sizeof(local->endpoint), "http://localhost");
	snprintf(local->socket, sizeof(local->socket), "/proc/self/fd/%d/%s",
		local->directory, LISTENER_SOCKET);
	return true;
}

static bool listen_tcp(struct local_server *local, const struct local_options *options,
	char *why, size_t why_size)
{
	bool is_loopback;

	local->listener = listener_tcp(
		options->listen, local->endpoint, &is_loopback, why, why_size);
	if (local->listener < 0)
		return false;
	if (is_loopback || options->credentials_file)
		return true;
	snprintf(why, why_size,
		"other machines can connect to %s: name a credentials file, "
		"so that requests must be signed",
		options->listen);
	return false;
}

/* SQLite makes a database that everybody may read, and gives the files beside it the
 * mode that the database has: so it finds one, empty and private, where there was none.
 */
static bool make_store_private(
	const struct local_server *local, char *why, size_t why_size)
{
	AUTO(close)
	int fd = openat(local->directory, "queues.db",
		O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 && fchmod(fd, 0600) == 0)
		return true;
	snprintf(why, why_size, "cannot write queues.db: %s", strerror(errno));
	return false;
}

static bool open_service(struct local_server *local, const struct local_options *options,
	char *why, size_t why_size)
{
	const struct service_options service = {.directory_fd = local->directory,
		.endpoint = local->endpoint,
		.region = options->region ? options->region : default_region,
		.account = local->account,
		.sync_normal = options->sync_normal};

	if (!make_store_private(local, why, why_size))
		return false;
	local->service = service_new(&service, why, why_size);
	return local->service != NULL;
}

static bool open_extras(struct local_server *local, const struct local_options *options,
	char *why, size_t why_size)
{
	const char *region = options->region ? options->region : default_region;

	local->faults = faults_new();
	if (!local->faults) {
		snprintf(why, why_size, "out of memory");
		return false;
	}
	if (options->faults &&
		!faults_set(local->faults, view_of(options->faults), why, why_size))
		return false;
	if (options->credentials_file) {
		local->auth = auth_new(options->credentials_file, region, why, why_size);
		if (!local->auth)
			return false;
	}
	if (options->request_log) {
		local->log = request_log_new(options->request_log, why, why_size);
		if (!local->log)
			return false;
	}
	return true;
}

static bool make_server(struct local_server *local, const struct local_options *options,
	char *why, size_t why_size)
{
	const struct server_options server = {.listener = local->listener,
		.service = local->service,
		.faults = local->faults,
		.auth = local->auth,
		.log = local->log,
		.account = local->account,
		.now_ms = options->now_ms,
		.now_arg = options->now_arg};

	local->server = server_new(&server, why, why_size);
	return local->server != NULL;
}

static void *run(void *arg)
{
	struct local_server *local = arg;

	server_run(local->server);
	return NULL;
}

static bool start_thread(struct local_server *local, char *why, size_t why_size)
{
	int error = thread_start(&local->thread, "sqs-local", run, local);

	if (error)
		snprintf(why, why_size, "cannot start a thread: %s", strerror(error));
	local->is_running = error == 0;
	return local->is_running;
}

/* The lock comes before everything that another server's files could suffer from. */
static bool start(struct local_server *local, const struct local_options *options,
	char *why, size_t why_size)
{
	local->directory = open_directory(options->directory, why, why_size);
	if (local->directory < 0)
		return false;
	local->lock = lock_take(local->directory, options->directory, why, why_size);
	if (local->lock < 0)
		return false;
	return (options->listen ? listen_tcp(local, options, why, why_size)
				: listen_unix(local, why, why_size)) &&
	       open_extras(local, options, why, why_size) &&
	       open_service(local, options, why, why_size) &&
	       make_server(local, options, why, why_size) &&
	       start_thread(local, why, why_size);
}

struct local_server *local_server_new(
	const struct local_options *options, char *why, unsigned why_size)
{
	struct local_server *local;

	if (!options_are_valid(options, why, why_size))
		return NULL;
	local = calloc(1, sizeof(*local));
	if (!local) {
		snprintf(why, why_size, "out of memory");
		return NULL;
	}
	local->directory = -1;
	local->lock = -1;
	local->listener = -1;
	snprintf(local->account, sizeof(local->account), "%s",
		options->account ? options->account : default_account);
	if (start(local, options, why, why_size))
		return local;
	local_server_free(local);
	return NULL;
}

/* -------------------------------------------------------------------------------------
 * The rest
 */

const char *local_server_endpoint(const struct local_server *local)
{
	return local->endpoint;
}

const char *local_server_socket(const struct local_server *local)
{
	return local->has_socket ? local->socket : NULL;
}

void local_server_time_moved(struct local_server *local)
{
	server_wake(local->server);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* The lock goes last: until then no other server may find our files half gone. */
void local_server_free(struct local_server *local)
{
	if (!local)
		return;
	if (local->is_running) {
		server_stop(local->server);
		pthread_join(local->thread, NULL);
	}
	server_free(local->server);
	service_free(local->service);
	request_log_free(local->log);
	auth_free(local->auth);
	faults_free(local->faults);
	if (local->has_socket)
		unlinkat(local->directory, LISTENER_SOCKET, 0);
	close_if_open(local->listener);
	close_if_open(local->directory);
	close_if_open(local->lock);
	free(local);
}
