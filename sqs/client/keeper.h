/* SPDX-License-Identifier: MIT */
/*
 * A keeper has the credentials that requests are signed with, and renews them ahead
 * of their expiry.
 *
 * It belongs to the client's thread. A source that is slow is asked on a thread of
 * the keeper's own, which ends with its answer.
 */
#ifndef SQS_CLIENT_KEEPER_H
#define SQS_CLIENT_KEEPER_H

#include "sqs/client/credentials.h"

struct keeper;

enum keeper_state {
	KEEPER_READY,   /* *out is good to sign with until the next call */
	KEEPER_PENDING, /* being asked for: `changed` will be called */
	KEEPER_FAILED,  /* *why says why */
};

/*
 * `changed` is called on another thread when an answer is there. The settings are
 * borrowed for the keeper's life. NULL, and why, when no source applies, or a source
 * that is not slow has nothing to give.
 */
struct keeper *keeper_new(const struct settings *settings, int64_t now_ms,
	void (*changed)(void *arg), void *arg, struct sqs_failure *why);

/* NULL is allowed. Ends what is being asked. */
void keeper_free(struct keeper *keeper);

DEFINE_AUTO(keeper_free, struct keeper *);

/* What to sign with now. *generation is another number for other credentials. */
enum keeper_state keeper_get(struct keeper *keeper, int64_t now_ms,
	struct wire_credentials *out, uint64_t *generation, struct sqs_failure *why);

/*
 * The service did not accept those of `generation`. True when there are others, or may
 * be soon: sign again with what keeper_get() gives. False when the source has no others.
 */
bool keeper_renew(struct keeper *keeper, uint64_t generation, int64_t now_ms);

#endif
