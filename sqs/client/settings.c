/* SPDX-License-Identifier: MIT */
#include "sqs/client/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "sqs/base/buf.h"
#include "sqs/base/text.h"
#include "sqs/client/failure.h"
#include "sqs/client/retry.h"

enum { LARGEST_FILE = 1 << 20 };

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

bool settings_add_home(settings_env_fn *env, struct buf *path)
{
	const char *home = env_of(env, "HOME");
	struct passwd user, *found = NULL;
	char texts[4096];

	if (!home)
		getpwuid_r(getuid(), &user, texts, sizeof(texts), &found);
	if (found)
		home = found->pw_dir;
	return buf_add_string(path, home ? home : "");
}

static bool path_of(settings_env_fn *env, enum profile_file file, struct buf *path)
{
	const char *named = env_of(env, files[file].env);

	if (named && strncmp(named, "~/", 2) != 0)
		return buf_add_string(path, named);
	return settings_add_home(env, path) &&
	       buf_add_string(path, named ? named + 1 : files[file].usual);
}

bool settings_read_file(const char *path, struct buf *text)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : 1;

	while (got > 0) {
		if (!buf_reserve(text, 4096))
			return errno = text->ceiling && text->len + 4096 > text->ceiling
					       ? EFBIG
					       : ENOMEM,
			       false;
		got = read(fd, text->data + text->len, 4096);
		if (got > 0)
			text->len += (size_t)got;
	}
	if (text->data)
		text->data[text->len] = '\0';
	return got == 0;
}

/* A file that is not there is empty. */
static bool read_if_there(const char *path, struct buf *text)
{
	return settings_read_file(path, text) || errno == ENOENT || errno == ENOTDIR;
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
	if (!read_if_there(path.data, &text))
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

const char *settings_env(const struct settings_scope *scope, const char *name)
{
	return env_of(scope->env, name);
}

const char *settings_property(const struct settings_scope *scope, const char *key)
{
	const char *value = NULL;

	if (scope->profiles)
		value = profile_get(scope->profiles, scope->profile, key);
	return value && value[0] ? value : NULL;
}

bool settings_is_on(
	const struct settings_scope *scope, const char *variable, const char *key)
{
	const char *value = settings_env(scope, variable);

	if (!value)
		value = settings_property(scope, key);
	return value && strcasecmp(value, "true") == 0;
}

static const struct {
	const char *host; /* how its hosts' names begin */
	const char *name; /* in a services section */
	const char *variable;
} services[] = {
	[SETTINGS_SQS] = {"sqs", "sqs", "AWS_ENDPOINT_URL_SQS"},
	[SETTINGS_STS] = {"sts", "sts", "AWS_ENDPOINT_URL_STS"},
	[SETTINGS_SSO] = {"portal.sso", "sso", "AWS_ENDPOINT_URL_SSO"},
	[SETTINGS_SSO_OIDC] = {"oidc", "sso_oidc", "AWS_ENDPOINT_URL_SSO_OIDC"},
};

/* What the profile's services section says of one. */
static const char *url_in_services(
	const struct settings_scope *scope, enum settings_service service)
{
	const char *section = settings_property(scope, "services");

	if (!section)
		return NULL;
	return profile_get_nested(scope->profiles, PROFILE_SERVICES, section,
		services[service].name, "endpoint_url");
}

bool settings_endpoint(const struct settings_scope *scope, enum settings_service service,
	const char *region, const struct sqs_config *config, struct arena *arena,
	struct endpoint *out, struct sqs_failure *why)
{
	static const struct sqs_config nothing;
	const struct sqs_config *words = config ? config : &nothing;
	const struct endpoint_inputs inputs = {
		.service = services[service].host,
		.explicit_url = words->endpoint,
		.env_service = settings_env(scope, services[service].variable),
		.env_any = settings_env(scope, "AWS_ENDPOINT_URL"),
		.profile_service = url_in_services(scope, service),
		.profile_any = settings_property(scope, "endpoint_url"),
		.ignores_configured =
			settings_is_on(scope, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
				"ignore_configured_endpoint_urls"),
		.region = region,
		.dual_stack = settings_is_on(
			scope, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
		.fips = settings_is_on(
			scope, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
		.is_local_socket = words->unix_socket != NULL,
		.insecure = words->insecure,
	};
	const char *reason = "no memory";

	return endpoint_find(&inputs, arena, out, &reason) ||
	       failure_say(
		       why, arena->failed ? SQS_NO_MEMORY : SQS_INVALID, "%s", reason);
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
	const char *named =
		first_of(config->profile, settings_env(&out->scope, "AWS_PROFILE"),
			settings_env(&out->scope, "AWS_DEFAULT_PROFILE"), NULL);

	out->scope.profile = keep(out, named ? named : "default");
	out->profile_is_chosen = config->profile != NULL;
	if (!out->scope.profile)
		return failure_say(why, SQS_NO_MEMORY, "no memory");
	if (!needs_profiles(config))
		return true;
	out->profiles = settings_read_profiles(out->scope.env, why);
	if (!out->profiles)
		return false;
	out->scope.profiles = out->profiles;
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
	const char *region =
		first_of(config->region, region_of_endpoint(out, config->endpoint),
			settings_env(&out->scope, "AWS_REGION"),
			settings_env(&out->scope, "AWS_DEFAULT_REGION"));

	if (!region)
		region = settings_property(&out->scope, "region");
	out->region_is_default = !region;
	out->region = keep(out, region ? region : SETTINGS_DEFAULT_REGION);
}

static bool find_max_attempts(struct settings *out, struct sqs_failure *why)
{
	const char *text = first_of(settings_env(&out->scope, "AWS_MAX_ATTEMPTS"),
		settings_property(&out->scope, "max_attempts"), NULL, NULL);
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
	*out = (struct settings){.scope.env = env, .anonymous = config->anonymous};
	if (!find_profile(out, config, why))
		return false;
	find_region(out, config);
	if (!out->region)
		return failure_say(why, SQS_NO_MEMORY, "no memory");
	if (!endpoint_region_is_valid(out->region))
		return failure_say(
			why, SQS_INVALID, "\"%s\" is no region's name", out->region);
	if (!settings_endpoint(&out->scope, SETTINGS_SQS, out->region, config,
		    &out->arena, &out->endpoint, why) ||
		!find_max_attempts(out, why))
		return false;
	out->unix_socket = keep(out, config->unix_socket);
	out->ca_bundle = keep(
		out, first_of(settings_env(&out->scope, "AWS_CA_BUNDLE"),
			     settings_property(&out->scope, "ca_bundle"), NULL, NULL));
	return !out->arena.failed || failure_say(why, SQS_NO_MEMORY, "no memory");
}

void settings_finish(struct settings *settings)
{
	profile_set_free(settings->profiles);
	arena_finish(&settings->arena);
	*settings = (struct settings){0};
}
