/* SPDX-License-Identifier: MIT */
#include "sqs/wire/json_texts.h"

#include <jansson.h>

static struct view text_of(const json_t *value, struct arena *arena)
{
	if (json_is_string(value))
		return arena_copy(arena, (struct view){json_string_value(value),
						 json_string_length(value)});
	if (json_is_integer(value))
		return arena_format(
			arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return (struct view){0};
}

bool json_read_texts(struct view json, const char *inside, struct arena *arena,
	const struct json_text *texts, size_t count)
{
	json_error_t error;
	json_t *root = json_loadb(json.data, json.len, JSON_REJECT_DUPLICATES, &error);
	const json_t *object = inside ? json_object_get(root, inside) : root;
	bool is_object = json_is_object(object);

	for (size_t i = 0; is_object && i < count; i++)
		*texts[i].value = text_of(json_object_get(object, texts[i].name), arena);
	json_decref(root);
	return is_object && !arena->failed;
}
