#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need find
mount_sqsfs -o wait=1
mkdir "$mnt/jobs" "$tmp/incoming"
for job in 1 2 3; do
	say "$job" jobs
done

# recipes.md: "`-delete` is reached only when the job has succeeded, so a message is deleted after it was worked on."
cat >"$tmp/job" <<'END'
#!/bin/sh
# The first try of job 2 fails.
grep -q 2 "$1" && mkdir "$0.failed" 2>/dev/null && exit 1
cat "$1" >>"$0.done"
END
chmod +x "$tmp/job"
poll() {
	find "$mnt/jobs/.sqs/inbox" -type f -exec "$tmp/job" {} \; -delete
	[ "$(wc -l <"$tmp/job.done")" = 3 ]
}
await 40 poll
[ -d "$tmp/job.failed" ] || fail "no job failed"
[ "$(sort "$tmp/job.done" | tr '\n' ' ')" = '1 2 3 ' ] || fail "done: $(cat "$tmp/job.done")"
sync "$mnt/jobs"

# recipes.md: "`mv` of `next` copies first and deletes the message only then."
say four jobs
mv "$mnt/jobs/next" "$tmp/incoming/four" || fail "mv"
[ "$(cat "$tmp/incoming/four")" = four ] || fail "what was moved differs"
say five jobs
! mv "$mnt/jobs/next" "$tmp/absent/five" 2>/dev/null || fail "mv to a missing directory"
came_back() {
	mv "$mnt/jobs/next" "$tmp/incoming/five"
}
await 20 came_back
sync "$mnt/jobs" && rmdir "$mnt/jobs" || fail "the queue is not empty"
