#!/bin/sh
# SPDX-License-Identifier: MIT
# A file while it is being sent: it is there, and cannot be changed under the service's hands.
. "$(dirname "$0")/../lib/mount.sh"
need getfattr setfattr
expect_errors_in_log
start_server
mount_sqsfs -o wait=2 "$endpoint"
mkdir "$mnt/q"
echo 'of another draft' >"$mnt/q/other.tmp"

# A send that takes its time.
send_slowly() { # TEXT NAME
	faults 'SendMessage* delay-before=2000'
	mark
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

send_slowly first f
# semantics.md: "What is sent in the background stays listed until the service has accepted it, and is retried until then."
names_are "$mnt/q" "f next other.tmp" || fail "ls shows $(names "$mnt/q")"
[ "$(cat "$mnt/q/f")" = first ] || fail "it cannot be read: $(cat "$mnt/q/f")"
# semantics.md: "Renaming over a file that is just being sent fails with EBUSY."
expect_errno EBUSY mv "$mnt/q/other.tmp" "$mnt/q/f"
# semantics.md: "While a file is being sent its attributes cannot be changed (EBUSY), and those of a receipt never (EPERM)."
expect_errno EBUSY setfattr -n user.sqs.attr.a -v b "$mnt/q/f"
chmod 600 "$mnt/q/f" && touch "$mnt/q/f" || fail "chmod and touch"
wait $sender || fail "cp failed"
expect_errno EPERM setfattr -n user.sqs.attr.a -v b "$mnt/q/f"
[ "$(cat "$mnt/q/other.tmp")" = 'of another draft' ] || fail "the draft is altered"
faults ''
hear q first

# Renamed, it is sent once, and its new name tells of it.
send_slowly second g
mv "$mnt/q/g" "$mnt/q/h" || fail "rename of what is being sent"
wait $sender || fail "cp failed"
sync "$mnt/q/h" || fail "sync of the new name"
[ -n "$(xattr MessageId "$mnt/q/h")" ] || fail "no receipt under the new name"
faults ''
hear q second
hear q

# Removed, it is gone here; the service has it or has not.
send_slowly third i
rm "$mnt/q/i" || fail "rm of what is being sent"
wait $sender || true
names_are "$mnt/q" "$(names "$mnt/q" | sed 's/ i / /')" || fail "ls shows $(names "$mnt/q")"
faults ''
sync "$mnt/q"

# Written anew while it is being sent: both are messages, or the second writer is told.
drain q "$tmp/rest"
send_slowly fourth j
echo fifth >"$mnt/q/j" || fail "a second write while the first is being sent"
wait $sender || fail "cp failed"
faults ''
sync "$mnt/q"
drain q "$tmp/both"
[ "$(cat "$tmp"/both/* | sort | tr '\n' ' ')" = "fifth fourth " ] || fail "heard $(cat "$tmp"/both/*)"
