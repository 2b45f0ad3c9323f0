/* SPDX-License-Identifier: MIT */
/*
 * The stock of a queue: messages received ahead of their readers (-o prefetch=).
 *
 * A message in stock is HOLDING and open once, for the stock, so its lease is
 * extended; it has no name, so no listing shows it before somebody has it.
 */
#ifndef FS_STOCK_H
#define FS_STOCK_H

#include "fs/message.h"

/* How many messages a reader asks for: one for itself, and what the stock lacks unless
 * another is asking already. Lock held. */
int stock_wants_locked(const struct queue *queue);

/*
 * Takes over a message that its receiver, who has it open, does not need: for another
 * reader that waits, else for the stock, else back to the queue. Lock free.
 */
void stock_offer(struct queue *queue, struct message *message);

/* The oldest, open for the caller; NULL: none. Lock held. */
struct message *stock_take_locked(struct queue *queue);

/* The message leaves its place, if it has one, and loses that open. Lock held. */
void stock_drop_locked(struct message *message);

#endif
