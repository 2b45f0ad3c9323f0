#!/bin/sh
# SPDX-License-Identifier: MIT
# Opens of `next` that come together, copied with sendfile(2), which reads through the
# kernel's pages: a shared inode would mix the messages.
. "$(dirname "$0")/../lib/mount.sh"
need python3
mount_sqsfs -o wait=20
mkdir "$mnt/q" "$tmp/in" "$tmp/got"

# semantics.md: "Each open of `next` owns its own message."
cat >"$tmp/copy.py" <<'END'
import multiprocessing, shutil, sys
processes, rounds = 20, 10
def copy(n, together):
    for i in range(rounds):
        together.wait()
        shutil.copyfile(sys.argv[1], "%s/%d-%d" % (sys.argv[2], n, i))
together = multiprocessing.Barrier(processes)
all = [multiprocessing.Process(target=copy, args=(n, together)) for n in range(processes)]
for p in all:
    p.start()
for p in all:
    p.join()
sys.exit(any(p.exitcode for p in all))
END
for n in $(seq 200); do
	yes "message $n" | head -n $((n * 7)) >"$tmp/in/$n"
done
cp "$tmp"/in/* "$mnt/q/" || fail "cp"
python3 "$tmp/copy.py" "$mnt/q/next" "$tmp/got" || fail "a copy failed"
sums() {
	cat "$1"/* | sort | md5sum
	for file in "$1"/*; do
		md5sum <"$file"
	done | sort
}
sums "$tmp/in" >"$tmp/in.sums"
sums "$tmp/got" | cmp - "$tmp/in.sums" || fail "copies made together are not the messages that were sent"
