/* SPDX-License-Identifier: MIT */
/*
 * A received message: what this mount holds of it, under which name, until when.
 *
 *	            last close              lease over            one more term
 *	 HOLDING ──────────────► IN_FLIGHT ─────────────► EXPIRED ─────────────► GONE
 *	  │  ▲ ◄───── open ───────┤  │  │                    │                    ▲
 *	  │  └──── refused ──┐    │  │  └── unlink ──┐       │ unlink             │
 *	  │                  │    │  │              ▼       ▼                    │
 *	  │                  └────┼──┼────────── DELETING ───── accepted ────────┤
 *	  ├── unlink ─────────────┼──┼──────────────▲                            │
 *	  └── give back ──────────┘  └── give back ──────► RETURNING ────────────┘
 *
 *	state      named         open    under way            leaves by
 *	HOLDING    unless stock  yes     a renewal at times   last close, unlink, give back, end
 *	IN_FLIGHT  yes           no      a touch, perhaps     open, unlink, give back, end of lease
 *	DELETING   no            either  delete or its retry  accepted, refused
 *	RETURNING  no            either  visibility 0         any outcome
 *	EXPIRED    for rm only   either  -                    unlink, time
 *	GONE       no            either  -                    freed by the last reference
 *
 * A message that comes again while an older delivery of it is still here replaces
 * that one: the older receipt is GONE.
 *
 * References: one of the queue's list of held messages until it is GONE, one for
 * each open, one of its directory, one for each operation. All fields are guarded
 * by the mount's lock, or constant.
 */
#ifndef FS_MESSAGE_H
#define FS_MESSAGE_H

#include "fs/dir.h"
#include "fs/lease.h"
#include "sqs/base/buf.h"
#include "sqs/base/view.h"

struct queue;

enum message_state {
	MESSAGE_HOLDING,
	MESSAGE_IN_FLIGHT,
	MESSAGE_DELETING,
	MESSAGE_RETURNING,
	MESSAGE_EXPIRED,
	MESSAGE_GONE,
	MESSAGE_STATES
};

struct message {
	struct node node;
	struct queue *queue;          /* constant; a reference */
	struct sqs_message *delivery; /* constant; owned */
	struct view body;             /* constant; decoded */
	struct buf decoded;           /* owns the body where it is not the delivery's */
	struct list held_link;        /* in receiving.held */
	struct list stock_link;       /* in receiving.stock, open for it */
	struct list finished_link;    /* in receiving.finished, if it is finished */
	enum message_state state;
	struct lease lease;
	unsigned opens;      /* descriptors, and a place in stock */
	unsigned changes;    /* visibility changes under way */
	struct list touches; /* SETATTRs that wait for those; see visibility.c */
	/*
	 * Somebody has read it, or used it by name: from then on closing it does not
	 * give it back.
	 */
	bool is_used;
	struct dir *home; /* where it has, had or will have its name */
	char *file_name;  /* that name; NULL before it has one */

	/* Of `unlink next`: which process read it through `next` to its end, 0: none, and
	 * when, by clock_boot_ns(). */
	pid_t finished_by;
	int64_t finished_at_ns;

	/* Of a delete; see deleting.h. */
	unsigned attempts;
	int64_t retry_at_ms; /* INT64_MAX: none is planned */
	char *error;         /* user.sqs.error; NULL: none */
};

extern const struct node_type message_type;

static inline struct message *message_of(struct node *node)
{
	return (struct message *)(void *)node;
}

static inline bool node_is_message(const struct node *node)
{
	return node->type == &message_type;
}

/*
 * Makes a message of a delivery, which it owns from then on, decoded as the mount's
 * -o format says. The caller has the one reference. NULL when there is no memory: the
 * delivery stays whose it is. Lock free.
 */
struct message *message_of_delivery(struct queue *queue, struct sqs_message *delivery);
/* Part of its type. */
void message_free(struct node *node);

/* Begins to hold it: HOLDING, open once, with a lease of visibility_s. The open has the
 * caller's reference. Lock held. */
void message_hold_locked(struct message *message, int visibility_s);

/*
 * Gives it a name in a directory of its queue, this one or, where it is taken, one
 * like it. False when there is no memory: it then stays without a name, and returns
 * by itself. Lock held.
 */
bool message_show_locked(struct message *message, struct dir *dir, const char *name);
/* The same under its MessageId, in the queue's directory. */
bool message_show_by_id_locked(struct message *message);

/* The only function that changes the state; takes it off every place where that state
 * is not. May drop the last reference but the caller's own. Lock held. */
void message_enter_locked(struct message *message, enum message_state next);

/* Whether it can be read, touched and renamed: HOLDING or IN_FLIGHT. Lock held. */
bool message_is_live_locked(const struct message *message);

/* One more open, which has a reference. Lock held. */
void message_open_locked(struct message *message);
/*
 * One less. Returns what is to be started once the lock is released: a message that
 * nobody used goes back to its queue. NULL: nothing. Lock held.
 */
struct sqs_op *message_close_locked(struct message *message);

/* The message of this name, expired ones too; NULL: none. Lock held. */
struct message *message_find_locked(const struct dir *dir, const char *name);

/* Size and times. Lock held. */
void message_fill_stat(const struct message *message, struct stat *st);
/* Replies with the attributes of a file, the message's own or a `next` that has it open.
 * Lock free. */
void message_reply_attr(fuse_req_t req, const struct message *message, struct node *file);

/* Its MessageId, if that is a plain file name that nothing else in a queue's directory
 * has. */
bool message_name_is_plain(const char *id);

/* When the sweep is to look at it again; INT64_MAX: not before something happens. Lock
 * held. */
int64_t message_due_ms(const struct message *message);

#endif
