#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "boto3 works unchanged, of before and after its change from Query to JSON, with signatures verified."
. "$(dirname "$0")/server.sh"
need_python boto3
write_credentials

works_with() { # PYTHON
	"$1" -W ignore -c 'import boto3; print("boto3", boto3.__version__)' 2>/dev/null || return 0
	server_dir=$tmp/$(basename "$(dirname "$1")")
	start_server --credentials "$tmp/credentials"
	"$1" -W ignore "$here/boto3_steps.py" "$endpoint" || fail "the steps with $1"
	stop_server
}

works_with "$python"
other=$(command -v python3)
[ "$other" = "$python" ] || works_with "$other"
