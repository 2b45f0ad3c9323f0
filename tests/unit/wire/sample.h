/* SPDX-License-Identifier: MIT */
/*
 * Requests and replies made at random from a seed, and how two of them compare.
 *
 * Both walk the schema, so every field of every action is met. Texts are what SQS
 * carries: quotes, carriage returns, characters of one to four bytes, nothing.
 */
#ifndef TESTS_UNIT_WIRE_SAMPLE_H
#define TESTS_UNIT_WIRE_SAMPLE_H

#include <jansson.h>

#include "sqs/base/arena.h"
#include "sqs/wire/schema.h"

struct sample {
	struct arena *arena;
	uint64_t state; /* of the random numbers: the seed */
};

uint64_t sample_random(struct sample *sample, uint64_t below);

/* Gives the fields of a blank record values; some stay absent. */
void sample_fill(struct sample *sample, const struct wire_schema *schema, void *record);

bool sample_equals(const struct wire_schema *schema, const void *a, const void *b);

/* The record as the JSON protocol has it, built by jansson and not by our writer. */
json_t *sample_json(const struct wire_schema *schema, const void *record);

#endif
