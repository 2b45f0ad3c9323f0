/* SPDX-License-Identifier: MIT */
/*
 * Precedence: the caller, the environment, the profile, the default.
 */
#include "sqs/client/settings.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sqs/client/credentials.h"
#include "tests/lib/test.h"

static char config_path[32], credentials_path[32];

/* An environment of NAME=VALUE, ended by NULL. */
static const char *const *environment;

static const char *env(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "AWS_CONFIG_FILE") == 0)
		return config_path;
	if (strcmp(name, "AWS_SHARED_CREDENTIALS_FILE") == 0)
		return credentials_path;
	for (size_t i = 0; environment[i]; i++) {
		if (strncmp(environment[i], name, len) == 0 && environment[i][len] == '=')
			return environment[i] + len + 1;
	}
	return NULL;
}

static void write_file(char path[32], const char *text)
{
	FILE *file;
	int fd;

	snprintf(path, 32, "/tmp/settings-XXXXXX");
	fd = mkstemp(path);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		exit(1);
	fputs(text, file);
	fclose(file);
}

static struct settings settings;
static struct sqs_failure why;

#define ENVIRONMENT(...)                        \
	environment = (const char *const[])     \
	{                                       \
		__VA_ARGS__ __VA_OPT__(, ) NULL \
	}

static bool find(const char *config, const char *credentials, struct sqs_config sqs)
{
	bool found;

	write_file(config_path, config);
	write_file(credentials_path, credentials);
	found = settings_find(&settings, &sqs, env, &why);
	return found;
}

static void end(void)
{
	settings_finish(&settings);
	unlink(config_path);
	unlink(credentials_path);
}

/* -------------------------------------------------------------------------------------
 * Region
 */

TEST(without_any_word_the_region_is_the_default)
{
	ENVIRONMENT();
	CHECK(find("", "", (struct sqs_config){0}));
	CHECK_TEXT(settings.region, "us-east-1");
	CHECK(settings.region_is_default);
	CHECK_TEXT(settings.endpoint.url, "https://sqs.us-east-1.amazonaws.com/");
	end();
}

TEST(a_region_is_found_where_it_is_named_first)
{
	static const char config[] = "[default]\nregion = r5\n[profile p]\nregion = r6\n";

	ENVIRONMENT("AWS_REGION=r3", "AWS_DEFAULT_REGION=r4");
	CHECK(find(config, "", (struct sqs_config){.region = "r1"}));
	CHECK_TEXT(settings.region, "r1");
	CHECK(!settings.region_is_default);
	end();
	CHECK(find(config, "",
		(struct sqs_config){.endpoint = "https://sqs.r2.amazonaws.com"}));
	CHECK_TEXT(settings.region, "r2");
	end();
	CHECK(find(config, "", (struct sqs_config){0}));
	CHECK_TEXT(settings.region, "r3");
	end();
	ENVIRONMENT("AWS_DEFAULT_REGION=r4");
	CHECK(find(config, "", (struct sqs_config){0}));
	CHECK_TEXT(settings.region, "r4");
	end();
	ENVIRONMENT("AWS_REGION=");
	CHECK(find(config, "", (struct sqs_config){0}));
	CHECK_TEXT(settings.region, "r5");
	end();
	CHECK(find(config, "", (struct sqs_config){.profile = "p"}));
	CHECK_TEXT(settings.region, "r6");
	end();
}

/* -------------------------------------------------------------------------------------
 * The profile and its files
 */

TEST(a_profile_is_chosen_by_the_caller_then_by_the_environment)
{
	static const char config[] = "[profile a]\n[profile b]\n[profile c]\n";

	ENVIRONMENT("AWS_PROFILE=b", "AWS_DEFAULT_PROFILE=c");
	CHECK(find(config, "", (struct sqs_config){.profile = "a"}));
	CHECK_TEXT(settings.scope.profile, "a");
	CHECK(settings.profile_is_chosen);
	end();
	CHECK(find(config, "", (struct sqs_config){0}));
	CHECK_TEXT(settings.scope.profile, "b");
	CHECK(!settings.profile_is_chosen);
	end();
	ENVIRONMENT("AWS_DEFAULT_PROFILE=c");
	CHECK(find(config, "", (struct sqs_config){0}));
	CHECK_TEXT(settings.scope.profile, "c");
	end();
}

TEST(a_profile_that_is_named_must_be_there)
{
	ENVIRONMENT("AWS_PROFILE=nobody");
	CHECK(!find("", "", (struct sqs_config){0}));
	CHECK(strstr(why.message, "nobody"));
	end();
}

TEST(a_broken_file_is_named_with_its_line)
{
	ENVIRONMENT();
	CHECK(!find("[default]\nnonsense\n", "", (struct sqs_config){0}));
	CHECK(strstr(why.message, config_path));
	CHECK(strstr(why.message, "line 2"));
	end();
}

TEST(who_says_where_and_signs_nothing_needs_no_files)
{
	ENVIRONMENT("AWS_PROFILE=nobody");
	CHECK(find("nonsense", "nonsense",
		(struct sqs_config){.endpoint = "http://localhost", .anonymous = true}));
	CHECK_TEXT(settings.endpoint.origin, "http://localhost");
	end();
}

/* -------------------------------------------------------------------------------------
 * The endpoint and the rest
 */

TEST(an_endpoint_comes_from_the_services_section_before_the_profile)
{
	static const char config[] = "[default]\n"
				     "endpoint_url = https://any\n"
				     "services = s\n"
				     "[services s]\n"
				     "sqs =\n"
				     "  endpoint_url = https://service\n";

	ENVIRONMENT();
	CHECK(find(config, "", (struct sqs_config){0}));
	CHECK_TEXT(settings.endpoint.origin, "https://service");
	end();
	ENVIRONMENT("AWS_ENDPOINT_URL=https://env");
	CHECK(find(config, "", (struct sqs_config){0}));
	CHECK_TEXT(settings.endpoint.origin, "https://env");
	end();
	ENVIRONMENT("AWS_ENDPOINT_URL=https://env",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=TRUE");
	CHECK(find(config, "", (struct sqs_config){0}));
	CHECK_TEXT(settings.endpoint.origin, "https://sqs.us-east-1.amazonaws.com");
	end();
}

TEST(switches_may_be_in_the_profile)
{
	ENVIRONMENT();
	CHECK(find("[default]\nuse_fips_endpoint = true\nregion = eu-west-1\n"
		   "ca_bundle = /ca.pem\nmax_attempts = 7\n",
		"", (struct sqs_config){0}));
	CHECK_TEXT(settings.endpoint.origin, "https://sqs-fips.eu-west-1.amazonaws.com");
	CHECK_TEXT(settings.ca_bundle, "/ca.pem");
	CHECK_NUMBER(settings.max_attempts, 7);
	end();
	ENVIRONMENT("AWS_USE_FIPS_ENDPOINT=false", "AWS_MAX_ATTEMPTS=1",
		"AWS_CA_BUNDLE=/other.pem");
	CHECK(find("[default]\nuse_fips_endpoint = true\nmax_attempts = 7\n"
		   "ca_bundle = /ca.pem\n",
		"", (struct sqs_config){0}));
	CHECK_TEXT(settings.endpoint.origin, "https://sqs.us-east-1.amazonaws.com");
	CHECK_TEXT(settings.ca_bundle, "/other.pem");
	CHECK_NUMBER(settings.max_attempts, 1);
	end();
}

TEST(a_number_of_attempts_is_a_number)
{
	ENVIRONMENT("AWS_MAX_ATTEMPTS=many");
	CHECK(!find("", "", (struct sqs_config){0}));
	CHECK(strstr(why.message, "many"));
	end();
	ENVIRONMENT("AWS_MAX_ATTEMPTS=0");
	CHECK(!find("", "", (struct sqs_config){0}));
	end();
}

/* -------------------------------------------------------------------------------------
 * Credentials
 */

static const char *access_key_of(
	const char *config, const char *file, struct sqs_config sqs)
{
	static char key[64];
	const struct credentials_source *source;
	struct credentials_query query = {.cancel_fd = -1};
	struct credentials credentials = {0};

	if (!find(config, file, sqs))
		return "no settings";
	query.scope = settings.scope;
	query.profile_is_chosen = settings.profile_is_chosen;
	source = credentials_choose(&query);
	snprintf(key, sizeof(key), "%s", source ? "failed" : "none");
	if (source && source->find(&query, &credentials, &why))
		snprintf(key, sizeof(key), "%s %s", credentials.access_key,
			credentials.token ? credentials.token : "-");
	credentials_finish(&credentials);
	end();
	return key;
}

TEST(keys_are_found_where_they_stand_first)
{
	static const char file[] = "[default]\n"
				   "aws_access_key_id = FILE\n"
				   "aws_secret_access_key = secret\n"
				   "aws_session_token = token\n";
	static const char config[] = "[default]\n"
				     "aws_access_key_id = CONFIG\n"
				     "aws_secret_access_key = secret\n"
				     "[profile p]\n"
				     "aws_access_key_id = P\n"
				     "aws_secret_access_key = secret\n";

	ENVIRONMENT("AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=secret");
	CHECK_TEXT(access_key_of(config, file, (struct sqs_config){0}), "ENV -");
	CHECK_TEXT(access_key_of(config, file, (struct sqs_config){.profile = "p"}),
		"P -"); /* chosen: then the environment does not count */
	ENVIRONMENT("AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_SESSION_TOKEN=t");
	CHECK_TEXT(access_key_of(config, file, (struct sqs_config){0}), "ENV t");
	ENVIRONMENT();
	CHECK_TEXT(access_key_of(config, file, (struct sqs_config){0}), "FILE token");
	CHECK_TEXT(access_key_of(config, "", (struct sqs_config){0}), "CONFIG -");
	CHECK_TEXT(access_key_of("", "", (struct sqs_config){0}), "none");
}

TEST(half_a_key_is_an_error_and_not_passed_over)
{
	ENVIRONMENT("AWS_ACCESS_KEY_ID=ENV");
	CHECK_TEXT(access_key_of("", "", (struct sqs_config){0}), "failed");
	CHECK(strstr(why.message, "AWS_SECRET_ACCESS_KEY"));
	ENVIRONMENT();
	CHECK_TEXT(access_key_of("", "[default]\naws_access_key_id = A\n",
			   (struct sqs_config){0}),
		"failed");
	CHECK(strstr(why.message, "aws_secret_access_key"));
}

TEST(an_expiration_must_be_a_time)
{
	ENVIRONMENT("AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_CREDENTIAL_EXPIRATION=soon");
	CHECK_TEXT(access_key_of("", "", (struct sqs_config){0}), "failed");
	CHECK(strstr(why.message, "soon"));
}

/* What systemd starts as root has no HOME. */
TEST(without_home_the_systems_word_counts)
{
	static const char *const nothing[] = {NULL};
	static const char *const home[] = {"HOME=/home/x", NULL};
	const struct passwd *user = getpwuid(getuid());
	AUTO(buf) struct buf path = BUF_INIT(0);

	environment = nothing;
	CHECK(user && settings_add_home(env, &path));
	CHECK_TEXT(path.data, user->pw_dir);
	buf_clear(&path);
	environment = home;
	CHECK(settings_add_home(env, &path));
	CHECK_TEXT(path.data, "/home/x");
}

TEST_MAIN
