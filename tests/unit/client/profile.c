/* SPDX-License-Identifier: MIT */
#include "sqs/client/profile.h"

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

static const char *why;
static int line;

static struct profile_set *read_both(const char *config, const char *credentials)
{
	struct profile_set *set = profile_set_new();

	if (profile_set_read(set, PROFILE_CONFIG, view_of(config), &why, &line) &&
		profile_set_read(
			set, PROFILE_CREDENTIALS, view_of(credentials), &why, &line))
		return set;
	profile_set_free(set);
	return NULL;
}

/* One property of one profile of one config file. */
static const struct {
	const char *text, *profile, *key, *value;
} properties[] = {
	{"[default]\nregion = eu-west-1\n", "default", "region", "eu-west-1"},
	{"[profile x]\nregion=eu-west-1", "x", "region", "eu-west-1"},
	{"[profile x]\r\nregion = a\r\n", "x", "region", "a"},
	{"[ profile \t x ] # comment\nregion = a", "x", "region", "a"},
	{"[profile x]; comment\nregion = a", "x", "region", "a"},
	{"# top\n; top\n\n[profile x]\nregion = a", "x", "region", "a"},
	{"[profile x]\nregion = a # b", "x", "region", "a"},
	{"[profile x]\nregion = a ; b", "x", "region", "a"},
	{"[profile x]\nregion = a#b", "x", "region", "a#b"},
	{"[profile x]\nregion = a;b", "x", "region", "a;b"},
	{"[profile x]\nkey = a=b", "x", "key", "a=b"},
	{"[profile x]\nkey =", "x", "key", ""},
	{"[profile x]\nregion = a\nregion = b", "x", "region", "b"},
	/* Keys have no case, names of sections have. */
	{"[profile x]\nREGION = a", "x", "region", "a"},
	{"[profile x]\nregion = a\nRegion = b", "x", "region", "b"},
	{"[profile X]\nregion = a", "x", "region", NULL},
	{"[profile x]\nregion = a\n[profile y]\nregion = c\n[profile x]\nregion = b", "x",
		"region", "b"},
	{"[profile x]\na = 1\n[profile x]\nb = 2", "x", "a", "1"},
	{"[profile x]\nkey = a\n b\n\tc", "x", "key", "a\nb\nc"},
	{"[profile x]\nkey = a\n b # c", "x", "key", "a\nb # c"},
	{"[profile x]\ns3 =\n  region = nested\nregion = own", "x", "region", "own"},
	{"[profile a-b_c/d.e%f@g:h+i]\nk = v", "a-b_c/d.e%f@g:h+i", "k", "v"},
	/* [profile default] beats [default], whatever the order. */
	{"[profile default]\nk = a\n[default]\nk = b", "default", "k", "a"},
	{"[default]\nk = b\n[profile default]\nk = a", "default", "k", "a"},
	{"[default]\nonly = b\n[profile default]\nk = a", "default", "only", NULL},
	/* Sections that nobody can name are skipped, their properties too. */
	{"[x]\nk = v", "x", "k", NULL},
	{"[profile]\nk = v", "profile", "k", NULL},
	{"[profile x y]\nk = v", "x", "k", NULL},
	{"[profile x]\nk = v\n[something y]\nk = w", "x", "k", "v"},
	{"[profile x]\nbad key = v\nk = w", "x", "k", "w"},
	{"[sso-session x]\nk = v", "x", "k", NULL},
	{"", "default", "region", NULL},
};

TEST(a_config_file_says_this)
{
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
		AUTO(profile_set_free)
		struct profile_set *set = read_both(properties[i].text, "");

		CHECK(set);
		CHECK_TEXT(profile_get(set, properties[i].profile, properties[i].key),
			properties[i].value);
	}
}

/* A file that makes no sense is refused as a whole, and the line is named. */
static const struct {
	const char *text;
	int line;
} refused[] = {
	{"[profile x\nk = v", 1},
	{"[profile x] y\n", 1},
	{"\nk = v\n[profile x]", 2},
	{"[profile x]\nk = v\nword\n", 3},
	{" k = v", 1},
	{"[profile x]\ns3 =\n  word\n", 3},
};

TEST(a_config_file_may_not_say_that)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		CHECK(!read_both(refused[i].text, ""));
		CHECK_NUMBER(line, refused[i].line);
	}
}

TEST(the_credentials_file_has_bare_names)
{
	AUTO(profile_set_free)
	struct profile_set *set =
		read_both("", "[x]\nk = v\n[profile y]\nk = w\n[default]\nk = z");

	CHECK_TEXT(profile_get(set, "x", "k"), "v");
	CHECK_TEXT(profile_get(set, "y", "k"), NULL);
	CHECK_TEXT(profile_get(set, "default", "k"), "z");
}

TEST(the_credentials_file_overrides_the_config_file)
{
	AUTO(profile_set_free)
	struct profile_set *set =
		read_both("[profile x]\nk = config\nregion = a", "[x]\nk = credentials");

	CHECK_TEXT(profile_get(set, "x", "k"), "credentials");
	CHECK_TEXT(profile_get(set, "x", "region"), "a");
}

TEST(a_profile_exists_in_either_file)
{
	AUTO(profile_set_free)
	struct profile_set *set = read_both("[profile a]\n", "[b]\n");

	CHECK(profile_exists(set, "a"));
	CHECK(profile_exists(set, "b"));
	CHECK(!profile_exists(set, "c"));
}

TEST(other_sections_have_their_properties)
{
	AUTO(profile_set_free)
	struct profile_set *set = read_both("[services local]\n"
					    "sqs =\n"
					    "  endpoint_url = http://localhost:9324\n"
					    "  other = x\n"
					    "sts =\n"
					    "  endpoint_url = http://localhost:1\n"
					    "[sso-session s]\n"
					    "sso_region = eu-west-1\n",
		"");

	CHECK_TEXT(
		profile_get_nested(set, PROFILE_SERVICES, "local", "sqs", "endpoint_url"),
		"http://localhost:9324");
	CHECK_TEXT(
		profile_get_nested(set, PROFILE_SERVICES, "local", "sns", "endpoint_url"),
		NULL);
	CHECK_TEXT(
		profile_get_in(set, PROFILE_SSO_SESSION, "s", "sso_region"), "eu-west-1");
}

TEST_MAIN
