/* SPDX-License-Identifier: MIT */
#include "sqs/client/endpoint.h"

#include <ctype.h>
#include <string.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"

/* By the beginning of a region's name; the first row that fits counts. */
static const struct partition {
	const char *prefix;
	const char *suffix;
	const char *dual_stack_suffix;
	bool fips_is_plain; /* its usual hosts are the FIPS ones */
} partitions[] = {
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", false},
	{"us-gov-", "amazonaws.com", "api.aws", true},
	{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu", false},
	{"us-isob-", "sc2s.sgov.gov", "api.aws.scloud", false},
	{"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", false},
	{"us-iso-", "c2s.ic.gov", "api.aws.ic.gov", false},
	{"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", false},
	{"", "amazonaws.com", "api.aws", false},
};

static const struct partition *partition_of(const char *region)
{
	const struct partition *partition = partitions;

	while (strncmp(region, partition->prefix, strlen(partition->prefix)) != 0)
		partition++;
	return partition;
}

bool endpoint_region_is_valid(const char *region)
{
	size_t len = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len && len < 64 && region[len] == '\0' && region[0] != '-';
}

static struct view url_of_region(
	const struct endpoint_inputs *inputs, struct arena *arena)
{
	const struct partition *partition = partition_of(inputs->region);
	bool plain = !inputs->fips || (partition->fips_is_plain && !inputs->dual_stack);

	return arena_format(arena, "https://%s%s.%s.%s", inputs->service,
		plain ? "" : "-fips", inputs->region,
		inputs->dual_stack ? partition->dual_stack_suffix : partition->suffix);
}

static const char *configured_url(const struct endpoint_inputs *inputs)
{
	const char *const candidates[] = {inputs->env_service, inputs->env_any,
		inputs->profile_service, inputs->profile_any};

	if (inputs->explicit_url || inputs->ignores_configured)
		return inputs->explicit_url;
	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++) {
		if (candidates[i] && candidates[i][0])
			return candidates[i];
	}
	return NULL;
}

/* -------------------------------------------------------------------------------------
 * URLs
 */

struct authority {
	struct view host; /* [v6] with its brackets */
	struct view port; /* absent: the scheme's */
};

static bool authority_parse(struct view text, struct authority *out)
{
	size_t host_len = 0;
	int64_t port;

	if (text.len && text.data[0] == '[') {
		const char *end = memchr(text.data, ']', text.len);

		host_len = end ? (size_t)(end - text.data) + 1 : 0;
	} else {
		while (host_len < text.len &&
			(isalnum((unsigned char)text.data[host_len]) ||
				strchr("-._", text.data[host_len])))
			host_len++;
	}
	*out = (struct authority){.host = {text.data, host_len}};
	if (!host_len || host_len == text.len)
		return host_len != 0;
	out->port = (struct view){text.data + host_len + 1, text.len - host_len - 1};
	return text.data[host_len] == ':' && number_parse(out->port, 1, 65535, &port);
}

static bool host_is_loopback(struct view host)
{
	static const struct view local = VIEW_LITERAL(".localhost");

	if (view_is(host, "localhost") || view_is(host, "[::1]"))
		return true;
	if (view_starts_with(host, VIEW_LITERAL("127.")))
		return strspn(host.data, "0123456789.") >= host.len;
	return host.len > local.len &&
	       memcmp(host.data + host.len - local.len, local.data, local.len) == 0;
}

static char *lower_case(struct arena *arena, struct view text)
{
	char *copy = arena_string(arena, text);

	for (char *c = copy; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

static struct view without_scheme(const char *url, bool *is_secure)
{
	static const struct view schemes[] = {
		VIEW_LITERAL("http://"), VIEW_LITERAL("https://")};

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		if (strncasecmp(url, schemes[i].data, schemes[i].len) == 0) {
			*is_secure = i == 1;
			return view_of(url + schemes[i].len);
		}
	}
	return (struct view){0};
}

static bool refuse(
	struct arena *arena, const char **why, const char *url, const char *text)
{
	struct view line = arena_format(arena, "endpoint \"%s\": %s", url, text);

	*why = line.data ? line.data : text;
	return false;
}

bool endpoint_parse(
	const char *url, struct arena *arena, struct endpoint *out, const char **why)
{
	struct authority authority;
	struct view rest = without_scheme(url, &out->is_secure);
	struct view host;
	size_t len;
	bool port_is_usual;

	if (view_is_absent(rest))
		return refuse(arena, why, url, "begin it with https:// or http://");
	if (memchr(rest.data, '@', rest.len))
		return refuse(arena, why, "...@...", "leave out the user's name");
	len = strcspn(rest.data, "/?#");
	if (strcspn(rest.data, "?#") != rest.len)
		return refuse(arena, why, url, "leave out what follows ? or #");
	host = view_of(lower_case(arena, (struct view){rest.data, len}));
	if (view_is_absent(host) || !authority_parse(host, &authority))
		return refuse(arena, why, url, "write it as https://HOST[:PORT]");
	port_is_usual = view_is(authority.port, out->is_secure ? "443" : "80");
	out->host = port_is_usual ? arena_string(arena, authority.host) : host.data;
	out->path = rest.data[len] ? arena_string(arena, view_of(rest.data + len)) : "/";
	out->origin = arena_format(
		arena, "%s://%s", out->is_secure ? "https" : "http", out->host)
			      .data;
	out->url = arena_format(arena, "%s%s", out->origin, out->path).data;
	out->is_local = host_is_loopback(authority.host);
	return !arena->failed || refuse(arena, why, url, "no memory");
}

/* STS and single sign-on: worse to lose than messages, so nothing allows http there. */
static bool gives_credentials(const struct endpoint_inputs *inputs)
{
	return inputs->service && strcmp(inputs->service, "sqs") != 0;
}

bool endpoint_find(const struct endpoint_inputs *inputs, struct arena *arena,
	struct endpoint *out, const char **why)
{
	const char *url = configured_url(inputs);

	*out = (struct endpoint){0};
	if (url && !inputs->explicit_url && (inputs->fips || inputs->dual_stack))
		return refuse(arena, why, url,
			"it cannot be combined with FIPS or dual-stack endpoints");
	if (!url && !endpoint_region_is_valid(inputs->region))
		return refuse(arena, why, inputs->region, "this is no region's name");
	if (!url)
		url = url_of_region(inputs, arena).data;
	if (!url || !endpoint_parse(url, arena, out, why))
		return url ? false : refuse(arena, why, "", "no memory");
	out->is_local = out->is_local || inputs->is_local_socket;
	if (!out->is_secure && !out->is_local && !inputs->insecure)
		return refuse(arena, why, url,
			gives_credentials(inputs)
				? "http would send credentials in the clear; use https"
				: "http would send messages in the clear; use https, or allow "
				  "it with -o insecure");
	return true;
}

/* sqs.REGION.SUFFIX, sqs-fips.REGION.SUFFIX, NAME.sqs.REGION.vpce.SUFFIX,
 * REGION.queue.SUFFIX and queue.SUFFIX. */
const char *endpoint_region_of(const char *host, struct arena *arena)
{
	struct view last = {0};

	if (!strstr(host, ".amazonaws.") && !strstr(host, ".api.aws") &&
		!strstr(host, ".api.amazonwebservices."))
		return NULL;
	for (const char *label = host; *label;) {
		struct view here = {label, strcspn(label, ".:")};

		if (view_is(last, "sqs") || view_is(last, "sqs-fips"))
			return arena_string(arena, here);
		if (view_is(here, "queue"))
			return last.len ? arena_string(arena, last) : "us-east-1";
		last = here;
		label += here.len + (label[here.len] != '\0');
	}
	return NULL;
}
