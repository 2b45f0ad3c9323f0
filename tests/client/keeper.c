/* SPDX-License-Identifier: MIT */
/*
 * Keeping credentials: renewed ahead of their expiry, and nobody kept waiting.
 */
#include "sqs/client/keeper.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sqs/base/clock.h"
#include "tests/client/home.h"
#include "tests/lib/test.h"

/* 2026-01-01T00:00:00Z */
#define NOW_MS 1767225600000LL

#define PROCESS(command) "[default]\ncredential_process = " command "\n"

/* The shell command that prints credentials which expire at this hour. */
#define ANSWER(key, hour)                                                    \
	"echo '{\"Version\": 1, \"AccessKeyId\": \"" key                     \
	"\", \"SecretAccessKey\": \"s\", \"Expiration\": \"2026-01-01T" hour \
	":00:00Z\"}'"

static struct sqs_failure why;

static atomic_int changes;

static void note_change(void *arg)
{
	(void)arg;
	atomic_fetch_add(&changes, 1);
}

static enum keeper_state await_keeper(struct keeper *keeper, int64_t now_ms,
	struct wire_credentials *out, uint64_t *generation)
{
	enum keeper_state state;

	for (int i = 0; i < 60000; i++) {
		state = keeper_get(keeper, now_ms, out, generation, &why);
		if (state != KEEPER_PENDING)
			break;
		usleep(1000);
	}
	return state;
}

static bool await_changes(int count)
{
	for (int i = 0; i < 60000 && atomic_load(&changes) < count; i++)
		usleep(1000);
	return atomic_load(&changes) == count;
}

static bool find_settings(struct settings *settings)
{
	static const struct sqs_config config = {.endpoint = "http://localhost"};

	return settings_find(settings, &config, home_env, &why);
}

/* Expires at 01:00; from 00:45 on the program is asked again, and meanwhile the old ones
 * are good. */
TEST(credentials_are_renewed_ahead_of_their_expiry)
{
	const int64_t ahead_ms = NOW_MS + 50 * 60 * 1000;
	struct settings settings;
	struct wire_credentials credentials;
	uint64_t first, generation;
	struct keeper *keeper;
	char config[300];

	atomic_store(&changes, 0);
	home_begin("");
	home_write("answer", "{\"Version\": 1, \"AccessKeyId\": \"ONE\", "
			     "\"SecretAccessKey\": \"s\", \"Expiration\": "
			     "\"2026-01-01T01:00:00Z\"}");
	snprintf(config, sizeof(config), "[default]\ncredential_process = /bin/cat %s\n",
		home_path("answer"));
	home_write(".aws/config", config);
	CHECK(find_settings(&settings));
	keeper = keeper_new(&settings, NOW_MS, note_change, NULL, &why);
	CHECK(keeper);
	CHECK_NUMBER(await_keeper(keeper, NOW_MS, &credentials, &first), KEEPER_READY);
	CHECK(view_is(credentials.access_key, "ONE"));
	CHECK_NUMBER(atomic_load(&changes), 1);

	home_write("answer", "{\"Version\": 1, \"AccessKeyId\": \"TWO\", "
			     "\"SecretAccessKey\": \"s\", \"Expiration\": "
			     "\"2026-01-01T02:00:00Z\"}");
	CHECK_NUMBER(keeper_get(keeper, ahead_ms, &credentials, &generation, &why),
		KEEPER_READY);
	CHECK(view_is(credentials.access_key, "ONE"));
	CHECK(await_changes(2));
	CHECK_NUMBER(keeper_get(keeper, ahead_ms, &credentials, &generation, &why),
		KEEPER_READY);
	CHECK(view_is(credentials.access_key, "TWO"));
	CHECK(generation != first);
	keeper_free(keeper);
	settings_finish(&settings);
	home_end();
}

/* While others are being asked for, the old ones are good, until the service refuses them:
 * then there is nothing to sign with but what is awaited. */
TEST(credentials_refused_during_their_renewal_wait_for_it)
{
	const int64_t ahead_ms = NOW_MS + 50 * 60 * 1000;
	struct settings settings;
	struct wire_credentials credentials;
	uint64_t first, generation;
	struct keeper *keeper;
	char text[300];
	FILE *gate;

	home_begin("");
	home_write("program", ANSWER("ONE", "01"));
	snprintf(text, sizeof(text), PROCESS("/bin/sh %s"), home_path("program"));
	home_write(".aws/config", text);
	CHECK(mkfifo(home_path("gate"), 0600) == 0);
	CHECK(find_settings(&settings));
	keeper = keeper_new(&settings, NOW_MS, note_change, NULL, &why);
	CHECK(keeper);
	CHECK_NUMBER(await_keeper(keeper, NOW_MS, &credentials, &first), KEEPER_READY);

	snprintf(text, sizeof(text), "read line <%s; %s", home_path("gate"),
		ANSWER("TWO", "02"));
	home_write("program", text);
	CHECK_NUMBER(keeper_get(keeper, ahead_ms, &credentials, &generation, &why),
		KEEPER_READY);
	CHECK(keeper_renew(keeper, first, ahead_ms));
	CHECK_NUMBER(keeper_get(keeper, ahead_ms, &credentials, &generation, &why),
		KEEPER_PENDING);
	gate = fopen(home_path("gate"), "w");
	CHECK(gate);
	fclose(gate);
	CHECK_NUMBER(
		await_keeper(keeper, ahead_ms, &credentials, &generation), KEEPER_READY);
	CHECK(view_is(credentials.access_key, "TWO"));
	keeper_free(keeper);
	settings_finish(&settings);
	home_end();
}

/* A day ahead at first; what was noted by that clock must not hold up a renewal. */
TEST(a_clock_that_is_set_back_holds_up_no_renewal)
{
	const int64_t ahead_ms = NOW_MS + 50 * 60 * 1000;
	struct settings settings;
	struct wire_credentials credentials;
	uint64_t generation;
	struct keeper *keeper;

	atomic_store(&changes, 0);
	home_begin(PROCESS(ANSWER("ONE", "01")));
	CHECK(find_settings(&settings));
	keeper =
		keeper_new(&settings, NOW_MS + 24 * 3600 * 1000, note_change, NULL, &why);
	CHECK(keeper);
	CHECK_NUMBER(await_keeper(keeper, NOW_MS + 24 * 3600 * 1000, &credentials,
			     &generation),
		KEEPER_FAILED);
	CHECK_NUMBER(keeper_get(keeper, ahead_ms, &credentials, &generation, &why),
		KEEPER_READY);
	CHECK(await_changes(2));
	keeper_free(keeper);
	settings_finish(&settings);
	home_end();
}

/* A role's shortest session is 15 minutes: asked for again after half of it, not always. */
TEST(short_lived_credentials_are_not_renewed_all_the_time)
{
	const int64_t began_ms = NOW_MS + 45 * 60 * 1000;
	struct settings settings;
	struct wire_credentials credentials;
	uint64_t generation;
	struct keeper *keeper;

	atomic_store(&changes, 0);
	home_begin(PROCESS(ANSWER("ONE", "01")));
	CHECK(find_settings(&settings));
	keeper = keeper_new(&settings, began_ms, note_change, NULL, &why);
	CHECK(keeper);
	CHECK_NUMBER(
		await_keeper(keeper, began_ms, &credentials, &generation), KEEPER_READY);
	CHECK_NUMBER(keeper_get(keeper, began_ms + 5 * 60 * 1000, &credentials,
			     &generation, &why),
		KEEPER_READY);
	keeper_free(keeper); /* what it had asked would have an answer now */
	CHECK_NUMBER(atomic_load(&changes), 1);
	settings_finish(&settings);
	home_end();
}

TEST(a_source_that_fails_is_an_error_once_nothing_is_left)
{
	struct settings settings;
	struct wire_credentials credentials;
	uint64_t generation;
	struct keeper *keeper;

	home_begin(PROCESS("/bin/false"));
	CHECK(find_settings(&settings));
	keeper = keeper_new(&settings, NOW_MS, note_change, NULL, &why);
	CHECK(keeper);
	CHECK_NUMBER(
		await_keeper(keeper, NOW_MS, &credentials, &generation), KEEPER_FAILED);
	CHECK(strstr(why.message, "/bin/false failed"));
	keeper_free(keeper);
	settings_finish(&settings);
	home_end();
}

/* Somebody may edit the profile at any time. */
TEST(a_program_that_is_no_longer_in_the_profile_is_an_error)
{
	struct settings settings;
	struct wire_credentials credentials;
	uint64_t generation;
	struct keeper *keeper;

	home_begin(PROCESS("/bin/false"));
	CHECK(find_settings(&settings));
	keeper = keeper_new(&settings, NOW_MS, note_change, NULL, &why);
	CHECK(keeper);
	CHECK_NUMBER(
		await_keeper(keeper, NOW_MS, &credentials, &generation), KEEPER_FAILED);
	home_write(".aws/config", "[default]\n");
	CHECK_NUMBER(await_keeper(keeper, NOW_MS + 3600000, &credentials, &generation),
		KEEPER_FAILED);
	CHECK(strstr(why.message, "no credential_process"));
	keeper_free(keeper);
	settings_finish(&settings);
	home_end();
}

TEST(a_source_that_hangs_does_not_hold_up_the_end)
{
	struct settings settings;
	struct keeper *keeper;
	int64_t began_ms = clock_boot_ms();

	home_begin(PROCESS("/bin/sleep 30"));
	CHECK(find_settings(&settings));
	keeper = keeper_new(&settings, NOW_MS, note_change, NULL, &why);
	CHECK(keeper);
	keeper_free(keeper);
	CHECK(clock_boot_ms() - began_ms < 20000);
	settings_finish(&settings);
	home_end();
}

TEST_MAIN
