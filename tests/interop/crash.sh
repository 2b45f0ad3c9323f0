#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "After kill -9 every answered send is there and every answered delete stays deleted"
# local.md: "After kill -9 a message that was received is not given to anybody else within its visibility timeout"
# CRASH_ROUNDS is how often the server is killed (default 5).
. "$(dirname "$0")/server.sh"
need_python json
start_server
query 'Action=CreateQueue&QueueName=jobs' / >"$tmp/created"
query 'Action=CreateQueue&QueueName=groups.fifo&Attribute.1.Name=FifoQueue&Attribute.1.Value=true' / \
	>"$tmp/created"
"$python" "$here/crash.py" load "$address" "$tmp/notes" 16 2>"$tmp/load" &
load=$!
background "$load"
notes_reach() { # LINES
	! is_gone "$load" || fail "the load: $(cat "$tmp/load")"
	[ "$(wc -l <"$tmp/notes")" -ge "$1" ]
}
for round in $(seq "${CRASH_ROUNDS:-5}"); do
	await 120 notes_reach $((round * 3000))
	kill_server
	echo "killed $(cut -d ' ' -f 1 /proc/uptime)" >>"$tmp/notes"
	start_server
done
await 120 notes_reach $((round * 3000 + 3000))
kill "$load"
wait "$load" || fail "the load"
kill_server
start_server
"$python" "$here/crash.py" drain "$address" "$tmp/notes" || fail "what is left"
"$python" "$here/crash.py" judge "$tmp/notes" || fail "the promise"
