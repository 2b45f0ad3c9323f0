#!/bin/sh
# SPDX-License-Identifier: MIT
# kill -9 of sqs-local in the middle of a load, several times.
# semantics.md: "A send that close confirmed is stored by the service: it survives the end of sqsfs and, with a local server, a crash of the server."
. "$(dirname "$0")/../lib/mount.sh"
rounds=${CRASH_ROUNDS:-5}
expect_errors_in_log
start_server
mount_sqsfs -o wait=10,drain=10 "$endpoint"
mkdir "$mnt/q"

: >"$tmp/confirmed"
python3 "$(dirname "$0")/../lib/load.py" write "$mnt/q" "$tmp/confirmed" 8 &
writer=$!
background $writer
has_grown() {
	[ "$(wc -l <"$tmp/confirmed")" -ge $((before + 500)) ]
}
for _ in $(seq "$rounds"); do
	before=$(wc -l <"$tmp/confirmed")
	await 60 has_grown
	kill_server
	start_server
done
before=$(wc -l <"$tmp/confirmed")
await 60 has_grown
kill "$writer"
wait "$writer"

python3 "$(dirname "$0")/../lib/load.py" drain "$mnt/q" "$tmp/received" || fail "drain"
sort -u "$tmp/received" >"$tmp/received.sorted"
sort "$tmp/confirmed" >"$tmp/confirmed.sorted"
lost=$(comm -23 "$tmp/confirmed.sorted" "$tmp/received.sorted" | wc -l)
echo "$(wc -l <"$tmp/confirmed") confirmed, $(wc -l <"$tmp/received") received, $lost lost"
[ "$lost" = 0 ] || fail "$lost confirmed sends are lost"
