#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "Bodies stay on the disk: a backlog costs no memory."
# local.md: "A request may have 5 MiB, its line and headers 32 KiB together; more is answered 413, 414 or 431."
. "$(dirname "$0")/../interop/server.sh"
need curl
need_python json
# A sanitizer that keeps what was freed would look like a server that does.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=4"
start_server
for queue in jobs backlog; do
	query "Action=CreateQueue&QueueName=$queue" / >"$tmp/created"
done
"$python" "$here/limits.py" "$address" "$server_pid" || fail "limits"
