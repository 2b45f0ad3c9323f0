# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Verbs that tests of the server and tests of a mount share: how a test ends, how it
# waits, processes in the background, a server that can be told to fail or be killed.
# server.sh and mount.sh read this file; a test reads one of those.
#
# SQS_LOCAL names the program under test. Exit status 77 is "skipped".
set -u
export LC_ALL=C.UTF-8

# shellcheck disable=SC2034 # for those who read this file
SQS_LOCAL=${SQS_LOCAL:-sqs-local}
server_pid=
endpoint=
helpers=

fail() {
	echo "FAILED: $*"
	exit 1
}

skip() {
	echo "skipped: $*"
	exit 77
}

need() { # PROGRAM...
	for program; do
		command -v "$program" >/dev/null || skip "$program is missing"
	done
}

#
# Waiting
#

# How much longer than on a machine of its own a test waits for what must come: neighbours
# may have the processors for seconds. It costs nothing where all is well.
patience=${PATIENCE:-6}

# Runs the command until it succeeds; fails the test after that many seconds of a machine
# that has nothing else to do. It is no bound: for what must be quick there is at_once.
await() { # SECONDS COMMAND...
	await_s=$1
	shift
	soon "$await_s" "$@" || fail "not in $((await_s * patience)) s: $*"
}

# The same, and tells by its status whether it did.
soon() { # SECONDS COMMAND...
	until_s=$(($(now_s) + $1 * patience))
	shift
	until "$@" 2>/dev/null; do
		[ "$(now_s)" -le "$until_s" ] || return 1
		sleep 0.05
	done
}

now_s() {
	date +%s
}

now_ms() {
	date +%s%3N
}

# The command takes less than that: the first time, or one of the next. A busy machine makes
# some attempts slow, what is wrong makes all of them slow. The command can start the clock
# anew, with began=$(now_ms).
at_once() { # MILLISECONDS COMMAND...
	limit_ms=$1
	shift
	for _ in 1 2 3 4 5 6 7 8; do
		began=$(now_ms)
		"$@" || fail "$*: status $?"
		took=$(($(now_ms) - began))
		[ "$took" -ge "$limit_ms" ] || return 0
	done
	fail "$* takes $took ms, each time"
}

#
# Processes
#

is_gone() { # PID
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"
}

# Notes processes that the test started in the background, to be ended with it.
background() { # PID...
	helpers="$helpers $*"
}

end_helpers() {
	# shellcheck disable=SC2086 # a list of numbers
	[ -z "$helpers" ] || kill -9 $helpers 2>/dev/null
}

# What goes wrong from now on, in the words of docs/local.md; '' for nothing.
faults() { # RULES
	curl -sf --data-binary "$1" "$endpoint/_sqs-local/faults" >/dev/null ||
		fail "faults refused: $1"
}

# It stands still: what is asked of it is under way until it may go on.
hold_server() {
	kill -STOP "$server_pid"
}

release_server() {
	kill -CONT "$server_pid"
}

kill_server() {
	kill -9 "$server_pid"
	wait "$server_pid" 2>/dev/null
	server_pid=
}
