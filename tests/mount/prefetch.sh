#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
start_server
mount_sqsfs -o wait=1,prefetch=10,visibility=600 "$endpoint"
mkdir "$mnt/q"
for n in $(seq 30); do
	say "$n" q "f$n"
done

# semantics.md: "`-o prefetch=N` keeps up to N messages of a queue ready for coming readers, extends their leases, and gives them back at unmount."
mark
for _ in $(seq 10); do
	cat "$mnt/q/next" >>"$tmp/got" || fail "cat"
done
count_requests ReceiveMessage
[ "$counted" -le 5 ] || fail "ten reads cost $counted receives"
for n in $(seq 10); do
	cat "$mnt/q/next.$n" >>"$tmp/got" || fail "cat next.$n"
done
count_requests ReceiveMessage
[ "$counted" -le 5 ] || fail "ten reads of names cost $counted receives"
[ "$(sort -u "$tmp/got" | wc -l)" = 20 ] || fail "twenty reads got $(cat "$tmp/got")"
remount -o wait=1,visibility=600 "$endpoint"
drain q "$tmp/q"
[ "$drained" = 30 ] || fail "$drained of 30 after unmount gave back"
unmount

# semantics.md: "open waits up to `-o wait=` seconds (default 20; `inf` for ever) for a message, then fails with EAGAIN."
# A second reader still asks for the queue's attributes when the first gets a message more
# than it needs: that one is the second reader's, not the stock's.
mount_sqsfs -o wait=60,prefetch=5,visibility=queue "$endpoint"
mkdir "$mnt/late"
stat_is() { # NAME VALUE
	grep -q -x "sqsfs_$1 $2" "$mnt/.stats"
}
cat "$mnt/late/next" >"$tmp/late-1" &
first=$!
background $first
await 10 stat_is receives_under_way 1
cat "$mnt/late/.sqs/attributes/DelaySeconds" >"$tmp/delay"
cp "$tmp/delay" "$mnt/late/.sqs/attributes/DelaySeconds" || fail "setting an attribute"
faults 'GetQueueAttributes delay-before=8000'
cat "$mnt/late/next" >"$tmp/late-2" &
second=$!
background $second
await 10 stat_is requests_in_flight 2
stat_is receives_under_way 1 || fail "the second reader does not ask"
printf 'one\ntwo\n' >"$mnt/late/.sqs/lines"
wait $first || fail "the first reader got nothing"
wait $second || fail "the second reader got nothing while a message was at hand"
[ "$(cat "$tmp/late-1" "$tmp/late-2" | wc -c)" = 6 ] || fail "they got $(cat "$tmp/late-1" "$tmp/late-2")"
