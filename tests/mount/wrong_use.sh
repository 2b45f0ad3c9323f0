#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need curl

# semantics.md: "When the mount cannot be made, the command says why in one line and its exit status is not 0."
# Run as a person runs it: without -f, so the command that returns is a parent.
refused() { # WORDS [OPTIONS] SOURCE [MOUNTPOINT]
	words=$1
	shift
	[ $# -ge 2 ] || set -- "$@" "$mnt"
	began=$(now_ms)
	! timeout 120 "$SQSFS" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || fail "it mounted: sqsfs $*"
	[ $(($(now_ms) - began)) -lt 60000 ] || fail "it took $(($(now_ms) - began)) ms: sqsfs $*"
	[ ! -s "$tmp/out" ] || fail "sqsfs $* writes to standard output: $(cat "$tmp/out")"
	[ "$(wc -l <"$tmp/err")" = 1 ] || fail "sqsfs $* does not say one line: $(cat "$tmp/err")"
	grep -q -i -e "$words" "$tmp/err" || fail "sqsfs $* does not speak of '$words': $(cat "$tmp/err")"
	! grep -q " $mnt fuse" /proc/self/mounts || fail "sqsfs $* left a mount"
}

# semantics.md: "A source that is none of these fails with one line."
refused 'source' nonsense:abc
refused 'source' ftp://example.com
refused 'local' local:
refused 'wait' -o wait=abc "local:$tmp/queues"
refused 'no-such-option\|unknown' -o no-such-option "local:$tmp/queues"
refused 'umask' -o umask=9 "local:$tmp/queues"

# semantics.md: "An endpoint that cannot be reached fails with one line."
refused '127.0.0.1:1\|connect\|reach' http://127.0.0.1:1
refused 'reach\|name\|resolve\|no-such-host' https://no-such-host.invalid

# semantics.md: "Plain http is refused but for loopback and `-o insecure`."
refused 'insecure\|https' http://192.0.2.1:9324

# semantics.md: "Missing credentials fail with one line that says where they were looked for."
without_credentials() {
	(
		unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
		refused 'credentials' aws:eu-west-1
	)
}
without_credentials || exit 1

# semantics.md: "A mount point that is missing, or not a directory, fails with one line."
refused 'missing\|does not exist\|no such' "local:$tmp/queues" "$tmp/absent"
: >"$tmp/file"
refused 'director' "local:$tmp/queues" "$tmp/file"

# semantics.md: "One process owns the directory of `local:DIR`; a second one is told who has it."
mount_sqsfs
mkdir "$tmp/mnt2"
! "$SQSFS" "local:$tmp/queues" "$tmp/mnt2" 2>"$tmp/err" || fail "two sqsfs on one directory"
grep -q "$sqsfs_pid" "$tmp/err" || fail "it does not say that process $sqsfs_pid has it: $(cat "$tmp/err")"
unmount

# semantics.md: "A dead mount point, left by a killed sqsfs, is cleared and used."
mount_sqsfs
mkdir "$mnt/q"
kill_sqsfs
expect_errno ENOTCONN ls "$mnt"
mount_sqsfs
names_are "$mnt" q || fail "ls shows $(names "$mnt")"
