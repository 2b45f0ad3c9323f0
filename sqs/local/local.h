/* SPDX-License-Identifier: MIT */
/*
 * An SQS for one machine: a durable queue service in a directory.
 *
 * The same service runs inside sqsfs for local:DIR and as the program sqs-local.
 * It has one thread of its own. A request that changes something is answered
 * after its change is synced to the disk; a receive is not (SQS allows that a
 * message is delivered again).
 */
#ifndef SQS_LOCAL_LOCAL_H
#define SQS_LOCAL_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

struct local_server;

struct local_options {
	const char *directory; /* made, 0700, if it is missing */
	/*
	 * ADDRESS:PORT to listen on, port 0 being the kernel's choice; NULL is the Unix
	 * socket DIRECTORY/socket. Anything but loopback needs credentials_file.
	 */
	const char *listen;
	const char *credentials_file; /* an AWS credentials file: signatures are verified;
					 NULL: not */
	const char *region;           /* NULL: us-east-1 */
	const char *account;          /* NULL: 000000000000 */
	const char *request_log;      /* a file that gets a line a request; NULL: none */
	const char *faults;           /* rules as in docs/local.md; NULL: none */
	bool sync_normal; /* a power failure may lose the last answered sends */
	/* Milliseconds since 1970; NULL is the machine's. For tests that move time by
	 * hand. */
	int64_t (*now_ms)(void *arg);
	void *now_arg;
};

/*
 * Opens the directory, recovers what is in it, listens and serves. NULL, and one
 * line in why[why_size] that says what to do, when it cannot: the directory is in
 * another server's hands, is not writable, is of a newer version, or the address
 * is taken. The texts of the options are needed only during the call.
 */
struct local_server *local_server_new(
	const struct local_options *options, char *why, unsigned why_size);

/* http://ADDRESS:PORT; for a Unix socket http://localhost. Lives as long as the server.
 */
const char *local_server_endpoint(const struct local_server *server);

/* The Unix socket's path, short enough to connect to from this process; NULL without one.
 */
const char *local_server_socket(const struct local_server *server);

/* Answers what waits, syncs, closes, joins its thread. NULL is allowed. */
void local_server_free(struct local_server *server);

/* Tells the server that the clock of `now_ms` has moved. */
void local_server_time_moved(struct local_server *server);

#endif
