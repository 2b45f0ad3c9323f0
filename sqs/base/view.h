/* SPDX-License-Identifier: MIT */
/*
 * A view is bytes that somebody else owns: a start and a length, no terminator.
 *
 * {NULL, 0} is "absent" and differs from an empty text.
 */
#ifndef SQS_BASE_VIEW_H
#define SQS_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct view {
	const char *data;
	size_t len;
};

#define VIEW_LITERAL(s) ((struct view){s, sizeof(s) - 1})

static inline struct view view_of(const char *s)
{
	return (struct view){s, s ? strlen(s) : 0};
}

static inline bool view_is_absent(struct view v)
{
	return v.data == NULL;
}

static inline bool view_equals(struct view a, struct view b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool view_is(struct view v, const char *s)
{
	return v.data && view_equals(v, view_of(s));
}

static inline bool view_starts_with(struct view v, struct view prefix)
{
	return v.len >= prefix.len &&
	       (prefix.len == 0 || memcmp(v.data, prefix.data, prefix.len) == 0);
}

/* Byte order, the shorter first where one begins the other. */
static inline int view_compare(struct view a, struct view b)
{
	size_t shared = a.len < b.len ? a.len : b.len;
	int order = shared ? memcmp(a.data, b.data, shared) : 0;

	if (order)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

/* Takes what stands before the first `c` off the text, and the `c`; all of it where there
 * is none. Both are then views into the same bytes. */
static inline struct view view_cut(struct view *text, char c)
{
	const char *at =
		text->len ? (const char *)memchr(text->data, c, text->len) : NULL;
	struct view head = *text;

	if (!at) {
		*text = (struct view){head.len ? head.data + head.len : head.data, 0};
		return head;
	}
	head.len = (size_t)(at - head.data);
	*text = (struct view){at + 1, text->len - head.len - 1};
	return head;
}

#endif
