/* SPDX-License-Identifier: MIT */
#include "sqs/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEFAULT_CEILING = 1 << 30, SMALLEST = 256 };

static size_t ceiling_of(const struct buf *buf)
{
	return buf->ceiling ? buf->ceiling : DEFAULT_CEILING;
}

/* Doubles until the bytes fit, but never asks for more than the ceiling allows. */
static size_t next_cap(const struct buf *buf, size_t needed)
{
	size_t cap = buf->cap ? buf->cap : SMALLEST;

	while (cap < needed)
		cap *= 2;
	return cap > ceiling_of(buf) + 1 ? ceiling_of(buf) + 1 : cap;
}

bool buf_reserve(struct buf *buf, size_t more)
{
	size_t needed;
	char *data;

	if (buf->failed)
		return false;
	if (more > ceiling_of(buf) || buf->len > ceiling_of(buf) - more)
		return buf->failed = true, false;
	needed = buf->len + more + 1;
	if (needed <= buf->cap)
		return true;
	data = realloc(buf->data, next_cap(buf, needed));
	if (!data)
		return buf->failed = true, false;
	buf->cap = next_cap(buf, needed);
	buf->data = data;
	buf->data[buf->len] = '\0';
	return true;
}

bool buf_add(struct buf *buf, const void *data, size_t len)
{
	if (!buf_reserve(buf, len))
		return false;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return true;
}

bool buf_add_view(struct buf *buf, struct view text)
{
	return buf_add(buf, text.data, text.len);
}

bool buf_add_string(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

bool buf_add_char(struct buf *buf, char c)
{
	return buf_add(buf, &c, 1);
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !buf_reserve(buf, (size_t)len))
		return buf->failed = true, false;
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
	return true;
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

char *buf_detach(struct buf *buf)
{
	char *data = buf->data;

	buf->data = NULL;
	buf->len = 0;
	buf->cap = 0;
	return data;
}

void buf_finish(struct buf *buf)
{
	free(buf->data);
	buf->data = NULL;
	buf->len = 0;
	buf->cap = 0;
	buf->failed = false;
}
