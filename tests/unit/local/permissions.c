/* SPDX-License-Identifier: MIT */
/* Permissions, which are statements of the Policy; and tags. */
#include <stdio.h>

#include "tests/unit/local/claim.h"

/* ---- permissions ---- */

static struct view accounts[60], names[10];

static const char *add(const char *label, size_t account_count, size_t action_count)
{
	struct wire_request request = wire_request_of(WIRE_ADD_PERMISSION);

	request.queue_url = VIEW_LITERAL("q");
	request.label = view_of(label);
	request.accounts = (struct wire_views){accounts, account_count};
	request.action_names = (struct wire_views){names, action_count};
	return world_ask(&world, &request);
}

static const char *take_away(const char *label)
{
	struct wire_request request = wire_request_of(WIRE_REMOVE_PERMISSION);

	request.queue_url = VIEW_LITERAL("q");
	request.label = view_of(label);
	return world_ask(&world, &request);
}

#define ONE                                                                              \
	"{\"Sid\":\"one\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::"   \
	"111111111111:root\"},\"Action\":\"SQS:ReceiveMessage\",\"Resource\":\"arn:aws:" \
	"sqs:eu-west-1:123456789012:q\"}"
#define TWO                                                                             \
	"{\"Sid\":\"two\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"arn:aws:iam::" \
	"111111111111:root\",\"arn:aws:iam::222222222222:root\"]},\"Action\":[\"SQS:"   \
	"ReceiveMessage\",\"SQS:*\"],\"Resource\":\"arn:aws:sqs:eu-west-1:"             \
	"123456789012:q\"}"
#define POLICY(statements)                                                           \
	"{\"Version\":\"2008-10-17\",\"Id\":\"arn:aws:sqs:eu-west-1:123456789012:q/" \
	"SQSDefaultPolicy\",\"Statement\":[" statements "]}"

CLAIM(a_permission_is_a_statement, "q", NULL)
{
	accounts[0] = VIEW_LITERAL("111111111111");
	accounts[1] = VIEW_LITERAL("222222222222");
	names[0] = VIEW_LITERAL("ReceiveMessage");
	names[1] = VIEW_LITERAL("*");
	CHECK_TEXT(add("one", 1, 1), "");
	CHECK_TEXT(world_get(&world, "q", "Policy"), POLICY(ONE));
	CHECK_TEXT(add("two", 2, 2), "");
	CHECK_TEXT(world_get(&world, "q", "Policy"), POLICY(ONE "," TWO));
	CHECK_TEXT(add("two", 1, 1), "InvalidParameterValue");
	CHECK_TEXT(world_words(&world),
		"Value two for parameter Label is invalid. Reason: Already exists.");
	CHECK_TEXT(take_away("three"), "InvalidParameterValue");
	CHECK_TEXT(world_words(&world),
		"Value three for parameter Label is invalid. Reason: can't find label.");
	CHECK(world_restart(&world));
	CHECK_TEXT(take_away("one"), "");
	CHECK_TEXT(world_get(&world, "q", "Policy"), POLICY(TWO));
	CHECK_TEXT(take_away("two"), "");
	CHECK_TEXT(world_get(&world, "q", "Policy"), "-");
}

CLAIM(a_permission_joins_the_policy_that_is_there, "q", NULL)
{
	accounts[0] = VIEW_LITERAL("111111111111");
	names[0] = VIEW_LITERAL("ReceiveMessage");
	CHECK_TEXT(world_set(&world, "q",
			   "Policy={\"Version\":\"2012-10-17\",\"Statement\":{\"Sid\":"
			   "\"own\"}}"),
		"");
	CHECK_TEXT(add("own", 1, 1), "InvalidParameterValue");
	CHECK_TEXT(add("one", 1, 1), "");
	CHECK_TEXT(world_get(&world, "q", "Policy"),
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"own\"}," ONE "]}");
}

CLAIM(what_no_permission_is_given_for, "q", NULL)
{
	accounts[0] = VIEW_LITERAL("111111111111");
	names[0] = VIEW_LITERAL("ReceiveMessage");
	CHECK_TEXT(add("", 1, 1), "MissingParameter");
	CHECK_TEXT(add("a b", 1, 1), "InvalidParameterValue");
	CHECK_TEXT(add("a", 0, 1), "MissingParameter");
	CHECK_TEXT(add("a", 1, 0), "MissingParameter");
	for (int i = 0; i < 8; i++)
		names[i] = VIEW_LITERAL("SendMessage");
	CHECK_TEXT(add("a", 1, 8), "OverLimit");
	CHECK_TEXT(world_words(&world), "8 Actions were found, maximum allowed is 7.");
	names[0] = VIEW_LITERAL("CreateQueue");
	CHECK_TEXT(add("a", 1, 1), "InvalidParameterValue");
	names[0] = VIEW_LITERAL("Nonsense\"");
	CHECK_TEXT(add("a", 1, 1), "InvalidParameterValue");
	names[0] = VIEW_LITERAL("SendMessage");
	accounts[0] = VIEW_LITERAL("1\"");
	CHECK_TEXT(add("a", 1, 1), "InvalidParameterValue");
	accounts[0] = VIEW_LITERAL("111111111111");
	for (int i = 0; i < 20; i++) {
		char label[10];

		snprintf(label, sizeof(label), "l%d", i);
		CHECK_TEXT(add(label, 1, 1), "");
	}
	CHECK_TEXT(add("more", 1, 1), "OverLimit");
}

/* ---- tags ---- */

static const char *tag(const char *key, const char *value)
{
	struct wire_request request = wire_request_of(WIRE_TAG_QUEUE);
	struct wire_pair pair = {view_of(key), view_of(value)};

	request.queue_url = VIEW_LITERAL("q");
	request.tags = (struct wire_pairs){&pair, key != NULL};
	return world_ask(&world, &request);
}

static const char *untag(const char *key)
{
	struct wire_request request = wire_request_of(WIRE_UNTAG_QUEUE);
	struct view keys = view_of(key);

	request.queue_url = VIEW_LITERAL("q");
	request.tag_keys = (struct wire_views){&keys, key != NULL};
	return world_ask(&world, &request);
}

/* "key=value key=value", in the order of keys. */
static const char *tags(void)
{
	struct wire_request request = wire_request_of(WIRE_LIST_QUEUE_TAGS);
	static char text[300];
	size_t at = 0;

	request.queue_url = VIEW_LITERAL("q");
	world_ask(&world, &request);
	text[0] = '\0';
	for (size_t i = 0; i < world.call.reply.pairs.count; i++) {
		const struct wire_pair *pair = &world.call.reply.pairs.items[i];

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s=%s",
			i ? " " : "", pair->name.data, pair->value.data);
	}
	return text;
}

CLAIM(tags_are_set_replaced_and_removed, "q", NULL)
{
	CHECK_TEXT(tags(), "");
	CHECK_TEXT(tag("team", "a"), "");
	CHECK_TEXT(tag("cost:center", ""), "");
	CHECK_TEXT(tag("team", "b c"), "");
	CHECK(world_restart(&world));
	CHECK_TEXT(tags(), "cost:center= team=b c");
	CHECK_TEXT(untag("team"), "");
	CHECK_TEXT(untag("team"), "");
	CHECK_TEXT(tags(), "cost:center=");
	CHECK_TEXT(tag("", "x"), "InvalidParameterValue");
	CHECK_TEXT(tag("aws:x", "x"), "InvalidParameterValue");
	CHECK_TEXT(tag(NULL, NULL), "MissingParameter");
	CHECK_TEXT(untag(NULL), "MissingParameter");
}

CLAIM(a_queue_has_fifty_tags_at_most, "q", NULL)
{
	for (int i = 0; i < 50; i++) {
		char key[10];

		snprintf(key, sizeof(key), "k%d", i);
		CHECK_TEXT(tag(key, "v"), "");
	}
	CHECK_TEXT(tag("k0", "replaced"), "");
	CHECK_TEXT(tag("one-more", "v"), "InvalidParameterValue");
}

CLAIM(a_queue_is_not_made_with_more_than_fifty_tags, "x", NULL)
{
	struct wire_request request = wire_request_of(WIRE_CREATE_QUEUE);
	struct wire_pair pairs[51];
	char keys[51][10];

	for (int i = 0; i < 51; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%d", i);
		pairs[i] = (struct wire_pair){view_of(keys[i]), VIEW_LITERAL("v")};
	}
	request.queue_name = VIEW_LITERAL("q");
	request.tags = (struct wire_pairs){pairs, 51};
	CHECK_TEXT(world_ask(&world, &request), "InvalidParameterValue");
	request.tags.count = 50;
	CHECK_TEXT(world_ask(&world, &request), "");
}

CLAIM(a_queue_is_made_with_tags_and_takes_them_with_it, "x", NULL)
{
	struct wire_request request = wire_request_of(WIRE_CREATE_QUEUE);
	struct wire_pair pair = {VIEW_LITERAL("made"), VIEW_LITERAL("with")};

	request.queue_name = VIEW_LITERAL("q");
	request.tags = (struct wire_pairs){&pair, 1};
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_TEXT(tags(), "made=with");
	/* Tags are not compared. */
	pair.value = VIEW_LITERAL("others");
	CHECK_TEXT(world_ask(&world, &request), "");
	CHECK_TEXT(world_act(&world, WIRE_DELETE_QUEUE, "q"), "");
	world_after(&world, 60);
	CHECK_TEXT(world_create(&world, "q", NULL), "");
	CHECK_TEXT(tags(), "");
}

TEST_MAIN
