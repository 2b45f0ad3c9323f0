/* SPDX-License-Identifier: MIT */
/*
 * What one side writes, the other side reads as it was: every action, every field,
 * both protocols, texts of all kinds. A failure names the seed; the same seed makes
 * the same sample again.
 */
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/wire/action.h"
#include "sqs/wire/form.h"
#include "sqs/wire/json.h"
#include "sqs/wire/xml.h"
#include "tests/lib/test.h"
#include "tests/unit/wire/sample.h"

enum { ROUNDS = 60 };

static void auto_arena(struct arena *arena)
{
	arena_finish(arena);
}

static struct wire_request random_request(
	struct arena *arena, enum wire_action action, uint64_t seed)
{
	struct sample sample = {arena, seed};
	struct wire_request request = wire_request_of(action);

	sample_fill(&sample, wire_request_schema(action), &request);
	return request;
}

static struct wire_reply random_reply(
	struct arena *arena, enum wire_action action, uint64_t seed)
{
	struct sample sample = {arena, seed};
	struct wire_reply reply = wire_reply_of(action);

	sample_fill(&sample, wire_reply_schema(action), &reply);
	reply.request_id = VIEW_LITERAL("0b1c-\"2d\"");
	return reply;
}

static bool form_brings_it_back(enum wire_action action, uint64_t seed)
{
	AUTO(arena) struct arena arena = {0};
	AUTO(buf) struct buf text = BUF_INIT(0);
	const struct wire_request written = random_request(&arena, action, seed);
	struct wire_request read;
	struct wire_fault fault;
	struct form form = {0};

	return form_write_request(&text, &written) &&
	       form_add(&form, &arena, buf_view(&text), &fault) &&
	       form_read_request(&form, &arena, &read, &fault) && read.action == action &&
	       sample_equals(wire_request_schema(action), &written, &read);
}

static bool json_brings_it_back(enum wire_action action, uint64_t seed)
{
	AUTO(arena) struct arena arena = {0};
	const struct wire_request written = random_request(&arena, action, seed);
	json_t *json = sample_json(wire_request_schema(action), &written);
	AUTO(free) char *text = json_dumps(json, seed % 2 ? JSON_ENSURE_ASCII : 0);
	struct wire_request read;
	struct wire_fault fault;

	json_decref(json);
	return json_read_request(view_of(text), action, &arena, &read, &fault) &&
	       sample_equals(wire_request_schema(action), &written, &read);
}

static bool xml_brings_it_back(enum wire_action action, uint64_t seed)
{
	AUTO(arena) struct arena arena = {0};
	AUTO(buf) struct buf text = BUF_INIT(0);
	const struct wire_reply written = random_reply(&arena, action, seed);
	struct wire_reply read;

	return xml_write_reply(&text, &written) &&
	       xml_read_reply(buf_view(&text), action, &arena, &read) &&
	       view_equals(read.request_id, written.request_id) &&
	       sample_equals(wire_reply_schema(action), &written, &read);
}

static bool jansson_reads_it(enum wire_action action, uint64_t seed)
{
	AUTO(arena) struct arena arena = {0};
	AUTO(buf) struct buf text = BUF_INIT(0);
	const struct wire_reply written = random_reply(&arena, action, seed);
	json_t *expected = sample_json(wire_reply_schema(action), &written);
	json_t *read = json_write_reply(&text, &written)
			       ? json_loadb(text.data, text.len, 0, NULL)
			       : NULL;
	const bool same = json_equal(expected, read);

	json_decref(expected);
	json_decref(read);
	return same;
}

/* The first seed of all rounds and actions for which it does not hold; 0: it holds. */
static uint64_t first_failure(bool (*holds)(enum wire_action, uint64_t))
{
	for (enum wire_action action = 0; action < WIRE_ACTION_COUNT; action++) {
		for (uint64_t round = 0; round < ROUNDS; round++) {
			const uint64_t seed = action * 1000 + round + 1;

			if (!holds(action, seed))
				return seed;
		}
	}
	return 0;
}

TEST(a_form_brings_a_request_back)
{
	CHECK_NUMBER(first_failure(form_brings_it_back), 0);
}

TEST(json_brings_a_request_back)
{
	CHECK_NUMBER(first_failure(json_brings_it_back), 0);
}

TEST(xml_brings_a_reply_back)
{
	CHECK_NUMBER(first_failure(xml_brings_it_back), 0);
}

TEST(a_reply_in_json_is_what_jansson_reads)
{
	CHECK_NUMBER(first_failure(jansson_reads_it), 0);
}

TEST_MAIN
