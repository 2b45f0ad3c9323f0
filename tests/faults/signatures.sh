#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "each request must carry a Signature Version 4, in its headers or in its query (a presigned URL)"
. "$(dirname "$0")/../interop/server.sh"
need_python json
write_credentials
echo 'aws_session_token = a/token+of=it' >>"$tmp/credentials"
start_server --credentials "$tmp/credentials"
"$python" "$here/signatures.py" "$address" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" \
	'a/token+of=it' || fail "signatures"
stop_server
