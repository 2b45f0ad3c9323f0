#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "A request may have 5 MiB, its line and headers 32 KiB together; more is answered 413, 414 or 431."
. "$(dirname "$0")/../interop/server.sh"
need curl
need_python json
start_server
query 'Action=CreateQueue&QueueName=jobs' / >"$tmp/created"
"$python" "$here/limits.py" "$address" "$server_pid" || fail "limits"
