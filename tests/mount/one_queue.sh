#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
start_server
curl -sf "$endpoint/?Action=CreateQueue&QueueName=jobs" >/dev/null || fail "create"

# semantics.md: "| `http(s)://HOST/ACCOUNT/NAME` | one queue: its directory is the root |"
"$SQSFS" -f -o wait=60 "$endpoint/000000000000/jobs" "$mnt" >>"$log" 2>&1 &
sqsfs_pid=$!
next_is_there() {
	[ -e "$mnt/next" ]
}
await 20 next_is_there
say hello .
hear . hello
