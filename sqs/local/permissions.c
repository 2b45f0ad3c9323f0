/* SPDX-License-Identifier: MIT */
/*
 * AddPermission and RemovePermission: statements of the queue's Policy, which is JSON
 * and is edited with SQLite's JSON functions. Policies are kept, not enforced.
 */
#include "sqs/base/buf.h"
#include "sqs/local/attributes.h"
#include "sqs/wire/action.h"

enum { STATEMENT_MOST = 8192, PRINCIPALS_MOST = 50 };

/* Only the owner of a queue may do these, so nobody else can be allowed to. */
static const enum wire_action owners_alone[] = {WIRE_ADD_PERMISSION, WIRE_CREATE_QUEUE,
	WIRE_DELETE_QUEUE, WIRE_LIST_QUEUES, WIRE_LIST_QUEUE_TAGS, WIRE_REMOVE_PERMISSION,
	WIRE_SET_QUEUE_ATTRIBUTES, WIRE_TAG_QUEUE, WIRE_UNTAG_QUEUE};

static bool action_is_good(struct view name)
{
	enum wire_action action;

	if (view_is(name, "*"))
		return true;
	if (!wire_action_find(name, &action))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(owners_alone); i++) {
		if (owners_alone[i] == action)
			return false;
	}
	return true;
}

static bool account_is_good(struct view account)
{
	for (size_t i = 0; i < account.len; i++) {
		if (account.data[i] < '0' || account.data[i] > '9')
			return false;
	}
	return account.len == 12;
}

static bool actions_are_good(struct turn *turn)
{
	const struct wire_views *names = &turn->request->action_names;

	if (names->count == 0) {
		refuse_missing(turn, "Actions");
		return false;
	}
	if (names->count > LIMITS_POLICY_ACTIONS) {
		refuse(turn, WIRE_OVER_LIMIT,
			"%zu Actions were found, maximum allowed is %d.", names->count,
			LIMITS_POLICY_ACTIONS);
		return false;
	}
	for (size_t i = 0; i < names->count; i++) {
		if (action_is_good(names->items[i]))
			continue;
		refuse_value(turn, names->items[i], "ActionName",
			"Only the queue owner is allowed to invoke this action, or there "
			"is no such action.");
		return false;
	}
	return true;
}

static bool accounts_are_good(struct turn *turn)
{
	const struct wire_views *accounts = &turn->request->accounts;

	if (accounts->count == 0 || accounts->count > PRINCIPALS_MOST) {
		refuse_missing(turn, "AWSAccountIds");
		return false;
	}
	for (size_t i = 0; i < accounts->count; i++) {
		if (account_is_good(accounts->items[i]))
			continue;
		refuse_value(
			turn, accounts->items[i], "PrincipalId", "Unable to verify.");
		return false;
	}
	return true;
}

static bool label_is_good(struct turn *turn)
{
	struct view label = turn->request->label;

	if (label.len == 0) {
		refuse_missing(turn, "Label");
		return false;
	}
	if (limits_entry_id_is_valid(label))
		return true;
	refuse_value(turn, label, "Label",
		"Can only include alphanumeric characters, hyphens, or underscores. 1 to "
		"80 in length");
	return false;
}

/* One as a text, several as a list. What is put in has been checked: nothing in it needs
 * to be escaped. */
static void add_texts(
	struct buf *json, const struct wire_views *views, const char *format)
{
	if (views->count > 1)
		buf_add_char(json, '[');
	for (size_t i = 0; i < views->count; i++) {
		if (i > 0)
			buf_add_char(json, ',');
		buf_add_char(json, '"');
		buf_add_string(json, format);
		buf_add_view(json, views->items[i]);
		buf_add_string(json, strcmp(format, "SQS:") == 0 ? "\"" : ":root\"");
	}
	if (views->count > 1)
		buf_add_char(json, ']');
}

static struct view statement_of(struct turn *turn, struct view arn)
{
	AUTO(buf) struct buf json = BUF_INIT(STATEMENT_MOST);
	struct view label = turn->request->label;

	buf_printf(&json,
		"{\"Sid\":\"%.*s\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":",
		(int)label.len, label.data);
	add_texts(&json, &turn->request->accounts, "arn:aws:iam::");
	buf_add_string(&json, "},\"Action\":");
	add_texts(&json, &turn->request->action_names, "SQS:");
	buf_printf(&json, ",\"Resource\":\"%.*s\"}", (int)arn.len, arn.data);
	return json.failed ? (struct view){0} : arena_copy(turn->arena, buf_view(&json));
}

/* The queue's policy with a list of statements; an empty one where it has none. */
static struct view policy_of(struct turn *turn, struct view arn)
{
	struct view policy = queue_attribute(
		turn->queue, limits_attribute_find(VIEW_LITERAL("Policy")));
	struct rows *rows;

	if (policy.len == 0)
		return arena_format(turn->arena,
			"{\"Version\":\"2008-10-17\",\"Id\":\"%.*s/SQSDefaultPolicy\","
			"\"Statement\":[]}",
			(int)arn.len, arn.data);
	rows = store_query(turn->store,
		"SELECT CASE json_type(?1, '$.Statement') WHEN 'array' THEN ?1 "
		"WHEN 'object' THEN json_set(?1, '$.Statement', "
		"json_array(json_extract(?1, '$.Statement'))) "
		"ELSE json_set(?1, '$.Statement', json_array()) END",
		text(policy));
	if (rows_next(rows))
		policy = rows_copy(rows, 0, turn->arena);
	rows_done(rows);
	return policy;
}

/* Where a label's statement stands; -1: nowhere. */
static int64_t position_of(struct turn *turn, struct view policy)
{
	return store_number(turn->store, -1,
		"SELECT key FROM json_each(?1, '$.Statement') WHERE type = 'object' AND "
		"json_extract(value, '$.Sid') = ?2",
		text(policy), text(turn->request->label));
}

static int64_t statement_count(struct turn *turn, struct view policy)
{
	return store_number(turn->store, 0, "SELECT json_array_length(?1, '$.Statement')",
		text(policy));
}

/* Runs an edit of the policy and keeps its result. */
static enum service_verdict keep(struct turn *turn, struct rows *rows)
{
	struct view policy = {0};

	if (rows_next(rows))
		policy = rows_copy(rows, 0, turn->arena);
	rows_done(rows);
	if (policy.len > LIMITS_POLICY_BYTES)
		return refuse(turn, WIRE_OVER_LIMIT,
			"The policy would have %zu bytes, maximum allowed is %d.",
			policy.len, LIMITS_POLICY_BYTES);
	if (statement_count(turn, policy) == 0)
		policy = VIEW_LITERAL("");
	attributes_put(turn, turn->queue, "Policy", policy);
	return SERVICE_REPLY;
}

enum service_verdict do_add_permission(struct turn *turn)
{
	struct view arn = turn_arn_of(turn, view_of(turn->queue->name));
	struct view policy;

	if (!label_is_good(turn) || !actions_are_good(turn) || !accounts_are_good(turn))
		return SERVICE_FAULT;
	policy = policy_of(turn, arn);
	if (position_of(turn, policy) >= 0)
		return refuse_value(
			turn, turn->request->label, "Label", "Already exists.");
	if (statement_count(turn, policy) >= LIMITS_POLICY_STATEMENTS)
		return refuse(turn, WIRE_OVER_LIMIT,
			"The policy has %d statements, maximum allowed is %d.",
			LIMITS_POLICY_STATEMENTS, LIMITS_POLICY_STATEMENTS);
	return keep(turn, store_query(turn->store,
				  "SELECT json_insert(?1, '$.Statement[#]', json(?2))",
				  text(policy), text(statement_of(turn, arn))));
}

enum service_verdict do_remove_permission(struct turn *turn)
{
	struct view policy;
	int64_t position;

	if (!label_is_good(turn))
		return SERVICE_FAULT;
	policy = policy_of(turn, turn_arn_of(turn, view_of(turn->queue->name)));
	position = position_of(turn, policy);
	if (position < 0)
		return refuse_value(
			turn, turn->request->label, "Label", "can't find label.");
	return keep(turn, store_query(turn->store,
				  "SELECT json_remove(?1, '$.Statement[' || ?2 || ']')",
				  text(policy), number(position)));
}
