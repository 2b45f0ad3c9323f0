#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs
mkdir "$mnt/q"

# semantics.md: "A write that makes the message larger than the queue's MaximumMessageSize, attributes and encoding included, fails with EFBIG."
head -c 1048577 /dev/zero | tr '\0' a >"$tmp/large"
expect_errno EFBIG cp "$tmp/large" "$mnt/q/f"
expect_errno EFBIG dd if="$tmp/large" of="$mnt/q/g" bs=4096 status=none
# Bytes that travel as base64 are a third longer there.
head -c 800000 /dev/urandom >"$tmp/random"
expect_errno EFBIG cp "$tmp/random" "$mnt/q/h"
# semantics.md: "A file of which a write has failed is not sent: it stays with `user.sqs.error` until it is written anew or removed."
hear q
names_are "$mnt/q" "f g h next" || fail "ls shows $(names "$mnt/q")"
rm "$mnt/q/f" "$mnt/q/g" "$mnt/q/h"
sync "$mnt/q"

# semantics.md: "The limit is the queue's own, known anew a minute after it was changed elsewhere, at once when it was changed through `.sqs/attributes`."
mkdir "$mnt/low"
echo 2048 >"$mnt/low/.sqs/attributes/MaximumMessageSize" || fail "MaximumMessageSize"
head -c 2049 "$tmp/large" >"$tmp/2049"
expect_errno EFBIG cp "$tmp/2049" "$mnt/low/f"
head -c 2048 "$tmp/large" >"$tmp/2048"
cp "$tmp/2048" "$mnt/low/g" || fail "2048 bytes do not fit"
# Attributes count: those that are set before the write tell at the write, later ones when it is sent.
head -c 2000 "$tmp/large" >"$tmp/2000"
: >"$mnt/low/h.tmp"
setfattr -n user.sqs.attr.a -v "$(head -c 100 "$tmp/large")" "$mnt/low/h.tmp"
expect_errno EFBIG dd if="$tmp/2000" of="$mnt/low/h.tmp" conv=notrunc status=none
cp "$tmp/2000" "$mnt/low/i.tmp"
setfattr -n user.sqs.attr.a -v "$(head -c 100 "$tmp/large")" "$mnt/low/i.tmp"
mv "$mnt/low/i.tmp" "$mnt/low/i"
expect_errno EMSGSIZE sync "$mnt/low/i"

# The limit itself fits.
head -c 1048576 "$tmp/large" >"$tmp/fits"
cp "$tmp/fits" "$mnt/q/i" || fail "1 MiB does not fit"
hear_body q | cmp - "$tmp/fits" || fail "1 MiB is altered"

# The first write to a receipt's name counts as those to any other.
say sent low r
python3 - "$mnt/low/r" <<'END' || fail "a hole is sent after a write that failed"
import errno, os, sys
fd = os.open(sys.argv[1], os.O_WRONLY)
for offset, data in ((0, b"x" * 2049), (3, b"tail")):
    try:
        os.pwrite(fd, data, offset)
        sys.exit("a write to a spoiled file succeeds" if offset else "EFBIG is missing")
    except OSError as e:
        if e.errno != (errno.EIO if offset else errno.EFBIG):
            raise
os.close(fd)
END
[ -n "$(xattr error "$mnt/low/r")" ] || fail "a write failed, and the file does not say so"
