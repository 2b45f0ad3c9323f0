#!/bin/sh
# SPDX-License-Identifier: MIT
# A file while it is being sent: it is there, and cannot be changed under the service's hands.
. "$(dirname "$0")/../lib/mount.sh"
need getfattr setfattr
expect_errors_in_log
start_server
mount_sqsfs -o receipt=600 "$endpoint"
mkdir "$mnt/q"
echo 'of another draft' >"$mnt/q/other.tmp"

# A send that is under way until the server may go on.
begin_send() { # TEXT NAME
	hold_server
	echo "$1" >"$tmp/slow"
	cp "$tmp/slow" "$mnt/q/$2" &
	sender=$!
	background $sender
	await 10 test -s "$mnt/q/$2"
	await 10 is_under_way
}
is_under_way() {
	[ "$(sed -n 's/^sqsfs_requests_in_flight *//p' "$mnt/.stats")" -ge 1 ]
}

begin_send first f
# semantics.md: "What is sent in the background stays listed until the service has accepted it, and is retried until then."
names_are "$mnt/q" "f next other.tmp" || fail "ls shows $(names "$mnt/q")"
[ "$(cat "$mnt/q/f")" = first ] || fail "it cannot be read: $(cat "$mnt/q/f")"
# semantics.md: "Renaming over a file that is just being sent fails with EBUSY."
expect_errno EBUSY mv "$mnt/q/other.tmp" "$mnt/q/f"
# semantics.md: "While a file is being sent its attributes cannot be changed (EBUSY), and those of a receipt never (EPERM)."
expect_errno EBUSY setfattr -n user.sqs.attr.a -v b "$mnt/q/f"
# touch(1) would open it to write, and wait.
chmod 600 "$mnt/q/f" && python3 -c 'import os, sys; os.utime(sys.argv[1])' "$mnt/q/f" || fail "chmod and utime"
release_server
wait $sender || fail "cp failed"
expect_errno EPERM setfattr -n user.sqs.attr.a -v b "$mnt/q/f"
[ "$(cat "$mnt/q/other.tmp")" = 'of another draft' ] || fail "the draft is altered"
hear q first

# Renamed, it is sent once, and its new name tells of it.
begin_send second g
mv "$mnt/q/g" "$mnt/q/h" || fail "rename of what is being sent"
release_server
wait $sender || fail "cp failed"
sync "$mnt/q/h" || fail "sync of the new name"
[ -n "$(xattr MessageId "$mnt/q/h")" ] || fail "no receipt under the new name"
hear q second
hear q

# Removed, it is gone here; the service has it or has not.
begin_send third i
rm "$mnt/q/i" || fail "rm of what is being sent"
! names "$mnt/q" | grep -q -w i || fail "ls shows $(names "$mnt/q")"
release_server
wait $sender || true
! names "$mnt/q" | grep -q -w i || fail "ls shows $(names "$mnt/q")"
sync "$mnt/q"

# Written anew while it is being sent: both are messages, or the second writer is told.
drain q "$tmp/rest"
begin_send fourth j
echo fifth >"$mnt/q/j" &
second=$!
background $second
await 10 waits_in_open $second
release_server
wait $second || fail "a second write while the first is being sent"
wait $sender || fail "cp failed"
sync "$mnt/q"
drain q "$tmp/both"
[ "$(cat "$tmp"/both/* | sort | tr '\n' ' ')" = "fifth fourth " ] || fail "heard $(cat "$tmp"/both/*)"
