#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "A client is only as good as its behaviour when things go wrong. `--faults` makes them go wrong at will"
. "$(dirname "$0")/../interop/server.sh"
need curl
need_python json
start_server --faults 'ListQueues error=ServiceUnavailable count=1'
query 'Action=ListQueues' / | grep -q '<Code>ServiceUnavailable</Code>' || fail "--faults"
query 'Action=ListQueues' / | grep -q ListQueuesResult || fail "--faults has no count"
query 'Action=CreateQueue&QueueName=jobs' / >"$tmp/created"
"$python" "$here/faults.py" "$address" || fail "faults"

# Rules that are not understood are refused where they are given.
status=$(curl -s -o "$tmp/why" -w '%{http_code}' --data-binary 'SendMessage explode' \
	"$endpoint/_sqs-local/faults")
[ "$status" = 400 ] || fail "wrong rules are answered $status"
grep -q 'there is no "explode"' "$tmp/why" || fail "it says $(cat "$tmp/why")"
! "$SQS_LOCAL" --faults 'SendMessage explode' "$tmp/other" >"$tmp/out" 2>"$tmp/err" ||
	fail "wrong rules are taken"
grep -q 'there is no "explode"' "$tmp/err" || fail "it says $(cat "$tmp/err")"
