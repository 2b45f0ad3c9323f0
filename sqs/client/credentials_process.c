/* SPDX-License-Identifier: MIT */
/*
 * A program that prints credentials: credential_process of the profile. It is run without
 * a shell; what it says on standard error explains a failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sqs/base/clock.h"
#include "sqs/client/failure.h"
#include "sqs/client/sts.h"
#include "sqs/wire/json_texts.h"

enum { TIMEOUT_MS = 60000, LARGEST_OUTPUT = 1 << 16, MOST_WORDS = 64 };

static bool applies(const struct credentials_query *query)
{
	return settings_property(&query->scope, "credential_process") != NULL;
}

/* -------------------------------------------------------------------------------------
 * The command line
 */

/*
 * Words as a shell would make them, without expanding anything: quotes, and a backslash
 * before any character (between double quotes: before " and \). The text is changed in
 * place. False for quotes that are not closed, and for too many words.
 */
static bool split_words(char *text, char *words[MOST_WORDS + 1])
{
	size_t count = 0;
	char *out = text;
	char quote = '\0';
	bool in_word = false;

	for (const char *in = text; *in; in++) {
		bool is_blank = !quote && (*in == ' ' || *in == '\t' || *in == '\n');

		if (is_blank && in_word)
			*out++ = '\0';
		if (!is_blank && !in_word) {
			if (count == MOST_WORDS)
				return false;
			words[count++] = out;
		}
		in_word = !is_blank;
		if (is_blank)
			continue;
		if (*in == quote)
			quote = '\0';
		else if (!quote && (*in == '"' || *in == '\''))
			quote = *in;
		else if (*in == '\\' && in[1] &&
			 (!quote || (quote == '"' && strchr("\"\\", in[1]))))
			*out++ = *++in;
		else
			*out++ = *in;
	}
	*out = '\0';
	words[count] = NULL;
	return count && !quote;
}

/* -------------------------------------------------------------------------------------
 * The child
 */

struct child {
	pid_t pid;
	int out; /* its standard output and error, our ends; -1: closed */
	int err;
};

static bool spawn(struct child *child, char *const *words)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int out[2], err[2], failed;

	if (pipe2(out, O_CLOEXEC) != 0)
		return false;
	if (pipe2(err, O_CLOEXEC) != 0) {
		close(out[0]);
		close(out[1]);
		return false;
	}
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, err[1], 2);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	failed = posix_spawnp(
		&child->pid, words[0], &actions, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	close(err[1]);
	child->out = out[0];
	child->err = err[0];
	if (!failed)
		return true;
	close(out[0]);
	close(err[0]);
	errno = failed;
	return false;
}

/* Reads what is there; closes at the end, or where there is too much. */
static void drain(int *fd, struct buf *to)
{
	ssize_t got = -1;

	if (buf_reserve(to, 4096))
		got = read(*fd, to->data + to->len, 4096);
	if (got > 0) {
		to->len += (size_t)got;
		to->data[to->len] = '\0';
		return;
	}
	close(*fd);
	*fd = -1;
}

/* Collects both outputs until the child closes them. False: time is up, or cancelled. */
static bool listen_to(
	struct child *child, int cancel_fd, struct buf *out, struct buf *err)
{
	int64_t until_ms = clock_boot_ms() + TIMEOUT_MS;

	while (child->out >= 0 || child->err >= 0) {
		int64_t left_ms = until_ms - clock_boot_ms();
		struct pollfd fds[] = {{.fd = child->out, .events = POLLIN},
			{.fd = child->err, .events = POLLIN},
			{.fd = cancel_fd, .events = POLLIN}};

		if (left_ms <= 0 || poll(fds, 3, (int)left_ms) < 0 || fds[2].revents)
			return false;
		if (fds[0].revents)
			drain(&child->out, out);
		if (fds[1].revents)
			drain(&child->err, err);
	}
	return true;
}

static bool run(char *const *words, int cancel_fd, struct buf *out, struct buf *err,
	struct sqs_failure *why)
{
	struct child child;
	const char *said;
	bool ended;
	int status = 0;

	if (!spawn(&child, words))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"credential_process: cannot run %s: %s", words[0],
			strerror(errno));
	ended = listen_to(&child, cancel_fd, out, err);
	if (!ended)
		kill(child.pid, SIGKILL);
	while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR)
		;
	if (child.out >= 0)
		close(child.out);
	if (child.err >= 0)
		close(child.err);
	if (!ended)
		return failure_say(why, SQS_NO_CREDENTIALS,
			"credential_process: %s did not end in %d seconds", words[0],
			TIMEOUT_MS / 1000);
	said = err->len ? err->data : "it says nothing";
	return status == 0 ||
	       failure_say(why, SQS_NO_CREDENTIALS, "credential_process: %s failed: %.*s",
		       words[0], (int)strcspn(said, "\n"), said);
}

/* -------------------------------------------------------------------------------------
 * Its answer
 */

static bool read_output(
	struct view output, struct credentials *out, struct sqs_failure *why)
{
	struct arena arena = {0};
	struct wire_credentials found = {0};
	struct view version = {0};
	const struct json_text texts[] = {
		{"Version", &version},
		{"AccessKeyId", &found.access_key},
		{"SecretAccessKey", &found.secret_key},
		{"SessionToken", &found.token},
		{"Expiration", &found.expiration},
	};
	bool ok = false;

	if (!json_read_texts(output, NULL, &arena, texts, ARRAY_SIZE(texts)) ||
		!view_is(version, "1"))
		failure_say(why, SQS_NO_CREDENTIALS,
			"credential_process: its output is not JSON with \"Version\": 1");
	else
		ok = credentials_take(out, &found, "credential_process", why);
	arena_finish(&arena);
	return ok;
}

static bool find(const struct credentials_query *query, struct credentials *out,
	struct sqs_failure *why)
{
	const char *configured = settings_property(&query->scope, "credential_process");
	AUTO(free) char *command = configured ? strdup(configured) : NULL;
	AUTO(buf) struct buf output = BUF_INIT(LARGEST_OUTPUT);
	AUTO(buf) struct buf errors = BUF_INIT(LARGEST_OUTPUT);
	char *words[MOST_WORDS + 1];
	bool ok;

	if (!configured) /* it was there once: the files are read each time */
		return failure_say(why, SQS_NO_CREDENTIALS,
			"profile \"%s\" has no credential_process any more",
			query->scope.profile);
	if (!command)
		return failure_say(why, SQS_NO_MEMORY, "no memory");
	if (!split_words(command, words))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"credential_process: the quotes of its command do not match");
	ok = run(words, query->cancel_fd, &output, &errors, why) &&
	     read_output(buf_view(&output), out, why);
	if (output.data)
		explicit_bzero(output.data, output.cap);
	return ok;
}

const struct credentials_source credentials_from_process = {
	.name = "credential_process", .is_slow = true, .applies = applies, .find = find};
