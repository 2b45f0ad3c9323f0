#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
mount_sqsfs -o wait=1,visibility=queue
mkdir "$mnt/q"

# semantics.md: "open waits up to `-o wait=` seconds (default 20; `inf` for ever) for a message, then fails with EAGAIN."
began=$(now_ms)
expect_errno EAGAIN cat "$mnt/q/next"
took=$(($(now_ms) - began))
[ "$took" -ge 900 ] && [ "$took" -le 15000 ] || fail "wait=1 took $took ms"

# semantics.md: "With O_NONBLOCK, open asks once without waiting, then fails with EAGAIN."
remount -o wait=inf,visibility=queue
expect_errno EAGAIN timeout 60 dd if="$mnt/q/next" iflag=nonblock status=none

# semantics.md: "Opening `next` receives one message, and the open file has its content."
# semantics.md: "The message read through `next` stays in flight under its MessageId, and is listed until it is deleted or its lease has run out."
# semantics.md: "Reading to the end and closing does not delete the message."
sent=$(now_s)
say one q
began=$(now_s)
[ "$(cat "$mnt/q/next")" = one ] || fail "cat next"
id=$(held q)
# semantics.md: "`user.sqs.lease` is the number of seconds left of its lease."
lease=$(xattr lease "$mnt/q/$id")
[ "$lease" -ge $((28 - $(now_s) + began)) ] && [ "$lease" -le 30 ] || fail "lease is $lease"
touch -d '+1 hour' "$mnt/q/$id" || fail "touch"
[ -n "$id" ] && [ "$(cat "$mnt/q/$id")" = one ] || fail "ls shows $(names "$mnt/q")"
hear q
names_are "$mnt/q" "$id next" || fail "reading a held message changed the listing: $(names "$mnt/q")"

# semantics.md: "The file of a message in flight has its true size, and its modification time is the time at which the message was sent."
[ "$(stat -c %s "$mnt/q/$id")" = 4 ] || fail "size $(stat -c %s "$mnt/q/$id")"
mtime=$(stat -c %Y "$mnt/q/$id")
[ "$mtime" -ge "$sent" ] && [ "$mtime" -le "$began" ] || fail "mtime is $mtime, sent at $sent"

# semantics.md: "A message's file has `user.sqs.MessageId`, `.SentTimestamp`, `.ApproximateReceiveCount`, `.ApproximateFirstReceiveTimestamp`, `.SenderId`, `.ReceiptHandle`, and where the service gives them `.MessageGroupId`, `.SequenceNumber`, `.MessageDeduplicationId` and `.DeadLetterQueueSourceArn`."
[ "$(xattr MessageId "$mnt/q/$id")" = "$id" ] || fail "MessageId"
[ "$(xattr ApproximateReceiveCount "$mnt/q/$id")" = 1 ] || fail "ApproximateReceiveCount"
for name in SentTimestamp ApproximateFirstReceiveTimestamp SenderId ReceiptHandle; do
	[ -n "$(xattr $name "$mnt/q/$id")" ] || fail "$name is missing"
done

# semantics.md: "All of them can be read through an open descriptor: `getfattr -n user.sqs.MessageId /proc/self/fd/3`."
say two q
exec 3<"$mnt/q/next" || fail "open"
[ "$(xattr ApproximateReceiveCount /proc/self/fd/3)" = 1 ] || fail "no xattr through a descriptor"

# semantics.md: "Each open of `next` owns its own message."
# semantics.md: "fstat of an open `next` gives the size of its message, so tools that ask for the size first see all of it; before it is opened its size is 0."
say three-3 q
exec 4<"$mnt/q/next" || fail "second open"
[ "$(stat -L -c %s /proc/self/fd/3 /proc/self/fd/4 | tr '\n' ' ')" = "4 8 " ] ||
	fail "sizes: $(stat -L -c %s /proc/self/fd/3 /proc/self/fd/4)"
[ "$(stat -c %s "$mnt/q/next")" = 0 ] || fail "next has a size before it is opened"
[ "$(cat <&4)$(cat <&3)" = three-3two ] || fail "the two opens mixed their messages"
exec 3<&- 4<&-

# semantics.md: "Opening `next` for writing fails with EPERM."
expect_errno EPERM cp "$tmp/said" "$mnt/q/next"
expect_errno EPERM truncate -s 0 "$mnt/q/next"
# semantics.md: "A message that was received cannot be changed: opening it for writing fails with EPERM."
expect_errno EPERM cp "$tmp/said" "$mnt/q/$id"

# semantics.md: "A listing never receives a message."
# semantics.md: "Nothing but opening `next` or `next.NAME`, listing `.sqs/inbox` and reading `.sqs/dump` receives: stat, ls, find and lookups do not."
say four q
ls -lR "$mnt" >/dev/null
find "$mnt" -newer "$tmp/said" >/dev/null
stat "$mnt/q/next" "$mnt/q/next" >/dev/null
du -a "$mnt" >/dev/null
test -e "$mnt/q/next.name" -o -r "$mnt/q/next"
hear q four
