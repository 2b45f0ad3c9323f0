#!/bin/sh
# SPDX-License-Identifier: MIT
# The table of section 9: each row is provoked at the server and seen at the shell. What
# no server can provoke has its own test: EINTR (interrupts), EBADMSG and EPROTO
# (hostile_service), EHOSTUNREACH (unsent), EFBIG (too_large), no credentials (wrong_use).
. "$(dirname "$0")/../lib/mount.sh"
expect_errors_in_log
start_server
mount_sqsfs -o wait=1,visibility=600 "$endpoint"
queues=0

# A queue of its own for each row: one that refused is not asked again for a while.
new_queue() {
	faults ''
	queues=$((queues + 1))
	q=$mnt/q$queues
	mkdir "$q" || fail "mkdir"
}

# semantics.md: "A line of the log, and on the terminal at mount, carries the service's own code, message and request id, and says what can be done, or that it is tried again"
refuses_send() { # ERRNO FAULT ADVICE
	new_queue
	faults "SendMessage* $2"
	expect_errno "$1" cp /etc/hostname "$q/f"
	line=$(grep "send: q$queues/f: " "$log" | tail -n 1)
	code=$(echo "$2" | sed -n 's/^error=\([^ ]*\).*/\1/p')
	case $line in
	*"${code:-Throttl}"*", request "*"; $3") ;;
	*) fail "the log says: $line" ;;
	esac
	# semantics.md: "A file that could not be sent stays listed with its content, and `user.sqs.error` says why in the service's own words."
	faults ''
	cmp -s /etc/hostname "$q/f" || fail "$2: the file is gone"
	rm "$q/f"
}

refuses() { # ERRNO FAULT COMMAND...
	refused_errno=$1
	faults "$2"
	shift 2
	expect_errno "$refused_errno" "$@"
	faults ''
}

# semantics.md: "| throttled, after all retries | EAGAIN | send less at a time, try again later |"
refuses_send EAGAIN throttle "send less at a time, try again later"
# semantics.md: "| no such queue | ENOENT | `mkdir` it, or check name, account and region |"
refuses_send ENOENT error=AWS.SimpleQueueService.NonExistentQueue "mkdir it, or check name, account and region"
# semantics.md: "| characters that no message can carry | EILSEQ | use `-o format=auto` or `base64` |"
refuses_send EILSEQ error=InvalidMessageContents "use -o format=auto or base64"
# semantics.md: "| too large | EFBIG at write, EMSGSIZE at close | send less, or raise the queue's MaximumMessageSize |"
refuses_send EMSGSIZE error=AWS.SimpleQueueService.BatchRequestTooLong "send less, or raise the queue's MaximumMessageSize"
# semantics.md: "| the service refused a parameter | EINVAL | do what its message says |"
refuses_send EINVAL error=InvalidParameterValue "do what its message says"
refuses_send EINVAL error=SomethingThatNobodyHasHeardOf "do what its message says"
# semantics.md: "| not supported by this service | EOPNOTSUPP | do without it |"
refuses_send EOPNOTSUPP error=AWS.SimpleQueueService.UnsupportedOperation "do without it"
# semantics.md: "| denied | EACCES | ask for the right that is missing |"
refuses_send EACCES error=AccessDenied "ask for the right that is missing"
# semantics.md: "| no credentials, or refused ones | EACCES | configure them as for any AWS tool |"
refuses_send EACCES error=InvalidClientTokenId "configure them as for any AWS tool"
# semantics.md: "| credentials expired | EKEYEXPIRED | renew them; no remount is needed |"
refuses_send EKEYEXPIRED error=ExpiredToken "renew them; no remount is needed"
# semantics.md: "| the queue's KMS key cannot be used | ENOKEY | see the key's policy and state |"
refuses_send ENOKEY error=KMS.DisabledException "see the key's policy and state"
# semantics.md: "| the service says that it failed; anything else | EIO | try again; its message may say more |"
refuses_send EIO error=InternalFailure "try again; its message may say more"
refuses_send EIO 'error=SomethingThatNobodyHasHeardOf status=503' "try again; its message may say more"

new_queue
echo text >"$q/f"
# semantics.md: "| too many messages in flight | ENOBUFS | delete or give back what is held |"
refuses ENOBUFS 'ReceiveMessage error=OverLimit' cat "$q/next"
refuses EACCES 'ReceiveMessage error=AccessDenied' cat "$q/next"
refuses EAGAIN 'ReceiveMessage throttle' dd if="$q/next" iflag=nonblock status=none
# semantics.md: "| the receipt handle is dead | ESTALE | the message is visible again: receive it anew |"
new_queue
echo text >"$q/f"
hear "q$queues" text
# touch(1) itself would tell of its attempt to open the file for writing.
refuses ESTALE 'ChangeMessageVisibility* error=ReceiptHandleIsInvalid' \
	python3 -c 'import os, sys; os.utime(sys.argv[1])' "$q/$(held "q$queues")"
# semantics.md: "A message whose receipt the service calls dead is no longer listed: it is visible again."
await 10 names_are "$q" next

# semantics.md: "`sync q`, `rmdir q` and unmount wait for the deletions of the queue and report what failed."
new_queue
echo text >"$q/f"
hear "q$queues" text
faults 'DeleteMessage* error=AccessDenied'
rm "$q/$(held "q$queues")" || fail "unlink does not answer at once"
expect_errno EACCES sync "$q"
faults ''

new_queue
# semantics.md: "| no such queue attribute | EINVAL | see the manual of the service for the names |"
refuses EINVAL 'GetQueueAttributes error=InvalidAttributeName' cat "$q/.sqs/attributes/Policy"
# semantics.md: "| no such move task or other resource | ENOENT | check the name |"
expect_errno ENOENT bash -c 'echo cancel >"$1"' - "$q/.sqs/redrive"
refuses ENOENT 'StartMessageMoveTask error=ResourceNotFoundException' bash -c 'echo >"$1"' - "$q/.sqs/redrive"
# semantics.md: "| deleted, or purged, less than 60 seconds ago | EBUSY | wait a minute |"
echo now >"$q/.sqs/purge" || fail "purge"
expect_errno EBUSY bash -c 'echo now >"$1"' - "$q/.sqs/purge"
rmdir "$q" || fail "rmdir"
expect_errno EBUSY mkdir "$q"
# semantics.md: "| the queue exists | EEXIST | use it |"
refuses EEXIST 'CreateQueue error=QueueAlreadyExists' mkdir "$mnt/other"
refuses EACCES 'CreateQueue error=AccessDenied' mkdir "$mnt/other"
# semantics.md: "| timed out | ETIMEDOUT | try again; the request may have had its effect |"
# semantics.md: "What the kernel makes the whole directory wait for, mkdir, rmdir and the first use of a queue, gives up after 5 seconds with ETIMEDOUT."
began=$(now_ms)
refuses ETIMEDOUT 'CreateQueue delay-before=60000' mkdir "$mnt/late"
# Sooner than after an attempt of 15 s, or an operation of 30 s.
[ $(($(now_ms) - began)) -lt 14000 ] || fail "mkdir took $(($(now_ms) - began)) ms"
began=$(now_ms)
refuses ETIMEDOUT 'GetQueueUrl delay-before=60000' stat "$mnt/never-seen"
[ $(($(now_ms) - began)) -lt 14000 ] || fail "stat took $(($(now_ms) - began)) ms"
