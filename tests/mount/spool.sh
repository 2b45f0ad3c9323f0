#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
expect_errors_in_log
start_server
options=wait=60,drain=2,spool=$tmp/spool
mkdir "$tmp/spool"
mount_sqsfs -o "$options" "$endpoint"
mkdir "$mnt/q" "$mnt/o.fifo"
say reached q
kill_server

# semantics.md: "With `-o spool=DIR`, a file completed while the service cannot be reached is stored in DIR, close succeeds, and it is sent when the service can be reached again."
for n in 1 2 3; do
	say "spooled $n" o.fifo "f$n"
done
find "$tmp/spool" -type f | grep -q . || fail "nothing in the spool"
kill_sqsfs
start_server
mount_sqsfs -o "$options" "$endpoint"
spool_is_empty() {
	! find "$tmp/spool" -type f | grep -q .
}
await 30 spool_is_empty
for n in 1 2 3; do
	[ "$(cat "$mnt/o.fifo/next.x")" = "spooled $n" ] || fail "message $n"
	rm "$mnt/o.fifo/next.x"
	sync "$mnt/o.fifo"
done

# semantics.md: "Bytes written in sequence after an fsync are the next message."
# A file that goes on after what fsync has sent is in the spool, too.
kill_server
python3 - "$mnt/o.fifo/stream" <<'END' || fail "a stream of messages into the spool"
import os, sys
with open(sys.argv[1], "wb") as f:
    for n in range(3):
        f.write(b"record %d" % n)
        f.flush()
        os.fsync(f.fileno())
    f.write(b"record 3")
END
say 'record 4' o.fifo stream
start_server
await 30 spool_is_empty
for n in 0 1 2 3 4; do
	[ "$(cat "$mnt/o.fifo/next.x")" = "record $n" ] || fail "record $n: $(cat "$mnt/o.fifo/next.x")"
	rm "$mnt/o.fifo/next.x"
	sync "$mnt/o.fifo"
done

# semantics.md: "What the service refuses for good is never spooled: it is an error at close."
faults 'SendMessage* error=AccessDenied'
expect_errno EACCES cp /etc/hostname "$mnt/q/f"
spool_is_empty || fail "a refused file is in the spool"

# semantics.md: "`-o dedup=name` takes the file's name as deduplication id, `-o dedup=content` leaves it to the queue's content-based deduplication."
# The name that it was written under, not that of its file in the spool.
faults ''
remount -o "$options,dedup=name" "$endpoint"
mkdir "$mnt/n.fifo"
say once n.fifo job
kill_server
say once n.fifo job
say other n.fifo job-2
start_server
await 30 spool_is_empty
for body in once other; do
	[ "$(cat "$mnt/n.fifo/next.x")" = "$body" ] || fail "heard $(cat "$mnt/n.fifo/next.x"), expected $body"
	rm "$mnt/n.fifo/next.x"
	sync "$mnt/n.fifo"
done
hear n.fifo

# semantics.md: "One mount of a source at a time owns its spool in DIR: a second one with the same DIR fails with one line."
expect_refusal() {
	! "$SQSFS" -o "$options" "$endpoint" "$tmp/second" 2>"$tmp/err" || fail "two mounts have one spool"
	grep -q "^sqsfs: $tmp/spool is in use by another mount" "$tmp/err" || fail "it says: $(cat "$tmp/err")"
	[ "$(wc -l <"$tmp/err")" = 1 ] || fail "it says: $(cat "$tmp/err")"
}
mkdir "$tmp/second"
expect_refusal
unmount
# In the background, too.
"$SQSFS" -o "$options" "$endpoint" "$mnt" || fail "the spool is not free after its mount"
pid=$(pgrep -f -x "$SQSFS .*$mnt" | head -n 1)
background "$pid"
expect_refusal
detach
await 10 is_gone "$pid"

# semantics.md: "A spool that cannot be written to fails with one line."
! "$SQSFS" -o "spool=$tmp/err/spool" "$endpoint" "$mnt" 2>"$tmp/said" || fail "a spool in a file"
[ "$(wc -l <"$tmp/said")" = 1 ] || fail "it says: $(cat "$tmp/said")"
