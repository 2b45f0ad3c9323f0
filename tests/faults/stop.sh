#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "SIGTERM and SIGINT end it: what waits is answered, long polls with no message."
. "$(dirname "$0")/../interop/server.sh"
need_python json
start_server --faults 'GetQueueUrl delay-before=1'
query 'Action=CreateQueue&QueueName=jobs' / >"$tmp/created"
"$python" "$here/stop.py" "$address" "$server_pid" || fail "stop"

# The test has told it to stop.
await 10 is_gone "$server_pid"
wait "$server_pid" || fail "sqs-local ended with status $?"
server_pid=
