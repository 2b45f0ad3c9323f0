#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
PATH=$PATH:/usr/sbin
need tcpdump python3
is_root || skip "needs root: tcpdump changes its user only then"
chmod 755 "$tmp"
mount_sqsfs -o wait=1
mkdir "$mnt/q"

# A capture of its own: packets of a thousand bytes.
python3 - "$tmp/in" <<'END'
import struct, sys
with open(sys.argv[1], 'wb') as f:
    f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for i in range(2000):
        packet = bytes(12) + b'\x08\x00' + bytes(986)
        f.write(struct.pack('<IIII', 1700000000, i, len(packet), len(packet)) + packet)
END
capture() {
	tcpdump -r "$tmp/in" "$@" 2>"$tmp/err"
}

# recipes.md: "With `-G` or `-C`, and without `-Z`, tcpdump fails with `Permission denied`."
! capture -C 1 -w "$mnt/q/1" || fail "tcpdump works without -Z"
grep -q 'Permission denied' "$tmp/err" || fail "it says $(cat "$tmp/err")"
hear q

# recipes.md: "Each capture file is a message when tcpdump goes on to the next, or ends."
capture -Z root -c 100 -w "$mnt/q/1" || fail "tcpdump: $(cat "$tmp/err")"
hear_body q >"$tmp/came" || fail "no message"
[ "$(tcpdump -r "$tmp/came" 2>/dev/null | wc -l)" = 100 ] || fail "the capture differs"

# recipes.md: "A capture larger than a message is never sent: tcpdump does not look at the error, the file stays with `user.sqs.error`, and its exit status is 0."
capture -Z root -w "$mnt/q/large" || fail "tcpdump has learned to look: say so in docs/recipes.md"
[ -n "$(xattr error "$mnt/q/large")" ] || fail "no reason: $(names "$mnt/q")"
hear q
