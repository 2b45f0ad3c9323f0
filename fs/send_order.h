/* SPDX-License-Identifier: MIT */
/*
 * The order of a FIFO queue's groups: files of a group leave in the order in which
 * they were completed, and one that failed holds back those behind it until it is
 * sent or removed.
 *
 * A draft takes its place when it is completed and keeps it until it is accepted,
 * removed or begun anew. On a standard queue nobody has a place. Lock held
 * throughout.
 */
#ifndef FS_SEND_ORDER_H
#define FS_SEND_ORDER_H

#include "fs/draft.h"

/* Takes the last place of its group, unless it has one. False: no memory. */
bool send_order_join_locked(struct draft *draft);
/* Nothing if it has none. */
void send_order_leave_locked(struct draft *draft);
/* Another one of the group, which has no place, gets its place. */
void send_order_bequeath_locked(struct draft *draft, struct draft *heir);
/* Somebody in it is waiting now, or free to go: send_order_next_locked() will look. */
void send_order_changed_locked(struct draft *draft);

/* The next that is WAITING and may be started; NULL: none. */
struct draft *send_order_next_locked(struct queue *queue);

/* The first before it that failed, or is written again; NULL: nothing holds it back. */
struct draft *send_order_blocker_locked(const struct draft *draft);

/* How many are before it; 0 if it has no place. */
unsigned send_order_position_locked(const struct draft *draft);

/* The one behind it; NULL: it is the last, or has no place. */
struct draft *send_order_behind_locked(const struct draft *draft);

#endif
