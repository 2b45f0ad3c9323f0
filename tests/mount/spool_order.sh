#!/bin/sh
# SPDX-License-Identifier: MIT
# Store and forward while sqsfs and the service are killed in turn.
. "$(dirname "$0")/../lib/mount.sh"
expect_errors_in_log
start_server
mkdir "$tmp/spool"
options=wait=60,drain=2,spool=$tmp/spool
mount_sqsfs -o "$options" "$endpoint"
mkdir "$mnt/o.fifo" "$mnt/o.fifo/g" "$mnt/q"

spooled() {
	find "$tmp/spool" -type f -path '*/.sqs/*' | wc -l
}
spool_is_empty() {
	[ "$(spooled)" = 0 ]
}

# semantics.md: "Spooled messages of one group keep their order, across restarts too, and later ones of their group follow them into the spool."
n=0
for round in 1 2 3; do
	kill_server
	for _ in 1 2 3 4 5; do
		n=$((n + 1))
		# A group's directory is made anew by each mount.
		[ -d "$mnt/o.fifo/g" ] || mkdir "$mnt/o.fifo/g"
		say "$n" o.fifo/g same-name
	done
	[ "$(spooled)" -ge 5 ] || fail "round $round: $(spooled) are in the spool"
	# semantics.md: "A spooled file is listed as `spooled-NUMBER-NAME` until it is sent."
	names "$mnt/o.fifo/g" | grep -q '\(^\| \)spooled-[0-9a-f]*-same-name' || fail "the group shows $(names "$mnt/o.fifo/g")"
	[ $((round % 2)) = 0 ] || kill_sqsfs
	start_server
	[ -n "$sqsfs_pid" ] || mount_sqsfs -o "$options" "$endpoint"
done
await 60 spool_is_empty
for m in $(seq "$n"); do
	[ "$(cat "$mnt/o.fifo/next.x")" = "$m" ] || fail "message $m of $n: $(cat "$mnt/o.fifo/next.x")"
	rm "$mnt/o.fifo/next.x"
	sync "$mnt/o.fifo"
done
hear o.fifo

# semantics.md: "What the service refuses for good when it can be reached again stays listed so, with its error, until it is renamed, `sync` sends it, or it is removed."
kill_server
say 'refused later' q name
start_server --faults 'SendMessage* error=InvalidParameterValue'
is_refused() {
	file=$(find "$mnt/q" -name 'spooled-*-name') && [ -n "$file" ] && xattr error "$file" | grep -q InvalidParameterValue
}
await 30 is_refused
[ "$(cat "$file")" = 'refused later' ] || fail "the content is $(cat "$file")"
remount -o "$options" "$endpoint"
await 30 is_refused
faults ''
is_sent() {
	sync "$file"
}
await 20 is_sent
hear q 'refused later'
await 20 spool_is_empty

# semantics.md: "Spooled messages of one group keep their order, across restarts too, and later ones of their group follow them into the spool."
# Also where the clock is set back in between: the first has the number of a later time.
mkdir "$mnt/clock.fifo"
kill_server
say before clock.fifo name
kill_sqsfs
settings=$(find "$tmp/spool" -type f -path '*/clock.fifo/.sqs/*')
sed -i 's/^order=.*/order=4000000000000000000/' "$settings" || fail "no settings"
start_server
faults 'SendMessage* error=InternalFailure'
mount_sqsfs -o "$options" "$endpoint"
say after clock.fifo name
kill_sqsfs
[ "$(spooled)" = 2 ] || fail "$(spooled) are in the spool"
faults ''
mount_sqsfs -o "$options" "$endpoint"
await 30 spool_is_empty
for body in before after; do
	[ "$(cat "$mnt/clock.fifo/next.x")" = $body ] || fail "heard $(cat "$mnt/clock.fifo/next.x") instead of $body"
	rm "$mnt/clock.fifo/next.x"
	sync "$mnt/clock.fifo"
done
