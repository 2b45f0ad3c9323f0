#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
start_server
mount_sqsfs -o wait=inf "$endpoint"
mkdir "$mnt/q"

# semantics.md: "A signal ends a waiting open at once with EINTR, and a message that still arrives for it goes to another waiting reader or back to the queue."
for signal in INT TERM KILL; do
	python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp("cat", ["cat", sys.argv[1]])' "$mnt/q/next" >"$tmp/$signal" &
	reader=$!
	background $reader
	await 10 waits_in_open $reader
	began=$(now_ms)
	kill -s $signal $reader
	await 5 is_gone $reader
	[ $(($(now_ms) - began)) -lt 500 ] || fail "SIG$signal took $(($(now_ms) - began)) ms"
	wait $reader 2>/dev/null
done
say one q
[ "$(timeout 10 cat "$mnt/q/next")" = one ] || fail "the message went to an interrupted reader"
[ "$(xattr ApproximateReceiveCount "$mnt/q/$(held q)")" -le 4 ] || fail "received too often"
rm "$mnt/q/$(held q)"

# semantics.md: "A message whose opener died before it could read goes back to the queue."
# Many readers are killed while messages arrive: none of the messages is lost to them.
readers=
for n in $(seq 20); do
	cat "$mnt/q/next" >"$tmp/r$n" 2>/dev/null &
	readers="$readers $!"
done
# shellcheck disable=SC2086 # a list of numbers
background $readers
for n in $(seq 10); do
	echo "m$n" >"$mnt/q/f$n" &
	writers="${writers:-} $!"
done
# shellcheck disable=SC2086
kill -9 $readers 2>/dev/null
# shellcheck disable=SC2086
wait $writers
# shellcheck disable=SC2086
wait $readers 2>/dev/null
got=$(cat "$tmp"/r* | grep -c '^m')
# What a killed reader had read is in flight for it; the rest comes at once.
while timeout 5 cat "$mnt/q/next" >>"$tmp/rest"; do :; done
total=$(cat "$tmp"/r* "$tmp/rest" | sort -u | grep -c '^m')
[ "$total" = 10 ] || fail "$got were read and $(wc -l <"$tmp/rest") came later: $total of 10"
