#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need tsp
mount_sqsfs -o wait=1
mkdir "$mnt/results"
export TMPDIR="$mnt/results" TS_SOCKET="$tmp/tsp.socket"
spool_a_job() {
	tsp "$@" >"$tmp/id" 2>"$tmp/err" || fail "tsp: $(cat "$tmp/err")"
	for pid in $(pgrep -x tsp); do
		! grep -q -z -F -x "TS_SOCKET=$TS_SOCKET" "/proc/$pid/environ" || background "$pid"
	done
}
count_is() {
	[ "$(cat "$mnt/results/.sqs/count")" = "$1" ]
}

# recipes.md: "The output of a job is one message, sent when the job has ended."
spool_a_job sh -c 'echo begin; sleep 1; echo end'
tsp -w >/dev/null || fail "the job failed"
await 10 count_is 1
[ "$(hear_body results | tr '\n' ' ')" = 'begin end ' ] || fail "the output differs"

# recipes.md: "The output of a job that was killed is not sent: it stays with `user.sqs.error`, `writer was killed`."
tsp -C
spool_a_job sh -c 'echo begin; exec sleep 60'
file_of_the_job() {
	file=$(find "$mnt/results" -name 'ts-out.*' -size +0) && [ -n "$file" ]
}
await 10 file_of_the_job
kill "$(tsp -p)"
tsp -w >/dev/null
says_why() {
	[ "$(xattr error "$file")" = 'writer was killed' ]
}
await 10 says_why
count_is 0 || fail "it was sent"
tsp -K
