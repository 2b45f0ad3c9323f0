#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
expect_errors_in_log
start_server
mount_sqsfs -o wait=60 "$endpoint"
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

# semantics.md: "The MessageGroupId of a file that waits in the order of its group cannot be changed (EBUSY)."
: >"$mnt/o.fifo/fifth.tmp"
setfattr -n user.sqs.MessageGroupId -v red "$mnt/o.fifo/fifth.tmp"
echo fifth >"$mnt/o.fifo/fifth.tmp"
faults 'SendMessage* error=InvalidParameterValue'
mv "$mnt/o.fifo/fifth.tmp" "$mnt/o.fifo/fifth"
expect_errno EINVAL sync "$mnt/o.fifo/fifth"
expect_errno EBUSY setfattr -n user.sqs.MessageGroupId -v blue "$mnt/o.fifo/fifth"
expect_errno EBUSY setfattr -x user.sqs.MessageGroupId "$mnt/o.fifo/fifth"

# semantics.md: "Renaming an unsent file to a draft's name makes it a draft: it is no longer retried, and holds back nobody."
expect_errno EINVAL cp /etc/hostname "$mnt/o.fifo/g/sixth"
mv "$mnt/o.fifo/g/sixth" "$mnt/o.fifo/g/sixth.tmp"
faults ''
say seventh o.fifo/g || fail "held back by a draft"
faults 'SendMessage* error=InternalFailure'
say eighth o.fifo/g eighth.tmp
mv "$mnt/o.fifo/g/eighth.tmp" "$mnt/o.fifo/g/eighth"
expect_errno EIO sync "$mnt/o.fifo/g/eighth"
mv "$mnt/o.fifo/g/eighth" "$mnt/o.fifo/g/eighth.tmp"
faults ''
# It waits for what is retried.
sync "$mnt/o.fifo" || fail "sync"
names_are "$mnt/o.fifo/g" "eighth.tmp sixth.tmp" || fail "a draft is sent: the group shows $(names "$mnt/o.fifo/g")"
