/* SPDX-License-Identifier: MIT */
/*
 * Where credentials come from: each source against a desk that answers as its service.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sqs/client/credentials.h"
#include "tests/client/desk.h"
#include "tests/client/home.h"
#include "tests/lib/test.h"

/* 2026-01-01T00:00:00Z */
#define NOW_MS 1767225600000LL

/* -------------------------------------------------------------------------------------
 * Asking
 */

static struct sqs_failure why;
static struct credentials found;

/* "ACCESSKEY TOKEN", or why not. */
static const char *ask(const char *profile)
{
	static char answer[500];
	struct profile_set *profiles = settings_read_profiles(home_env, &why);
	const struct credentials_query query = {
		.scope = {home_env, profiles, profile},
		.region = "eu-west-1",
		.now_ms = NOW_MS,
		.cancel_fd = -1,
	};
	const struct credentials_source *source =
		profiles ? credentials_choose(&query) : NULL;

	credentials_finish(&found);
	if (!source)
		snprintf(answer, sizeof(answer), "no source");
	else if (source->find(&query, &found, &why))
		snprintf(answer, sizeof(answer), "%s %s", found.access_key,
			found.token ? found.token : "-");
	else
		snprintf(answer, sizeof(answer), "%s", why.message);
	profile_set_free(profiles);
	return answer;
}

#define CHECK_SAYS(text, part) CHECK(strstr((text), (part)))

/* -------------------------------------------------------------------------------------
 * Programs
 */

#define PROCESS(command) "[default]\ncredential_process = " command "\n"
#define PRINTS(json) PROCESS("/bin/echo '" json "'")

static const struct {
	const char *config, *answer;
} processes[] = {
	{PRINTS("{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\"}"),
		"A -"},
	{PRINTS("{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\", "
		"\"SessionToken\": \"t\", \"Expiration\": \"2026-01-01T01:00:00Z\"}"),
		"A t"},
	{PRINTS("{\"Version\": 2, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\"}"),
		"its output is not JSON with \"Version\": 1"},
	{PRINTS("{\"Version\": 1, \"AccessKeyId\": \"A\"}"),
		"gave no access key and secret key"},
	{PRINTS("{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\", "
		"\"Expiration\": \"soon\"}"),
		"gave an expiration that is no time: soon"},
	{PRINTS("hello"), "its output is not JSON"},
	{PROCESS("/bin/sh -c \"echo it hurts >&2; exit 3\""), "failed: it hurts"},
	{PROCESS("/no/such/program"), "cannot run /no/such/program"},
	{PROCESS("/bin/echo 'open"), "quotes"},
	{PROCESS("/bin/echo \\{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"B\\\","
		 "\\\"SecretAccessKey\\\":\\\"s\\\"\\}"),
		"B -"},
};

TEST(a_program_gives_credentials)
{
	for (size_t i = 0; i < ARRAY_SIZE(processes); i++) {
		const char *answer;

		home_begin(processes[i].config);
		answer = ask("default");
		printf("# %s\n", answer);
		CHECK_SAYS(answer, processes[i].answer);
		home_end();
	}
}

TEST(a_programs_credentials_may_expire)
{
	home_begin(processes[1].config);
	ask("default");
	CHECK_NUMBER(found.expires_ms, NOW_MS + 3600 * 1000);
	home_end();
	home_begin(processes[0].config);
	ask("default");
	CHECK_NUMBER(found.expires_ms, CREDENTIALS_NEVER_EXPIRE);
	home_end();
}

/* -------------------------------------------------------------------------------------
 * Roles
 */

#define STS_REPLY(action)                                                          \
	"<" action "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">" \
	"<" action "Result><Credentials><AccessKeyId>ROLE</AccessKeyId>"           \
	"<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"       \
	"<Expiration>2026-01-01T01:00:00Z</Expiration></Credentials></" action     \
	"Result></" action "Response>"

static const struct desk_row sts[] = {
	{"POST /", 200, STS_REPLY("AssumeRole")}, {NULL, 0, NULL}};

static const char roles[] = "[profile base]\n"
			    "aws_access_key_id = BASE\n"
			    "aws_secret_access_key = s\n"
			    "[profile role]\n"
			    "role_arn = arn:aws:iam::1:role/r\n"
			    "source_profile = base\n"
			    "external_id = x y\n"
			    "[profile chain]\n"
			    "role_arn = arn:aws:iam::1:role/second\n"
			    "source_profile = role\n"
			    "role_session_name = me\n"
			    "duration_seconds = 900\n"
			    "[profile self]\n"
			    "role_arn = arn:aws:iam::1:role/r\n"
			    "source_profile = self\n"
			    "aws_access_key_id = SELF\n"
			    "aws_secret_access_key = s\n"
			    "[profile circle]\n"
			    "role_arn = arn:aws:iam::1:role/r\n"
			    "source_profile = circle2\n"
			    "[profile circle2]\n"
			    "role_arn = arn:aws:iam::1:role/r\n"
			    "source_profile = circle\n"
			    "[profile env]\n"
			    "role_arn = arn:aws:iam::1:role/r\n"
			    "credential_source = Environment\n"
			    "[profile mfa]\n"
			    "role_arn = arn:aws:iam::1:role/r\n"
			    "source_profile = base\n"
			    "mfa_serial = arn:aws:iam::1:mfa/me\n"
			    "[profile nothing]\n"
			    "role_arn = arn:aws:iam::1:role/r\n"
			    "[profile missing]\n"
			    "role_arn = arn:aws:iam::1:role/r\n"
			    "source_profile = nobody\n";

static struct desk *begin_with_sts(const char *config, const struct desk_row *rows)
{
	struct desk *desk = desk_new(rows);

	home_begin(config);
	home_set("AWS_ENDPOINT_URL_STS", desk_url(desk));
	return desk;
}

TEST(a_role_is_assumed_with_the_keys_of_its_source)
{
	struct desk *desk = begin_with_sts(roles, sts);

	CHECK_TEXT(ask("role"), "ROLE t");
	CHECK_NUMBER(found.expires_ms, NOW_MS + 3600 * 1000);
	CHECK_SAYS(desk_log(desk),
		"Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3A"
		"role%2Fr&RoleSessionName=sqsfs-1767225600&"
		"DurationSeconds=3600&ExternalId=x%20y&Version=2011-06-"
		"15");
	CHECK_SAYS(desk_log(desk),
		"Authorization: AWS4-HMAC-SHA256 Credential=BASE/20260101/eu-west-1/sts/");
	home_end();
	desk_free(desk);
}

TEST(a_role_may_lead_to_another)
{
	struct desk *desk = begin_with_sts(roles, sts);

	CHECK_TEXT(ask("chain"), "ROLE t");
	CHECK_SAYS(desk_log(desk), "Credential=BASE/");
	CHECK_SAYS(desk_log(desk), "Credential=ROLE/");
	CHECK_SAYS(desk_log(desk), "X-Amz-Security-Token: t\r\n");
	CHECK_SAYS(desk_log(desk), "RoleSessionName=me&DurationSeconds=900");
	home_end();
	desk_free(desk);
}

TEST(a_role_may_have_its_own_keys_or_those_of_the_environment)
{
	struct desk *desk = begin_with_sts(roles, sts);

	CHECK_TEXT(ask("self"), "ROLE t");
	CHECK_SAYS(desk_log(desk), "Credential=SELF/");
	CHECK_SAYS(ask("env"), "credential_source Environment has no credentials");
	/* With keys in the environment, these are used as they are. */
	home_set("AWS_ACCESS_KEY_ID", "ENV");
	home_set("AWS_SECRET_ACCESS_KEY", "s");
	CHECK_TEXT(ask("env"), "ENV -");
	home_end();
	desk_free(desk);
}

static const struct {
	const char *profile, *answer;
} broken_roles[] = {
	{"circle", "leads in a circle"},
	{"mfa", "MFA"},
	{"nothing", "give it either source_profile or credential_source"},
	{"missing", "profile \"nobody\", the source_profile of \"missing\""},
};

/* What a request to SQS survives, one for credentials does. */
TEST(a_service_that_fails_for_a_moment_is_asked_again)
{
	static const struct desk_row rows[] = {{"POST /", DESK_HANGS_UP, ""},
		{"POST /", -503, "busy"}, {"POST /", 200, STS_REPLY("AssumeRole")},
		{NULL, 0, NULL}};
	static const struct desk_row fails[] = {
		{"POST /", 500, "broken"}, {NULL, 0, NULL}};
	struct desk *desk = begin_with_sts(roles, rows);

	CHECK_TEXT(ask("role"), "ROLE t");
	home_end();
	desk_free(desk);
	desk = begin_with_sts(roles, fails);
	CHECK_SAYS(ask("role"), "500");
	CHECK_NUMBER(why.error, SQS_SERVICE_FAILED);
	home_end();
	desk_free(desk);
}

/* The test's clock is at New Year. What the role gives lives as long by that clock. */
TEST(a_clock_that_is_off_is_corrected_by_the_answer)
{
	static const struct desk_row rows[] = {
		{"POST /", -403,
			"<ErrorResponse><Error><Type>Sender</Type>"
			"<Code>SignatureDoesNotMatch</Code>"
			"<Message>Signature expired</Message></Error></ErrorResponse>"},
		{"POST /", 200, STS_REPLY("AssumeRole")}, {NULL, 0, NULL}};
	struct desk *desk = begin_with_sts(roles, rows);

	desk_set_date(desk, "Wed, 31 Dec 2025 00:00:00 GMT");
	CHECK_TEXT(ask("role"), "ROLE t");
	CHECK_SAYS(desk_log(desk), "X-Amz-Date: 20260101T000000Z");
	CHECK_SAYS(desk_log(desk), "X-Amz-Date: 20251231T000000Z");
	CHECK_NUMBER(found.expires_ms, NOW_MS + (3600 + 86400) * 1000);
	home_end();
	desk_free(desk);
	/* What is no matter of the clock is said. */
	desk = begin_with_sts(roles, rows);
	desk_set_date(desk, "Thu, 01 Jan 2026 00:01:00 GMT");
	CHECK_TEXT(ask("role"), "Signature expired");
	home_end();
	desk_free(desk);
}

TEST(a_role_that_cannot_be_assumed_says_why)
{
	struct desk *desk = begin_with_sts(roles, sts);

	for (size_t i = 0; i < ARRAY_SIZE(broken_roles); i++)
		CHECK_SAYS(ask(broken_roles[i].profile), broken_roles[i].answer);
	home_end();
	desk_free(desk);
}

/* semantics.md: "STS and single sign-on are asked for credentials over https or on loopback
 * alone, whatever `-o insecure` says." */
TEST(credentials_do_not_travel_in_the_clear)
{
	home_begin(roles);
	home_set("AWS_ENDPOINT_URL_STS", "http://192.0.2.1");
	CHECK_SAYS(ask("role"), "http would send credentials in the clear; use https");
	CHECK(!strstr(ask("role"), "insecure"));
	home_end();
}

TEST(a_role_that_is_denied_says_what_the_service_says)
{
	static const struct desk_row denies[] = {
		{"POST /", 403,
			"<ErrorResponse><Error><Type>Sender</Type>"
			"<Code>AccessDenied</Code><Message>Not you.</Message></Error>"
			"<RequestId>r</RequestId></ErrorResponse>"},
		{NULL, 0, NULL}};
	struct desk *desk = begin_with_sts(roles, denies);

	CHECK_TEXT(ask("role"), "Not you.");
	CHECK_NUMBER(why.error, SQS_DENIED);
	home_end();
	desk_free(desk);
}

TEST(a_web_identity_is_a_token_in_a_file)
{
	static const struct desk_row rows[] = {
		{"POST /", 200, STS_REPLY("AssumeRoleWithWebIdentity")}, {NULL, 0, NULL}};
	struct desk *desk = begin_with_sts("", rows);

	home_set("AWS_WEB_IDENTITY_TOKEN_FILE", home_path("token"));
	home_set("AWS_ROLE_ARN", "arn");
	CHECK_SAYS(ask("default"), "cannot read the token in");
	home_write("token", "a.b.c");
	CHECK_TEXT(ask("default"), "ROLE t");
	CHECK_SAYS(desk_log(desk), "WebIdentityToken=a.b.c");
	CHECK(!strstr(desk_log(desk), "Authorization"));
	home_end();
	desk_free(desk);
}

/* STS says so with the status of a request that is wrong. */
TEST(an_identity_provider_that_is_away_for_a_moment_is_asked_again)
{
	static const struct desk_row rows[] = {
		{"POST /", -400,
			"<ErrorResponse><Error><Type>Sender</Type>"
			"<Code>IDPCommunicationError</Code></Error></ErrorResponse>"},
		{"POST /", 200, STS_REPLY("AssumeRoleWithWebIdentity")}, {NULL, 0, NULL}};
	struct desk *desk = begin_with_sts("", rows);

	home_set("AWS_WEB_IDENTITY_TOKEN_FILE", home_path("token"));
	home_set("AWS_ROLE_ARN", "arn");
	home_write("token", "a.b.c");
	CHECK_TEXT(ask("default"), "ROLE t");
	home_end();
	desk_free(desk);
}

/* -------------------------------------------------------------------------------------
 * Agents
 */

#define AGENT_REPLY                                                 \
	"{\"AccessKeyId\": \"AGENT\", \"SecretAccessKey\": \"s\", " \
	"\"Token\": \"t\", \"Expiration\": \"2026-01-01T06:00:00Z\"}"

TEST(a_container_has_an_agent)
{
	static const struct desk_row rows[] = {
		{"GET /keys", 200, AGENT_REPLY}, {NULL, 0, NULL}};
	struct desk *desk = desk_new(rows);
	char url[80];

	home_begin("");
	snprintf(url, sizeof(url), "%s/keys", desk_url(desk));
	home_set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
	home_set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", home_path("token"));
	home_write("token", "let me in\n");
	CHECK_TEXT(ask("default"), "AGENT t");
	CHECK_SAYS(desk_log(desk), "Authorization: let me in\r\n");
	home_write("token", "let me\r\nX-Other: in\n");
	CHECK_SAYS(ask("default"), "more than one line");
	home_end();
	desk_free(desk);
}

TEST(a_containers_agent_may_be_asked_with_a_query)
{
	static const struct desk_row rows[] = {
		{"GET /keys?id=a%20b HTTP", 200, AGENT_REPLY}, {NULL, 0, NULL}};
	struct desk *desk = desk_new(rows);
	char url[80];

	home_begin("");
	snprintf(url, sizeof(url), "%s/keys?id=a%%20b", desk_url(desk));
	home_set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
	CHECK_TEXT(ask("default"), "AGENT t");
	home_end();
	desk_free(desk);
}

TEST(a_containers_agent_is_near_or_secure)
{
	home_begin("");
	home_set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/keys");
	CHECK_SAYS(ask("default"), "use https");
	home_end();
}

TEST(an_instance_has_a_role)
{
	static const struct desk_row rows[] = {{"PUT /latest/api/token", 200, "TOKEN"},
		{"GET /latest/meta-data/iam/security-credentials/worker", 200,
			AGENT_REPLY},
		{"GET /latest/meta-data/iam/security-credentials/", 200, "worker\n"},
		{NULL, 0, NULL}};
	struct desk *desk = desk_new(rows);

	home_begin("");
	home_set("AWS_EC2_METADATA_SERVICE_ENDPOINT", desk_url(desk));
	CHECK_TEXT(ask("default"), "no source"); /* it is turned off */
	home_clear();
	home_set("AWS_EC2_METADATA_SERVICE_ENDPOINT", desk_url(desk));
	CHECK_TEXT(ask("default"), "AGENT t");
	CHECK_SAYS(desk_log(desk), "x-aws-ec2-metadata-token: TOKEN\r\n");
	home_end();
	desk_free(desk);
}

/* Where it is may stand in the profile, too. */
TEST(an_instance_is_where_the_profile_says)
{
	static const struct desk_row rows[] = {
		{"GET /latest/meta-data/iam/security-credentials/worker", 200,
			AGENT_REPLY},
		{"GET /latest/meta-data/iam/security-credentials/", 200, "worker"},
		{NULL, 0, NULL}};
	struct desk *desk = desk_new(rows);
	char config[120];

	snprintf(config, sizeof(config),
		"[default]\nec2_metadata_service_endpoint = %s\n", desk_url(desk));
	home_begin(config);
	home_clear();
	CHECK_TEXT(ask("default"), "AGENT t");
	home_end();
	desk_free(desk);
}

TEST(an_old_instance_gives_no_token)
{
	static const struct desk_row rows[] = {
		{"GET /latest/meta-data/iam/security-credentials/worker", 200,
			AGENT_REPLY},
		{"GET /latest/meta-data/iam/security-credentials/", 200, "worker"},
		{NULL, 0, NULL}};
	struct desk *desk = desk_new(rows);

	home_begin("");
	home_clear();
	home_set("AWS_EC2_METADATA_SERVICE_ENDPOINT", desk_url(desk));
	CHECK_TEXT(ask("default"), "AGENT t");
	home_set("AWS_EC2_METADATA_V1_DISABLED", "true");
	CHECK_SAYS(ask("default"), "gives no token");
	home_end();
	desk_free(desk);
}

/* -------------------------------------------------------------------------------------
 * SSO
 */

static const char sso[] = "[default]\n"
			  "sso_session = work\n"
			  "sso_account_id = 111122223333\n"
			  "sso_role_name = dev\n"
			  "[sso-session work]\n"
			  "sso_region = eu-west-1\n"
			  "sso_start_url = https://example.org/start\n";

static const struct desk_row sso_rows[] = {
	{"GET /federation/credentials?role_name=dev&account_id=111122223333", 200,
		"{\"roleCredentials\": {\"accessKeyId\": \"SSO\", \"secretAccessKey\": "
		"\"s\", \"sessionToken\": \"t\", \"expiration\": 1767229200000}}"},
	{"POST /token", 200,
		"{\"accessToken\": \"NEW\", \"expiresIn\": 28800, \"refreshToken\": "
		"\"R2\"}"},
	{NULL, 0, NULL}};

static char cache_name[80];

static struct desk *begin_with_sso(const char *cache)
{
	struct desk *desk = desk_new(sso_rows);
	FILE *sum;

	home_begin(sso);
	sum = popen("printf work | sha1sum | cut -c1-40", "r");
	snprintf(cache_name, sizeof(cache_name), ".aws/sso/cache/");
	if (!sum || fscanf(sum, "%40s", cache_name + 15) != 1)
		exit(1);
	pclose(sum);
	strcat(cache_name, ".json");
	if (cache)
		home_write(cache_name, cache);
	home_set("AWS_ENDPOINT_URL_SSO", desk_url(desk));
	home_set("AWS_ENDPOINT_URL_SSO_OIDC", desk_url(desk));
	return desk;
}

TEST(an_sso_session_is_exchanged_for_credentials)
{
	struct desk *desk = begin_with_sso(
		"{\"accessToken\": \"TOKEN\", \"expiresAt\": \"2026-01-01T08:00:00Z\"}");

	CHECK_TEXT(ask("default"), "SSO t");
	CHECK_NUMBER(found.expires_ms, 1767229200000);
	CHECK_SAYS(desk_log(desk), "x-amz-sso_bearer_token: TOKEN\r\n");
	CHECK(!strstr(desk_log(desk), "/token"));
	home_end();
	desk_free(desk);
}

/* As old AWS CLIs have left it. */
TEST(an_sso_session_may_end_in_utc)
{
	struct desk *desk = begin_with_sso(
		"{\"accessToken\": \"TOKEN\", \"expiresAt\": \"2026-01-01T08:00:00UTC\"}");

	CHECK_TEXT(ask("default"), "SSO t");
	home_end();
	desk_free(desk);
}

TEST(an_sso_session_that_ends_is_renewed_and_written_back)
{
	struct desk *desk = begin_with_sso(
		"{\"accessToken\": \"OLD\", \"expiresAt\": \"2025-12-31T00:00:00Z\", "
		"\"refreshToken\": \"R1\", \"clientId\": \"c\", \"clientSecret\": "
		"\"cs\", \"registrationExpiresAt\": \"2026-03-01T00:00:00Z\"}");
	char text[600] = "";
	FILE *file;

	CHECK_TEXT(ask("default"), "SSO t");
	CHECK_SAYS(desk_log(desk), "\"refreshToken\": \"R1\"");
	CHECK_SAYS(desk_log(desk), "x-amz-sso_bearer_token: NEW\r\n");
	file = fopen(home_path(cache_name), "r");
	CHECK(file && fgets(text, sizeof(text), file));
	fclose(file);
	CHECK_SAYS(text, "\"accessToken\": \"NEW\"");
	CHECK_SAYS(text, "\"expiresAt\": \"2026-01-01T08:00:00Z\"");
	CHECK_SAYS(text, "\"refreshToken\": \"R2\"");
	home_end();
	desk_free(desk);
}

TEST(an_sso_session_that_is_over_says_how_to_log_in)
{
	struct desk *desk = begin_with_sso(NULL);

	CHECK_SAYS(ask("default"), "aws sso login --profile default");
	home_end();
	desk_free(desk);
	desk = begin_with_sso(
		"{\"accessToken\": \"OLD\", \"expiresAt\": \"2025-12-31T00:00:00Z\"}");
	CHECK_SAYS(ask("default"), "aws sso login --profile default");
	CHECK_NUMBER(why.error, SQS_CREDENTIALS_EXPIRED);
	home_end();
	desk_free(desk);
}

TEST_MAIN
