/* SPDX-License-Identifier: MIT */
/*
 * A reader: one open of `next` or `next.NAME`.
 *
 *	         a message
 *	WAITING ───────────► HOLDING ──────► GONE
 *	   └─── none, signal, failure ────────┘
 *	                     release, or the opener is not there any more
 *
 * | state   | message       | request  | event -> next                                  |
 * | ------- | ------------- | -------- | ---------------------------------------------- |
 * | WAITING | -             | unanswered, in an intake or parked | message -> HOLDING;  |
 * |         |               |          | none in time (EAGAIN), signal (EINTR), failure |
 * |         |               |          | -> GONE                                        |
 * | HOLDING | open          | answered | RELEASE, or the answer was refused -> GONE     |
 * | GONE    | closed        | -        | freed at once                                  |
 *
 * What becomes of the message then is message.h's: unread it goes back, read it
 * stays in flight, with -o ack=close read to its end it is deleted.
 */
#ifndef FS_READER_H
#define FS_READER_H

#include "fs/caller.h"
#include "fs/next.h"

struct message;

/* OPEN, READ and RELEASE of a `next` or `next.NAME`. */
void reader_open(fuse_req_t req, struct next *next, struct fuse_file_info *fi);
void reader_read(
	fuse_req_t req, struct next *next, size_t size, off_t offset, uint64_t handle);
void reader_release(fuse_req_t req, struct next *next, uint64_t handle);

/* The message of a handle; of the caller, where no handle is given. With a reference.
 * NULL: none. Lock free. */
struct message *reader_message(
	struct next *next, const struct fuse_file_info *fi, pid_t tid);

#endif
