#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "Without `--listen` it serves on the Unix socket `DIR/socket`"
# local.md: "The directory is made with mode 0700, and the socket has mode 0600, as every file there has."
. "$(dirname "$0")/../interop/server.sh"
need curl

start_unix() { # DIR
	"$SQS_LOCAL" "$1" >"$tmp/endpoint" 2>>"$tmp/server.log" &
	server_pid=$!
	await 10 grep -q '^http://' "$tmp/endpoint"
}

# A path may be longer than the address of a socket: reach it from its directory.
answers() { # DIR
	(cd "$1" && curl -s --max-time 10 --unix-socket socket -d Action=ListQueues http://localhost/) |
		grep -q ListQueuesResult || fail "no answer in $1"
}

mode_of() { # FILE
	stat -c %a "$1"
}

part=$(printf '%060d' 0)
mkdir -p "$tmp/$part/$part"
umask 022
for dir in "$tmp/short" "$tmp/$part/$part/long"; do
	start_unix "$dir"
	[ "$(cat "$tmp/endpoint")" = "http://localhost $dir/socket" ] ||
		fail "it says $(cat "$tmp/endpoint")"
	[ "$(mode_of "$dir")" = 700 ] || fail "$dir has mode $(mode_of "$dir")"
	[ "$(mode_of "$dir/socket")" = 600 ] || fail "the socket has mode $(mode_of "$dir/socket")"
	for file in "$dir"/*; do
		[ "$(mode_of "$file")" = 600 ] || fail "$file has mode $(mode_of "$file")"
	done
	answers "$dir"

	# What a dead server left is replaced; a living one is not disturbed.
	kill_server
	[ -S "$dir/socket" ] || fail "kill -9 should have left the socket"
	start_unix "$dir"
	! "$SQS_LOCAL" "$dir" >"$tmp/out" 2>"$tmp/err" || fail "two servers on $dir"
	answers "$dir"
	stop_server
	[ ! -e "$dir/socket" ] || fail "the socket is still there"
done
