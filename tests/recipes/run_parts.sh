#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need run-parts
mount_sqsfs -o wait=1,umask=0
mkdir "$mnt/jobs"
export tmp
say "echo done >>$tmp/done" jobs
say "echo done >>$tmp/done" jobs
inbox=$mnt/jobs/.sqs/inbox

# recipes.md: "`run-parts` over an inbox runs nothing and removes nothing."
run-parts "$inbox" 2>"$tmp/err" || fail "run-parts: $(cat "$tmp/err")"
[ ! -e "$tmp/done" ] || fail "a message was executed"

# recipes.md: "`run-parts --list` lists them, for a shell that decides."
all_done() {
	run-parts --list "$inbox" >"$tmp/list"
	while read -r file; do
		sh "$file" && rm "$file" || return 1
	done <"$tmp/list"
	[ "$(wc -l <"$tmp/done")" = 2 ]
}
await 20 all_done
sync "$mnt/jobs" && rmdir "$mnt/jobs" || fail "the queue is not empty"
