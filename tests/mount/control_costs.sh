#!/bin/sh
# SPDX-License-Identifier: MIT
# The request table of .sqs, counted at the server.
. "$(dirname "$0")/../lib/mount.sh"
start_server
mount_sqsfs -o list_ttl=3600,wait=2,visibility=600 "$endpoint"
mkdir "$mnt/q" "$mnt/dead" "$mnt/d" "$mnt/i"
s=$mnt/q/.sqs

costs() { # NUMBER SHELL-COMMAND [ACTION] ($s is q/.sqs, $m the mount)
	mark
	s=$s m=$mnt sh -c "$2" >"$tmp/out" 2>"$tmp/err" || fail "'$2': $(cat "$tmp/err")"
	sync "$mnt/q"
	expect_requests "$1" "${3:-}"
}

# semantics.md: "| `ls q/.sqs`, stat of anything in it, `cat url` | - | 0 | |"
costs 0 'ls -l $s; stat $s/inbox $s/attributes/* $s/lines; cat $s/url'
# semantics.md: "| read of `count`, `arn`, `attributes/NAME` | GetQueueAttributes | 1 | ENOENT for a name that is no attribute |"
for name in count arn attributes/VisibilityTimeout; do
	costs 1 "cat \$s/$name"
done
# semantics.md: "| write to `attributes/NAME` | SetQueueAttributes | 1 | EINVAL, EACCES, EPERM for a name that is no attribute |"
costs 1 'echo 40 >$s/attributes/VisibilityTimeout'
# semantics.md: "| ls of `tags`, first use of a tag | ListQueueTags | 1 | ENOENT |"
# semantics.md: "| write to, rm of `tags/NAME` | TagQueue, UntagQueue | 1 | EINVAL; ENOENT of rm |"
costs 1 'ls $s/tags'
# The listing serves the lookups of the next second; later they ask for another.
costs 1 'echo blue >$s/tags/team' '(Un)?[Tt]ag.*'
costs 1 'rm $s/tags/team' '(Un)?[Tt]ag.*'
costs 0 'echo red >$s/tags/team; rm $s/tags/team' '[^LTU].*'
# semantics.md: "| k lines to `lines` | SendMessageBatch | ceil(k / 10) for k in one write | as close of a file |"
costs 3 'seq 25 >$s/lines'
# semantics.md: "| ls of `.sqs/inbox` | ReceiveMessage | 1, 0 when it holds `-o inbox=` messages | |"
seq 25 >"$mnt/i/.sqs/lines"
mark
# The first receive in a minute asks for the queue's attributes, too.
[ "$(ls "$mnt/i/.sqs/inbox" | wc -l)" -le 10 ] || fail "inbox"
expect_requests 1 ReceiveMessage
while [ "$(ls "$mnt/i/.sqs/inbox" | wc -l)" -lt 10 ]; do :; done
costs 0 'ls $m/i/.sqs/inbox'
# semantics.md: "| read of `dump` with n messages | ReceiveMessage, then ChangeMessageVisibility 0 | about ceil(n / 10) each | |"
seq 25 >"$mnt/d/.sqs/lines"
mark
[ "$(cat "$mnt/d/.sqs/dump" | wc -l)" = 25 ] || fail "dump"
# They are given back behind the close. Eight or nine; more where sqsfs had to wait for a
# processor between them; one by one they are thirty.
given_back() {
	awk -v from="landmark-$landmarks" '
		$3 == from { counts = 1 }
		counts && $2 ~ /^ChangeMessageVisibility/ { sub("entries=", "", $4); n += $4 }
		END { exit n < 25 }' "$tmp/requests"
}
await 20 given_back
count_requests
[ "$counted" -le 15 ] || fail "a dump of 25 messages cost $counted requests"
# semantics.md: "| read of `redrive` | GetQueueAttributes, ListMessageMoveTasks | 2 | |"
# semantics.md: "| read of `sources` | ListDeadLetterSourceQueues | ceil(n / 1000) | |"
costs 2 'cat $s/redrive'
costs 1 'cat $s/sources'
# semantics.md: "| write to `redrive` | GetQueueAttributes, StartMessageMoveTask | 2; 3 for `cancel` | EINVAL, ENOENT for `cancel` of nothing |"
printf '{"deadLetterTargetArn":"%s","maxReceiveCount":1}\n' "$(cat "$mnt/dead/.sqs/arn")" >"$mnt/d/.sqs/attributes/RedrivePolicy"
costs 2 'echo >$m/dead/.sqs/redrive'
# semantics.md: "| write to `purge` | PurgeQueue | 1 | EBUSY |"
costs 1 'echo now >$s/purge'
