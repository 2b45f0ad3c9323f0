#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Measures sqsfs beside its limits, in one run, on this machine:
#
#	null FUSE   the same file operations on a file system without a service
#	client      the client and the server without a file system
#	fdatasync   a bare loop that writes a message's bytes in place and syncs them
#
#	tests/bench/run.sh [ROUNDS [MILLISECONDS]]       the table, on standard output
#	tests/bench/run.sh --write [ROUNDS [MS]]         and in docs/benchmarks.md
#
# Each round measures everything once, in turn, so that a slow spell of the
# machine hits all alike; the figures are medians over the rounds.
set -eu

. "$(dirname "$0")/lib.sh"
! takes_write "$@" || shift
rounds=${1:-5}
ms=${2:-1500}
bytes=256

build fs/sqsfs tests/bench/bench-load tests/bench/bench-null-fs tests/bench/bench-client-alone

work=$(mktemp -d)
mount=$work/mnt
mkdir "$mount"
results=$work/results

cleanup() {
	if mountpoint -q "$mount"; then
		fusermount3 -uz "$mount" || umount -l "$mount"
	fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

load=$build/tests/bench/bench-load
alone=$build/tests/bench/bench-client-alone

is_unmounted() {
	! mountpoint -q "$mount"
}

# note CASE COLUMN COMMAND...: runs it and keeps the number it prints.
note() {
	note_case=$1 note_column=$2
	shift 2
	printf '%s %s %s\n' "$note_case" "$note_column" "$("$@")" >>"$results"
}

measure_null() {
	"$build/tests/bench/bench-null-fs" "$mount" &
	pid=$!
	await 10 mountpoint -q "$mount"
	for workers in 1 16; do
		note "write.$workers" null "$load" write "$mount" "$workers" "$ms" "$bytes"
		note "read.$workers" null "$load" read "$mount" "$workers" "$ms"
	done
	fusermount3 -u "$mount"
	wait "$pid"
}

# The number of messages that no reader gets to the end of.
backlog=$((ms * 25))

measure_client() {
	for workers in 1 16; do
		rm -rf "$work/queues"
		note "write.$workers" client "$alone" send "$work/queues" "$workers" "$ms" "$bytes"
		rm -rf "$work/queues"
		"$alone" fill "$work/queues" "$backlog" "$bytes"
		note "read.$workers" client "$alone" receive "$work/queues" "$workers" "$ms"
	done
}

measure_sqsfs() {
	for workers in 1 16; do
		rm -rf "$work/queues"
		"$alone" fill "$work/queues" "$backlog" "$bytes"
		"$build/fs/sqsfs" "local:$work/queues" "$mount"
		mkdir "$mount/writes"
		note "write.$workers" sqsfs "$load" write "$mount/writes" "$workers" "$ms" "$bytes"
		note "read.$workers" sqsfs "$load" read "$mount/bench" "$workers" "$ms"
		fusermount3 -u "$mount"
		await 10 is_unmounted
		await 10 flock -n "$work/queues/lock" true
	done
}

round=0
while [ "$round" -lt "$rounds" ]; do
	round=$((round + 1))
	echo "round $round of $rounds" >&2
	note sync fdatasync "$load" sync "$work/file" "$ms" "$bytes"
	measure_null
	measure_client
	measure_sqsfs
done

# Medians by case and column; then a row a case, against the smaller limit.
table() {
	sort "$results" | awk "$awk_median"'
		function row(name, key,  limit, n, c, s) {
			n = m[key " null"]; c = m[key " client"]; s = m[key " sqsfs"]
			limit = n < c ? n : c
			printf "| %s | %d | %d | %d | %.2f |\n", name, n, c, s, s / limit
		}
		{ k = $1 " " $2; values[k, ++count[k]] = $3 }
		END {
			for (k in count) {
				for (i = 1; i <= count[k]; i++)
					list[i] = values[k, i] + 0
				m[k] = median(list, count[k])
			}
			printf "A bare fdatasync loop does %d a second.\n\n", m["sync fdatasync"]
			print "| messages a second | null FUSE | client | sqsfs | sqsfs / smaller limit |"
			print "| --- | --- | --- | --- | --- |"
			row("1 writer", "write.1"); row("16 writers", "write.16")
			row("1 reader", "read.1"); row("16 readers", "read.16")
		}'
}

{
	echo "$(machine); $rounds rounds of $ms ms, $bytes bytes a message; medians."
	table
} >"$work/table"
publish "$work/table" table end
