/* SPDX-License-Identifier: MIT */
/*
 * Random numbers for message ids, receipts and tasks.
 *
 * With a seed the same calls give the same numbers, for tests; without one the
 * machine's randomness begins them. No secret depends on them.
 */
#ifndef SQS_LOCAL_IDS_H
#define SQS_LOCAL_IDS_H

#include <stdint.h>

enum { UUID_TEXT = 37 };

struct ids {
	uint64_t state[4];
};

/* `salt` keeps two runs with one seed apart. Seed 0: the machine's randomness. */
void ids_init(struct ids *ids, uint64_t seed, uint64_t salt);

uint64_t ids_next(struct ids *ids);

/* A random UUID, version 4 (RFC 4122, 4.4). */
void ids_uuid(struct ids *ids, char out[UUID_TEXT]);

#endif
