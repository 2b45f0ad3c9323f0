#!/bin/sh
# SPDX-License-Identifier: MIT
# The request table: every row of docs/semantics.md section 11 that states a number,
# counted at the server. semantics.md: "A file operation costs the fewest requests possible"
. "$(dirname "$0")/../lib/mount.sh"
start_server
together=${TOGETHER:-$(dirname "$SQSFS")/../tests/mount/together}
mount_sqsfs -o list_ttl=3600,wait=2,receipt=0,visibility=queue "$endpoint"

costs() { # NUMBER WHAT COMMAND...
	number=$1
	what=$2
	shift 2
	mark
	"$@" >"$tmp/out" 2>&1
	settle
	count_requests
	[ "$counted" = "$number" ] || fail "'$what' costs $counted requests instead of $number:
$(tail -n 8 "$tmp/requests")"
}

# What goes on in the background has arrived: barriers that ask nothing themselves.
settle() {
	for queue in "$mnt"/*/; do
		[ ! -d "$queue" ] || sync "$queue"
	done
}

# semantics.md: "| `mkdir QUEUE` | GetQueueUrl (the kernel looks the name up), CreateQueue | 2 |"
costs 2 mkdir mkdir "$mnt/q"
costs 2 'mkdir, another' mkdir "$mnt/r"
# So that no lease runs out here; from elsewhere, because this mount is to ask for it.
for queue in q r; do
	curl -sf "$endpoint/" -d Action=SetQueueAttributes -d "QueueUrl=$endpoint/000000000000/$queue" \
		-d Attribute.1.Name=VisibilityTimeout -d Attribute.1.Value=3600 >/dev/null || fail "VisibilityTimeout"
done

# semantics.md: "| stat or cd of a known queue | - | 0 |"
# semantics.md: "| ls, stat of anything in it | - | 0 |"
costs 0 'stat of a queue' stat "$mnt/q" "$mnt/q/next" "$mnt/q/.sqs"
costs 0 'ls of a queue' ls -la "$mnt/q"
costs 0 'ls of an absent name' ls "$mnt/q/absent"

# semantics.md: "| create | a draft in memory | 0 |"
# semantics.md: "| close without new bytes | - | 0 |"
costs 0 'an empty file' touch "$mnt/q/empty"
# semantics.md: "| rm of a draft | discards it | 0 |"
costs 0 'rm of a draft' rm "$mnt/q/empty"
costs 0 'writing to next' sh -c ': >"$1"' - "$mnt/q/next"

# semantics.md: "| close, fsync, of new bytes | SendMessage | 1 |"
send_small() {
	head -c 100 /dev/zero | tr '\0' a >"$mnt/q/small"
}
costs 1 'a small send' send_small
costs 1 'a small send, another' send_small

# semantics.md: "| first write past 1024 bytes in a minute | GetQueueAttributes | 1 |"
send_large() {
	head -c 5000 /dev/zero | tr '\0' a >"$mnt/q/large"
}
costs 2 'the first large send' send_large
costs 1 'the next large send' send_large

# semantics.md: "| open of `next`, a message being there | ReceiveMessage | 1 |"
# The queue's attributes were asked for a moment ago.
costs 1 'a receive' cat "$mnt/q/next"
costs 1 'another receive' cat "$mnt/q/next"
id=$(held q)
# semantics.md: "| read, stat, getfattr of a message | - | 0 |"
costs 0 'reading a held message' cat "$mnt/q/$id"
costs 0 'getfattr of a held message' getfattr -d "$mnt/q/$id"
# semantics.md: "| touch of a message | ChangeMessageVisibility | 1; ceil(k / 10) for k together |"
costs 1 'touch of a message' touch "$mnt/q/$id"
# semantics.md: "| rm of a message | DeleteMessage in the background | 1; ceil(k / 10) for k together |"
costs 1 'rm of a message' rm "$mnt/q/$id"

# semantics.md: "| first open of `next` in a minute | GetQueueAttributes beside the receive | 1 more | |"
say hello r
costs 2 'the first receive' cat "$mnt/r/next"

# semantics.md: "| k readers waiting on one queue | one long poll for min(k, 10), more as fast as they fill | 1 in each 20 s |"
ten_readers() {
	readers=
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		cat "$mnt/r/next" &
		readers="$readers $!"
	done
	# shellcheck disable=SC2086 # a list of numbers
	wait $readers
}
# They wait two seconds; one poll for them all, or two when the first left with one reader.
# Who comes a second late waits a second longer, with a poll more. One each is ten.
mark
ten_readers >/dev/null 2>&1
count_requests ReceiveMessage
[ "$counted" -le 5 ] || fail "ten readers cost $counted requests"

# semantics.md: "| close of k files together | SendMessageBatch | as few as ceil(k / 10) |"
# At a distance, for what begins within a millisecond travels together. How many closes
# that is depends on the machine (tests/client/coalesce.c has the exact counts): here it
# is seen that they do: one by one they are fifty, and under a sanitizer some thirteen.
faults 'SendMessage* delay-before=100'
for _ in 1 2 3 4 5; do
	say near r
done
costs_at_most 25 "$together" "$mnt/r" 50
faults ''
sent=$(cat "$mnt/r/.sqs/count")
[ $((sent % 50)) = 5 ] || fail "$sent are there"
rm "$mnt"/r/????????-*
sync "$mnt/r" && echo now >"$mnt/r/.sqs/purge" || fail "purge"

# Ten in a request: they wait 5 ms for the next one. One by one they are thirty.
mkdir "$mnt/d"
echo 3600 >"$mnt/d/.sqs/attributes/VisibilityTimeout"
delete_together() {
	seq 30 >"$mnt/d/.sqs/lines"
	drain d "$tmp/d"
	[ "$drained" = 30 ] || fail "$drained of 30"
	mark
	rm "$mnt"/d/????????-* && sync "$mnt/d"
}
costs_at_most 10 delete_together

# semantics.md: "| message kept open for half its lease | ChangeMessageVisibility | 1; ceil(k / 10) for k together | |"
mkdir "$mnt/h"
echo 12 >"$mnt/h/.sqs/attributes/VisibilityTimeout"
for n in 1 2 3 4 5 6 7 8 9 10; do
	say "$n" h
done
cat >"$tmp/holder.py" <<'END'
import os, sys
fds = [os.open(sys.argv[1] + "/next", os.O_RDONLY) for _ in range(10)]
for fd in fds:
    os.read(fd, 100)
print("has them", flush=True)
sys.stdin.read()
END
mkfifo "$tmp/hold"
python3 "$tmp/holder.py" "$mnt/h" <"$tmp/hold" >"$tmp/holds" &
background $!
exec 3>"$tmp/hold"
await 20 grep -q 'has them' "$tmp/holds"
mark
extended_twice() {
	awk -v from="landmark-$landmarks" '
		$3 == from { counts = 1 }
		counts && $2 ~ /^ChangeMessageVisibility/ { sub("entries=", "", $4); n += $4 }
		END { exit n < 20 }' "$tmp/requests"
}
await 20 extended_twice
count_requests 'ChangeMessageVisibility.*'
# Two, or four where they were not received together; one by one they are twenty.
[ "$counted" -le 8 ] || fail "ten leases, extended twice, cost $counted requests"
exec 3>&-
rm "$mnt"/h/????????-*
sync "$mnt/h" && rmdir "$mnt/h" || fail "rmdir"

# semantics.md: "| `rmdir QUEUE` | GetQueueAttributes for the counts, DeleteQueue | 2 |"
costs 2 rmdir rmdir "$mnt/r"

# semantics.md: "| an idle mount with nobody waiting | - | 0 |"
rm "$mnt"/q/????????-* 2>/dev/null
settle
idle() {
	until_s=$(($(now_s) + 3))
	while [ "$(now_s)" -lt "$until_s" ]; do
		ls "$mnt/q" >/dev/null
		sleep 0.2
	done
}
costs 0 'three idle seconds' idle

# semantics.md: "| `ls MNT`, `ls -l MNT` with n queues | ListQueues | ceil(n / 1000), 0 within 5 s (`-o list_ttl=`) of the last |"
remount "$endpoint"
curl -s "$endpoint/?Action=CreateQueue&QueueName=made-elsewhere" >/dev/null
is_due() {
	names "$mnt" | grep -q made-elsewhere
}
await 8 is_due
costs 0 'ls again' ls -l "$mnt"
# semantics.md: "| first use of a queue not listed | GetQueueUrl | 1 |"
remount -o list_ttl=3600 "$endpoint"
ls "$mnt" >/dev/null
curl -s "$endpoint/?Action=CreateQueue&QueueName=made-later" >/dev/null
costs 1 'the first use of an unlisted queue' stat "$mnt/made-later"
