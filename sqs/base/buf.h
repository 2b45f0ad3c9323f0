/* SPDX-License-Identifier: MIT */
/*
 * A buf is bytes that grow, up to a ceiling.
 *
 * The ceiling is set once and never moved: what would pass it fails. A failure
 * is sticky and leaves the bytes as they were, so a writer checks `failed` once,
 * at the end. `data` is NULL until the first byte, and from then on has a NUL
 * behind its end. Not thread-safe.
 */
#ifndef SQS_BASE_BUF_H
#define SQS_BASE_BUF_H

#include "sqs/base/view.h"

struct buf {
	char *data;
	size_t len;
	size_t cap;
	size_t ceiling; /* bytes; 0 is a gigabyte */
	bool failed;
};

#define BUF_INIT(bytes)            \
	{                          \
		.ceiling = (bytes) \
	}

/* Makes room for `more` bytes behind the end; false, and failed, when there is none. */
bool buf_reserve(struct buf *buf, size_t more);

bool buf_add(struct buf *buf, const void *data, size_t len);
bool buf_add_view(struct buf *buf, struct view text);
bool buf_add_string(struct buf *buf, const char *text);
bool buf_add_char(struct buf *buf, char c);
bool buf_printf(struct buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Empty again, its memory kept, its failure forgotten. */
void buf_clear(struct buf *buf);

/* The bytes, NUL behind them, now the caller's to free(); the buf is empty. NULL if it
 * never had one. */
char *buf_detach(struct buf *buf);

/* Frees the bytes; the buf may be used again. */
void buf_finish(struct buf *buf);

static inline struct view buf_view(const struct buf *buf)
{
	return (struct view){buf->data ? buf->data : "", buf->len};
}

static inline void auto_buf(struct buf *buf)
{
	buf_finish(buf);
}

#endif
