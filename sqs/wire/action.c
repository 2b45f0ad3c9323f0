/* SPDX-License-Identifier: MIT */
#include "sqs/wire/action.h"

#include <assert.h>

#include "sqs/base/cleanup.h"
#include "sqs/wire/schema.h"

static const char *const names[] = {
	[WIRE_ADD_PERMISSION] = "AddPermission",
	[WIRE_CANCEL_MESSAGE_MOVE_TASK] = "CancelMessageMoveTask",
	[WIRE_CHANGE_MESSAGE_VISIBILITY] = "ChangeMessageVisibility",
	[WIRE_CHANGE_MESSAGE_VISIBILITY_BATCH] = "ChangeMessageVisibilityBatch",
	[WIRE_CREATE_QUEUE] = "CreateQueue",
	[WIRE_DELETE_MESSAGE] = "DeleteMessage",
	[WIRE_DELETE_MESSAGE_BATCH] = "DeleteMessageBatch",
	[WIRE_DELETE_QUEUE] = "DeleteQueue",
	[WIRE_GET_QUEUE_ATTRIBUTES] = "GetQueueAttributes",
	[WIRE_GET_QUEUE_URL] = "GetQueueUrl",
	[WIRE_LIST_DEAD_LETTER_SOURCE_QUEUES] = "ListDeadLetterSourceQueues",
	[WIRE_LIST_MESSAGE_MOVE_TASKS] = "ListMessageMoveTasks",
	[WIRE_LIST_QUEUES] = "ListQueues",
	[WIRE_LIST_QUEUE_TAGS] = "ListQueueTags",
	[WIRE_PURGE_QUEUE] = "PurgeQueue",
	[WIRE_RECEIVE_MESSAGE] = "ReceiveMessage",
	[WIRE_REMOVE_PERMISSION] = "RemovePermission",
	[WIRE_SEND_MESSAGE] = "SendMessage",
	[WIRE_SEND_MESSAGE_BATCH] = "SendMessageBatch",
	[WIRE_SET_QUEUE_ATTRIBUTES] = "SetQueueAttributes",
	[WIRE_START_MESSAGE_MOVE_TASK] = "StartMessageMoveTask",
	[WIRE_TAG_QUEUE] = "TagQueue",
	[WIRE_UNTAG_QUEUE] = "UntagQueue",
};
static_assert(ARRAY_SIZE(names) == WIRE_ACTION_COUNT, "an action has no name");

const char *wire_action_name(enum wire_action action)
{
	assert(action < WIRE_ACTION_COUNT);
	return names[action];
}

bool wire_action_find(struct view name, enum wire_action *out)
{
	for (enum wire_action i = 0; i < WIRE_ACTION_COUNT; i++) {
		if (view_is(name, names[i]))
			return *out = i, true;
	}
	return false;
}

bool wire_action_is_void(enum wire_action action)
{
	return wire_reply_schema(action)->fields->kind == WIRE_END;
}
