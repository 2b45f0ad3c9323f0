/* SPDX-License-Identifier: MIT */
/*
 * Writers: what /proc tells of the process that closes a file.
 *
 * A FLUSH comes with each close of each descriptor. Whether it is the one that
 * completes the file is decided by writer_judge() from facts that are gathered
 * here, and nowhere else.
 *
 * The process is held by the very FLUSH that is being judged, so looking must not
 * wait for it. While it is held in close(2) nothing in /proc/PID does; while it is
 * held in execve(2), which closes too, most files there do. So only these are
 * read: status, fdinfo, task/TID/children, and stat once status has said that
 * the process has no descriptor table any more, which is so at its exit alone.
 */
#ifndef FS_WRITER_H
#define FS_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct peers;

/* The process of a thread; 0 when it cannot be known (another PID namespace, gone). */
pid_t writer_process_of(pid_t thread);

/* Whether a thread is one of this process. False when either is unknown. */
bool writer_is_thread_of(pid_t thread, pid_t process);

enum writer_holders {
	HOLDERS_NONE,    /* neither it nor a descendant has another descriptor */
	HOLDERS_SOME,    /* somebody has */
	HOLDERS_UNKNOWN, /* it was not allowed to look, or the process is gone */
	HOLDERS_MANY,    /* more to look at than the limit: look with a larger one */
};

struct writer_look {
	enum writer_holders holders;
	bool is_exiting; /* nobody sees the answer to this FLUSH */
	bool was_killed; /* by a signal */
};

/* A FLUSH of an exit cannot be interrupted, not even by SIGKILL: it waits no longer. */
enum { EXIT_ANSWER_MS = 5000 };

/* How much to look at before giving up. */
struct writer_limit {
	unsigned entries;    /* descriptors, threads and processes */
	int64_t deadline_ns; /* CLOCK_BOOTTIME; INT64_MAX: none */
};

/* Inline, on the thread that serves everybody; and on the helper. */
enum { WRITER_FEW = 64, WRITER_MOST = 4096, WRITER_LOOK_MS = 50 };

/* Looks at the thread that closes and its descendants, for descriptors of this inode.
 * `peers` makes that cheaper; NULL where another thread than its own looks. */
struct writer_look writer_look(
	struct peers *peers, pid_t thread, uint64_t ino, struct writer_limit limit);

/* Whether a signal that ends it is waiting for the process. */
bool writer_is_dying(pid_t thread);

struct writer_facts {
	bool is_dirty;         /* bytes were written since the last commit */
	bool is_opener;        /* it is the process that opened the file */
	bool wrote_last;       /* the last bytes are its own */
	bool others_may_write; /* another handle is open for writing */
	struct writer_look look;
};

enum writer_verdict {
	VERDICT_CLEAN,  /* nothing to send */
	VERDICT_LATER,  /* not complete yet, as far as can be known: at RELEASE */
	VERDICT_NOW,    /* complete: send, and let close(2) wait for the outcome */
	VERDICT_KILLED, /* what is there is cut short: never send it */
};

/* Pure. */
enum writer_verdict writer_judge(const struct writer_facts *facts);

/* Whether looking could change the verdict; if not, `look` need not be filled. Pure. */
bool writer_must_look(const struct writer_facts *facts);

#endif
