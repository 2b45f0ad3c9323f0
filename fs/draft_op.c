/* SPDX-License-Identifier: MIT */
#include "fs/draft_op.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "fs/options.h"
#include "sqs/base/text.h"

/* A name, a slash and a number. */
enum { NAME_ID_SIZE = NAME_MAX + 16 };

static enum sqs_error error_of(int error)
{
	switch (error) {
	case 0:
		return SQS_OK;
	case EILSEQ:
		return SQS_BAD_CONTENT;
	case ENOMEM:
		return SQS_NO_MEMORY;
	default:
		return SQS_INVALID;
	}
}

enum sqs_error draft_encode(struct draft *draft, const char **why)
{
	struct sqs_attribute attributes[SQS_ATTRIBUTES];
	size_t count = attributes_fill(&draft->attributes, attributes);

	*why = "no memory";
	draft->encoded = calloc(1, sizeof(*draft->encoded));
	if (!draft->encoded)
		return SQS_NO_MEMORY;
	return error_of(encode((enum body_format)draft->node.mount->options->format,
		buf_view(&draft->bytes), attributes, count, draft->encoded, why));
}

bool draft_make_dedup_id_locked(struct draft *draft)
{
	unsigned char bytes[16];

	if (!draft->queue->is_fifo || draft->attributes.dedup_id || draft->dedup_id[0] ||
		draft->node.mount->options->dedup != DEDUP_FRESH)
		return true;
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return false;
	hex_encode(draft->dedup_id, bytes, sizeof(bytes));
	return true;
}

/* dedup=name. What fsync sent has taken the name, and the queue would take what follows for
 * the same message: no file's name has a slash. */
static const char *name_id(const struct draft *draft, char id[NAME_ID_SIZE])
{
	if (!draft->parts)
		return draft->node.name;
	snprintf(id, NAME_ID_SIZE, "%s/%u", draft->node.name, draft->parts + 1);
	return id;
}

bool draft_fix_dedup_id_locked(struct draft *draft)
{
	char **fixed = &draft->attributes.dedup_id, buffer[NAME_ID_SIZE];
	const char *id;

	if (!draft->queue->is_fifo || *fixed ||
		draft->node.mount->options->dedup != DEDUP_NAME)
		return draft_make_dedup_id_locked(draft);
	id = name_id(draft, buffer);
	*fixed = sqs_id_is_valid(id) ? strdup(id) : NULL;
	return *fixed || !sqs_id_is_valid(id);
}

/* NULL where the queue makes it of the content, or needs none. */
static const char *dedup_id(const struct draft *draft, char buffer[NAME_ID_SIZE])
{
	if (!draft->queue->is_fifo)
		return NULL;
	if (draft->attributes.dedup_id)
		return draft->attributes.dedup_id;
	switch ((enum dedup_mode)draft->node.mount->options->dedup) {
	case DEDUP_NAME:
		return draft->node.name ? name_id(draft, buffer) : NULL;
	case DEDUP_FRESH:
		return draft->dedup_id;
	case DEDUP_CONTENT:
		break;
	}
	return NULL;
}

struct sqs_op *draft_op_new_locked(
	struct draft *draft, sqs_done_fn *done, enum sqs_error *error, const char **why)
{
	const struct encoded *encoded = draft->encoded;
	char buffer[NAME_ID_SIZE];
	struct queue *queue = draft->queue;
	struct sqs_send args = {
		.queue_url = queue->url,
		.body = encoded->body.data,
		.body_len = encoded->body.len,
		.attributes = encoded->attributes,
		.attribute_count = encoded->attribute_count,
		.group_id = draft_group_id(draft),
		.delay_s = attributes_delay_s(&draft->attributes),
		.expects_company = queue->sending.writers > draft->writers,
	};

	*error = SQS_NO_MEMORY;
	*why = "no random bytes for a deduplication id";
	if (!draft_make_dedup_id_locked(draft))
		return NULL;
	args.dedup_id = dedup_id(draft, buffer);
	*why = "no memory";
	if (!args.dedup_id || sqs_id_is_valid(args.dedup_id))
		return sqs_send_new(draft->node.mount->client, &args, done, draft);
	*error = SQS_INVALID;
	*why = "dedup=name: the file's name is no deduplication id";
	return NULL;
}
