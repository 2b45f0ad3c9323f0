#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
start_server
mount_sqsfs -o visibility=12,wait=inf "$endpoint"
mkdir "$mnt/q" "$mnt/w"

# Seconds since began=$(now_ms), the one that has begun as well: a lease is at least so much less.
passed_s() {
	echo $((($(now_ms) - began) / 1000 + 1))
}

# semantics.md: "A message that is not deleted becomes visible to other readers when its lease has run out, and not before."
# semantics.md: "`-o visibility=SECONDS` replaces the queue's VisibilityTimeout for this mount."
say one q
began=$(now_ms)
hear q one
[ "$(timeout 200 cat "$mnt/q/next")" = one ] || fail "it did not come back"
took=$(($(now_ms) - began))
[ "$took" -ge 11500 ] || fail "it came back after $took ms"

# semantics.md: "The lease of a message is the visibility timeout, counted from the earliest moment at which the service can have taken it: when the request was sent, or, for a long poll, shortly before its answer came."
# Somebody else has it for ten of the seconds of a lease here.
say two w
curl -sf "$endpoint/" -d Action=ReceiveMessage -d "QueueUrl=$endpoint/000000000000/w" -d VisibilityTimeout=10 |
	grep -q '<Body>two' || fail "receive from elsewhere"
[ "$(timeout 200 cat "$mnt/w/next")" = two ] || fail "it did not come back"
id=$(held w)
[ "$(xattr lease "$mnt/w/$id")" -ge 6 ] || fail "the lease of a message that was waited for is $(xattr lease "$mnt/w/$id")"

# semantics.md: "`touch FILE` extends the lease to the full visibility timeout from now."
lease_is_at_most() { # SECONDS
	[ "$(xattr lease "$mnt/w/$id")" -le "$1" ]
}
await 8 lease_is_at_most 9
began=$(now_ms)
touch "$mnt/w/$id" || fail "touch"
lease=$(xattr lease "$mnt/w/$id")
[ "$lease" -ge $((12 - $(passed_s))) ] || fail "lease is $lease after touch"

# semantics.md: "`touch -d '+10 min' FILE` extends it until then."
began=$(now_ms)
touch -d '+10 min' "$mnt/w/$id" || fail "touch -d"
lease=$(xattr lease "$mnt/w/$id")
[ "$lease" -ge $((599 - $(passed_s))) ] && [ "$lease" -le 600 ] || fail "lease is $lease"

# semantics.md: "`mv q/FILE q/next` gives the message back now."
mv "$mnt/w/$id" "$mnt/w/next" || fail "mv to next"
[ "$(timeout 200 cat "$mnt/w/next")" = two ] || fail "it did not come back before its ten minutes were over"
[ "$(xattr ApproximateReceiveCount "$mnt/w/$(held w)")" = 3 ] || fail "not the same message"

# semantics.md: "While any process has the message open, its lease is extended in time, up to the 12 hours of SQS."
id=$(held w)
exec 3<"$mnt/w/$id"
extensions=0
left_s=$(xattr lease "$mnt/w/$id")
was_extended_often() { # for longer than a visibility timeout
	hear w
	before_s=$left_s
	left_s=$(xattr lease "$mnt/w/$id") || fail "the lease ran out while the file was open"
	[ "$left_s" -le "$before_s" ] || extensions=$((extensions + 1))
	[ "$extensions" -ge 3 ]
}
await 60 was_extended_often
exec 3<&-

# semantics.md: "After its lease has run out a message's file is no longer listed."
is_not_listed() {
	names_are "$mnt/w" next
}
await 12 is_not_listed

# semantics.md: "For one more visibility timeout its name still accepts `rm`, which deletes the message if the service still honours the receipt; then it is ENOENT."
rm "$mnt/w/$id" || fail "a late rm"
expect_errno ENOENT rm "$mnt/w/$id"
sync "$mnt/w" && rmdir "$mnt/w" || fail "the late rm did not delete"

# semantics.md: "Where nobody knows whether the service took a change, the earlier of both ends counts."
remount -o visibility=600 "$endpoint"
mkdir "$mnt/far"
say one far
exec 3<"$mnt/far/next"
id=$(held far)
faults 'ChangeMessageVisibility* lose'
! touch -d '+100 sec' "$mnt/far/$id" 2>"$tmp/err" || fail "touch without an answer succeeded"
[ "$(xattr lease "$mnt/far/$id")" -le 100 ] || fail "the lease is $(xattr lease "$mnt/far/$id")"

# semantics.md: "What changes the lease of one message is asked for one after another."
# The kernel sees two files here: it lets both of them be touched at once.
faults 'ChangeMessageVisibility* delay-after=2000 count=1'
touch -d '+10 min' "$mnt/far/$id" &
first=$!
background $first
is_asked() {
	grep -q '^sqsfs_requests_in_flight 1' "$mnt/.stats"
}
await 10 is_asked
touch -d '+1 min' /proc/self/fd/3 || fail "the second touch"
wait $first || fail "the first touch"
[ "$(xattr lease "$mnt/far/$id")" -le 60 ] || fail "the lease is $(xattr lease "$mnt/far/$id"), at the service a minute"
exec 3<&-
