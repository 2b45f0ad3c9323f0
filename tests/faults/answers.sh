#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "All 23 actions, in the Query protocol (GET and POST, to the endpoint or to a queue's URL, with the spellings of boto 2) and in AWS JSON 1.0"
. "$(dirname "$0")/../interop/server.sh"
need_python json
start_server
"$python" "$here/answers.py" "$address" || fail "answers"
"$python" "$here/refusals.py" "$address" || fail "refusals"
stop_server
