/* SPDX-License-Identifier: MIT */
#include "sqs/local/redrive.h"

#include <stdio.h>

#include "sqs/base/text.h"
#include "sqs/wire/limits.h"

static bool is_object(struct store *store, struct view json)
{
	return store_number(store, 0,
		       "SELECT CASE WHEN json_valid(?1) THEN json_type(?1) = 'object' END",
		       text(json)) == 1;
}

/* A member as a text: numbers too. Copied into out, "" when it is missing or too long. */
static void member(
	struct store *store, struct view json, const char *path, char *out, size_t size)
{
	struct rows *rows = store_query(
		store, "SELECT json_extract(?1, ?2)", text(json), text(view_of(path)));

	*out = '\0';
	if (rows_next(rows)) {
		struct view value = rows_text(rows, 0);

		if (value.len < size)
			snprintf(out, size, "%.*s", (int)value.len, value.data);
	}
	rows_done(rows);
}

enum redrive_fault redrive_parse(
	struct store *store, struct view policy, struct redrive *out)
{
	char count[30];
	struct view name;

	*out = (struct redrive){0};
	if (policy.len == 0)
		return REDRIVE_ABSENT;
	if (!is_object(store, policy))
		return REDRIVE_NOT_JSON;
	member(store, policy, "$.deadLetterTargetArn", out->target_arn,
		sizeof(out->target_arn));
	member(store, policy, "$.maxReceiveCount", count, sizeof(count));
	if (!*out->target_arn)
		return REDRIVE_NO_TARGET;
	if (!*count)
		return REDRIVE_NO_COUNT;
	name = limits_queue_name_of(view_of(out->target_arn));
	if (strncmp(out->target_arn, "arn:", 4) != 0 || !limits_queue_name_is_valid(name))
		return REDRIVE_BAD_TARGET;
	snprintf(out->target, sizeof(out->target), "%.*s", (int)name.len, name.data);
	if (!number_parse(view_of(count), 1, LIMITS_LARGEST_RECEIVE_COUNT,
		    &out->max_receive_count))
		return REDRIVE_BAD_COUNT;
	return REDRIVE_OK;
}

bool redrive_allow_is_valid(struct store *store, struct view policy)
{
	char permission[20];
	int64_t arns;

	if (!is_object(store, policy))
		return false;
	member(store, policy, "$.redrivePermission", permission, sizeof(permission));
	arns = store_number(store, -1,
		"SELECT CASE json_type(?1, '$.sourceQueueArns') WHEN 'array' THEN "
		"json_array_length(?1, '$.sourceQueueArns') END",
		text(policy));
	if (strcmp(permission, "byQueue") == 0)
		return arns >= 1 && arns <= LIMITS_REDRIVE_SOURCES;
	return arns == -1 && (strcmp(permission, "allowAll") == 0 ||
				     strcmp(permission, "denyAll") == 0);
}

bool redrive_allows(struct store *store, struct view policy, struct view source_arn)
{
	char permission[20];

	if (policy.len == 0)
		return true;
	member(store, policy, "$.redrivePermission", permission, sizeof(permission));
	if (strcmp(permission, "byQueue") != 0)
		return strcmp(permission, "denyAll") != 0;
	return store_number(store, 0,
		       "SELECT count(*) FROM json_each(?1, '$.sourceQueueArns') "
		       "WHERE value = ?2",
		       text(policy), text(source_arn)) > 0;
}
