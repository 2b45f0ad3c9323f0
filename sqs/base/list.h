/* SPDX-License-Identifier: MIT */
/*
 * A doubly linked list whose links live in its members.
 *
 * A head and an unlinked link point at themselves. A link may be taken out of
 * whatever list it is in, and out of none, with list_remove().
 */
#ifndef SQS_BASE_LIST_H
#define SQS_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next;
	struct list *prev;
};

#define LIST_INIT(head)          \
	{                        \
		&(head), &(head) \
	}

/* The struct that holds this link. */
#define list_entry(link, type, member) \
	((type *)(void *)((char *)(link)-offsetof(type, member)))

/* Visits each link; the list must not change meanwhile. */
#define list_each(link, head) \
	for (struct list *link = (head)->next; link != (head); link = link->next)

/* Visits each link; the visited one may be removed. */
#define list_each_safe(link, head)                                        \
	for (struct list *link = (head)->next, *link##_next = link->next; \
		link != (head); link = link##_next, link##_next = link->next)

static inline void list_init(struct list *link)
{
	link->next = link;
	link->prev = link;
}

static inline bool list_is_empty(const struct list *head)
{
	return head->next == head;
}

static inline void list_insert_before(struct list *at, struct list *link)
{
	link->prev = at->prev;
	link->next = at;
	at->prev->next = link;
	at->prev = link;
}

static inline void list_append(struct list *head, struct list *link)
{
	list_insert_before(head, link);
}

static inline void list_prepend(struct list *head, struct list *link)
{
	list_insert_before(head->next, link);
}

static inline void list_remove(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	list_init(link);
}

/* Takes the first link out; NULL when the list is empty. */
static inline struct list *list_pop(struct list *head)
{
	struct list *first = head->next;

	if (first == head)
		return NULL;
	list_remove(first);
	return first;
}

/* Moves every link of `from` to the end of `to`. */
static inline void list_splice(struct list *to, struct list *from)
{
	if (list_is_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

#endif
