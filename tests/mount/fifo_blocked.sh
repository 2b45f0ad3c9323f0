#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
expect_errors_in_log
start_server
mount_sqsfs -o wait=1 "$endpoint"
mkdir "$mnt/o.fifo" "$mnt/o.fifo/g" "$mnt/o.fifo/h"

# semantics.md: "A send that failed holds back later ones of its group until it is sent or removed."
faults 'SendMessage* error=InvalidParameterValue count=1'
expect_errno EINVAL cp /etc/hostname "$mnt/o.fifo/g/first"
echo second >"$mnt/o.fifo/g/second"
say other o.fifo/h
hear o.fifo other
[ "$(names "$mnt/o.fifo/g")" = "first second" ] || fail "ls of the group shows $(names "$mnt/o.fifo/g")"
sync "$mnt/o.fifo/g/first" || fail "the first is not sent on request"
both_sent() {
	names_are "$mnt/o.fifo/g" ""
}
await 10 both_sent
cmp "$mnt/o.fifo/next.x" /etc/hostname || fail "the first is not first"
rm "$mnt/o.fifo/next.x"
sync "$mnt/o.fifo"
[ "$(cat "$mnt/o.fifo/next.y")" = second ] || fail "the second is not second"

# Removed, it holds nobody back.
faults 'SendMessage* error=InvalidParameterValue count=1'
expect_errno EINVAL cp /etc/hostname "$mnt/o.fifo/g/third"
rm "$mnt/o.fifo/g/third"
say fourth o.fifo/g || fail "held back by what is gone"
