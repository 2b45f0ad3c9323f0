/* SPDX-License-Identifier: MIT */
#include "fs/attributes.h"

#include <errno.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"

static const char namespace[] = "user.sqs.";
static const char value_prefix[] = "attr.";
static const char type_prefix[] = "type.";
static const char default_type[] = "String";

struct attribute {
	struct attribute *next;
	char *name;
	char *type;  /* NULL: not told */
	char *value; /* NULL: not told yet; then it is not sent */
	size_t len;
};

const char *attributes_key(const char *xattr_name)
{
	size_t len = sizeof(namespace) - 1;

	return strncmp(xattr_name, namespace, len) == 0 ? xattr_name + len : NULL;
}

/* What follows the prefix; NULL when the key has another one. */
static const char *name_behind(const char *key, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(key, prefix, len) == 0 ? key + len : NULL;
}

/* -------------------------------------------------------------------------------------
 * Message attributes
 */

static struct attribute *find(const struct attributes *attributes, const char *name)
{
	struct attribute *attribute = attributes->first;

	while (attribute && strcmp(attribute->name, name) != 0)
		attribute = attribute->next;
	return attribute;
}

static void attribute_free(struct attribute *attribute)
{
	if (!attribute)
		return;
	free(attribute->name);
	free(attribute->type);
	free(attribute->value);
	free(attribute);
}

/* Finds it, or makes it behind the others; NULL: no memory. */
static struct attribute *find_or_add(struct attributes *attributes, const char *name)
{
	struct attribute **end = &attributes->first, *attribute;

	for (; *end; end = &(*end)->next) {
		if (strcmp((*end)->name, name) == 0)
			return *end;
	}
	attribute = calloc(1, sizeof(*attribute));
	if (!attribute || !(attribute->name = strdup(name))) {
		free(attribute);
		return NULL;
	}
	return *end = attribute;
}

static void drop_if_bare(struct attributes *attributes, const struct attribute *attribute)
{
	struct attribute **at = &attributes->first;

	if (attribute->type || attribute->value)
		return;
	while (*at != attribute)
		at = &(*at)->next;
	*at = attribute->next;
	attribute_free((struct attribute *)attribute);
}

static struct sqs_attribute as_sent(const struct attribute *attribute)
{
	return (struct sqs_attribute){
		.name = attribute->name,
		.type = attribute->type ? attribute->type : default_type,
		.value = attribute->value,
		.len = attribute->len,
	};
}

static size_t count_sent(const struct attributes *attributes)
{
	size_t count = 0;

	for (struct attribute *at = attributes->first; at; at = at->next)
		count += at->value != NULL;
	return count;
}

/* A copy with a NUL behind it, which may also hold one. */
static char *copy_of(struct view value)
{
	char *copy = malloc(value.len + 1);

	if (copy) {
		memcpy(copy, value.data, value.len);
		copy[value.len] = '\0';
	}
	return copy;
}

static int set_value(struct attributes *attributes, const char *name, struct view value)
{
	const struct attribute *old = find(attributes, name);
	struct attribute *attribute;
	char *copy;

	if (!sqs_attribute_is_valid(&(struct sqs_attribute){name,
					    old && old->type ? old->type : default_type,
					    value.data, value.len},
		    NULL))
		return EINVAL;
	if ((!old || !old->value) && count_sent(attributes) == SQS_ATTRIBUTES)
		return EINVAL;
	copy = copy_of(value);
	attribute = copy ? find_or_add(attributes, name) : NULL;
	if (!attribute) {
		free(copy);
		return ENOMEM;
	}
	free(attribute->value);
	attribute->value = copy;
	attribute->len = value.len;
	return 0;
}

/* A type may come before its value; then a value that suits any type stands in. */
static int set_type(struct attributes *attributes, const char *name, struct view type)
{
	const struct attribute *old = find(attributes, name);
	bool has_value = old && old->value;
	struct attribute *attribute;
	char *copy = copy_of(type);

	if (copy && (strlen(copy) != type.len ||
			    !sqs_attribute_is_valid(&(struct sqs_attribute){name, copy,
							    has_value ? old->value : "0",
							    has_value ? old->len : 1},
				    NULL))) {
		free(copy);
		return EINVAL;
	}
	attribute = copy ? find_or_add(attributes, name) : NULL;
	if (!attribute) {
		free(copy);
		return ENOMEM;
	}
	free(attribute->type);
	attribute->type = copy;
	return 0;
}

/* -------------------------------------------------------------------------------------
 * The rest
 */

static bool delay_is_valid(const char *text)
{
	int64_t seconds;

	return number_parse(view_of(text), 0, SQS_LONGEST_DELAY_S, &seconds);
}

struct setting {
	const char *key;
	size_t offset; /* of the text, in struct attributes */
	bool (*is_valid)(const char *text);
};

static const struct setting settings[] = {
	{"DelaySeconds", offsetof(struct attributes, delay_s), delay_is_valid},
	{"MessageGroupId", offsetof(struct attributes, group_id), sqs_id_is_valid},
	{"MessageDeduplicationId", offsetof(struct attributes, dedup_id),
		sqs_id_is_valid},
};

static const struct setting *find_setting(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		if (strcmp(settings[i].key, key) == 0)
			return &settings[i];
	}
	return NULL;
}

static char **text_of(const struct attributes *attributes, const struct setting *setting)
{
	return (char **)(void *)((char *)attributes + setting->offset);
}

static int set_setting(
	struct attributes *attributes, const struct setting *setting, struct view value)
{
	char **text = text_of(attributes, setting);
	AUTO(free) char *copy = copy_of(value);

	if (!copy)
		return ENOMEM;
	if (strlen(copy) != value.len || !setting->is_valid(copy))
		return EINVAL;
	free(*text);
	*text = TAKE(copy);
	return 0;
}

int attributes_set(struct attributes *attributes, const char *key, struct view value)
{
	const struct setting *setting = find_setting(key);
	const char *name;

	if (setting)
		return set_setting(attributes, setting, value);
	if ((name = name_behind(key, value_prefix)) != NULL)
		return set_value(attributes, name, value);
	if ((name = name_behind(key, type_prefix)) != NULL)
		return set_type(attributes, name, value);
	return 0;
}

int attributes_remove(struct attributes *attributes, const char *key)
{
	const struct setting *setting = find_setting(key);
	const char *value_name = name_behind(key, value_prefix);
	const char *type_name = name_behind(key, type_prefix);
	const char *name = value_name ? value_name : type_name;
	struct attribute *attribute = name ? find(attributes, name) : NULL;
	char **text = setting      ? text_of(attributes, setting)
		      : !attribute ? NULL
		      : value_name ? &attribute->value
				   : &attribute->type;

	if (!text || !*text)
		return ENODATA;
	free(*text);
	*text = NULL;
	if (attribute)
		drop_if_bare(attributes, attribute);
	return 0;
}

bool attributes_get(
	const struct attributes *attributes, const char *key, struct view *value)
{
	const struct setting *setting = find_setting(key);
	const char *value_name = name_behind(key, value_prefix);
	const char *type_name = name_behind(key, type_prefix);
	const char *name = value_name ? value_name : type_name;
	const struct attribute *attribute = name ? find(attributes, name) : NULL;

	*value = (struct view){NULL, 0};
	if (setting)
		*value = view_of(*text_of(attributes, setting));
	else if (attribute && value_name)
		*value = (struct view){attribute->value, attribute->len};
	else if (attribute)
		*value = view_of(attribute->type ? attribute->type : default_type);
	return !view_is_absent(*value);
}

static bool list_one(struct buf *names, const char *prefix, const char *name)
{
	return buf_printf(names, "%s%s%s", namespace, prefix, name) &&
	       buf_add_char(names, '\0');
}

bool attributes_list(const struct attributes *attributes, struct buf *names)
{
	for (struct attribute *at = attributes->first; at; at = at->next) {
		list_one(names, type_prefix, at->name);
		if (at->value)
			list_one(names, value_prefix, at->name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		if (*text_of(attributes, &settings[i]))
			list_one(names, "", settings[i].key);
	}
	return !names->failed;
}

bool attributes_copy(struct attributes *to, const struct attributes *from)
{
	AUTO(buf) struct buf names = BUF_INIT(0);
	bool is_whole = attributes_list(from, &names);
	struct view value;

	*to = (struct attributes){0};
	for (const char *name = names.data;
		is_whole && name && name < names.data + names.len;
		name += strlen(name) + 1) {
		const char *key = attributes_key(name);

		if (attributes_get(from, key, &value))
			is_whole = attributes_set(to, key, value) == 0;
	}
	if (!is_whole)
		attributes_finish(to);
	return is_whole;
}

size_t attributes_fill(
	const struct attributes *attributes, struct sqs_attribute out[SQS_ATTRIBUTES])
{
	size_t count = 0;

	for (struct attribute *at = attributes->first; at; at = at->next) {
		if (at->value && count < SQS_ATTRIBUTES)
			out[count++] = as_sent(at);
	}
	return count;
}

int attributes_delay_s(const struct attributes *attributes)
{
	return attributes->delay_s ? atoi(attributes->delay_s) : -1;
}

void attributes_finish(struct attributes *attributes)
{
	struct attribute *at = attributes->first, *next;

	for (; at; at = next) {
		next = at->next;
		attribute_free(at);
	}
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		free(*text_of(attributes, &settings[i]));
	*attributes = (struct attributes){0};
}
