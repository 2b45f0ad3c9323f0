/* SPDX-License-Identifier: MIT */
/*
 * Texts: base64, hexadecimal, escapes, and which bytes SQS can carry as they are.
 */
#ifndef SQS_BASE_TEXT_H
#define SQS_BASE_TEXT_H

#include <stdint.h>

#include "sqs/base/buf.h"

/* Appends the base64 form (RFC 4648, padded, no line breaks). */
bool base64_encode(struct buf *out, struct view bytes);

/* Appends the decoded bytes; false, and nothing appended, for what is not padded base64.
 */
bool base64_decode(struct buf *out, struct view text);

/* 2 * len lower-case digits and a NUL. */
void hex_encode(char *out, const void *bytes, size_t len);

/* Undoes escapes, a backslash and three octal digits, in place; the new length. */
size_t octal_unescape(char *text);

/* A whole decimal number within the range, nothing before or after it; else false. */
bool number_parse(struct view text, int64_t least, int64_t most, int64_t *out);

/*
 * Whether SQS carries these bytes as a text: UTF-8, and only the characters #x9,
 * #xA, #xD, #x20-#xD7FF, #xE000-#xFFFD, #x10000-#x10FFFF (XML 1.0; SendMessage,
 * InvalidMessageContents). *offset, if given, is where the first bad byte stands.
 * A sequence that the end cuts short is bad.
 */
bool text_is_carried(struct view bytes, size_t *offset);

#endif
