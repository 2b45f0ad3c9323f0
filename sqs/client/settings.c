/* SPDX-License-Identifier: MIT */
#include "sqs/client/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sqs/base/buf.h"
#include "sqs/base/text.h"
#include "sqs/client/failure.h"
#include "sqs/client/retry.h"

enum { LARGEST_FILE = 1 << 20 };

/* An empty variable is as good as none. */
static const char *env_of(settings_env_fn *env, const char *name)
{
	const char *value = env(name);

	return value && value[0] ? value : NULL;
}

static const char *first_of(const char *a, const char *b, const char *c, const char *d)
{
	return a ? a : b ? b : c ? c : d;
}

/* -------------------------------------------------------------------------------------
 * Files
 */

static const struct {
	const char *env;
	const char *usual; /* below the home directory */
} files[] = {
	[PROFILE_CONFIG] = {"AWS_CONFIG_FILE", "/.aws/config"},
	[PROFILE_CREDENTIALS] = {"AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"},
};

static bool path_of(settings_env_fn *env, enum profile_file file, struct buf *path)
{
	const char *named = env_of(env, files[file].env);
	const char *home = env_of(env, "HOME");

	if (named && strncmp(named, "~/", 2) != 0)
		return buf_add_string(path, named);
	return buf_add_string(path, home ? home : "") &&
	       buf_add_string(path, named ? named + 1 : files[file].usual);
}

/* A file that is not there is empty. */
static bool read_whole(const char *path, struct buf *text)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR;
	while (got > 0 && buf_reserve(text, 4096)) {
		got = read(fd, text->data + text->len, 4096);
		if (got > 0)
			text->len += (size_t)got;
	}
	if (text->failed)
		errno = EFBIG;
	return got == 0;
}

static bool read_file(struct profile_set *set, settings_env_fn *env,
	enum profile_file file, struct sqs_failure *why)
{
	AUTO(buf) struct buf path = BUF_INIT(0);
	AUTO(buf) struct buf text = BUF_INIT(LARGEST_FILE);
	const char *reason;
	bool ok;
	int line;

	if (!path_of(env, file, &path))
		return failure_say(why, SQS_NO_MEMORY, "no memory");
	if (!read_whole(path.data, &text))
		return failure_say(why, SQS_NO_CREDENTIALS, "cannot read %s: %s",
			path.data, strerror(errno));
	ok = profile_set_read(set, file, buf_view(&text), &reason, &line);
	if (text.data)
		explicit_bzero(text.data, text.cap);
	return ok || failure_say(why, SQS_NO_CREDENTIALS, "%s, line %d: %s", path.data,
			     line, reason);
}

struct profile_set *settings_read_profiles(settings_env_fn *env, struct sqs_failure *why)
{
	AUTO(profile_set_free) struct profile_set *set = profile_set_new();

	if (!set) {
		failure_say(why, SQS_NO_MEMORY, "no memory");
		return NULL;
	}
	if (!read_file(set, env, PROFILE_CONFIG, why) ||
		!read_file(set, env, PROFILE_CREDENTIALS, why))
		return NULL;
	return TAKE(set);
}

/* -------------------------------------------------------------------------------------
 * What they say
 */

static const char *property(const struct settings *settings, const char *key)
{
	const char *value = NULL;

	if (settings->profiles)
		value = profile_get(settings->profiles, settings->profile, key);
	return value && value[0] ? value : NULL;
}

/* A switch that either the environment or the profile may set; any case of "true". */
static bool is_on(const struct settings *settings, const char *variable, const char *key)
{
	const char *value = env_of(settings->env, variable);

	if (!value)
		value = property(settings, key);
	return value && strcasecmp(value, "true") == 0;
}

static const char *service_endpoint(const struct settings *settings)
{
	const char *services = property(settings, "services");

	if (!services)
		return NULL;
	return profile_get_nested(
		settings->profiles, PROFILE_SERVICES, services, "sqs", "endpoint_url");
}

static const char *keep(struct settings *settings, const char *text)
{
	return text ? arena_string(&settings->arena, view_of(text)) : NULL;
}

/*
 * A caller who says where to go and does not sign asks nothing of the profile; a
 * broken file in somebody's home must not stop that.
 */
static bool needs_profiles(const struct sqs_config *config)
{
	return !config->anonymous || !config->endpoint;
}

static bool find_profile(
	struct settings *out, const struct sqs_config *config, struct sqs_failure *why)
{
	const char *named = first_of(config->profile, env_of(out->env, "AWS_PROFILE"),
		env_of(out->env, "AWS_DEFAULT_PROFILE"), NULL);

	out->profile = keep(out, named ? named : "default");
	out->profile_is_chosen = config->profile != NULL;
	if (!needs_profiles(config))
		return true;
	out->profiles = settings_read_profiles(out->env, why);
	if (!out->profiles)
		return false;
	if (named && !profile_exists(out->profiles, named))
		return failure_say(why, SQS_NO_CREDENTIALS,
			"there is no profile \"%s\" in the AWS config and credentials files",
			named);
	return true;
}

/* An endpoint of AWS names its region, which then signs. */
static const char *region_of_endpoint(struct settings *out, const char *url)
{
	struct endpoint parsed;
	const char *ignored;

	if (!url || !endpoint_parse(url, &out->arena, &parsed, &ignored))
		return NULL;
	return endpoint_region_of(parsed.host, &out->arena);
}

static void find_region(struct settings *out, const struct sqs_config *config)
{
	const char *region = first_of(config->region,
		region_of_endpoint(out, config->endpoint), env_of(out->env, "AWS_REGION"),
		env_of(out->env, "AWS_DEFAULT_REGION"));

	if (!region)
		region = property(out, "region");
	out->region_is_default = !region;
	out->region = keep(out, region ? region : SETTINGS_DEFAULT_REGION);
}

static bool find_endpoint(
	struct settings *out, const struct sqs_config *config, struct sqs_failure *why)
{
	const struct endpoint_inputs inputs = {
		.explicit_url = config->endpoint,
		.env_sqs = out->env("AWS_ENDPOINT_URL_SQS"),
		.env_any = out->env("AWS_ENDPOINT_URL"),
		.profile_service = service_endpoint(out),
		.profile_any = property(out, "endpoint_url"),
		.ignores_configured = is_on(out, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
			"ignore_configured_endpoint_urls"),
		.region = out->region,
		.dual_stack = is_on(
			out, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
		.fips = is_on(out, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
		.is_local_socket = config->unix_socket != NULL,
		.insecure = config->insecure,
	};
	const char *reason = "no memory";

	return endpoint_find(&inputs, &out->arena, &out->endpoint, &reason) ||
	       failure_say(why, SQS_INVALID, "%s", reason);
}

static bool find_max_attempts(struct settings *out, struct sqs_failure *why)
{
	const char *text = first_of(env_of(out->env, "AWS_MAX_ATTEMPTS"),
		property(out, "max_attempts"), NULL, NULL);
	int64_t number = RETRY_ATTEMPTS;

	if (text && !number_parse(view_of(text), 1, 100, &number))
		return failure_say(why, SQS_INVALID,
			"max_attempts is \"%s\": make it a number from 1 to 100", text);
	out->max_attempts = (int)number;
	return true;
}

bool settings_find(struct settings *out, const struct sqs_config *config,
	settings_env_fn *env, struct sqs_failure *why)
{
	*out = (struct settings){.env = env, .anonymous = config->anonymous};
	if (!find_profile(out, config, why))
		return false;
	find_region(out, config);
	if (!endpoint_region_is_valid(out->region))
		return failure_say(
			why, SQS_INVALID, "\"%s\" is no region's name", out->region);
	if (!find_endpoint(out, config, why) || !find_max_attempts(out, why))
		return false;
	out->unix_socket = keep(out, config->unix_socket);
	out->ca_bundle = keep(out, first_of(env_of(env, "AWS_CA_BUNDLE"),
					   property(out, "ca_bundle"), NULL, NULL));
	return !out->arena.failed || failure_say(why, SQS_NO_MEMORY, "no memory");
}

void settings_finish(struct settings *settings)
{
	profile_set_free(settings->profiles);
	arena_finish(&settings->arena);
	*settings = (struct settings){0};
}
