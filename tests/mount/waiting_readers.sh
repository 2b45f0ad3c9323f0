#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
readers=${WAITING_READERS:-500}
start_server
mount_sqsfs -o wait=inf "$endpoint"
mkdir "$mnt/q"

# One process with so many threads, each in an open of its own: 500 processes cost the
# machine, not the mount. It says how many messages it got.
cat >"$tmp/readers.py" <<'END'
import os, sys, threading
def read(path, got):
    try:
        with open(path, "rb") as f:
            got.append(f.read())
    except OSError:
        pass
got = []
threads = [threading.Thread(target=read, args=(sys.argv[1], got)) for _ in range(int(sys.argv[2]))]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(len(got), len(set(got)))
END
python3 "$tmp/readers.py" "$mnt/q/next" "$readers" >"$tmp/got" &
many=$!
background $many

threads_that_open() {
	cut -d ' ' -f 1 /proc/$many/task/*/syscall 2>/dev/null | grep -c -x -e 257 -e 56
}
all_wait() {
	[ "$(threads_that_open)" -ge "$readers" ]
}
await 60 all_wait

# semantics.md: "All who wait for a message of one queue share its long polls."
# semantics.md: "A waiting open blocks nothing else: `ls`, create, unlink and stat in the same queue answer at once."
threads=$(ls "/proc/$sqsfs_pid/task" | wc -l)
[ "$threads" -le 8 ] || fail "sqsfs has $threads threads with $readers readers waiting"
in_flight=$(sed -n 's/^sqsfs_requests_in_flight *//p' "$mnt/.stats")
[ "${in_flight:-99}" -le 4 ] || fail "$in_flight requests in flight with $readers readers waiting"
make_and_remove() {
	timeout 60 touch "$mnt/q/draft.tmp" && timeout 60 rm "$mnt/q/draft.tmp"
}
at_once 1000 timeout 60 ls -l "$mnt/q" >"$tmp/listing"
: >"$mnt/q/other.tmp"
at_once 1000 timeout 60 stat "$mnt/q/other.tmp" >"$tmp/listing"
rm "$mnt/q/other.tmp"
at_once 1000 make_and_remove

# A signal ends one of many at once.
interrupt_one() {
	cat "$mnt/q/next" 2>/dev/null &
	one=$!
	background $one
	await 10 waits_in_open $one
	began=$(now_ms)
	kill -TERM $one
	await 5 is_gone $one
}
at_once 500 interrupt_one

# Each message goes to one of them.
mkdir "$tmp/in"
for n in $(seq "$((readers / 2))"); do
	echo "message $n" >"$tmp/in/$n"
done
cp "$tmp"/in/* "$mnt/q/" || fail "cp while readers wait"
half_wait() {
	[ "$(threads_that_open)" -le $((readers - readers / 2)) ]
}
await 60 half_wait

# semantics.md: "With nothing to send, SIGTERM ends the mount in less than two seconds."
began=$(now_ms)
kill -TERM "$sqsfs_pid"
await 10 is_gone "$sqsfs_pid"
# Less than the 20 s of a long poll, or the 30 s of drain=; tests/mount/daemon.sh has the two seconds.
[ $(($(now_ms) - began)) -lt 15000 ] || fail "SIGTERM took $(($(now_ms) - began)) ms"
wait "$sqsfs_pid" || fail "exit status $?"
sqsfs_pid=
await 10 is_gone $many
[ "$(cat "$tmp/got")" = "$((readers / 2)) $((readers / 2))" ] ||
	fail "messages, different ones: $(cat "$tmp/got") instead of $((readers / 2))"
