#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need parallel
mount_sqsfs -o wait=1
mkdir "$mnt/jobs"
for job in 1 2 3 4 5 6 7; do
	say "$job" jobs
done

# recipes.md: "Each message is worked on once, and deleted when its job has succeeded."
# recipes.md: "A job that fails leaves its message in the inbox, where the next round finds it again."
: >"$tmp/fail-once"
export tmp
work_through() {
	# shellcheck disable=SC2016 # for the job's shell
	parallel 'if [ "$(cat {})" = 4 ] && rm "$tmp/fail-once" 2>/dev/null; then false; else cat {} >>"$tmp/done" && rm {}; fi' \
		::: "$mnt"/jobs/.sqs/inbox/*
	sync "$mnt/jobs"
	[ "$(sort -u "$tmp/done" | wc -l)" = 7 ]
}
await 40 work_through
[ "$(sort "$tmp/done" | tr '\n' ' ')" = '1 2 3 4 5 6 7 ' ] || fail "done: $(sort "$tmp/done" | tr '\n' ' ')"
[ ! -e "$tmp/fail-once" ] || fail "no job failed"
rmdir "$mnt/jobs" || fail "the queue is not empty"
