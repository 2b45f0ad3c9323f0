/* SPDX-License-Identifier: MIT */
/*
 * Single members of a JSON object, as texts: what credentials come in.
 */
#ifndef SQS_WIRE_JSON_TEXTS_H
#define SQS_WIRE_JSON_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "sqs/base/arena.h"

struct json_text {
	const char *name;
	struct view *value; /* absent where the object has no such text or whole number */
};

/*
 * Reads the members of the object in `json`, or of the object that is its member
 * `inside` (NULL: itself). Texts are copied into the arena, whole numbers as decimal
 * digits. False for what is not such JSON, and when there is no memory.
 */
bool json_read_texts(struct view json, const char *inside, struct arena *arena,
	const struct json_text *texts, size_t count);

#endif
