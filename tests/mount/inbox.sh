#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs -o wait=1
mkdir "$mnt/q"
for n in $(seq 12); do
	say "$n" q
done

# semantics.md: "Listing `.sqs/inbox` shows what this mount holds through the inbox and tops it up to `-o inbox=` messages (default 10)."
ls "$mnt/q/.sqs/inbox" >"$tmp/names"
[ "$(wc -l <"$tmp/names")" -le 10 ] && [ "$(wc -l <"$tmp/names")" -ge 1 ] || fail "$(wc -l <"$tmp/names") names"

# semantics.md: "`rm` in `.sqs/inbox` deletes the message."
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
	for file in "$mnt"/q/.sqs/inbox/*; do
		[ -e "$file" ] || continue
		cat "$file" >>"$tmp/got" && rm "$file" || fail "round $round"
	done
done
seq 12 | sort >"$tmp/sent"
sort "$tmp/got" | cmp - "$tmp/sent" || fail "got $(sort -n "$tmp/got" | tr '\n' ' ')"
sync "$mnt/q" && rmdir "$mnt/q" || fail "the queue is not empty"

# semantics.md: "Listing `.sqs/inbox` waits for a message only if it holds none."
remount -o wait=inf
mkdir "$mnt/r"
say held r
[ "$(ls "$mnt/r/.sqs/inbox" | wc -l)" = 1 ] || fail "no message"
[ "$(timeout 60 ls "$mnt/r/.sqs/inbox" | wc -l)" = 1 ] || fail "a listing waited although it holds a message"
