# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Verbs for tests that fill the queue $mnt/q while four workers drain it: every body
# that came is compared with what was sent.
#
#	mount_sqsfs -o wait=5
#	mkdir "$mnt/q"
#	start_workers <<'END'
#		...
#	END
#	start_clock
#	cp "$tmp"/files/* "$mnt/q/" &
#	await_drained $!
#	all_came
# shellcheck source=../lib/mount.sh
. "$(dirname "$0")/../lib/mount.sh"

# Each runs the script on standard input as `sh SCRIPT NUMBER QUEUE GOT`: it puts what it
# receives into $tmp/got and ends, with status 0, when nothing has come for a while; its
# words about that go to GOT.err-NUMBER. That is done again until all was sent: senders may
# pause for longer than a worker waits.
start_workers() {
	cat >"$tmp/worker"
	mkdir "$tmp/got"
	workers=
	for w in 1 2 3 4; do
		work_on "$w" &
		workers="$workers $!"
	done
	# shellcheck disable=SC2086 # a list of numbers
	background $workers
}

work_on() { # NUMBER
	last=
	until [ -n "$last" ]; do
		[ ! -e "$tmp/all-sent" ] || last=yes
		sh "$tmp/worker" "$1" "$mnt/q" "$tmp/got" || exit 1
	done
}

start_clock() {
	began=$(now_s)
}

await_drained() { # PID OF A SENDER...
	background "$@"
	for pid; do
		wait "$pid" || fail "a sender failed"
	done
	sync "$mnt/q" || fail "sync"
	: >"$tmp/all-sent"
	echo "sent in $(($(now_s) - began)) s"
	for pid in $workers; do
		wait "$pid" || fail "a worker failed: $(cat "$tmp"/got.err-*)"
	done
	echo "drained in $(($(now_s) - began)) s"
}

# $tmp/sent and $tmp/received, both sorted, are the same.
all_came() {
	cmp "$tmp/sent" "$tmp/received" ||
		fail "lost: $(comm -23 "$tmp/sent" "$tmp/received" | wc -l), twice or altered: $(comm -13 "$tmp/sent" "$tmp/received" | wc -l)"
}
