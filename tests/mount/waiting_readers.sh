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
at_once() { # COMMAND...
	began=$(now_ms)
	timeout 10 "$@" >/dev/null || fail "with $readers readers waiting: $*"
	[ $(($(now_ms) - began)) -lt 1000 ] || fail "$* took $(($(now_ms) - began)) ms"
}
at_once ls -l "$mnt/q"
at_once touch "$mnt/q/draft.tmp"
at_once stat "$mnt/q/draft.tmp"
at_once rm "$mnt/q/draft.tmp"

# A signal ends one of many at once.
cat "$mnt/q/next" 2>/dev/null &
one=$!
background $one
await 10 waits_in_open $one
began=$(now_ms)
kill -TERM $one
await 5 is_gone $one
[ $(($(now_ms) - began)) -lt 500 ] || fail "SIGTERM of one of many took $(($(now_ms) - began)) ms"

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
[ $(($(now_ms) - began)) -lt 2000 ] || fail "SIGTERM took $(($(now_ms) - began)) ms"
wait "$sqsfs_pid" || fail "exit status $?"
sqsfs_pid=
await 10 is_gone $many
[ "$(cat "$tmp/got")" = "$((readers / 2)) $((readers / 2))" ] ||
	fail "messages, different ones: $(cat "$tmp/got") instead of $((readers / 2))"
