#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
start_server
mount_sqsfs -o wait=inf "$endpoint"
mkdir "$mnt/q"

# semantics.md: "A signal ends a waiting open at once with EINTR, and a message that still arrives for it goes to another waiting reader or back to the queue."
interrupt() { # SIGNAL
	python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp("cat", ["cat", sys.argv[1]])' "$mnt/q/next" >"$tmp/$1" &
	reader=$!
	background $reader
	await 10 waits_in_open $reader
	began=$(now_ms)
	kill -s "$1" $reader
	await 5 is_gone $reader
}
for signal in INT TERM KILL; do
	at_once 500 interrupt $signal
done
say one q
[ "$(timeout 60 cat "$mnt/q/next")" = one ] || fail "the message went to an interrupted reader"
[ "$(xattr ApproximateReceiveCount "$mnt/q/$(held q)")" -le 4 ] || fail "received too often"
rm "$mnt/q/$(held q)"

# semantics.md: "A message whose opener died before it could read goes back to the queue."
# Many openers are killed while messages arrive, none of which reads: no message is lost to them,
# or waits until a lease has run out.
readers=
for n in $(seq 20); do
	# shellcheck disable=SC2217 # it opens and does not read
	sleep 600 <"$mnt/q/next" 2>/dev/null &
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
for n in $(seq 10); do
	timeout 60 cat "$mnt/q/next" >>"$tmp/rest" || fail "only $((n - 1)) of 10 came back"
done
[ "$(sort -u "$tmp/rest" | grep -c '^m')" = 10 ] || fail "these came: $(cat "$tmp/rest")"
