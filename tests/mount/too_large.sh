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

# The limit itself fits.
head -c 1048576 "$tmp/large" >"$tmp/fits"
cp "$tmp/fits" "$mnt/q/i" || fail "1 MiB does not fit"
hear_body q | cmp - "$tmp/fits" || fail "1 MiB is altered"
