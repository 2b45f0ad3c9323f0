#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs -o format=raw
mkdir "$mnt/q"

# semantics.md: "With `-o format=raw`, a write of bytes that no message can carry fails with EILSEQ."
for body in 'a\001b' '\377\376' '\357\277\277'; do
	# shellcheck disable=SC2059 # escapes are wanted
	printf "$body" >"$tmp/body"
	expect_errno EILSEQ cp "$tmp/body" "$mnt/q/f"
done
# semantics.md: "A file of which a write has failed is not sent: it stays with `user.sqs.error` until it is written anew or removed."
printf 'text at first, ' >"$tmp/body"
head -c 300000 /dev/zero >>"$tmp/body"
expect_errno EILSEQ dd if="$tmp/body" of="$mnt/q/f" bs=15 status=none
hear q
rm "$mnt/q/f"

# semantics.md: "`-o format=raw` sends and receives bodies as they are."
printf 'grün \360\237\230\200\tno newline' >"$tmp/body"
cp "$tmp/body" "$mnt/q/g" || fail "text"
hear_body q | cmp - "$tmp/body" || fail "text is altered"

# A character may be split between two writes.
python3 - "$mnt/q/split" <<'END' || fail "a character split between writes is refused"
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
for byte in "grün😀".encode():
    os.write(fd, bytes([byte]))
os.close(fd)
END
[ "$(hear_body q)" = "grün😀" ] || fail "the split text is altered"
