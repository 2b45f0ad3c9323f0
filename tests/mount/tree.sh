#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs

# semantics.md: "The queues of the account are the directories of the root."
names_are "$mnt" "" || fail "a new service has queues: $(names "$mnt")"
mkdir "$mnt/jobs" "$mnt/orders.fifo" || fail "mkdir"
names_are "$mnt" "jobs orders.fifo" || fail "ls shows $(names "$mnt")"
remount
names_are "$mnt" "jobs orders.fifo" || fail "after a remount ls shows $(names "$mnt")"

# semantics.md: "`mkdir` of a queue that exists fails with EEXIST."
expect_errno EEXIST mkdir "$mnt/jobs"

# semantics.md: "`mkdir` with a bad queue name fails with EINVAL, with one that is too long with ENAMETOOLONG."
for name in 'a b' 'a.b' 'a.fifo.fifo' 'ä' '.fifo'; do
	expect_errno EINVAL mkdir "$mnt/$name"
done
expect_errno ENAMETOOLONG mkdir "$mnt/$(printf 'a%.0s' $(seq 81))"
mkdir "$mnt/$(printf 'a%.0s' $(seq 80))" || fail "mkdir of a name of 80 characters"

# semantics.md: "Renaming a queue fails with EPERM."
expect_errno EPERM mv "$mnt/jobs" "$mnt/other"

# semantics.md: "Hard links, symbolic links and device files fail with EPERM."
echo text >"$mnt/jobs/draft.tmp"
expect_errno EPERM ln "$mnt/jobs/draft.tmp" "$mnt/jobs/hard"
expect_errno EPERM ln -s target "$mnt/jobs/soft"
expect_errno EPERM mkfifo "$mnt/jobs/pipe"
rm "$mnt/jobs/draft.tmp"

# semantics.md: "`next` is listed in every queue's directory; `-o hide_next` leaves it out."
names_are "$mnt/jobs" next || fail "ls of an empty queue shows $(names "$mnt/jobs")"

# semantics.md: "`rm -r q` fails at `next` with EPERM, so that nobody drains a queue by accident."
expect_errno EPERM rm -r "$mnt/jobs"

# semantics.md: "`rmdir` of a queue that holds messages, visible, in flight, delayed or unsent, fails with ENOTEMPTY."
say hello jobs
expect_errno ENOTEMPTY rmdir "$mnt/jobs"
hear jobs hello
expect_errno ENOTEMPTY rmdir "$mnt/jobs"

# semantics.md: "`rmdir` deletes an empty queue; it waits first for what this mount still sends to it and deletes from it."
echo draft >"$mnt/jobs/d.tmp"
rm "$mnt/jobs/$(held jobs)"
expect_errno ENOTEMPTY rmdir "$mnt/jobs"
rm "$mnt/jobs/d.tmp"
: >"$mnt/jobs/empty.tmp"
setfattr -n user.sqs.DelaySeconds -v 900 "$mnt/jobs/empty.tmp"
echo delayed >"$mnt/jobs/empty.tmp"
mv "$mnt/jobs/empty.tmp" "$mnt/jobs/delayed" && sync "$mnt/jobs/delayed" || fail "a delayed message"
expect_errno ENOTEMPTY rmdir "$mnt/jobs"
echo now >"$mnt/jobs/.sqs/purge"
say hello jobs
hear jobs hello
rm "$mnt/jobs/$(held jobs)" && rmdir "$mnt/jobs" || fail "rmdir right after the last rm"
[ ! -e "$mnt/jobs" ] || fail "jobs is still there"

# semantics.md: "Files belong to the mounting user, or to `-o uid=`, `gid=`; the mode is that of `-o umask=`, 077 unless told otherwise."
[ "$(stat -c '%u %a' "$mnt/orders.fifo")" = "$(id -u) 700" ] || fail "$(stat -c '%u %a' "$mnt/orders.fifo")"
remount -o hide_next,umask=022
[ "$(stat -c %a "$mnt/orders.fifo")" = 755 ] || fail "umask=022: $(stat -c %a "$mnt/orders.fifo")"
names_are "$mnt/orders.fifo" "" || fail "hide_next: ls shows $(names "$mnt/orders.fifo")"
[ -e "$mnt/orders.fifo/next" ] || fail "hide_next: next is not even there by name"

# semantics.md: "A mount does not grow with what passes through it: after any number of operations its descriptors, threads and memory are what they were."
# Neither with groups and empty drafts that go with their queue.
nodes() {
	sed -n 's/^sqsfs_nodes //p' "$mnt/.stats"
}
before=$(nodes)
for n in 1 2 3; do
	mkdir "$mnt/grown-$n" "$mnt/grown-$n/group"
	: >"$mnt/grown-$n/empty"
	: >"$mnt/grown-$n/group/empty"
	rmdir "$mnt/grown-$n" || fail "rmdir of a queue that has nothing to send"
done
as_before() {
	[ "$(nodes)" -le "$before" ]
}
await 10 as_before
