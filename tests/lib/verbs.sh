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

# Runs the command until it succeeds; fails the test after that many seconds.
await() { # SECONDS COMMAND...
	await_s=$1
	shift
	soon "$await_s" "$@" || fail "not in $await_s s: $*"
}

# The same, and tells by its status whether it did.
soon() { # SECONDS COMMAND...
	until_s=$(($(now_s) + $1))
	shift
	until "$@" 2>/dev/null; do
		[ "$(now_s)" -le "$until_s" ] || return 1
		sleep 0.05
	done
}

now_s() {
	date +%s
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

kill_server() {
	kill -9 "$server_pid"
	wait "$server_pid" 2>/dev/null
	server_pid=
}
