/* SPDX-License-Identifier: MIT */
#include "sqs/client/message.h"

#include <stdlib.h>
#include <string.h>

/* A message's block: the struct, its arrays, then all texts with a NUL behind each. */
struct block {
	struct sqs_message message;
	char *end; /* of the texts so far */
};

static size_t texts_of(const struct wire_message *from)
{
	size_t size = from->id.len + from->receipt_handle.len + from->body.len + 3;

	for (size_t i = 0; i < from->system.count; i++)
		size += from->system.items[i].name.len + from->system.items[i].value.len +
			2;
	for (size_t i = 0; i < from->attributes.count; i++)
		size += from->attributes.items[i].name.len +
			from->attributes.items[i].type.len +
			from->attributes.items[i].value.len + 3;
	return size;
}

static const char *put(struct block *block, struct view text)
{
	char *copy = block->end;

	if (text.len)
		memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	block->end += text.len + 1;
	return copy;
}

static void put_system(
	struct block *block, struct sqs_pair *pairs, const struct wire_pairs *from)
{
	block->message.system = pairs;
	block->message.system_count = from->count;
	for (size_t i = 0; i < from->count; i++) {
		pairs[i].name = put(block, from->items[i].name);
		pairs[i].value = put(block, from->items[i].value);
	}
}

static void put_attributes(struct block *block, struct sqs_attribute *attributes,
	const struct wire_attributes *from)
{
	block->message.attributes = attributes;
	block->message.attribute_count = from->count;
	for (size_t i = 0; i < from->count; i++) {
		attributes[i].name = put(block, from->items[i].name);
		attributes[i].type = put(block, from->items[i].type);
		attributes[i].value = put(block, from->items[i].value);
		attributes[i].len = from->items[i].value.len;
	}
}

struct sqs_message *message_new(const struct wire_message *from, int64_t taken_at_ms)
{
	size_t pairs_size = from->system.count * sizeof(struct sqs_pair);
	size_t attributes_size = from->attributes.count * sizeof(struct sqs_attribute);
	struct block *block =
		malloc(sizeof(*block) + pairs_size + attributes_size + texts_of(from));
	char *arrays = (char *)(block + 1);

	if (!block)
		return NULL;
	block->end = arrays + pairs_size + attributes_size;
	block->message = (struct sqs_message){
		.body_len = from->body.len,
		.taken_at_ms = taken_at_ms,
	};
	block->message.id = put(block, from->id);
	block->message.receipt_handle = put(block, from->receipt_handle);
	block->message.body = put(block, from->body);
	put_system(block, (struct sqs_pair *)(void *)arrays, &from->system);
	put_attributes(block, (struct sqs_attribute *)(void *)(arrays + pairs_size),
		&from->attributes);
	return &block->message;
}

void sqs_message_free(struct sqs_message *message)
{
	free(message); /* the message begins its block */
}

const char *sqs_message_system(const struct sqs_message *message, const char *name)
{
	for (size_t i = 0; i < message->system_count; i++) {
		if (strcmp(message->system[i].name, name) == 0)
			return message->system[i].value;
	}
	return NULL;
}

bool message_is_intact(struct digester *digester, const struct wire_message *message)
{
	char md5[DIGEST_MD5_TEXT];

	if (!digester_has_md5(digester))
		return true;
	if (message->body_md5.len && digest_md5(digester, message->body, md5) &&
		!view_is(message->body_md5, md5))
		return false;
	return !message->attributes_md5.len ||
	       !digest_attributes(digester, &message->attributes, md5) ||
	       view_is(message->attributes_md5, md5);
}
