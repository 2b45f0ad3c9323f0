#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "When the disk is full or fails, what needs it is refused with InternalError, in words that say what to do; nothing half done stays. It goes on when there is room again."
if [ -z "${IN_NAMESPACE:-}" ]; then
	unshare -Urm true 2>/dev/null || {
		echo "skipped: no mount namespace for $(id -un)"
		exit 77
	}
	IN_NAMESPACE=yes exec unshare -Urm sh "$0" "$@"
fi
. "$(dirname "$0")/../interop/server.sh"
need curl mount
mkdir "$tmp/small"
mount -t tmpfs -o size=600k tmpfs "$tmp/small" || skip "tmpfs cannot be mounted"
server_dir=$tmp/small/served
start_server
query 'Action=CreateQueue&QueueName=jobs' / >"$tmp/created"

body=$(head -c 20000 /dev/zero | tr '\0' x)
send() {
	query "Action=SendMessage&MessageBody=$body" >"$tmp/answer"
	grep -q '<MessageId>' "$tmp/answer"
}

visible() {
	query 'Action=GetQueueAttributes&AttributeName=ApproximateNumberOfMessages' | element Value
}

sent=0
while send; do
	sent=$((sent + 1))
	[ "$sent" -lt 100 ] || fail "the disk does not get full"
done
[ "$sent" -gt 2 ] || fail "only $sent messages on an empty disk"
grep -q '<Code>InternalError</Code>' "$tmp/answer" || fail "it says $(cat "$tmp/answer")"
grep -q 'the disk is full; free some space' "$tmp/answer" || fail "it says $(cat "$tmp/answer")"
curl -s -i --max-time 30 -H 'Content-Type: application/x-amz-json-1.0' \
	-H 'X-Amz-Target: AmazonSQS.SendMessage' \
	--data "{\"QueueUrl\":\"jobs\",\"MessageBody\":\"$body\"}" "$endpoint/" >"$tmp/answer"
for words in 'HTTP/1.1 500 ' 'x-amzn-query-error: InternalError;Receiver' \
	'#InternalErrorException"' 'the disk is full; free some space'; do
	grep -qF -- "$words" "$tmp/answer" || fail "no $words: $(cat "$tmp/answer")"
done
for _ in 1 2 3 4 5; do
	! send || fail "there was room after all"
done
[ "$(visible)" = "$sent" ] || fail "$(visible) messages, $sent were answered"

mount -o remount,size=5m "$tmp/small" || fail "remount"
send || fail "there is room again, and it says $(cat "$tmp/answer")"
[ "$(visible)" = $((sent + 1)) ] || fail "$(visible) messages, $((sent + 1)) were answered"
stop_server
umount "$tmp/small"
