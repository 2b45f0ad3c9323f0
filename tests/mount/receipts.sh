#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr setfattr
mount_sqsfs -o receipt=600
mkdir "$mnt/q" "$mnt/o.fifo"

# semantics.md: "For 5 seconds after a send (`-o receipt=SECONDS`) its name still answers stat, chmod, chown, utimens, getfattr, rename and fsync."
say one q name
stat "$mnt/q/name" >/dev/null || fail "stat"
chmod 640 "$mnt/q/name" || fail "chmod"
chown "$(id -u)" "$mnt/q/name" || fail "chown"
touch -d yesterday "$mnt/q/name" || fail "utimens"
sync "$mnt/q/name" || fail "fsync"
mv "$mnt/q/name" "$mnt/q/renamed" || fail "rename"

# semantics.md: "A receipt has `user.sqs.MessageId`, and on a FIFO queue `user.sqs.SequenceNumber`."
say two q name
sent=$(xattr MessageId "$mnt/q/name")
[ -n "$sent" ] || fail "no MessageId"
say three o.fifo name
[ -n "$(xattr SequenceNumber "$mnt/o.fifo/name")" ] || fail "no SequenceNumber"

# semantics.md: "The receipt is not listed and has no content: opening it for reading succeeds and reads nothing back from the queue."
names_are "$mnt/q" next || fail "ls shows $(names "$mnt/q")"
[ -z "$(cat "$mnt/q/name")" ] || fail "a receipt has content"

# semantics.md: "`rm` of a receipt succeeds and takes nothing back: the message was sent."
rm "$mnt/q/name" || fail "rm of a receipt"
drain q "$tmp/q"
[ "$drained" = 2 ] || fail "$drained messages instead of 2"
[ -e "$mnt/q/$sent" ] || fail "the receipt's MessageId $sent is not the message's"

# semantics.md: "A shell with `noclobber`, which looks first, does not write to the name of a receipt; O_EXCL alone begins a new message, or fails with EEXIST where the kernel has just seen the name."
mkdir "$mnt/x"
say one x name
expect_status() {
	bash -c 'set -C; echo two >"$1"' - "$mnt/x/name" 2>/dev/null
}
! expect_status || fail "noclobber wrote to a receipt"
drain x "$tmp/x"
[ "$drained" = 1 ] || fail "$drained of 1"

# After its time the name is gone.
remount -o receipt=3
say four q name
await 10 test ! -e "$mnt/q/name"

# semantics.md: "Appending with `>>` to a name whose file was sent begins a new message."
# However late: whoever opened it while it was a receipt is not forgotten with it.
mkdir "$mnt/late"
say one late name
exec 3>>"$mnt/late/name"
say other late other
await 10 test ! -e "$mnt/late/other"
echo two >&3 || fail "write"
exec 3>&-
drain late "$tmp/late"
[ "$(sort "$tmp"/late/* | xargs)" = 'one other two' ] || fail "heard $(sort "$tmp"/late/* | xargs)"
await 10 test ! -e "$mnt/late/name"
# Nothing was written: then nothing is left.
say three late name
exec 3>>"$mnt/late/name"
say other late other
await 10 test ! -e "$mnt/late/other"
exec 3>&-
await 10 test ! -e "$mnt/late/name"
