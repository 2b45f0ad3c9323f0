/* SPDX-License-Identifier: MIT */
#include "sqs/client/endpoint.h"
#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

static struct arena arena;
static struct endpoint endpoint;
static const char *why;

/* What comes of the inputs: a URL, or "refused". */
static const char *url_of(const struct endpoint_inputs *inputs)
{
	return endpoint_find(inputs, &arena, &endpoint, &why) ? endpoint.url : "refused";
}

TEST(a_region_has_its_partitions_hosts)
{
	static const struct {
		const char *region;
		bool fips, dual_stack;
		const char *url;
	} rows[] = {
		{"eu-west-1", false, false, "https://sqs.eu-west-1.amazonaws.com/"},
		{"eu-west-1", true, false, "https://sqs-fips.eu-west-1.amazonaws.com/"},
		{"eu-west-1", false, true, "https://sqs.eu-west-1.api.aws/"},
		{"eu-west-1", true, true, "https://sqs-fips.eu-west-1.api.aws/"},
		{"cn-north-1", false, false, "https://sqs.cn-north-1.amazonaws.com.cn/"},
		{"cn-north-1", false, true,
			"https://sqs.cn-north-1.api.amazonwebservices.com.cn/"},
		{"us-gov-west-1", false, false,
			"https://sqs.us-gov-west-1.amazonaws.com/"},
		{"us-gov-west-1", true, false,
			"https://sqs.us-gov-west-1.amazonaws.com/"},
		{"us-gov-west-1", true, true, "https://sqs-fips.us-gov-west-1.api.aws/"},
		{"eusc-de-east-1", false, false,
			"https://sqs.eusc-de-east-1.amazonaws.eu/"},
		{"us-iso-east-1", false, false, "https://sqs.us-iso-east-1.c2s.ic.gov/"},
		{"us-isob-east-1", false, false,
			"https://sqs.us-isob-east-1.sc2s.sgov.gov/"},
		{"eu-isoe-west-1", false, false,
			"https://sqs.eu-isoe-west-1.cloud.adc-e.uk/"},
		{"us-isof-south-1", false, false,
			"https://sqs.us-isof-south-1.csp.hci.ic.gov/"},
		{"mars-north-9", false, false, "https://sqs.mars-north-9.amazonaws.com/"},
		{"", false, false, "refused"},
		{"eu-west-1.evil.org/", false, false, "refused"},
		{"EU-WEST-1", false, false, "refused"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_TEXT(url_of(&(struct endpoint_inputs){.service = "sqs",
				   .region = rows[i].region,
				   .fips = rows[i].fips,
				   .dual_stack = rows[i].dual_stack}),
			rows[i].url);
	arena_finish(&arena);
}

/* facts of the SDKs: option, AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL, services section,
 * endpoint_url of the profile. */
TEST(the_first_that_is_named_counts)
{
	struct endpoint_inputs inputs = {
		.service = "sqs",
		.explicit_url = "https://a",
		.env_service = "https://b",
		.env_any = "https://c",
		.profile_service = "https://d",
		.profile_any = "https://e",
		.region = "eu-west-1",
	};

	CHECK_TEXT(url_of(&inputs), "https://a/");
	inputs.explicit_url = NULL;
	CHECK_TEXT(url_of(&inputs), "https://b/");
	inputs.env_service = "";
	CHECK_TEXT(url_of(&inputs), "https://c/");
	inputs.env_any = NULL;
	CHECK_TEXT(url_of(&inputs), "https://d/");
	inputs.profile_service = NULL;
	CHECK_TEXT(url_of(&inputs), "https://e/");
	inputs.fips = true;
	CHECK_TEXT(url_of(&inputs), "refused");
	inputs.ignores_configured = true;
	CHECK_TEXT(url_of(&inputs), "https://sqs-fips.eu-west-1.amazonaws.com/");
	inputs.explicit_url = "https://a";
	CHECK_TEXT(url_of(&inputs), "https://a/");
	arena_finish(&arena);
}

/* http only to loopback and Unix sockets, unless it is allowed. */
TEST(messages_do_not_travel_in_the_clear)
{
	static const struct {
		const char *url;
		bool insecure, socket, allowed;
	} rows[] = {
		{"http://localhost:9324", false, false, true},
		{"http://127.0.0.1:4566/", false, false, true},
		{"http://127.8.9.10", false, false, true},
		{"http://[::1]:80", false, false, true},
		{"http://sqs.localhost:4566", false, false, true},
		{"http://127.0.0.1.evil.org", false, false, false},
		{"http://localhost.evil.org", false, false, false},
		{"http://10.0.0.1:9324", false, false, false},
		{"http://10.0.0.1:9324", true, false, true},
		{"http://anything", false, true, true},
		{"https://10.0.0.1:9324", false, false, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_NUMBER(endpoint_find(&(struct endpoint_inputs){.explicit_url =
									     rows[i].url,
						   .insecure = rows[i].insecure,
						   .is_local_socket = rows[i].socket},
				     &arena, &endpoint, &why),
			rows[i].allowed);
	arena_finish(&arena);
}

TEST(a_url_is_taken_apart)
{
	static const struct {
		const char *url, *host, *path;
	} rows[] = {
		{"https://SQS.Example.ORG", "sqs.example.org", "/"},
		{"https://example.org:443/", "example.org", "/"},
		{"http://localhost:80", "localhost", "/"},
		{"https://example.org:80", "example.org:80", "/"},
		{"https://example.org:8443/base/", "example.org:8443", "/base/"},
		{"HTTPS://[::1]:9324", "[::1]:9324", "/"},
		{"example.org", NULL, NULL},
		{"ftp://example.org", NULL, NULL},
		{"https://", NULL, NULL},
		{"https://:80", NULL, NULL},
		{"https://example.org:0", NULL, NULL},
		{"https://example.org:65536", NULL, NULL},
		{"https://example.org:", NULL, NULL},
		{"https://example.org/?a=b", NULL, NULL},
		{"https://example.org#top", NULL, NULL},
		{"https://me:secret@example.org", NULL, NULL},
		{"https://exa mple.org", NULL, NULL},
		{"https://[::1", NULL, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool parsed = endpoint_parse(rows[i].url, &arena, &endpoint, &why);

		CHECK_NUMBER(parsed, rows[i].host != NULL);
		CHECK_TEXT(parsed ? endpoint.host : NULL, rows[i].host);
		CHECK_TEXT(parsed ? endpoint.path : NULL, rows[i].path);
	}
	arena_finish(&arena);
}

TEST(a_refusal_does_not_repeat_a_secret)
{
	CHECK(!endpoint_parse("https://me:secret@example.org", &arena, &endpoint, &why));
	CHECK(!strstr(why, "secret"));
	arena_finish(&arena);
}

TEST(a_host_of_aws_names_its_region)
{
	static const struct {
		const char *host, *region;
	} rows[] = {
		{"sqs.eu-west-1.amazonaws.com", "eu-west-1"},
		{"sqs-fips.us-east-2.amazonaws.com", "us-east-2"},
		{"sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"},
		{"sqs.eu-west-1.api.aws", "eu-west-1"},
		{"vpce-1a-2b.sqs.us-west-2.vpce.amazonaws.com", "us-west-2"},
		{"eu-west-1.queue.amazonaws.com", "eu-west-1"},
		{"queue.amazonaws.com", "us-east-1"},
		{"localhost:9324", NULL},
		{"sqs.example.org", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_TEXT(endpoint_region_of(rows[i].host, &arena), rows[i].region);
	arena_finish(&arena);
}

TEST_MAIN
