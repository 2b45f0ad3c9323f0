/* SPDX-License-Identifier: MIT */
#include "sqs/wire/form_scope.h"

#include <stdlib.h>

static int by_name_and_position(const void *a, const void *b)
{
	const struct form_field *left = a;
	const struct form_field *right = b;
	const int order = view_compare(left->name, right->name);

	if (order)
		return order;
	return (left->position > right->position) - (left->position < right->position);
}

struct scope scope_of(struct form *form)
{
	if (!form->is_sorted && form->count)
		qsort(form->fields, form->count, sizeof(*form->fields),
			by_name_and_position);
	form->is_sorted = true;
	return (struct scope){form->fields, form->count, 0};
}

struct view scope_tail(const struct scope *scope, size_t i)
{
	const struct view name = scope->fields[i].name;

	return (struct view){name.data + scope->prefix_len, name.len - scope->prefix_len};
}

/* The first field whose tail does not come before the key, or, with `past`, neither
 * begins with it. */
static size_t edge(const struct scope *scope, struct view key, bool past)
{
	size_t low = 0;
	size_t high = scope->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		struct view tail = scope_tail(scope, middle);
		int order;

		if (tail.len > key.len)
			tail.len = key.len;
		order = view_compare(tail, key);
		if (order < 0 || (past && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct scope scope_narrow(const struct scope *scope, struct view key)
{
	const size_t first = edge(scope, key, false);
	const size_t past = edge(scope, key, true);

	return (struct scope){scope->fields ? scope->fields + first : NULL, past - first,
		scope->prefix_len + key.len};
}

struct scope scope_below(const struct scope *scope, struct view name)
{
	const struct scope named = scope_narrow(scope, name);

	return scope_narrow(&named, VIEW_LITERAL("."));
}

struct view scope_value(const struct scope *scope, struct view name)
{
	const struct scope named = scope_narrow(scope, name);
	size_t same = 0;

	while (same < named.count && scope_tail(&named, same).len == 0)
		same++;
	return same ? named.fields[same - 1].value : (struct view){NULL, 0};
}
