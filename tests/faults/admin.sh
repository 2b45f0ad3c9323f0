#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "the messages of a queue as they are, visible or not, in the order of sending, a JSON object a line, without receiving them"
# local.md: "With `--credentials` these too must be signed, except metrics asked for from this machine."
. "$(dirname "$0")/../interop/server.sh"
need curl
need_python json
start_server

status_of() { # CURL ARGUMENT...
	curl -s --max-time 10 -o "$tmp/body" -w '%{http_code}' "$@"
}

expect_status() { # STATUS CURL ARGUMENT...
	expected=$1
	shift
	seen=$(status_of "$@")
	[ "$seen" = "$expected" ] || fail "$*: $seen, expected $expected: $(cat "$tmp/body")"
}

pages=$endpoint/_sqs-local
query 'Action=CreateQueue&QueueName=jobs' / >"$tmp/created"
for i in 1 2 3 4 5; do
	query "Action=SendMessage&MessageBody=body-$i" >"$tmp/sent"
done
query 'Action=ReceiveMessage' | grep -q '<Body>body-1<' || fail "nothing received"

# Every message once, over pages of two, in flight or not; nobody's receive count moves.
"$python" - "$address" <<'END' || fail "messages"
import json, sys
sys.path.insert(0, sys.argv[0] or ".")
import urllib.request
seen, after = [], ""
while True:
    url = "http://%s/_sqs-local/messages?QueueName=jobs&after=%s&limit=2" % (sys.argv[1], after)
    lines = [json.loads(x) for x in urllib.request.urlopen(url).read().splitlines()]
    after = ""
    for line in lines:
        if "next" in line and len(line) == 1:
            after = line["next"]
        else:
            seen.append(line)
    if not after:
        break
text = json.dumps(seen)
assert len(seen) == 5, seen
assert all("body-%d" % i in text for i in range(1, 6)), seen
END
[ "$(query 'Action=ReceiveMessage&MaxNumberOfMessages=10&AttributeName=All' |
	grep -o '<Name>ApproximateReceiveCount</Name><Value>1<' | wc -l)" = 4 ] ||
	fail "looking at messages has received them"

# Prometheus' format: every line is a comment or NAME{LABELS} NUMBER, no series twice.
curl -s "$pages/metrics" >"$tmp/metrics"
! grep -v -E '^(#.*|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9]+)$' "$tmp/metrics" ||
	fail "that is not Prometheus' format"
twice=$(grep -v '^#' "$tmp/metrics" | cut -d ' ' -f 1 | sort | uniq -d)
[ -z "$twice" ] || fail "twice: $twice"
twice=$(grep '^# TYPE' "$tmp/metrics" | sort | uniq -d)
[ -z "$twice" ] || fail "twice: $twice"
grep -q '^sqs_local_answers_total{action="SendMessage",outcome="done"} 5$' "$tmp/metrics" ||
	fail "five sends are not counted"
for name in parked_polls commits_total syncs_total connections; do
	grep -q "^sqs_local_$name [0-9]" "$tmp/metrics" || fail "no $name"
done

expect_status 400 "$pages/messages"
expect_status 400 "$pages/messages?QueueName=jobs&limit=0"
expect_status 400 "$pages/messages?QueueName=jobs&after=x"
expect_status 404 "$pages/nonsense"
expect_status 404 -X PUT "$pages/faults"
expect_status 403 -H 'Origin: http://example.com' "$pages/metrics"
expect_status 403 -H 'Host: example.com' --data '* cut' "$pages/faults"
expect_status 200 "$pages/faults"
[ ! -s "$tmp/body" ] || fail "a web page has set faults"
stop_server

# With credentials.
write_credentials
start_server --credentials "$tmp/credentials"
sign="--aws-sigv4 aws:amz:us-east-1:sqs --user $AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"
expect_status 200 "$pages/metrics"
expect_status 403 "$pages/messages?QueueName=jobs"
expect_status 403 "$pages/faults"
expect_status 403 --data '* cut' "$pages/faults"
# shellcheck disable=SC2086 # two options and their values
expect_status 200 $sign "$pages/messages?QueueName=jobs"
grep -q body-5 "$tmp/body" || fail "no messages after a restart"
# shellcheck disable=SC2086
expect_status 200 $sign -H 'Content-Type: text/plain' --data 'ListQueues throttle' "$pages/faults"
stop_server
