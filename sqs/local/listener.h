/* SPDX-License-Identifier: MIT */
/*
 * The socket that a server listens on.
 */
#ifndef SQS_LOCAL_LISTENER_H
#define SQS_LOCAL_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

enum { LISTENER_ENDPOINT = 96 };

/* The name of the Unix socket in a server's directory. */
#define LISTENER_SOCKET "socket"

/*
 * Listens on DIRECTORY/socket, mode 0600, in place of one that a dead server left. The
 * directory is locked. -1, and one line in why, when it cannot.
 */
int listener_unix(int directory_fd, char *why, size_t why_size);

/*
 * Listens on ADDRESS:PORT, an IPv4 or [IPv6] address in digits, and writes
 * http://ADDRESS:PORT with the true port. *is_loopback: nobody from another machine
 * can connect. -1, and one line in why, when it cannot.
 */
int listener_tcp(const char *address, char endpoint[LISTENER_ENDPOINT], bool *is_loopback,
	char *why, size_t why_size);

#endif
