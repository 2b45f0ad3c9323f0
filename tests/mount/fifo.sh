#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
start_server
mount_sqsfs -o wait=60 "$endpoint"

# semantics.md: "`mkdir MNT/NAME.fifo` creates a FIFO queue."
mkdir "$mnt/o.fifo" || fail "mkdir"

# semantics.md: "A file directly in a FIFO queue's directory belongs to the group of `-o group=` (default `default`)."
say one o.fifo
hear o.fifo one
[ "$(xattr MessageGroupId "$mnt/o.fifo/$(held o.fifo)")" = default ] || fail "not in the group default"
rm "$mnt/o.fifo/$(held o.fifo)"

# semantics.md: "Making and removing a group's directory costs no request."
mark
mkdir "$mnt/o.fifo/red" "$mnt/o.fifo/blue" "$mnt/o.fifo/none" || fail "mkdir of a group"
rmdir "$mnt/o.fifo/none" || fail "rmdir of a group"
expect_requests 0 CreateQueue
expect_requests 0 DeleteQueue

# semantics.md: "A directory made in a queue's directory is a message group: files in it are sent with its name as MessageGroupId."
say red-1 o.fifo/red
hear o.fifo red-1
[ "$(xattr MessageGroupId "$mnt/o.fifo/$(held o.fifo)")" = red ] || fail "not in the group red"
# The group is blocked while its message is in flight; another is not.
say red-2 o.fifo/red
hear o.fifo
say blue-1 o.fifo/blue
hear o.fifo blue-1
rm "$mnt"/o.fifo/????????-*
sync "$mnt/o.fifo"
hear o.fifo red-2
rm "$mnt"/o.fifo/????????-*

# semantics.md: "Sends to one group through one mount leave in the order in which their closes began."
for n in $(seq 40); do
	say "$n" o.fifo/red "$((n % 3))"
done
sync "$mnt/o.fifo"
for n in $(seq 40); do
	[ "$(cat "$mnt/o.fifo/next.x")" = "$n" ] || fail "at $n: $(cat "$mnt/o.fifo/next.x")"
	rm "$mnt/o.fifo/next.x"
	sync "$mnt/o.fifo"
done

# semantics.md: "The deduplication id of a file is made once, before the first attempt, so that retries deliver it once."
faults 'SendMessage* lose count=1'
say once o.fifo/red
faults ''
hear o.fifo once
rm "$mnt"/o.fifo/????????-*
sync "$mnt/o.fifo"
hear o.fifo

# semantics.md: "`-o dedup=name` takes the file's name as deduplication id, `-o dedup=content` leaves it to the queue's content-based deduplication."
remount -o wait=1,dedup=name "$endpoint"
say first o.fifo same-name
say second o.fifo same-name
say third o.fifo other-name
hear o.fifo first
rm "$mnt"/o.fifo/????????-*
sync "$mnt/o.fifo"
hear o.fifo third

remount -o wait=1,dedup=content "$endpoint"
mkdir "$mnt/c.fifo"
echo true >"$mnt/c.fifo/.sqs/attributes/ContentBasedDeduplication" || fail "ContentBasedDeduplication"
say same c.fifo 1
say same c.fifo 2
say other c.fifo 3
hear c.fifo same
rm "$mnt"/c.fifo/????????-*
sync "$mnt/c.fifo"
hear c.fifo other

# semantics.md: "A group's directory belongs to this mount and is gone with it; made again, it is the same group."
remount -o wait=1 "$endpoint"
[ ! -e "$mnt/o.fifo/red" ] || fail "a group's directory has outlived its mount"
mkdir "$mnt/o.fifo/red"

# semantics.md: "On a standard queue a file directly in the queue's directory has no group."
mkdir "$mnt/s" "$mnt/s/fair"
say plain s
hear s plain
[ -z "$(xattr MessageGroupId "$mnt/s/$(held s)")" ] || fail "a group on a standard queue"
rm "$mnt/s/$(held s)"
say grouped s/fair
hear s grouped
[ "$(xattr MessageGroupId "$mnt/s/$(held s)")" = fair ] || fail "no group on a standard queue"
