/* SPDX-License-Identifier: MIT */
/*
 * A lease: how long a received message stays invisible to others, as far as this
 * mount can know. Arithmetic only; times are CLOCK_BOOTTIME in milliseconds, `now`
 * is an argument.
 *
 * It counts from before the request that began it was sent, so it never ends later
 * here than at the service. SQS ends every lease 12 hours after the receive; asking
 * for all of that is refused, so a margin of five seconds is kept.
 *
 *	received          renew at          until             forgotten at
 *	    |---- half of the term ----|---------|-- one more term --|
 */
#ifndef FS_LEASE_H
#define FS_LEASE_H

#include <stdbool.h>
#include <stdint.h>

struct lease {
	int64_t received_at_ms;
	int64_t begun_at_ms; /* of the term that runs */
	int64_t until_ms;
	int visibility_s; /* a full term */
};

enum { LEASE_MARGIN_S = 5 };

struct lease lease_begin(int64_t asked_at_ms, int visibility_s);

/* The service took a change to `seconds` that was asked for at asked_at_ms. */
void lease_renewed(struct lease *lease, int64_t asked_at_ms, int seconds);

/* Nobody knows whether the service took that change: the earlier of both ends counts. */
void lease_doubted(struct lease *lease, int64_t asked_at_ms, int seconds);

/*
 * It is not renewed now but in half of what is left: when a renewal failed, and when
 * somebody opens the message behind half time, who may be done with it in a moment.
 */
void lease_postpone(struct lease *lease, int64_t now_ms);

/* The service says that it is over. */
void lease_lost(struct lease *lease, int64_t now_ms);

/* Seconds left, rounded down; 0 when it is over. */
int64_t lease_left_s(const struct lease *lease, int64_t now_ms);
bool lease_is_over(const struct lease *lease, int64_t now_ms);

/* One term after its end even `rm` of its name is ENOENT. */
int64_t lease_forgotten_at_ms(const struct lease *lease);

/*
 * When it is to be renewed while the message is open: at half time, and where touch has
 * made it longer than a term, so late that a full term makes it no shorter. INT64_MAX
 * when that gains nothing.
 */
int64_t lease_renew_at_ms(const struct lease *lease);

/*
 * Whether it goes along when others are renewed now: those that are due within a
 * quarter of a term travel together.
 */
bool lease_joins(const struct lease *lease, int64_t now_ms);

/* How long a renewal asks for: a full term, or what the 12 hours leave; at least 0. */
int lease_term_s(const struct lease *lease, int64_t now_ms);

/*
 * How long to ask for so that it ends at `wall_until_ms`, both wall clocks since 1970;
 * -1 when that is past, or behind the 12 hours.
 */
int lease_seconds_until(const struct lease *lease, int64_t now_ms, int64_t wall_now_ms,
	int64_t wall_until_ms);

#endif
