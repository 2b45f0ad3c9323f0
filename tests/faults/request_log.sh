#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "`--log FILE` gets a line a request when it is answered"
# local.md: "No bodies, no credentials."
# local.md: "`normal`: a power failure may lose the last answered sends; a crash of the server does not"
. "$(dirname "$0")/../interop/server.sh"
need curl
start_server

logged() { # REGULAR EXPRESSION
	tail -n 1 "$tmp/requests" | grep -qE \
		"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z $1 micros=[0-9]+\$" ||
		fail "expected '$1' in $(tail -n 1 "$tmp/requests")"
}

syncs() {
	curl -s "$endpoint/_sqs-local/metrics" | sed -n 's/^sqs_local_syncs_total //p'
}

query 'Action=CreateQueue&QueueName=jobs' / >"$tmp/answer"
logged 'CreateQueue jobs entries=0 status=200 code=-'
query 'Action=SendMessage&MessageBody=secret' >"$tmp/answer"
logged 'SendMessage jobs entries=1 status=200 code=-'
query 'Action=ListQueues' / >"$tmp/answer"
logged 'ListQueues - entries=0 status=200 code=-'
query 'Action=ReceiveMessage' >"$tmp/answer"
logged 'ReceiveMessage jobs entries=1 status=200 code=-'
handle=$(element ReceiptHandle <"$tmp/answer")
query 'Action=DeleteMessage&ReceiptHandle=garbage' >"$tmp/answer"
logged 'DeleteMessage jobs entries=1 status=404 code=ReceiptHandleIsInvalid'
query 'Action=SendMessage&MessageBody=secret' /000000000000/nosuch >"$tmp/answer"
logged 'SendMessage nosuch entries=1 status=400 code=AWS.SimpleQueueService.NonExistentQueue'
query 'Action=%0Aforged' / >"$tmp/answer"
logged '- - entries=0 status=400 code=InvalidAction'
faults 'SendMessage cut count=1'
! query 'Action=SendMessage&MessageBody=secret' >"$tmp/answer" || fail "not cut"
logged 'SendMessage jobs entries=1 status=0 code=-'
! grep -q -e secret -e "$handle" "$tmp/requests" || fail "it tells a body or a handle"

# What is answered is synced, unless that was chosen; a crash of the server loses neither.
before=$(syncs)
query 'Action=SendMessage&MessageBody=x' >"$tmp/answer"
[ "$(syncs)" -gt "$before" ] || fail "an answered send was not synced"
stop_server
start_server --sync normal
before=$(syncs)
query 'Action=SendMessage&MessageBody=x' >"$tmp/answer"
[ "$(syncs)" = "$before" ] || fail "a send was synced with --sync normal"
kill_server
start_server --sync=full
query 'Action=GetQueueAttributes&AttributeName=All' | grep -q \
	'<Name>ApproximateNumberOfMessages</Name><Value>2<' || fail "kill -9 lost a message"
stop_server
