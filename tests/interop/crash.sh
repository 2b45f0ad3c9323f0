#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "After kill -9 every answered send is there and every answered delete stays deleted"
. "$(dirname "$0")/server.sh"
need_python json
start_server
query 'Action=CreateQueue&QueueName=jobs&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=1' / \
	>"$tmp/created"
"$python" "$here/crash.py" load "$address" "$tmp/notes" 16 &
load=$!
background "$load"
notes_reach() { # LINES
	[ "$(wc -l <"$tmp/notes")" -ge "$1" ]
}
for round in $(seq "${CRASH_ROUNDS:-5}"); do
	await 120 notes_reach $((round * 1500))
	kill_server
	start_server
done
await 120 notes_reach $((round * 1500 + 1500))
kill "$load"
wait "$load" || fail "the load"
kill_server
start_server
"$python" "$here/crash.py" judge "$address" "$tmp/notes" || fail "the promise"
