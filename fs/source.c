/* SPDX-License-Identifier: MIT */
#include "fs/source.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/view.h"
#include "sqs/sqs.h"

static const char forms[] =
	"SOURCE is aws[:REGION], local:DIR, http(s)://HOST[:PORT], or the URL of a queue";

static const char *home(void)
{
	const char *value = getenv("HOME");
	const struct passwd *user;

	if (value && *value)
		return value;
	user = getpwuid(getuid());
	return user ? user->pw_dir : "/";
}

char *source_absolute(const char *path)
{
	AUTO(free) char *directory = NULL;
	char *absolute;
	int n;

	if (*path == '/')
		return strdup(path);
	if (path[0] == '~' && (path[1] == '/' || !path[1])) {
		n = asprintf(&absolute, "%s%s", home(), path + 1);
	} else {
		directory = getcwd(NULL, 0);
		n = asprintf(&absolute, "%s/%s", directory ? directory : "", path);
	}
	return n < 0 ? NULL : absolute;
}

/* -------------------------------------------------------------------------------------
 * AWS hosts
 */

/* The part of the text up to a character or its end; *text moves behind that. */
static struct view take_part(struct view *text, char end)
{
	const char *at = memchr(text->data, end, text->len);
	size_t len = at ? (size_t)(at - text->data) : text->len;
	struct view part = {text->data, len};

	text->data += at ? len + 1 : len;
	text->len -= at ? len + 1 : len;
	return part;
}

static struct view host_of(const char *url)
{
	const char *start = strstr(url, "://");

	start = start ? start + 3 : url;
	return (struct view){start, strcspn(start, ":/")};
}

/* SERVICE.REGION.amazonaws.com[.cn], or, of old, REGION.queue.amazonaws.com. */
char *source_region_of(const char *url)
{
	struct view host = host_of(url);
	struct view first = take_part(&host, '.'), second = take_part(&host, '.');

	if (!view_is(host, "amazonaws.com") && !view_is(host, "amazonaws.com.cn") &&
		!view_is(host, "api.aws"))
		return NULL;
	if (view_is(first, "sqs") || view_is(first, "sqs-fips"))
		return strndup(second.data, second.len);
	if (view_is(second, "queue"))
		return strndup(first.data, first.len);
	return NULL;
}

/* -------------------------------------------------------------------------------------
 * The forms
 */

static bool set_if_unset(char **option, char *value)
{
	if (*option)
		free(value);
	else
		*option = value;
	return *option != NULL;
}

static bool parse_aws(struct options *options, char *why, size_t size)
{
	const char *region = options->source + strlen("aws");

	options->source_kind = SOURCE_AWS;
	if (!*region)
		return true;
	if (!region[1] || strspn(region + 1, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
				  strlen(region + 1)) {
		snprintf(why, size, "%s: no region (like eu-west-1) behind \"aws:\"",
			options->source);
		return false;
	}
	return set_if_unset(&options->region, strdup(region + 1));
}

static bool parse_local(struct options *options, char *why, size_t size)
{
	const char *directory = options->source + strlen("local:");

	options->source_kind = SOURCE_LOCAL;
	if (!*directory) {
		snprintf(why, size, "local: wants a directory, as in local:~/queues");
		return false;
	}
	options->source_dir = source_absolute(directory);
	return options->source_dir != NULL;
}

static bool parse_url(struct options *options, char *why, size_t size)
{
	const char *source = options->source;
	const char *host = strstr(source, "://") + 3;
	const char *path = host + strcspn(host, "/?#");
	const char *name = strrchr(path, '/');
	char *region = source_region_of(source);

	if (region)
		set_if_unset(&options->region, region);
	if (path == host || strpbrk(source, "?# @")) {
		snprintf(why, size, "%s: not the URL of a service or a queue", source);
		return false;
	}
	options->source_kind = path[0] && path[1] ? SOURCE_QUEUE : SOURCE_ENDPOINT;
	if (options->source_kind == SOURCE_QUEUE &&
		(name == path || !sqs_queue_name_is_valid(name + 1))) {
		snprintf(why, size, "%s: a queue's URL ends in /ACCOUNT/NAME", source);
		return false;
	}
	return set_if_unset(&options->endpoint, strndup(source, (size_t)(path - source)));
}

static const struct {
	const char *start;
	bool is_whole; /* followed by nothing or ':' */
	bool (*parse)(struct options *options, char *why, size_t size);
} kinds[] = {
	{"aws", true, parse_aws},
	{"local:", false, parse_local},
	{"http://", false, parse_url},
	{"https://", false, parse_url},
};

bool source_parse(struct options *options, char *why, size_t size)
{
	const char *source = options->source;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t len = strlen(kinds[i].start);

		if (strncmp(source, kinds[i].start, len) != 0 ||
			(kinds[i].is_whole && source[len] && source[len] != ':'))
			continue;
		snprintf(why, size, "no memory");
		return kinds[i].parse(options, why, size);
	}
	snprintf(why, size, "%s: %s", source, forms);
	return false;
}
