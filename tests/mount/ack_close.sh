#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs -o wait=60,ack=close
mkdir "$mnt/q"

# semantics.md: "`-o ack=close` deletes a message read to its end through `next` when its reader closes it."
say one q
[ "$(cat "$mnt/q/next")" = one ] || fail "cat"
is_deleted() {
	names_are "$mnt/q" next && rmdir "$mnt/q"
}
await 5 is_deleted

# Half a read is no receipt.
mkdir "$mnt/r"
say three-three r
dd if="$mnt/r/next" of=/dev/null bs=3 count=1 status=none
[ -n "$(held r)" ] || fail "a message read by half is gone"
