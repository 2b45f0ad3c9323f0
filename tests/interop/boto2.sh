#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "boto 2.49 works unchanged, its tutorial step by step, with signatures verified."
. "$(dirname "$0")/server.sh"
need_python boto
write_credentials
start_server --credentials "$tmp/credentials"
"$python" -W ignore "$here/boto2.py" "$address" || fail "the tutorial"
stop_server
