#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
start_server
mount_sqsfs -o wait=1,visibility=600 "$endpoint"
mkdir "$mnt/q"

# semantics.md: "`.sqs/lines` sends complete lines in batches of ten inside write(2), so that errors show at write; what is left at close is sent then."
mark
seq 1000 >"$mnt/q/.sqs/lines" || fail "seq"
expect_requests 100 SendMessageBatch
printf 'no\nnewline' >"$mnt/q/.sqs/lines" || fail "printf"
# semantics.md: "Empty lines are skipped by `.sqs/lines`."
printf '\n\nlast\n\n' >"$mnt/q/.sqs/lines" || fail "printf"
drain q "$tmp/q"
[ "$drained" = 1003 ] || fail "$drained of 1003"
for body in "$tmp"/q/*; do
	cat "$body"
	echo
done | sort >"$tmp/seen"
{
	seq 1000
	printf 'no\nnewline\nlast\n'
} | sort | cmp - "$tmp/seen" || fail "bodies differ"

faults 'SendMessage* error=InvalidParameterValue'
expect_errors_in_log
! dash -c 'echo line; seq 20' >"$mnt/q/.sqs/lines" 2>"$tmp/err" || fail "nobody was told that lines were refused"
