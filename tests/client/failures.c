/* SPDX-License-Identifier: MIT */
/*
 * What goes wrong on the way, and what the caller hears of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "tests/client/await.h"
#include "tests/client/double.h"
#include "tests/client/home.h"
#include "tests/lib/test.h"

#define JOBS "http://localhost/000000000000/jobs"

static struct double_server *server;
static struct sqs_client *client;
static struct outcome outcome;
static char text[300];

static void begin(void)
{
	server = double_new();
	client = client_of(double_socket(server));
	outcome = (struct outcome){0};
}

static void end(void)
{
	sqs_client_free(client, 1000);
	double_free(server);
}

static struct sqs_op *send_op(void)
{
	const struct sqs_send args = {
		.queue_url = JOBS, .body = "x", .body_len = 1, .delay_s = -1};

	return sqs_send_new(client, &args, outcome_note, &outcome);
}

/* -------------------------------------------------------------------------------------
 * The tables
 */

static const struct row {
	struct double_act act;
	enum sqs_error error;
	size_t requests;
} rows[] = {
	/* What no repetition heals. */
	{{.deed = DOUBLE_FAULT, .status = 403, .code = "AccessDenied"}, SQS_DENIED, 1},
	{{.deed = DOUBLE_FAULT,
		 .status = 400,
		 .code = "AWS.SimpleQueueService.NonExistentQueue"},
		SQS_NO_SUCH_QUEUE, 1},
	{{.deed = DOUBLE_FAULT, .status = 400, .code = "InvalidParameterValue"},
		SQS_INVALID, 1},
	{{.deed = DOUBLE_FAULT, .status = 400, .code = "InvalidMessageContents"},
		SQS_BAD_CONTENT, 1},
	{{.deed = DOUBLE_FAULT, .status = 403, .code = "InvalidClientTokenId"},
		SQS_BAD_CREDENTIALS, 1},
	{{.deed = DOUBLE_PAGE, .status = 404}, SQS_ERROR_COUNT, 1},
	{{.deed = DOUBLE_TEXT, .text = "<SendMessageRes"}, SQS_BAD_REPLY, 1},
	{{.deed = DOUBLE_TEXT, .text = ""}, SQS_BAD_REPLY, 1},
	{{.deed = DOUBLE_TEXT, .text = "<html>welcome</html>"}, SQS_BAD_REPLY, 1},
	/* What one repetition heals. */
	{{.deed = DOUBLE_FAULT, .status = 500, .code = "InternalError"}, SQS_OK, 2},
	{{.deed = DOUBLE_FAULT, .status = 403, .code = "RequestThrottled"}, SQS_OK, 2},
	{{.deed = DOUBLE_PAGE, .status = 503}, SQS_OK, 2},
	{{.deed = DOUBLE_PAGE, .status = 502}, SQS_OK, 2},
	{{.deed = DOUBLE_HANG_UP}, SQS_OK, 2},
	{{.deed = DOUBLE_HALF}, SQS_OK, 2},
	/* What three attempts do not heal. */
	{{.deed = DOUBLE_FAULT, .status = 500, .code = "InternalError", .times = 9},
		SQS_SERVICE_FAILED, 3},
	{{.deed = DOUBLE_FAULT, .status = 403, .code = "RequestThrottled", .times = 9},
		SQS_THROTTLED, 3},
	{{.deed = DOUBLE_HANG_UP, .times = 9}, SQS_UNREACHABLE, 3},
	{{.deed = DOUBLE_HALF, .times = 9}, SQS_UNREACHABLE, 3},
};

TEST(every_failure_has_its_error_and_its_number_of_attempts)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin();
		double_script(server, rows[i].act);
		outcome_run(&outcome, send_op());
		printf("# row %zu: %s: %s\n", i, outcome.failure.code,
			outcome.failure.message);
		if (rows[i].error == SQS_ERROR_COUNT)
			CHECK(outcome.error != SQS_OK);
		else
			CHECK_NUMBER(outcome.error, rows[i].error);
		CHECK_NUMBER(outcome.failure.error, outcome.error);
		CHECK_NUMBER(outcome.calls, 1);
		CHECK_NUMBER(double_count(server, "SendMessage"), rows[i].requests);
		CHECK(outcome.error == SQS_OK || outcome.failure.message[0]);
		end();
	}
}

TEST(a_failure_has_the_services_words_and_request_id)
{
	begin();
	double_script(server, (struct double_act){.deed = DOUBLE_FAULT,
				      .status = 403,
				      .code = "AccessDenied",
				      .text = "You may not."});
	CHECK_NUMBER(outcome_run(&outcome, send_op()), SQS_DENIED);
	CHECK_TEXT(outcome.failure.code, "AccessDenied");
	CHECK_TEXT(outcome.failure.message, "You may not.");
	CHECK_TEXT(outcome.failure.request_id, "double-request-id");
	end();
}

TEST(a_page_of_a_load_balancer_has_the_headers_request_id)
{
	begin();
	double_script(server,
		(struct double_act){.deed = DOUBLE_PAGE, .status = 503, .times = 9});
	CHECK_NUMBER(outcome_run(&outcome, send_op()), SQS_SERVICE_FAILED);
	CHECK_TEXT(outcome.failure.request_id, "header-request-id");
	end();
}

/* -------------------------------------------------------------------------------------
 * Time
 */

TEST(a_deadline_bounds_an_operation)
{
	struct sqs_op *op;

	begin();
	double_script(server, (struct double_act){.deed = DOUBLE_HOLD});
	op = send_op();
	sqs_op_set_timeout(op, 200);
	CHECK_NUMBER(outcome_run(&outcome, op), SQS_TIMED_OUT);
	CHECK(strstr(outcome.failure.message, "http://localhost"));
	end();
}

static double longest_jitter(void)
{
	return 0.999;
}

/* A retry that would come after the deadline is not waited for. */
TEST(a_back_off_does_not_pass_the_deadline)
{
	const struct sqs_config config = {.endpoint = "http://localhost",
		.unix_socket = NULL,
		.anonymous = true,
		.random = longest_jitter};
	struct sqs_config with_socket = config;
	struct sqs_failure why;
	size_t i = 0;

	begin();
	sqs_client_free(client, 0);
	with_socket.unix_socket = double_socket(server);
	client = sqs_client_new(&with_socket, &why);
	double_script(server, (struct double_act){.deed = DOUBLE_FAULT,
				      .status = 403,
				      .code = "RequestThrottled",
				      .times = 100});
	/* On a loaded machine the answer may come too late for that. */
	for (; i < 20 && outcome.error != SQS_THROTTLED; i++) {
		struct sqs_op *op;

		outcome = (struct outcome){0};
		op = send_op();
		sqs_op_set_timeout(op, 500);
		outcome_run(&outcome, op);
	}
	CHECK_NUMBER(outcome.error, SQS_THROTTLED);
	CHECK_NUMBER(double_count(server, "SendMessage"), i);
	end();
}

TEST(a_call_can_be_cancelled_while_it_runs)
{
	struct sqs_op *op;

	begin();
	double_script(server, (struct double_act){.deed = DOUBLE_HOLD});
	op = sqs_list_queues_new(client, NULL, outcome_note, &outcome);
	sqs_start(op);
	CHECK(double_await(server, "ListQueues", 1));
	sqs_cancel(op);
	CHECK(outcome_await(&outcome));
	CHECK_NUMBER(outcome.error, SQS_CANCELLED);
	end();
}

TEST(a_send_that_has_left_is_not_recalled)
{
	struct sqs_op *op;

	begin();
	double_script(server, (struct double_act){.deed = DOUBLE_HOLD});
	op = send_op();
	sqs_start(op);
	CHECK(double_await(server, "SendMessage", 1));
	sqs_cancel(op);
	double_release(server);
	CHECK(outcome_await(&outcome));
	CHECK_NUMBER(outcome.error, SQS_OK);
	end();
}

TEST(an_operation_cancelled_before_its_start_asks_nobody)
{
	struct sqs_op *op;

	begin();
	op = send_op();
	sqs_cancel(op);
	CHECK_NUMBER(outcome_run(&outcome, op), SQS_CANCELLED);
	CHECK_NUMBER(double_count(server, NULL), 0);
	end();
}

/* -------------------------------------------------------------------------------------
 * Nobody there
 */

TEST(nobody_at_the_socket_is_unreachable)
{
	outcome = (struct outcome){0};
	client = client_of("/tmp/there-is-no-such-socket");
	CHECK_NUMBER(outcome_run(&outcome, send_op()), SQS_UNREACHABLE);
	CHECK(strstr(outcome.failure.message, "http://localhost: cannot connect"));
	sqs_client_free(client, 0);
}

/* It hangs up in the middle of the handshake, as a balancer may that is about to go. */
TEST(a_server_without_tls_is_insecure_and_is_asked_again)
{
	struct sqs_config config = {.endpoint = "https://localhost", .anonymous = true};
	struct sqs_counters counters;
	struct sqs_failure why;

	server = double_new();
	outcome = (struct outcome){0};
	config.unix_socket = double_socket(server);
	client = sqs_client_new(&config, &why);
	CHECK_NUMBER(outcome_run(&outcome, send_op()), SQS_INSECURE);
	sqs_client_counters(client, &counters);
	CHECK_NUMBER(counters.requests, 3);
	end();
}

TEST(a_queue_that_a_lost_answer_deleted_counts_as_deleted)
{
	begin();
	double_script(server, (struct double_act){.deed = DOUBLE_HANG_UP});
	double_script(server, (struct double_act){.deed = DOUBLE_FAULT,
				      .status = 400,
				      .code = "AWS.SimpleQueueService.NonExistentQueue"});
	CHECK_NUMBER(outcome_run(&outcome,
			     sqs_delete_queue_new(client, JOBS, outcome_note, &outcome)),
		SQS_OK);
	CHECK_NUMBER(double_count(server, "DeleteQueue"), 2);
	end();
}

/* -------------------------------------------------------------------------------------
 * Signatures
 */

static void begin_signing(void)
{
	struct sqs_config config = {
		.endpoint = "http://localhost", .region = "eu-west-1"};
	struct sqs_failure why;

	setenv("AWS_ACCESS_KEY_ID", "AKIDFIRST", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	setenv("AWS_CONFIG_FILE", "/dev/null", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
	server = double_new();
	outcome = (struct outcome){0};
	config.unix_socket = double_socket(server);
	client = sqs_client_new(&config, &why);
	printf("# %s\n", why.message);
}

TEST(requests_are_signed)
{
	begin_signing();
	CHECK(client);
	CHECK_NUMBER(outcome_run(&outcome, send_op()), SQS_OK);
	double_header(server, NULL, 0, "Authorization", text, sizeof(text));
	CHECK(strstr(text, "AWS4-HMAC-SHA256 Credential=AKIDFIRST/"));
	CHECK(strstr(text, "/eu-west-1/sqs/aws4_request"));
	CHECK(strstr(text, "SignedHeaders=content-type;host;x-amz-date"));
	CHECK_TEXT(
		double_header(server, NULL, 0, "Host", text, sizeof(text)), "localhost");
	CHECK_TEXT(double_header(server, NULL, 0, "Expect", text, sizeof(text)), "");
	end();
}

/* The seconds between two X-Amz-Date on one day. */
static int seconds_between(const char *a, const char *b)
{
	int from[3], to[3];

	if (sscanf(a, "%*8sT%2d%2d%2dZ", &from[0], &from[1], &from[2]) != 3 ||
		sscanf(b, "%*8sT%2d%2d%2dZ", &to[0], &to[1], &to[2]) != 3)
		return -1;
	return (((to[0] - from[0]) * 60 + to[1] - from[1]) * 60 + to[2] - from[2] +
		       86400) %
	       86400;
}

TEST(a_clock_that_is_off_is_corrected)
{
	char dates[3][32];

	begin_signing();
	double_script(server, (struct double_act){.deed = DOUBLE_FAULT,
				      .status = 403,
				      .code = "RequestTimeTooSkewed",
				      .date_offset_s = 3600});
	CHECK_NUMBER(outcome_run(&outcome, send_op()), SQS_OK);
	outcome = (struct outcome){0};
	CHECK_NUMBER(outcome_run(&outcome, send_op()), SQS_OK);
	CHECK_NUMBER(double_count(server, NULL), 3);
	for (size_t i = 0; i < 3; i++)
		double_header(server, NULL, i, "X-Amz-Date", dates[i], sizeof(dates[i]));
	CHECK(seconds_between(dates[0], dates[1]) >= 3598);
	CHECK(seconds_between(dates[0], dates[1]) <= 3610);
	CHECK(seconds_between(dates[1], dates[2]) <= 10);
	end();
}

/* The first refusal corrects the clock; the others were signed before that. */
TEST(all_requests_on_the_way_are_signed_again_when_the_clock_is_corrected)
{
	const char *const urls[] = {JOBS, JOBS "2", JOBS "3"};
	struct outcome three[3] = {0};

	begin_signing();
	double_script(server, (struct double_act){.action = "PurgeQueue",
				      .deed = DOUBLE_FAULT,
				      .status = 403,
				      .code = "SignatureDoesNotMatch",
				      .times = 3,
				      .is_held = true,
				      .date_offset_s = 3600});
	client_stall(client);
	for (size_t i = 0; i < 3; i++)
		sqs_start(sqs_purge_queue_new(client, urls[i], outcome_note, &three[i]));
	client_resume();
	CHECK(double_await(server, "PurgeQueue", 3));
	double_release(server);
	CHECK(outcome_await_all(three, 3));
	for (size_t i = 0; i < 3; i++)
		CHECK_NUMBER(three[i].error, SQS_OK);
	CHECK_NUMBER(double_count(server, "PurgeQueue"), 6);
	end();
}

TEST(a_clock_that_is_right_is_no_reason_to_sign_again)
{
	begin_signing();
	double_script(server, (struct double_act){.deed = DOUBLE_FAULT,
				      .status = 403,
				      .code = "SignatureDoesNotMatch"});
	CHECK_NUMBER(outcome_run(&outcome, send_op()), SQS_BAD_CREDENTIALS);
	CHECK_NUMBER(double_count(server, NULL), 1);
	end();
}

/* The source is asked again: somebody may have renewed what has expired. */
TEST(expired_credentials_are_renewed_once)
{
	begin_signing();
	setenv("AWS_ACCESS_KEY_ID", "AKIDSECOND", 1);
	setenv("AWS_SESSION_TOKEN", "token", 1);
	double_script(server,
		(struct double_act){
			.deed = DOUBLE_FAULT, .status = 403, .code = "ExpiredToken"});
	CHECK_NUMBER(outcome_run(&outcome, send_op()), SQS_OK);
	CHECK_NUMBER(double_count(server, NULL), 2);
	double_header(server, NULL, 1, "Authorization", text, sizeof(text));
	CHECK(strstr(text, "Credential=AKIDSECOND/"));
	CHECK_TEXT(double_header(
			   server, NULL, 1, "X-Amz-Security-Token", text, sizeof(text)),
		"token");
	unsetenv("AWS_SESSION_TOKEN");
	end();
}

TEST(the_same_credentials_are_not_tried_twice)
{
	begin_signing();
	double_script(server, (struct double_act){.deed = DOUBLE_FAULT,
				      .status = 403,
				      .code = "ExpiredToken",
				      .times = 3});
	CHECK_NUMBER(outcome_run(&outcome, send_op()), SQS_CREDENTIALS_EXPIRED);
	CHECK_NUMBER(double_count(server, NULL), 1);
	end();
}

/* Requests wait while a program is asked for credentials, and then are signed with them. */
TEST(requests_wait_for_credentials)
{
	static const struct {
		const char *script;
		enum sqs_error error;
	} programs[] = {
		{"sleep 0.2; echo '{\"Version\": 1, \"AccessKeyId\": \"AKIDPROGRAM\", "
		 "\"SecretAccessKey\": \"s\"}'",
			SQS_OK},
		{"sleep 0.2; exit 1", SQS_NO_CREDENTIALS},
	};

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		struct sqs_config config = {.endpoint = "http://localhost"};
		struct sqs_failure why;

		home_begin("");
		home_write("program", programs[i].script);
		snprintf(text, sizeof(text),
			"[default]\ncredential_process = /bin/sh %s\n",
			home_path("program"));
		home_write(".aws/config", text);
		setenv("AWS_CONFIG_FILE", home_path(".aws/config"), 1);
		unsetenv("AWS_ACCESS_KEY_ID");
		server = double_new();
		outcome = (struct outcome){0};
		config.unix_socket = double_socket(server);
		client = sqs_client_new(&config, &why);
		CHECK(client);
		CHECK_NUMBER(outcome_run(&outcome, send_op()), programs[i].error);
		CHECK_NUMBER(double_count(server, NULL), programs[i].error == SQS_OK);
		end();
		home_end();
	}
}

TEST(no_credentials_are_said_at_once)
{
	struct sqs_config config = {.endpoint = "http://localhost"};
	struct sqs_failure why;

	unsetenv("AWS_ACCESS_KEY_ID");
	setenv("AWS_CONFIG_FILE", "/dev/null", 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	CHECK(!sqs_client_new(&config, &why));
	CHECK_NUMBER(why.error, SQS_NO_CREDENTIALS);
	CHECK(strstr(why.message, "AWS_ACCESS_KEY_ID"));
}

TEST_MAIN
