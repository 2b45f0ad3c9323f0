/* SPDX-License-Identifier: MIT */
#include "fs/message_xattr.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "fs/call.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"

static const char prefix[] = "user.sqs.";
static const char attr_prefix[] = "attr.";
static const char type_prefix[] = "type.";

/* -------------------------------------------------------------------------------------
 * Those that are not a system attribute
 */

struct own {
	const char *name;
	/* Appends the value; false: this message has none. Lock held. */
	bool (*get)(const struct message *message, int64_t now_ms, struct buf *value);
};

static bool get_id(const struct message *message, int64_t now_ms, struct buf *value)
{
	(void)now_ms;
	buf_add_string(value, message->delivery->id);
	return true;
}

static bool get_receipt(const struct message *message, int64_t now_ms, struct buf *value)
{
	(void)now_ms;
	buf_add_string(value, message->delivery->receipt_handle);
	return true;
}

static bool get_lease(const struct message *message, int64_t now_ms, struct buf *value)
{
	buf_printf(value, "%" PRId64, lease_left_s(&message->lease, now_ms));
	return true;
}

static bool get_error(const struct message *message, int64_t now_ms, struct buf *value)
{
	(void)now_ms;
	if (!message->error)
		return false;
	buf_add_string(value, message->error);
	return true;
}

static const struct own owns[] = {
	{"MessageId", get_id},
	{"ReceiptHandle", get_receipt},
	{"lease", get_lease},
	{"error", get_error},
};

/* -------------------------------------------------------------------------------------
 * All
 */

/* What stands behind `start`; NULL when the name does not begin with it. */
static const char *rest_of(const char *name, const char *start)
{
	size_t len = strlen(start);

	return strncmp(name, start, len) == 0 ? name + len : NULL;
}

static const struct sqs_attribute *find_attribute(
	const struct message *message, const char *name)
{
	const struct sqs_message *delivery = message->delivery;

	for (size_t i = 0; name && i < delivery->attribute_count; i++) {
		if (strcmp(delivery->attributes[i].name, name) == 0)
			return &delivery->attributes[i];
	}
	return NULL;
}

static bool get_attribute(
	const struct message *message, const char *name, struct buf *value)
{
	const struct sqs_attribute *attribute =
		find_attribute(message, rest_of(name, attr_prefix));

	if (attribute)
		return buf_add(value, attribute->value, attribute->len);
	attribute = find_attribute(message, rest_of(name, type_prefix));
	return attribute && buf_add_string(value, attribute->type);
}

bool message_xattr_get_locked(const struct message *message, const char *name,
	int64_t now_ms, struct buf *value)
{
	const char *own_name = rest_of(name, prefix), *text;

	if (!own_name)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(owns); i++) {
		if (strcmp(own_name, owns[i].name) == 0)
			return owns[i].get(message, now_ms, value);
	}
	text = sqs_message_system(message->delivery, own_name);
	if (text)
		return buf_add_string(value, text);
	return get_attribute(message, own_name, value);
}

static void add_name(struct buf *names, const char *part, const char *name)
{
	buf_printf(names, "%s%s%s", prefix, part, name);
	buf_add_char(names, '\0');
}

void message_xattr_list_locked(const struct message *message, struct buf *names)
{
	const struct sqs_message *delivery = message->delivery;

	for (size_t i = 0; i < ARRAY_SIZE(owns); i++) {
		if (owns[i].get != get_error || message->error)
			add_name(names, "", owns[i].name);
	}
	for (size_t i = 0; i < delivery->system_count; i++)
		add_name(names, "", delivery->system[i].name);
	/* The type first: mv copies in this order, and bytes are no String. */
	for (size_t i = 0; i < delivery->attribute_count; i++) {
		add_name(names, type_prefix, delivery->attributes[i].name);
		add_name(names, attr_prefix, delivery->attributes[i].name);
	}
}

void message_xattr_reply_get(
	fuse_req_t req, struct message *message, const char *name, size_t size)
{
	AUTO(buf) struct buf value = BUF_INIT(0);
	int64_t now_ms = clock_boot_ms();
	bool found;

	mount_lock(message->node.mount);
	found = message_xattr_get_locked(message, name, now_ms, &value);
	message->is_used = message->is_used || found;
	mount_unlock(message->node.mount);
	if (value.failed)
		fuse_reply_err(req, ENOMEM);
	else if (!found)
		fuse_reply_err(req, ENODATA);
	else
		call_reply_xattr(req, buf_view(&value).data, value.len, size);
}

void message_xattr_reply_list(fuse_req_t req, struct message *message, size_t size)
{
	AUTO(buf) struct buf names = BUF_INIT(0);

	mount_lock(message->node.mount);
	message_xattr_list_locked(message, &names);
	mount_unlock(message->node.mount);
	if (names.failed)
		fuse_reply_err(req, ENOMEM);
	else
		call_reply_xattr(req, buf_view(&names).data, names.len, size);
}
