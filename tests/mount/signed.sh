#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
cat >"$tmp/credentials" <<'END'
[default]
aws_access_key_id = AKIDTEST
aws_secret_access_key = secret
END
chmod 600 "$tmp/credentials"
start_server --credentials "$tmp/credentials"

mount_sqsfs -o wait=1 "$endpoint"
mkdir "$mnt/q"
say 'signed ü +/=&' q 'a name'
hear q 'signed ü +/=&'
unmount

# semantics.md: "A wrong secret key is EACCES."
# At mount already, in one line; nothing is mounted.
! AWS_SECRET_ACCESS_KEY=wrong "$SQSFS" "$endpoint" "$mnt" 2>"$tmp/err" || fail "a wrong secret mounts"
[ "$(wc -l <"$tmp/err")" = 1 ] && grep -q -i 'signature\|credentials\|denied' "$tmp/err" || fail "it says $(cat "$tmp/err")"

# semantics.md: "Neither a credential nor a body is ever logged."
mount_sqsfs "$endpoint"
say 'a-body-nobody-may-see' q
! grep -q -e 'a-body-nobody' -e '=secret' "$log" || fail "the log has $(grep -e a-body -e =secret "$log")"
