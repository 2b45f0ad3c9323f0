#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
start_server
mount_sqsfs "$endpoint"

# semantics.md: "Looking up a queue that does not exist, or one whose name cannot be, is ENOENT."
expect_errors_in_log
expect_errno ENOENT ls "$mnt/absent"
expect_errno ENOENT ls "$mnt/bad name"
expect_errno ENOENT cp /etc/hostname "$mnt/absent/f"
expect_errno ENOENT cat "$mnt/absent/next"

delete_elsewhere() { # QUEUE
	curl -sf "$endpoint/" -d Action=DeleteQueue -d "QueueUrl=$endpoint/000000000000/$1" >/dev/null ||
		fail "cannot delete $1 from elsewhere"
}

# semantics.md: "A queue deleted elsewhere disappears from the listing, and what is opened, created or written in it then fails with ENOENT."
mkdir "$mnt/q"
exec 3>"$mnt/q/open"
delete_elsewhere q
echo text >&3
exec 3>&-
# semantics.md: "It stays listed while it has files that could not be sent."
names_are "$mnt/q" "next open" || fail "ls shows $(names "$mnt/q")"
[ "$(cat "$mnt/q/open")" = text ] || fail "what was written is lost"
xattr error "$mnt/q/open" | grep -q NonExistentQueue || fail "the error is $(xattr error "$mnt/q/open")"
expect_errno ENOENT sync "$mnt/q/open"
expect_errno ENOENT cp /etc/hostname "$mnt/q/f"
expect_errno ENOENT cat "$mnt/q/next"
ls_asks
names_are "$mnt" q || fail "a queue with an unsent file is not listed"
rm "$mnt/q/open" || fail "rm of what cannot be sent"
is_not_listed() {
	names_are "$mnt" ""
}
await 10 is_not_listed

# semantics.md: "`cd MNT/jobs` needs no right to list queues: an unlisted queue is looked up by its name."
curl -sf "$endpoint/" -d Action=CreateQueue -d QueueName=elsewhere >/dev/null
(cd "$mnt/elsewhere") || fail "a queue made elsewhere cannot be entered"
