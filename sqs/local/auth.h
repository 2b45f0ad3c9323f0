/* SPDX-License-Identifier: MIT */
/*
 * Who may ask: signatures checked against a credentials file, and web pages kept out.
 *
 * One thread.
 */
#ifndef SQS_LOCAL_AUTH_H
#define SQS_LOCAL_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "sqs/local/http.h"
#include "sqs/wire/message.h"

struct auth;

/*
 * Reads an AWS credentials file: every profile with aws_access_key_id and
 * aws_secret_access_key is a key that may sign; with aws_session_token, one that must
 * bring that token. NULL, and one line in why, when the file cannot be read or has no
 * key. `region` is copied.
 */
struct auth *auth_new(
	const char *credentials_file, const char *region, char *why, size_t why_size);

/* NULL is allowed. */
void auth_free(struct auth *auth);

/*
 * Whether a request may be executed. With an auth it must be signed by a known key, at a
 * time near `now_ms` (since 1970), and *access_key is whose; its text lives as long as
 * the request or the auth, whichever ends first. Without one (NULL) anybody may ask but
 * a page in a browser: what has an Origin, or a Host that is no name of this machine (a
 * name that resolves to loopback is how a page gets around the browser's rules). Else
 * false, and *fault as SQS says it, its text in the arena.
 */
bool auth_admits(struct auth *auth, const struct http_request *request, int64_t now_ms,
	struct arena *arena, struct view *access_key, struct wire_fault *fault);

#endif
