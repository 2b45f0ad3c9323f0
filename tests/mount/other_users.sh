#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
is_root || skip "needs root: to be two users"
need setpriv
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}
chmod 755 "$tmp"

# semantics.md: "Only the mounting user sees the mount, unless `-o allow_other` is given."
mount_sqsfs -o umask=022
mkdir "$mnt/q"
expect_errno EACCES as_nobody ls "$mnt"
remount -o allow_other,umask=022
as_nobody ls "$mnt/q" >/dev/null || fail "allow_other: another user cannot list"
expect_errno EACCES as_nobody touch "$mnt/q/f"
remount -o allow_other,umask=077
expect_errno EACCES as_nobody ls "$mnt/q"
remount -o allow_other,uid=65534,gid=65534
as_nobody sh -c 'echo theirs > "$1"' - "$mnt/q/f" || fail "uid=: the owner cannot write"
[ "$(stat -c '%u %g' "$mnt/q")" = '65534 65534' ] || fail "owner $(stat -c '%u %g' "$mnt/q")"
[ "$(as_nobody cat "$mnt/q/next")" = theirs ] || fail "uid=: the owner cannot read"
