#!/bin/sh
# SPDX-License-Identifier: MIT
# Names of files are free: spaces, line ends, other scripts, bytes that are no text, 255 of them.
. "$(dirname "$0")/../lib/mount.sh"
need getfattr bash
expect_errors_in_log
start_server
mount_sqsfs -o receipt=600,drain=1 "$endpoint"
mkdir "$mnt/q" "$mnt/o.fifo"
cat >"$tmp/names.py" <<'END'
import os, sys
# Each name in one line: hexadecimal.
names = [b"a b", b"new\nline", b"-rf", b"*", b"$HOME", b"`id`", b"a\\b", b"'", b'"', b"%s%n", b"\xff\xfe", b"\x01\x7f",
         "ünï ✓ 漢字".encode(), b"n" * 255, b"x.sqs", b"next ", b"nextx", b"f", b"f~~~f", b"x..."]
for name in names:
    print(name.hex())
END
python3 "$tmp/names.py" >"$tmp/names"
total=$(wc -l <"$tmp/names")

each() { # DIRECTORY PYTHON, where f is the path and n the line
	python3 - "$@" <<'END'
import os, sys
for line in open(os.environ["names"]):
    n = line.strip()
    f = os.path.join(sys.argv[1].encode(), bytes.fromhex(n))
    exec(sys.argv[2])
END
}
names=$tmp/names
export names

# semantics.md: "A new file in a queue's directory is a message: its content is the body, its name means nothing."
each "$mnt/q" 'open(f, "w").write(n)' || fail "write"
drain q "$tmp/q"
[ "$drained" = "$total" ] || fail "$drained of $total"
each "$mnt/q" 'os.stat(f)' || fail "receipts"

# Refused, kept, saved at unmount, offered again, sent: under its name.
# semantics.md: "Unsent files are saved at unmount in `$XDG_STATE_HOME/sqsfs/unsent`, named in the log, and offered again by the next mount of the same source."
faults 'SendMessage* error=InvalidParameterValue'
each "$mnt/q" '
try:
    o = open(f, "w"); o.write(n); o.close()
    sys.exit("sent")
except OSError: pass' || fail "refused"
# A backup and its file: one's copy on the disk is not the other's.
for name in backup~ backup; do
	echo "$name" >"$mnt/q/$name"
done
unmount
# One line each, whatever the name.
! grep -v '^sqsfs: ' "$log" || fail "a name has broken a line of the log"
! grep -q 'is lost' "$log" || fail "lost: $(grep 'is lost' "$log")"
faults ''
mount_sqsfs -o wait=1,drain=1 "$endpoint"
each "$mnt/q" '
assert open(f).read() == n
os.getxattr(f, "user.sqs.error")
os.fsync(os.open(f, os.O_RDONLY))' || fail "offered again"
[ "$(cat "$mnt/q/backup~")" = backup~ ] || fail "ls shows $(names "$mnt/q")"
[ -s "$mnt/q/backup" ] || fail "ls shows $(names "$mnt/q")"
sync "$mnt/q/backup"
rm "$mnt/q/backup~"
rm -f "$mnt"/q/????????-*
drain q "$tmp/again"
[ "$drained" = $((total + total + 1)) ] || fail "$drained of $((total + total + 1))"

# semantics.md: "With `-o dedup=name`, a file whose name cannot be a deduplication id fails with EINVAL at close."
remount -o wait=1,drain=1,dedup=name "$endpoint"
echo text >"$tmp/text"
expect_errno EINVAL cp "$tmp/text" "$mnt/o.fifo/a b"
rm "$mnt/o.fifo/a b"
cp "$tmp/text" "$mnt/o.fifo/a-b" || fail "a name that can be one"
