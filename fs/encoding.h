/* SPDX-License-Identifier: MIT */
/*
 * Encodings: a file's bytes to a message's body and attributes, and back.
 *
 * Pure functions. What a writer puts into a file is what a reader of the message
 * gets, under the same -o format=:
 *
 *	auto     text that SQS carries as it is; other bytes as base64, with the
 *	         attribute Content-Transfer-Encoding = base64
 *	raw      as it is
 *	base64   base64, without an attribute to say so (boto 2's Message)
 *	rfc822   header lines, an empty line, the body: headers are String attributes,
 *	         the body is as in auto
 */
#ifndef FS_ENCODING_H
#define FS_ENCODING_H

#include "fs/options.h"
#include "sqs/base/arena.h"
#include "sqs/base/buf.h"
#include "sqs/sqs.h"

/*
 * How far a growing text is known to be carried. Zeroes are the start of an empty
 * one. A character whose last bytes are still to come is not bad yet.
 */
struct text_scan {
	size_t good; /* bytes [0, good) are whole characters that SQS carries */
	bool is_bad; /* what follows can never become one */
};

/* Looks at what is new behind scan->good. `bytes` are all of them. */
void text_scan_more(struct text_scan *scan, struct view bytes);
/* Bytes from `offset` on changed or went away. */
void text_scan_forget(struct text_scan *scan, size_t offset);

/*
 * What MaximumMessageSize will count for these bytes, as far as they are known:
 * a file that is being written grows by what is written, an encoded one in steps.
 * `given` are the attributes set as xattrs.
 */
size_t encoding_size(enum body_format format, struct view bytes,
	const struct text_scan *scan, const struct sqs_attribute *given, size_t count);

/* A message to be sent. */
struct encoded {
	struct view body; /* into the file's bytes, or into `text` */
	struct sqs_attribute attributes[SQS_ATTRIBUTES];
	size_t attribute_count;
	struct buf text;    /* the body, where it differs from the file's bytes */
	struct arena arena; /* what attributes came from headers */
};

/*
 * Encodes. `out` borrows from `bytes` and `given`. 0, or the errno and in *why a
 * constant text that says what is wrong: EILSEQ for bytes that the format cannot
 * carry, EINVAL for headers that are no attributes, ENOMEM. encoded_finish() in
 * each case.
 */
int encode(enum body_format format, struct view bytes, const struct sqs_attribute *given,
	size_t count, struct encoded *out, const char **why);
void encoded_finish(struct encoded *encoded);

/*
 * The bytes of a received message: into the message, or into `text`, which the
 * caller finishes. A body that does not decode is delivered as it came. False when
 * there is no memory.
 */
bool decode(enum body_format format, const struct sqs_message *message, struct buf *text,
	struct view *bytes);

#endif
