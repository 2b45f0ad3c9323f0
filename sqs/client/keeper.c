/* SPDX-License-Identifier: MIT */
#include "sqs/client/keeper.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sqs/base/log.h"
#include "sqs/base/thread.h"
#include "sqs/client/failure.h"

enum {
	AHEAD_MS = 15 * 60 * 1000, /* of the expiry, as botocore's; or half their life */
	AGAIN_MS = 30 * 1000,      /* after a source has failed */
};

struct keeper {
	const struct settings *settings;
	const struct credentials_source *source;
	void (*changed)(void *arg);
	void *arg;

	struct credentials current;
	uint64_t generation;
	int64_t ahead_ms;   /* of the expiry, to be asked for again */
	bool is_distrusted; /* the service did not accept the current ones */
	struct sqs_failure failure;
	int64_t not_before_ms; /* the source failed: ask it again from then on */

	/* A question to a slow source: the worker's until it has finished. */
	bool is_asking;
	pthread_t worker;
	int cancel_fd;
	atomic_bool has_finished;
	int64_t asked_at_ms;
	struct credentials fresh;
	struct sqs_failure fresh_failure;
};

static struct credentials_query query_of(
	const struct keeper *keeper, const struct profile_set *profiles, int64_t now_ms)
{
	const struct settings *settings = keeper->settings;

	return (struct credentials_query){
		.scope = {settings->scope.env, profiles, settings->scope.profile},
		.profile_is_chosen = settings->profile_is_chosen,
		.region = settings->region,
		.ca_bundle = settings->ca_bundle,
		.now_ms = now_ms,
		.cancel_fd = keeper->cancel_fd,
	};
}

/* The files are read again each time: their keys may have been replaced. */
static bool ask(struct keeper *keeper, int64_t now_ms, struct credentials *out,
	struct sqs_failure *why)
{
	AUTO(profile_set_free)
	struct profile_set *profiles =
		settings_read_profiles(keeper->settings->scope.env, why);
	const struct credentials_query query = query_of(keeper, profiles, now_ms);

	return profiles && keeper->source->find(&query, out, why);
}

static void *work(void *arg)
{
	struct keeper *keeper = arg;

	if (!ask(keeper, keeper->asked_at_ms, &keeper->fresh, &keeper->fresh_failure))
		keeper->fresh = (struct credentials){0};
	atomic_store(&keeper->has_finished, true);
	keeper->changed(keeper->arg);
	return NULL;
}

static int64_t ahead_of(const struct credentials *fresh, int64_t now_ms)
{
	int64_t life_ms = fresh->expires_ms - now_ms;

	return life_ms > 0 && life_ms / 2 < AHEAD_MS ? life_ms / 2 : AHEAD_MS;
}

/* Replaces the current ones by an answer, or notes why there was none. */
static void take_answer(struct keeper *keeper, struct credentials *fresh,
	const struct sqs_failure *failure, int64_t now_ms)
{
	if (!fresh->access_key) {
		keeper->failure = *failure;
		keeper->not_before_ms = now_ms + AGAIN_MS;
		log_warning("credentials", "%s", failure->message);
		return;
	}
	if (!credentials_are_equal(fresh, &keeper->current)) {
		keeper->generation++;
		keeper->is_distrusted = false;
		keeper->ahead_ms = ahead_of(fresh, now_ms);
	}
	credentials_finish(&keeper->current);
	keeper->current = *fresh;
	*fresh = (struct credentials){0};
	/* A source that repeats what is about to expire is not asked all the time. */
	keeper->not_before_ms = now_ms + AGAIN_MS;
}

static void begin_asking(struct keeper *keeper, int64_t now_ms)
{
	struct credentials fresh = {0};
	struct sqs_failure failure = failure_none;

	if (!keeper->source->is_slow) {
		if (!ask(keeper, now_ms, &fresh, &failure))
			fresh = (struct credentials){0};
		take_answer(keeper, &fresh, &failure, now_ms);
		return;
	}
	keeper->asked_at_ms = now_ms;
	atomic_store(&keeper->has_finished, false);
	keeper->is_asking =
		thread_start(&keeper->worker, "credentials", work, keeper) == 0;
	if (!keeper->is_asking) {
		failure_say(&failure, SQS_NO_MEMORY, "cannot start a thread");
		take_answer(keeper, &fresh, &failure, now_ms);
	}
}

static void collect_answer(struct keeper *keeper, int64_t now_ms)
{
	if (!keeper->is_asking || !atomic_load(&keeper->has_finished))
		return;
	pthread_join(keeper->worker, NULL);
	keeper->is_asking = false;
	take_answer(keeper, &keeper->fresh, &keeper->fresh_failure, now_ms);
}

/* Not for longer than a pause: what is further ahead was noted by a clock that has been
 * set back since. */
static bool is_pausing(const struct keeper *keeper, int64_t now_ms)
{
	return now_ms < keeper->not_before_ms &&
	       keeper->not_before_ms - now_ms <= AGAIN_MS;
}

static bool should_ask(const struct keeper *keeper, int64_t now_ms)
{
	if (keeper->is_asking || is_pausing(keeper, now_ms))
		return false;
	return !keeper->current.access_key || keeper->is_distrusted ||
	       keeper->current.expires_ms - keeper->ahead_ms <= now_ms;
}

enum keeper_state keeper_get(struct keeper *keeper, int64_t now_ms,
	struct wire_credentials *out, uint64_t *generation, struct sqs_failure *why)
{
	const struct credentials *current = &keeper->current;

	collect_answer(keeper, now_ms);
	if (should_ask(keeper, now_ms))
		begin_asking(keeper, now_ms);
	if (current->access_key && current->expires_ms > now_ms &&
		!(keeper->is_distrusted && keeper->is_asking)) {
		*out = credentials_view(current);
		*generation = keeper->generation;
		return KEEPER_READY;
	}
	if (keeper->is_asking)
		return KEEPER_PENDING;
	*why = keeper->failure;
	if (!why->error)
		failure_say(why, SQS_CREDENTIALS_EXPIRED,
			"the credentials of %s have expired: renew them",
			keeper->source->name);
	return KEEPER_FAILED;
}

bool keeper_renew(struct keeper *keeper, uint64_t generation, int64_t now_ms)
{
	collect_answer(keeper, now_ms);
	if (generation != keeper->generation)
		return true;
	keeper->is_distrusted = true;
	if (keeper->is_asking)
		return true;
	if (is_pausing(keeper, now_ms))
		return false;
	begin_asking(keeper, now_ms);
	return keeper->is_asking || generation != keeper->generation;
}

static bool choose(struct keeper *keeper, struct sqs_failure *why)
{
	const struct credentials_query query =
		query_of(keeper, keeper->settings->profiles, 0);

	keeper->source = credentials_choose(&query);
	return keeper->source ||
	       failure_say(why, SQS_NO_CREDENTIALS,
		       "no credentials were found: set AWS_ACCESS_KEY_ID and "
		       "AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws/credentials");
}

struct keeper *keeper_new(const struct settings *settings, int64_t now_ms,
	void (*changed)(void *arg), void *arg, struct sqs_failure *why)
{
	AUTO(keeper_free) struct keeper *keeper = calloc(1, sizeof(*keeper));

	if (!keeper) {
		failure_say(why, SQS_NO_MEMORY, "no memory");
		return NULL;
	}
	keeper->settings = settings;
	keeper->changed = changed;
	keeper->arg = arg;
	keeper->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (keeper->cancel_fd < 0) {
		failure_say(why, SQS_NO_MEMORY, "eventfd: %m");
		return NULL;
	}
	if (!choose(keeper, why))
		return NULL;
	begin_asking(keeper, now_ms);
	keeper->not_before_ms =
		keeper->current.access_key ? now_ms : keeper->not_before_ms;
	if (!keeper->is_asking && !keeper->current.access_key) {
		*why = keeper->failure;
		return NULL;
	}
	return TAKE(keeper);
}

void keeper_free(struct keeper *keeper)
{
	if (!keeper)
		return;
	if (keeper->is_asking) {
		eventfd_write(keeper->cancel_fd, 1);
		pthread_join(keeper->worker, NULL);
	}
	credentials_finish(&keeper->current);
	credentials_finish(&keeper->fresh);
	if (keeper->cancel_fd >= 0)
		close(keeper->cancel_fd);
	free(keeper);
}
