#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
start_server
mount_sqsfs "$endpoint"
mkdir "$mnt/q"

fill() { # NUMBER
	for n in $(seq "$1"); do
		say "$n" q "m$n"
	done
	drain q "$tmp/drained"
	[ "$drained" = "$1" ] || fail "$drained of $1"
}

# semantics.md: "`rm` of a message's file deletes the message."
# semantics.md: "unlink answers at once; deletions travel in the background, up to ten in a request, and are retried."
fill 30
# Nobody answers, and unlink does.
hold_server
timeout 60 rm "$mnt"/q/????????-* || fail "rm"
names_are "$mnt/q" next || fail "ls shows $(names "$mnt/q")"
release_server

# semantics.md: "`sync q`, `rmdir q` and unmount wait for the deletions of the queue and report what failed."
sync "$mnt/q" || fail "sync"
rmdir "$mnt/q" || fail "messages are left"

# semantics.md: "A message whose receipt the service calls dead is no longer listed: it is visible again."
# Of a FIFO queue a receipt is dead when somebody else gave the message back.
mkdir "$mnt/stale.fifo"
say stale stale.fifo
hear stale.fifo stale
id=$(held stale.fifo)
receipt=$(xattr ReceiptHandle "$mnt/stale.fifo/$id")
curl -sf "$endpoint/" -d Action=ChangeMessageVisibility -d VisibilityTimeout=0 \
	--data-urlencode "QueueUrl=$(cat "$mnt/stale.fifo/.sqs/url")" \
	--data-urlencode "ReceiptHandle=$receipt" >/dev/null || fail "giving it back"
rm "$mnt/stale.fifo/$id" || fail "rm"
expect_errno ESTALE sync "$mnt/stale.fifo"
names_are "$mnt/stale.fifo" next || fail "a dead receipt is listed: $(names "$mnt/stale.fifo")"
hear stale.fifo stale
rm "$mnt/stale.fifo/$id" && sync "$mnt/stale.fifo" || fail "rm of what was received anew"

# semantics.md: "A deletion lost in a crash of sqsfs means that the message is delivered again."
# Deletions that the service has not got when sqsfs dies are no worse than that.
mkdir "$mnt/q2"
say again q2
hear q2 again
handle=$(xattr ReceiptHandle "$mnt/q2/$(held q2)")
kill_server
rm "$mnt/q2/$(held q2)" || fail "rm while the service is away"
expect_errors_in_log
kill_sqsfs
start_server
# Not to wait for its lease: a message that is deleted cannot be given back.
curl -sf "$endpoint/" -d Action=ChangeMessageVisibility -d "QueueUrl=$endpoint/000000000000/q2" \
	-d VisibilityTimeout=0 --data-urlencode "ReceiptHandle=$handle" >/dev/null || fail "lost"
mount_sqsfs -o wait=60 "$endpoint"
[ "$(cat "$mnt/q2/next")" = again ] || fail "lost"
