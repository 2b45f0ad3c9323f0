#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What large things cost: a queue of 100,000 messages, a mount with 50,000 queues, both
# on the durable local server. Requests are counted in the server's log.
#
#	tests/bench/scale.sh [PART...]             the table, on standard output
#	tests/bench/scale.sh --write [PART...]     and in docs/benchmarks.md
#
# A PART is one of dump, next, prefetch, inbox, queues; all when none is named. What
# earlier runs have measured of the other parts stays in the table. MESSAGES and QUEUES
# change the size.
set -eu

. "$(dirname "$0")/lib.sh"
! takes_write "$@" || shift
[ $# -gt 0 ] || set -- dump next prefetch inbox queues
messages=${MESSAGES:-100000}
queues=${QUEUES:-50000}
workers=4
results=$build/scale-results

build fs/sqsfs sqs/local/sqs-local tests/bench/bench-drain
touch "$results"

work=$(mktemp -d)
mount=$work/mnt
mkdir "$mount"
fs_pid=
server_pid=
part=
export AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=bench XDG_STATE_HOME="$work/state"

is_serving() {
	grep -q '^http://' "$work/endpoint"
}

start() { # OPTIONS
	rm -rf "$work/served" "$work"/got.*
	: >"$work/endpoint"
	"$build/sqs/local/sqs-local" --listen 127.0.0.1:0 --log "$work/requests" \
		"$work/served" >"$work/endpoint" &
	server_pid=$!
	await 30 is_serving
	mount_here "$1"
}

mount_here() { # OPTIONS
	"$build/fs/sqsfs" -f -o "visibility=3600,wait=1$1" \
		"$(grep -o 'http://[^ ]*' "$work/endpoint")" "$mount" 2>"$work/log" &
	fs_pid=$!
	await 30 mountpoint -q "$mount"
}

unmount() {
	kill "$fs_pid"
	wait "$fs_pid" || fail "sqsfs failed: $(cat "$work/log")"
	fs_pid=
}

stop() {
	[ -z "$fs_pid" ] || unmount
	[ -z "$server_pid" ] || {
		kill "$server_pid"
		wait "$server_pid" || fail "sqs-local failed"
	}
	server_pid=
	rm -f "$work/requests"
}

cleanup() {
	trap - EXIT INT TERM
	# shellcheck disable=SC2086 # one number, or none
	kill $fs_pid $server_pid 2>/dev/null || true
	wait
	! mountpoint -q "$mount" || fusermount3 -uz "$mount"
	rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

requests() {
	wc -l <"$work/requests"
}

peak_mib() { # PID
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status" | awk '{ printf "%.0f", $1 / 1024 }'
}

# Nothing is under way or held any more.
is_settled() {
	! grep -q -e '^sqsfs_requests_in_flight [1-9]' -e '^sqsfs_held_messages [1-9]' "$mount/.stats"
}

# measure WHAT COMMAND...: runs it and notes what it cost. One that prints the seconds
# itself, behind a number, does not count its waiting for more.
measure() {
	measured=$1
	shift
	for pid in "$fs_pid" "$server_pid"; do
		echo 5 >"/proc/$pid/clear_refs" # the peaks of memory begin anew
	done
	asked=$(requests)
	began=$(date +%s%N)
	"$@" >"$work/said"
	seconds=$(($(date +%s%N) - began))
	seconds=$(awk -v ns="$seconds" '{ s = $2 } END { printf "%.2f", s ? s : ns / 1e9 }' "$work/said")
	await 30 is_settled
	printf '%s|%s|%s|%s|%s|%s\n' "$part" "$measured" "$(($(requests) - asked))" "$seconds" \
		"$(peak_mib "$fs_pid")" "$(peak_mib "$server_pid")" >>"$work/results"
}

# Everything that was sent came, and nothing twice.
closes() { # FILE...
	sort -n "$@" | cmp -s - "$work/sent" || fail "$part: what came is not what was sent"
}

#
# A queue
#

send_lines() {
	cat "$work/sent" >"$mount/q/.sqs/lines"
}

fill() { # OPTIONS
	start "$1"
	seq "$messages" >"$work/sent"
	mkdir "$mount/q"
}

drain() { # HOW WORKERS
	"$build/tests/bench/bench-drain" "$1" "$mount/q" "$2" "$work/got"
}

dump() {
	cat "$mount/q/.sqs/dump" >"$work/dumped"
}

drain_part() { # OPTIONS WHAT HOW WORKERS
	fill "$1"
	send_lines
	measure "$2" drain "$3" "$4"
	closes "$work"/got.*
	rmdir "$mount/q"
}

part_dump() {
	fill ''
	measure "send them as lines: \`seq N > q/.sqs/lines\`" send_lines
	measure "dump: \`cat q/.sqs/dump\`, and give all back" dump
	closes "$work/dumped"
}

part_next() {
	drain_part '' "drain: $workers workers, \`next.N\` and \`rm\`" next "$workers"
}

part_prefetch() {
	drain_part ',prefetch=100' "the same with \`-o prefetch=100\`" next "$workers"
}

part_inbox() {
	drain_part ',inbox=100' "drain: 1 worker, \`.sqs/inbox\`, \`-o inbox=100\`" inbox 1
}

#
# Queues
#

make_queues() {
	(cd "$mount" && seq -f 'queue-%05.0f' "$queues" | xargs mkdir)
}

lists() { # COMMAND...
	"$@" >"$work/listed"
	[ "$(grep -c 'queue-' "$work/listed")" -eq "$queues" ] || fail "not all queues are listed by $*"
}

complete() {
	[ "$(bash -c 'compgen -f "$1/queue-0123" | wc -l' - "$mount")" = 10 ] || fail "compgen"
}

stat_one() {
	stat "$mount/queue-00042" >/dev/null
}

part_queues() {
	start ''
	measure "\`mkdir\` of each" make_queues
	unmount
	mount_here ''
	sleep 6 # the list that the mount asked for is too old by then
	measure "\`ls\`" lists ls "$mount"
	measure "\`ls\` again, within \`list_ttl\`" lists ls "$mount"
	measure "\`ls -l\`" lists ls -l "$mount"
	measure "\`find -maxdepth 1\`" lists find "$mount" -mindepth 1 -maxdepth 1
	measure "tab completion to one of ten names" complete
	measure "\`stat\` of one" stat_one
}

#
# The table
#

section() { # WHAT NAMES
	echo
	echo "| $1 | requests | seconds | sqsfs, MiB | server, MiB |"
	echo "| --- | --- | --- | --- | --- |"
	awk -F '|' -v names="$2" '
		index(names, $1) { printf "| %s | %s | %s | %s | %s |\n", $2, $3, $4, $5, $6 }' "$results"
}

table() {
	echo "$(machine); memory is the peak of resident memory."
	section "$messages messages" 'dump next prefetch inbox'
	section "$queues queues" 'queues'
}

for part; do
	case $part in
	dump | next | prefetch | inbox | queues) ;;
	*) fail "no part $part" ;;
	esac
	: >"$work/results"
	"part_$part"
	stop
	for known in dump next prefetch inbox queues; do
		if [ "$known" = "$part" ]; then
			cat "$work/results"
		else
			grep "^$known|" "$results" || true
		fi
	done >"$work/all"
	cp "$work/all" "$results"
done
table >"$work/table"
publish "$work/table" scale 'end of scale'
