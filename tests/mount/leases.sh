#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
mount_sqsfs -o visibility=6,wait=20
mkdir "$mnt/q"

hears_within() { # MILLISECONDS: from, to
	began=$(now_ms)
	cat "$mnt/q/next" >"$tmp/again" || fail "it did not come back"
	took=$(($(now_ms) - began))
	[ "$took" -ge "$1" ] && [ "$took" -le "$2" ] || fail "it came back after $took ms"
}

# semantics.md: "A message that is not deleted becomes visible to other readers when its lease has run out, and not before."
# semantics.md: "`-o visibility=SECONDS` replaces the queue's VisibilityTimeout for this mount."
say one q
hear q one
id=$(held q)
hears_within 3000 15000

# semantics.md: "The lease of a message is the visibility timeout, counted from the earliest moment at which the service can have taken it: when the request was sent, or, for a long poll, shortly before its answer came."
id=$(held q)
[ "$(xattr lease "$mnt/q/$id")" -ge 4 ] || fail "the lease of a message that was waited for is $(xattr lease "$mnt/q/$id")"

# semantics.md: "`touch FILE` extends the lease to the full visibility timeout from now."
id=$(held q)
lease_is_at_most() { # SECONDS
	[ "$(xattr lease "$mnt/q/$id")" -le "$1" ]
}
await 8 lease_is_at_most 4
touch "$mnt/q/$id" || fail "touch"
[ "$(xattr lease "$mnt/q/$id")" -ge 5 ] || fail "lease is $(xattr lease "$mnt/q/$id") after touch"
hears_within 3000 15000

# semantics.md: "`touch -d '+10 min' FILE` extends it until then."
id=$(held q)
touch -d '+10 min' "$mnt/q/$id" || fail "touch -d"
lease=$(xattr lease "$mnt/q/$id")
[ "$lease" -gt 590 ] && [ "$lease" -le 600 ] || fail "lease is $lease"

# semantics.md: "`mv q/FILE q/next` gives the message back now."
mv "$mnt/q/$id" "$mnt/q/next" || fail "mv to next"
hears_within 0 4000
[ "$(xattr ApproximateReceiveCount "$mnt/q/$(held q)")" = 4 ] || fail "not the same message"

# semantics.md: "While any process has the message open, its lease is extended in time, up to the 12 hours of SQS."
id=$(held q)
exec 3<"$mnt/q/$id"
extensions=0
left_s=$(xattr lease "$mnt/q/$id")
was_extended_often() { # for longer than a visibility timeout
	hear q
	before_s=$left_s
	left_s=$(xattr lease "$mnt/q/$id") || fail "the lease ran out while the file was open"
	[ "$left_s" -le "$before_s" ] || extensions=$((extensions + 1))
	[ "$extensions" -ge 4 ]
}
await 60 was_extended_often
exec 3<&-

# semantics.md: "After its lease has run out a message's file is no longer listed."
is_not_listed() {
	names_are "$mnt/q" next
}
await 12 is_not_listed

# semantics.md: "For one more visibility timeout its name still accepts `rm`, which deletes the message if the service still honours the receipt; then it is ENOENT."
rm "$mnt/q/$id" || fail "a late rm"
expect_errno ENOENT rm "$mnt/q/$id"
sync "$mnt/q" && rmdir "$mnt/q" || fail "the late rm did not delete"
