/* SPDX-License-Identifier: MIT */
/*
 * .sqs/redrive: the move tasks of a dead-letter queue.
 *
 *	read       a line a task
 *	"" or \n   start one: each message goes back to the queue it came from
 *	ARN, name  start one to that queue
 *	cancel     stop the one that runs
 *
 * Tasks are named by ARNs, so each call asks for the queue's own first.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs/control.h"
#include "sqs/base/cleanup.h"

static const char *const arn_name = "QueueArn";

static void start_with_arn(struct control_call *call, sqs_done_fn *on_arn)
{
	control_start(call, sqs_get_attributes_new(control_client(call),
				    control_url(call), &arn_name, 1, on_arn, call));
}

/* The ARN that was answered; NULL, and the call ended, if there is none. */
static const char *arn_of(struct control_call *call, const struct sqs_result *result)
{
	const char *arn = control_find(result, arn_name);

	if (result->error)
		control_failed(call, result->failure);
	else if (!arn)
		control_error(call, EPROTO);
	return result->error ? NULL : arn;
}

static void on_done(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;

	if (result->error)
		control_failed(call, result->failure);
	else
		control_done(call);
}

/* -------------------------------------------------------------------------------------
 * read
 */

static void add_time(struct buf *out, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	if (gmtime_r(&seconds, &tm) && strftime(text, sizeof(text), "%FT%TZ", &tm))
		buf_printf(out, " started=%s", text);
}

static void add_task(struct buf *out, const struct sqs_move_task *task)
{
	buf_printf(out, "%s moved=%lld", task->status ? task->status : "UNKNOWN",
		(long long)task->moved);
	if (task->to_move >= 0)
		buf_printf(out, " of=%lld", (long long)task->to_move);
	if (task->per_second >= 0)
		buf_printf(out, " per_second=%lld", (long long)task->per_second);
	buf_printf(
		out, " to=%s", task->destination_arn ? task->destination_arn : "sources");
	add_time(out, task->started_ms);
	if (task->failure_reason)
		buf_printf(out, " reason=%s", task->failure_reason);
	buf_add_char(out, '\n');
}

static void on_tasks(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;

	if (result->error) {
		control_failed(call, result->failure);
		return;
	}
	for (size_t i = 0; i < result->task_count; i++)
		add_task(&call->out, &result->tasks[i]);
	control_done(call);
}

static void on_arn_to_read(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;
	const char *arn = arn_of(call, result);

	if (arn)
		control_start(call, sqs_list_move_tasks_new(
					    control_client(call), arn, on_tasks, call));
}

void redrive_read(struct control_call *call)
{
	start_with_arn(call, on_arn_to_read);
}

/* -------------------------------------------------------------------------------------
 * write
 */

static void on_tasks_to_cancel(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;

	if (result->error) {
		control_failed(call, result->failure);
		return;
	}
	for (size_t i = 0; i < result->task_count; i++) {
		if (result->tasks[i].handle) {
			control_start(
				call, sqs_cancel_move_task_new(control_client(call),
					      result->tasks[i].handle, on_done, call));
			return;
		}
	}
	control_error(call, ENOENT); /* nothing runs */
}

static void on_arn_to_cancel(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;
	const char *arn = arn_of(call, result);

	if (arn)
		control_start(call, sqs_list_move_tasks_new(control_client(call), arn,
					    on_tasks_to_cancel, call));
}

/* A queue's name stands for the queue of that name beside this one. */
static char *destination_arn(const char *arn, const char *word)
{
	const char *last = strrchr(arn, ':');
	char *destination;

	if (strncmp(word, "arn:", 4) == 0)
		return strdup(word);
	if (!last ||
		asprintf(&destination, "%.*s%s", (int)(last + 1 - arn), arn, word) < 0)
		return NULL;
	return destination;
}

static void on_arn_to_start(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;
	const char *arn = arn_of(call, result), *word;
	AUTO(free) char *destination = NULL;

	if (!arn)
		return;
	word = control_word(call);
	if (*word && !(destination = destination_arn(arn, word))) {
		control_error(call, ENOMEM);
		return;
	}
	control_start(call, sqs_start_move_task_new(control_client(call), arn,
				    destination, -1, on_done, call));
}

void redrive_write(struct control_call *call)
{
	const char *word = control_word(call);

	if (strcmp(word, "cancel") == 0)
		start_with_arn(call, on_arn_to_cancel);
	else if (!*word || strncmp(word, "arn:", 4) == 0 || sqs_queue_name_is_valid(word))
		start_with_arn(call, on_arn_to_start);
	else
		control_error(call, EINVAL);
}

/* -------------------------------------------------------------------------------------
 * sources
 */

static void on_sources(void *arg, const struct sqs_result *result)
{
	struct control_call *call = arg;

	if (result->error) {
		control_failed(call, result->failure);
		return;
	}
	for (size_t i = 0; i < result->url_count; i++)
		buf_printf(&call->out, "%s\n", sqs_queue_name_of(result->urls[i]));
	control_done(call);
}

void sources_read(struct control_call *call)
{
	control_start(call, sqs_list_dead_letter_sources_new(control_client(call),
				    control_url(call), on_sources, call));
}
