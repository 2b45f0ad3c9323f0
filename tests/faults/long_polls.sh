#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "A long poll costs no thread. It is answered when a message arrives or becomes visible, the oldest poll of the queue first, and as many polls are woken as there are messages. When its peer hangs up, nothing is taken from the queue."
. "$(dirname "$0")/../interop/server.sh"
need_python json
start_server
query 'Action=CreateQueue&QueueName=jobs' / >"$tmp/created"
query 'Action=CreateQueue&QueueName=other' / >"$tmp/created"
"$python" "$here/long_polls.py" "$address" "$server_pid" || fail "long polls"

# The test has told it to stop.
await 10 is_gone "$server_pid"
wait "$server_pid" || fail "sqs-local ended with status $?"
server_pid=
