#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs
mkdir "$mnt/q"

# semantics.md: "fsync(2) on a file that is being written sends what was written since the last fsync as one message and returns the outcome."
# semantics.md: "Bytes written in sequence after an fsync are the next message."
# semantics.md: "fsync without new bytes since the last one sends nothing and returns the last outcome."
python3 - "$mnt/q/stream" <<'END' || fail "a stream of messages"
import os, sys
with open(sys.argv[1], "wb") as f:
    for n in range(5):
        f.write(b"record %d" % n)
        f.flush()
        os.fsync(f.fileno())
        os.fsync(f.fileno())
    f.write(b"record 5")
END
drain q "$tmp/q"
[ "$drained" = 6 ] || fail "$drained messages instead of 6"
cat "$tmp"/q/* | grep -o 'record .' | sort | tr '\n' ' ' >"$tmp/seen"
[ "$(cat "$tmp/seen")" = "record 0 record 1 record 2 record 3 record 4 record 5 " ] || fail "$(cat "$tmp/seen")"
for body in "$tmp"/q/*; do
	[ "$(wc -c <"$body")" = 8 ] || fail "a body is $(cat "$body")"
done

# semantics.md: "Rewriting bytes that fsync has sent fails with EIO."
python3 - "$mnt/q/rewritten" <<'END' || fail "bytes that were sent could be written anew"
import errno, os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
os.write(fd, b"sent")
os.fsync(fd)
try:
    os.pwrite(fd, b"S", 0)
except OSError as e:
    sys.exit(e.errno != errno.EIO)
sys.exit(1)
END
hear_body q >"$tmp/body" && [ "$(cat "$tmp/body")" = sent ] || fail "heard $(cat "$tmp/body")"
hear q

# semantics.md: "`echo text > q/f && sync q/f` is the checked form for shells, whose builtins do not look at the result of close(2)."
echo text >"$mnt/q/f" && sync "$mnt/q/f" || fail "the checked form"
hear q text
hear q

# semantics.md: "With `-o dedup=name`, the first message of a file that fsync sends in parts has the name, those behind it `NAME/2`, `NAME/3` and so on."
hear_next() { # BODY ID
	[ "$(cat "$mnt/o.fifo/next.x")" = "$1" ] || fail "heard '$(cat "$mnt/o.fifo/next.x")' instead of $1"
	[ "$(xattr MessageDeduplicationId "$mnt/o.fifo/next.x")" = "$2" ] || fail "$1 has the id $(xattr MessageDeduplicationId "$mnt/o.fifo/next.x")"
	rm "$mnt/o.fifo/next.x"
	sync "$mnt/o.fifo"
}
mkdir "$mnt/o.fifo"
remount -o dedup=name
python3 - "$mnt/o.fifo/parts" <<'END' || fail "a stream of messages"
import os, sys
with open(sys.argv[1], "wb") as f:
    for n in range(1, 3):
        f.write(b"part %d" % n)
        f.flush()
        os.fsync(f.fileno())
    f.write(b"part 3")
END
hear_next 'part 1' parts
hear_next 'part 2' parts/2
hear_next 'part 3' parts/3
# Another file of that name is the same message again.
say again o.fifo parts
hear o.fifo
