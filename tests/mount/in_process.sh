#!/bin/sh
# SPDX-License-Identifier: MIT
# semantics.md: "a durable queue service of its own, in DIR"
# local.md: "`sqsfs local:DIR` runs it inside sqsfs; `sqs-local` is the same server as a program of its own"
. "$(dirname "$0")/../lib/mount.sh"
need python3
mount_sqsfs

# What is asked of sqs-local in tests/faults/answers.sh, all of it.
for questions in answers refusals; do
	python3 "$(dirname "$0")/../faults/$questions.py" "$tmp/queues/socket" || fail "$questions"
done
mkdir "$mnt/still" && rmdir "$mnt/still" || fail "the mount"
