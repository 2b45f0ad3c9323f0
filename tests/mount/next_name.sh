#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs
mkdir "$mnt/q"

# semantics.md: "`next.NAME` is listed only while it holds a message."
expect_errno EAGAIN dd if="$mnt/q/next.a" iflag=nonblock status=none
names_are "$mnt/q" next || fail "ls shows $(names "$mnt/q")"

# semantics.md: "The first open of `next.NAME` receives a message and binds it to that name; opening the name again reads the same message."
say one q
say two q
first=$(cat "$mnt/q/next.a")
[ "$(cat "$mnt/q/next.a")" = "$first" ] || fail "the second open read another message"
[ "$(cat "$mnt/q/next.b")" != "$first" ] || fail "two names got one message"
names_are "$mnt/q" "next next.a next.b" || fail "ls shows $(names "$mnt/q")"
[ "$(stat -c %s "$mnt/q/next.a")" = 4 ] || fail "size $(stat -c %s "$mnt/q/next.a")"

# semantics.md: "`rm q/next.NAME` deletes the message bound to it."
rm "$mnt/q/next.a" "$mnt/q/next.b" || fail "rm"
# semantics.md: "`rm` and `mv` of a `next.NAME` that holds no message are ENOENT."
expect_errno ENOENT rm "$mnt/q/next.a"
expect_errno ENOENT mv "$mnt/q/next.a" "$mnt/q/job"
sync "$mnt/q"
rmdir "$mnt/q" || fail "rm did not delete"

# semantics.md: "After its lease has run out, the next open of `next.NAME` receives anew."
remount -o visibility=5
mkdir "$mnt/again"
say three again
[ "$(cat "$mnt/again/next.c")" = three ] || fail "bind"
received_again() {
	[ "$(cat "$mnt/again/next.c" 2>/dev/null)" = three ] &&
		[ "$(xattr ApproximateReceiveCount "$mnt/again/next.c")" -ge 2 ]
}
await 10 received_again
rm "$mnt/again/next.c" || fail "rm after the second receive"
