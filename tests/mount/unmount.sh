#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
start_server
mount_sqsfs -o wait=inf "$endpoint"
mkdir "$mnt/q" "$mnt/empty"

# semantics.md: "At unmount everything that is held and not deleted is given back."
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	say "$n" q
done
drain q "$tmp/first"
[ "$drained" = 12 ] || fail "$drained of 12"
rm "$mnt/q/$(held q)"

# semantics.md: "At the end of a mount sends under way get `-o drain=` seconds (default 30), waiting readers get EINTR, and what is held is given back."
cat "$mnt/empty/next" 2>"$tmp/reader" &
reader=$!
background $reader
cat "$mnt/empty/next.name" 2>"$tmp/named" &
named=$!
background $named
await 5 waits_in_open $reader $named
mark
kill -TERM "$sqsfs_pid"
began=$(now_ms)
await 10 is_gone "$sqsfs_pid"
# Less than the 20 s of a long poll, or the 30 s of drain=; tests/mount/daemon.sh has the two seconds.
[ $(($(now_ms) - began)) -lt 15000 ] || fail "SIGTERM took $(($(now_ms) - began)) ms"
wait "$sqsfs_pid" || fail "exit status $?"
sqsfs_pid=
! wait $reader || fail "the reader succeeded"
! wait $named || fail "the reader of next.name succeeded"
grep -q -i 'interrupted\|software caused\|not connected' "$tmp/reader" || fail "the reader says $(cat "$tmp/reader")"
# Two, unless sqsfs had to wait for a processor between them; one by one they are eleven.
count_requests 'ChangeMessageVisibility.*'
[ "$counted" -le 5 ] || fail "eleven messages cost $counted requests"

mount_sqsfs "$endpoint"
drain q "$tmp/second"
[ "$drained" = 11 ] || fail "$drained of 11 were given back"

# The same when somebody unmounts it, and where sends get no time at all.
unmount
mount_sqsfs -o drain=0 "$endpoint"
drain q "$tmp/no-time"
[ "$drained" = 11 ] || fail "$drained of 11 were given back by an unmount"
unmount
mount_sqsfs "$endpoint"
drain q "$tmp/third"
[ "$drained" = 11 ] || fail "$drained of 11 were given back by an unmount"

# However many they are, and slow the service.
remount -o inbox=2000,visibility=600 "$endpoint"
seq 2000 >"$mnt/empty/.sqs/lines" || fail "lines"
[ "$(ls "$mnt/empty/.sqs/inbox" | wc -l)" = 2000 ] || fail "the inbox holds $(ls "$mnt/empty/.sqs/inbox" | wc -l)"
faults 'ChangeMessageVisibility* delay-before=400'
remount "$endpoint"
faults ''
[ "$(cat "$mnt/empty/.sqs/count")" = 2000 ] || fail "$(cat "$mnt/empty/.sqs/count") of 2000 were given back"

# semantics.md: "A signal unmounts the mount of its own sqsfs only: what somebody has mounted over it stays, and the log says so."
is_root || exit 0
unmount
over() { # DIR
	mnt=$1
	mount_sqsfs "$endpoint"
	mount -t tmpfs over "$mnt" || fail "cannot mount over it"
	kill -TERM "$sqsfs_pid"
	await 10 is_gone "$sqsfs_pid"
	sqsfs_pid=
	[ "$(stat -f -c %T "$mnt")" = tmpfs ] || fail "what was mounted over it is gone"
	umount "$mnt"
	grep -q "$mnt: not unmounted" "$log" || fail "the log says $(tail -n 3 "$log")"
	umount -l "$mnt"
}
over "$mnt"
mount_sqsfs "$endpoint"
kill -TERM "$sqsfs_pid"
await 10 is_gone "$sqsfs_pid"
sqsfs_pid=
! grep -q " $mnt fuse" /proc/self/mounts || fail "it has left its own mount"
