#!/bin/sh
# SPDX-License-Identifier: MIT
# What is in the spool is changed, and sqsfs is killed.
. "$(dirname "$0")/../lib/mount.sh"
expect_errors_in_log
need setfattr
start_server
mkdir "$tmp/spool"
options=wait=2,drain=2,spool=$tmp/spool
mount_sqsfs -o "$options" "$endpoint"
mkdir "$mnt/o.fifo"

spooled() { # NUMBER
	[ "$(find "$tmp/spool" -type f -path '*/.sqs/spooled-*' | wc -l)" = "$1" ]
}
spool_three() {
	kill_server
	for n in 1 2 3; do
		say $n o.fifo "f$n"
	done
	spooled 3 || fail "not in the spool"
}
arrive_in_order() { # [THIRD]
	kill_sqsfs
	start_server
	mount_sqsfs -o "$options" "$endpoint"
	await 30 spooled 0
	for n in 1 2 "${1:-3}"; do
		[ "$(cat "$mnt/o.fifo/next.x")" = "$n" ] || fail "heard $(cat "$mnt/o.fifo/next.x") instead of $n"
		[ "$n" != 1 ] || color=$(xattr attr.color "$mnt/o.fifo/next.x")
		rm "$mnt/o.fifo/next.x"
		sync "$mnt/o.fifo"
	done
}

# semantics.md: "A spooled file whose attributes are set, or that is renamed in its directory, stays on the disk and keeps its place."
spool_three
setfattr -n user.sqs.attr.color -v red "$mnt"/o.fifo/spooled-*-f1 || fail "setfattr"
is_written() {
	spooled 3 || fail "it is not in the spool any more"
	grep -rq --exclude=.sqs color=red "$tmp/spool"
}
await 10 is_written
arrive_in_order
[ "$color" = red ] || fail "its attribute is '$color'"

# Renamed to another name, and to the one that it had.
for name in other f1; do
	spool_three
	mv "$mnt"/o.fifo/spooled-*-f1 "$mnt/o.fifo/$name" || fail "mv"
	is_again() {
		names "$mnt/o.fifo" | grep -q "^next spooled-[0-9a-f]*-$name " && spooled 3
	}
	await 30 is_again
	arrive_in_order
done

# Written on under its name in the spool.
spool_three
echo more >>"$(echo "$mnt"/o.fifo/spooled-*-f3)"
await 30 spooled 3
arrive_in_order "$(printf '3\nmore')"
