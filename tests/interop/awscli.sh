#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "The AWS CLI works unchanged, with signatures verified."
. "$(dirname "$0")/server.sh"
aws=/usr/bin/aws
[ -x "$aws" ] || aws=aws
need "$aws"
write_credentials
start_server --credentials "$tmp/credentials"

sqs() { # SUBCOMMAND [OPTION]...
	"$aws" --endpoint-url "$endpoint" --output text sqs "$@"
}

expect() { # TEXT COMMAND...
	expected=$1
	shift
	seen=$("$@" 2>&1)
	[ "$seen" = "$expected" ] || fail "$*: '$seen', expected '$expected'"
}

refused() { # CODE COMMAND...
	code=$1
	shift
	! "$@" >"$tmp/out" 2>&1 || fail "not refused: $*"
	grep -q "($code)" "$tmp/out" || fail "expected $code: $(cat "$tmp/out")"
}

url=$(sqs create-queue --queue-name jobs --attributes VisibilityTimeout=120)
[ "$url" = "$endpoint/000000000000/jobs" ] || fail "the URL is $url"
expect "ATTRIBUTES	120" sqs get-queue-attributes --queue-url "$url" \
	--attribute-names VisibilityTimeout
sqs set-queue-attributes --queue-url "$url" --attributes VisibilityTimeout=60
expect "ATTRIBUTES	60" sqs get-queue-attributes --queue-url "$url" \
	--attribute-names VisibilityTimeout
expect "QUEUEURLS	$url" sqs list-queues --queue-name-prefix jo
expect None sqs list-queues --queue-name-prefix nosuch --query QueueUrls
expect "$url" sqs get-queue-url --queue-name jobs

id=$(sqs send-message --queue-url "$url" --message-body "hello & <goodbye>" --query MessageId)
handle=$(sqs receive-message --queue-url "$url" --max-number-of-messages 10 \
	--visibility-timeout 1 --query 'Messages[0].ReceiptHandle')
[ -n "$handle" ] || fail "nothing was received"
expect "hello & <goodbye>	$id" sqs receive-message --queue-url "$url" --wait-time-seconds 10 \
	--query 'Messages[0].[Body,MessageId]'
sqs delete-message --queue-url "$url" --receipt-handle "$handle"
expect None sqs receive-message --queue-url "$url" --visibility-timeout 0 --query Messages

sqs send-message --queue-url "$url" --message-body "one of many" >"$tmp/sent"
expect "ATTRIBUTES	1" sqs get-queue-attributes --queue-url "$url" \
	--attribute-names ApproximateNumberOfMessages
sqs purge-queue --queue-url "$url"
expect "ATTRIBUTES	0" sqs get-queue-attributes --queue-url "$url" \
	--attribute-names ApproximateNumberOfMessages
sqs delete-queue --queue-url "$url"
refused AWS.SimpleQueueService.NonExistentQueue sqs get-queue-url --queue-name jobs

AWS_SECRET_ACCESS_KEY=wrong
refused SignatureDoesNotMatch sqs list-queues
AWS_ACCESS_KEY_ID=AKIDNOBODY
refused InvalidClientTokenId sqs list-queues
stop_server
