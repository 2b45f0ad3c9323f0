#!/bin/sh
# SPDX-License-Identifier: MIT
# Operations of every kind, in great number (churn.c has the list): 20,000 take some
# twenty seconds, LONG_RUN=1000000 a quarter of an hour.
. "$(dirname "$0")/../lib/mount.sh"
operations=${LONG_RUN:-20000}
workers=4
churn=${CHURN:-$(dirname "$SQSFS")/../tests/mount/churn}
[ -x "$churn" ] || skip "$churn is not built"

# What may differ: buffers of connections, tables that happen to be larger. A kind of operation
# that leaves 300 bytes behind leaves more than this in 20,000; any that leaves one, in a million.
heap_slack=262144
resident_slack_kb=4096
# Idle connections to the service that are kept for the next request.
most_connections=32

start_server
mount_sqsfs -o wait=60,receipt=1 "$endpoint"
for n in $(seq 0 $((workers - 1))); do
	mkdir "$mnt/churn-$n" "$mnt/idle-$n"
done

stat_of() { # NAME
	sed -n "s/^sqsfs_$1 //p" "$mnt/.stats"
}

is_quiet() {
	for name in held_messages pending_deletes unsent_files open_writers receives_under_way requests_in_flight; do
		[ "$(stat_of $name)" = 0 ] || return 1
	done
}

descriptors() { # PID
	# shellcheck disable=SC2010,SC2012 # where they lead, not names
	ls -l "/proc/$1/fd" | grep -c -e ' -> [^s]'
}

connections() { # PID
	# shellcheck disable=SC2010,SC2012
	ls -l "/proc/$1/fd" | grep -c -e ' -> socket:'
}

threads() { # PID
	# shellcheck disable=SC2010,SC2012
	ls "/proc/$1/task" | wc -l
}

resident_kb() { # PID
	sed -n 's/^Anonymous: *\([0-9]*\) kB/\1/p' "/proc/$1/smaps_rollup"
}

# A sanitizer's heap cannot be counted; it looks for leaks itself, at the end.
counts_memory() {
	[ "$(stat_of memory_bytes)" != 0 ]
}

# Before 6.18 the kernel keeps names that nobody uses until it is short of memory, and
# we keep what it may ask about.
kernel_lets_go() {
	uname -r | awk -F . '{ exit !($1 > 6 || $1 == 6 && $2 >= 18) }'
}

# Processes that come again are looked at through files that stay open for 10 to 20 s.
is_at_rest() {
	# shellcheck disable=SC2010,SC2012 # where they lead, not names
	! ls -l "/proc/$sqsfs_pid/fd" | grep -q -e ' -> /proc/'
}

run() { # OPERATIONS
	began=$(now_ms)
	"$churn" "$mnt" "$workers" "$1" || fail "churn"
	echo "$1 operations in $(($(now_ms) - began)) ms"
	await 90 is_quiet
	await 60 is_at_rest
}

# A queue with its controls has some thirty.
few_nodes() {
	[ "$(stat_of nodes)" -le $((50 * workers)) ]
}

is_back() {
	few_nodes && [ "$(stat_of memory_bytes)" -le $((heap + heap_slack)) ]
}

report() {
	echo "$1: sqsfs $(descriptors "$sqsfs_pid") descriptors, $(connections "$sqsfs_pid") connections," \
		"$(threads "$sqsfs_pid") threads, $(stat_of nodes) nodes, $(stat_of memory_bytes) bytes allocated," \
		"$(resident_kb "$sqsfs_pid") KiB; sqs-local $(descriptors "$server_pid") descriptors," \
		"$(threads "$server_pid") threads, $(resident_kb "$server_pid") KiB"
}

same() { # WHAT BEFORE NOW
	[ "$2" = "$3" ] || fail "$1: $2 before, $3 now"
}

# Whatever is made once (pools, tables, buffers) is made by the first tenth.
run $((operations / 10))
if kernel_lets_go; then
	soon 30 few_nodes || { report before; fail "many nodes are left"; }
fi
report before
descriptors=$(descriptors "$sqsfs_pid")
threads=$(threads "$sqsfs_pid")
served_descriptors=$(descriptors "$server_pid")
served_threads=$(threads "$server_pid")
heap=$(stat_of memory_bytes)
resident=$(resident_kb "$sqsfs_pid")
served_resident=$(resident_kb "$server_pid")

# semantics.md: "A mount does not grow with what passes through it: after any number of operations its descriptors, threads and memory are what they were."
run "$operations"
if counts_memory && kernel_lets_go; then
	soon 100 is_back || {
		report after
		fail "more nodes or memory than before"
	}
fi
report after
same descriptors "$descriptors" "$(descriptors "$sqsfs_pid")"
same threads "$threads" "$(threads "$sqsfs_pid")"
same "descriptors of sqs-local" "$served_descriptors" "$(descriptors "$server_pid")"
same "threads of sqs-local" "$served_threads" "$(threads "$server_pid")"
[ "$(connections "$sqsfs_pid")" -le "$most_connections" ] || fail "too many connections"
if counts_memory && kernel_lets_go; then
	[ "$(resident_kb "$sqsfs_pid")" -le $((resident + resident_slack_kb)) ] || fail "sqsfs has grown"
	[ "$(resident_kb "$server_pid")" -le $((served_resident + resident_slack_kb)) ] || fail "sqs-local has grown"
fi

# What cannot be sent or received in its time is given up, not kept.
for n in $(seq 0 $((workers - 1))); do
	[ "$(cat "$mnt/churn-$n/.sqs/count")" = 0 ] || fail "messages are left in churn-$n"
	names_are "$mnt/churn-$n" next || fail "files are left in churn-$n: $(names "$mnt/churn-$n")"
done
unmount
