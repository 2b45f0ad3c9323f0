#!/bin/sh
# SPDX-License-Identifier: MIT
# Signatures are judged by botocore's code, not by ours: tests/interop/verifier.py.
. "$(dirname "$0")/../lib/mount.sh"
/usr/bin/python3 -c 'import botocore' 2>/dev/null || skip "python3-botocore is not installed"
AWS_ACCESS_KEY_ID=AKIDTEST AWS_SECRET_ACCESS_KEY='sec/ret+=' AWS_DEFAULT_REGION=eu-west-1
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION
start_server
/usr/bin/python3 "$(dirname "$0")/../interop/verifier.py" "$endpoint" AKIDTEST 'sec/ret+=' \
	>"$tmp/verifier" &
background $!
verifier_serves() {
	grep -q '^http' "$tmp/verifier"
}
await 20 verifier_serves
verifier=$(cat "$tmp/verifier")

mount_sqsfs -o wait=2 "$verifier"
mkdir "$mnt/q"
say 'signed ü +/=& %41' q
hear q 'signed ü +/=& %41'
say more q
say 'and more' q
drain q "$tmp/q"
[ "$drained" = 2 ] || fail "$drained of 2"
unmount

# semantics.md: "A wrong secret key is EACCES."
! AWS_SECRET_ACCESS_KEY=wrong "$SQSFS" "$verifier" "$mnt" 2>"$tmp/err" || fail "a wrong secret mounts"
grep -q -i 'signature' "$tmp/err" || fail "it says $(cat "$tmp/err")"
