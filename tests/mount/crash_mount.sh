#!/bin/sh
# SPDX-License-Identifier: MIT
# kill -9 of sqsfs, which is the server of local: too, in the middle of a load, several times.
# semantics.md: "What `local:DIR` answered is on the disk: kill -9 of sqsfs loses no message whose send was confirmed."
. "$(dirname "$0")/../lib/mount.sh"
rounds=${CRASH_ROUNDS:-5}
options=wait=10
mount_sqsfs -o $options
mkdir "$mnt/q"

: >"$tmp/confirmed"
has_grown() {
	[ "$(wc -l <"$tmp/confirmed")" -ge $((before + 500)) ]
}
for _ in $(seq "$rounds"); do
	python3 "$(dirname "$0")/../lib/load.py" write "$mnt/q" "$tmp/confirmed" 8 &
	writer=$!
	background $writer
	before=$(wc -l <"$tmp/confirmed")
	await 60 has_grown
	kill_sqsfs
	kill "$writer"
	wait "$writer"
	mount_sqsfs -o $options
done

python3 "$(dirname "$0")/../lib/load.py" drain "$mnt/q" "$tmp/received" || fail "drain"
sort "$tmp/received" >"$tmp/received.sorted"
sort "$tmp/confirmed" >"$tmp/confirmed.sorted"
lost=$(comm -23 "$tmp/confirmed.sorted" "$tmp/received.sorted" | wc -l)
twice=$(uniq -d "$tmp/received.sorted" | wc -l)
echo "$(wc -l <"$tmp/confirmed") confirmed, $(wc -l <"$tmp/received") received, $lost lost, $twice twice"
[ "$lost" = 0 ] || fail "$lost confirmed sends are lost"
[ "$twice" = 0 ] || fail "$twice messages came twice inside their visibility timeout"
