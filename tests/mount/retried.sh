#!/bin/sh
# SPDX-License-Identifier: MIT
# Files that are retried, while somebody touches, syncs and truncates them.
. "$(dirname "$0")/../lib/mount.sh"
expect_errors_in_log
start_server
mount_sqsfs -o wait=2,drain=2 "$endpoint"
mkdir "$mnt/q" "$mnt/o.fifo"

hear_and_delete() { # QUEUE TEXT
	hear "$1" "$2"
	rm "$mnt/$1"/*-*-*
	sync "$mnt/$1"
}

sent() { # QUEUE
	names_are "$mnt/$1" next
}

# semantics.md: "A file that failed where nobody could be told is retried with growing pauses until it is sent or removed."
# Also after somebody has asked for it, and was told that it failed again.
kill_server
for queue in q o.fifo; do
	echo touched >"$mnt/$queue/touched.tmp"
	mv "$mnt/$queue/touched.tmp" "$mnt/$queue/touched"
	expect_errno EHOSTUNREACH sync "$mnt/$queue/touched"
	expect_errno EHOSTUNREACH touch "$mnt/$queue/touched"
	expect_errno EHOSTUNREACH sync "$mnt/$queue/touched"
done
# One that was held back goes when the one before it has gone, and is retried too.
printf 'behind\n' >"$tmp/behind"
expect_errno EHOSTUNREACH cp "$tmp/behind" "$mnt/o.fifo/behind"
start_server
for queue in q o.fifo; do
	await 60 sent $queue
	hear_and_delete $queue touched
done
hear_and_delete o.fifo behind

# What an earlier mount has left, too, however early it is asked for.
kill_server
printf 'left\n' >"$tmp/left"
expect_errno EHOSTUNREACH cp "$tmp/left" "$mnt/q/left"
unmount
start_server
faults 'SendMessage* error=InternalFailure'
mount_sqsfs -o wait=2,drain=2 "$endpoint"
expect_errno EIO sync "$mnt/q/left"
faults ''
await 60 sent q
hear_and_delete q left

# semantics.md: "A spooled file is listed as `spooled-NUMBER-NAME` until it is sent. Its own name is free at once for the next file."
mkdir "$tmp/spool"
remount -o "wait=2,drain=2,spool=$tmp/spool" "$endpoint"
kill_server
say spooled q name
spooled=$(echo "$mnt"/q/spooled-*-name)
expect_errno EHOSTUNREACH sync "$spooled"
expect_errno EHOSTUNREACH touch "$spooled"
start_server
await 60 sent q
hear_and_delete q spooled

# semantics.md: "truncate(2) of a file that nobody has open completes it anew: it is sent in the background."
truncate_path() { # SIZE FILE
	python3 -c 'import os, sys; os.truncate(sys.argv[2], int(sys.argv[1]))' "$@" || fail "truncate $2"
}
remount -o wait=2,drain=2 "$endpoint"
kill_server
printf 'refused and more\n' >"$tmp/refused"
expect_errno EHOSTUNREACH cp "$tmp/refused" "$mnt/q/refused"
echo 'retried and more' >"$mnt/q/retried.tmp"
mv "$mnt/q/retried.tmp" "$mnt/q/retried"
expect_errno EHOSTUNREACH sync "$mnt/q/retried"
truncate_path 7 "$mnt/q/refused"
truncate_path 7 "$mnt/q/retried"
start_server
await 60 sent q
drain q "$tmp/truncated"
[ "$(cat "$tmp"/truncated/*)" = refusedretried ] || [ "$(cat "$tmp"/truncated/*)" = retriedrefused ] || fail "heard $(cat "$tmp"/truncated/*)"
