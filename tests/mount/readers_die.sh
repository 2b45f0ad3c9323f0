#!/bin/sh
# SPDX-License-Identifier: MIT
# Readers that die with a message in their hands, at each point.
. "$(dirname "$0")/../lib/mount.sh"
need python3
mount_sqsfs -o wait=60
mkdir "$mnt/q"

# Opens next, reads so many bytes, says so, and waits to be killed.
cat >"$tmp/reader.py" <<'END'
import os, sys, time
fd = os.open(sys.argv[1], os.O_RDONLY)
os.read(fd, int(sys.argv[2])) if int(sys.argv[2]) else None
print("has it", flush=True)
time.sleep(600)
END
dies_after() { # BYTES NAME
	: >"$tmp/has"
	python3 "$tmp/reader.py" "$mnt/q/$2" "$1" >"$tmp/has" &
	reader=$!
	background $reader
	await 20 grep -q 'has it' "$tmp/has"
	kill -9 $reader
	wait $reader 2>/dev/null
}

# semantics.md: "A message whose opener died before it could read goes back to the queue."
# semantics.md: "A message that was opened and closed without a read goes back to the queue."
# Not only when its lease has run out, which is ten minutes.
say one q
dies_after 0 next
[ "$(cat "$mnt/q/next")" = one ] || fail "it was not given back"
rm "$mnt/q/$(held q)" || fail "rm"

# semantics.md: "A message that is not deleted becomes visible to other readers when its lease has run out, and not before."
remount -o wait=60,visibility=10
for bytes in 1 1000; do
	say two q
	began=$(now_ms)
	dies_after $bytes next
	[ "$(cat "$mnt/q/next")" = two ] || fail "lost after $bytes bytes"
	took=$(($(now_ms) - began))
	[ "$took" -ge 9500 ] || fail "it came back after $took ms"
	rm "$mnt/q/$(held q)" || fail "rm"
done

# A dead worker's name is free for the next one, with the message.
say three q
dies_after 1000 next.worker
received_anew() {
	[ "$(cat "$mnt/q/next.worker")" = three ] && [ "$(xattr ApproximateReceiveCount "$mnt/q/next.worker")" -ge 2 ]
}
await 30 received_anew
rm "$mnt/q/next.worker"

# mv that is killed after its copy and before its unlink has deleted nothing.
say four q
python3 - "$mnt/q/next" "$tmp/copy" <<'END'
import os, shutil, signal, sys
shutil.copyfile(sys.argv[1], sys.argv[2])
os.kill(os.getpid(), signal.SIGKILL)
END
[ "$(cat "$tmp/copy")" = four ] || fail "copy"
[ "$(cat "$mnt/q/next")" = four ] || fail "a message is gone that nobody removed"

# semantics.md: "Any other unlink of `next` fails with EPERM."
# Not even a process with the same number as one that read a message may delete it.
expect_errno EPERM rm "$mnt/q/next"
rm "$mnt/q/$(held q)"

# Two workers, one name: they read the same message, which was received once.
# semantics.md: "The first open of `next.NAME` receives a message and binds it to that name; opening the name again reads the same message."
remount -o wait=20,visibility=600
for n in 1 2 3; do
	say "$n" q
done
workers=
for n in 1 2 3 4 5 6 7 8; do
	cat "$mnt/q/next.same" >"$tmp/worker$n" &
	workers="$workers $!"
done
# shellcheck disable=SC2086 # a list of numbers
wait $workers
[ "$(sort -u "$tmp"/worker[1-8] | wc -l)" = 1 ] || fail "one name, several messages: $(cat "$tmp"/worker[1-8] | tr '\n' ' ')"
[ "$(cat "$tmp"/worker[1-8] | wc -l)" = 8 ] || fail "a worker got nothing"
[ "$(cat "$mnt/q/.sqs/count")" = 2 ] || fail "one name took $((3 - $(cat "$mnt/q/.sqs/count"))) messages"
rm "$mnt/q/next.same" || fail "rm"
expect_errno ENOENT rm "$mnt/q/next.same"
sync "$mnt/q"
drain q "$tmp/rest"
[ "$drained" = 2 ] || fail "$drained of 2"
