#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
start_server
mount_sqsfs -o wait=1 "$endpoint"
mkdir "$mnt/q" "$mnt/o.fifo"

# semantics.md: "`.sqs/dump` puts `-o separator=` (default a newline) behind each body, shows each message once and gives all of them back at close, which waits until they are visible again, 5 seconds at most."
for n in $(seq 25); do
	printf 'body %s' "$n" >"$mnt/q/f"
	printf 'body %s' "$n" >"$mnt/o.fifo/f"
	sync "$mnt/o.fifo"
done
seq -f 'body %.0f' 25 | sort >"$tmp/sent"
for _ in 1 2; do
	mark
	sort "$mnt/q/.sqs/dump" | cmp - "$tmp/sent" || fail "dump"
	expect_requests 3 'ChangeMessageVisibility.*'
done
# semantics.md: "Of a FIFO queue `.sqs/dump` shows in order what the service hands out while nothing is deleted: at most ten messages of a group."
for _ in 1 2; do
	seq -f 'body %.0f' 10 | cmp - "$mnt/o.fifo/.sqs/dump" || fail "the dump of a FIFO queue: $(cat "$mnt/o.fifo/.sqs/dump")"
done

# However slowly the service takes them back.
faults 'ChangeMessageVisibility* delay-before=1000'
cat "$mnt/o.fifo/.sqs/dump" >"$tmp/dumped"
hear_body o.fifo | cmp -n 6 - "$tmp/dumped" || fail "close came before the messages were back"
faults ''

drain q "$tmp/q"
[ "$drained" = 25 ] || fail "$drained of 25 are left after two dumps"
