#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
expect_errors_in_log
start_server
curl -sf "$endpoint/?Action=CreateQueue&QueueName=jobs" >/dev/null || fail "create"

# semantics.md: "Where listing is denied, `ls MNT` fails with EACCES and everything else works."
# semantics.md: "`cd MNT/jobs` needs no right to list queues: an unlisted queue is looked up by its name."
faults 'ListQueues error=AccessDenied'
mount_sqsfs -o wait=1 "$endpoint"
expect_errno EACCES ls "$mnt"
say hello jobs
hear jobs hello
rm "$mnt/jobs/$(held jobs)"
sync "$mnt/jobs"

# semantics.md: "Creating a file in a queue that is known to be missing or denied fails at open, without a request."
faults 'SendMessage* error=AccessDenied'
# It is known for five seconds: again, where those have passed before the second file.
is_known() {
	expect_errno EACCES cp /etc/hostname "$mnt/jobs/f"
	mark
	! dd if=/dev/null of="$mnt/jobs/g" status=none 2>"$tmp/dd" || return 1
	grep -q -i 'permission denied' "$tmp/dd" || fail "it says $(cat "$tmp/dd")"
	expect_requests 0
}
await 5 is_known

# semantics.md: "`-o queue=URL,...` names queues of other accounts, or ones whose URL may not be looked up."
faults 'ListQueues error=AccessDenied; GetQueueUrl error=AccessDenied'
remount -o "wait=1,queue=$endpoint/000000000000/jobs" "$endpoint"
say two jobs
hear jobs two

# semantics.md: "Where that is denied, those of a new queue are taken: sending and receiving need no right to ask."
faults 'ListQueues error=AccessDenied; GetQueueAttributes error=AccessDenied'
remount -o wait=1 "$endpoint"
head -c 3000 /dev/zero | tr '\0' a >"$tmp/3000"
curl -sf "$endpoint/?Action=CreateQueue&QueueName=large" >/dev/null || fail "create"
cp "$tmp/3000" "$mnt/large/f" || fail "a message of more than 1024 bytes needs GetQueueAttributes"
hear_body large | cmp - "$tmp/3000" || fail "3000 bytes are altered"
