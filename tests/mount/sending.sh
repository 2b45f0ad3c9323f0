#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs
mkdir "$mnt/q"

# semantics.md: "A new file in a queue's directory is a message: its content is the body, its name means nothing."
say one q any-name
hear q one
hear q

# semantics.md: "The bytes of the body are the bytes of the file."
# Text without a final newline, all bytes, characters that XML has no place for, 700 KB.
printf 'no newline' >"$tmp/1"
python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)) * 4)' >"$tmp/2"
printf '<a>&amp;\r\n\t]]> \303\244 \360\237\230\200' >"$tmp/3"
head -c 700000 /dev/urandom >"$tmp/4"
printf '\n' >"$tmp/5"
printf 'a\000b' >"$tmp/6"
for n in 1 2 3 4 5 6; do
	cp "$tmp/$n" "$mnt/q/m" || fail "cp of body $n"
	hear_body q >"$tmp/back" || fail "body $n: $(cat "$tmp/hear.err")"
	cmp "$tmp/$n" "$tmp/back" || fail "body $n is altered"
done

# semantics.md: "After the file was sent it is no longer listed."
say two q gone
! names "$mnt/q" | grep -q gone || fail "ls shows $(names "$mnt/q")"

# semantics.md: "Appending with `>>` to a name whose file was sent begins a new message."
# semantics.md: "Each open for writing of a name whose file was sent begins a new message."
mkdir "$mnt/log"
for text in a b c; do
	echo $text >>"$mnt/log/lines"
done
drain log "$tmp/log"
[ "$drained" = 3 ] || fail "three times >> made $drained messages"
[ "$(sort "$tmp"/log/* | tr '\n' ' ')" = "a b c " ] || fail "bodies: $(cat "$tmp"/log/*)"

# semantics.md: "A file of which nothing was written is not sent, because SQS has no empty message; it stays as an empty draft."
mkdir "$mnt/empty"
: >"$mnt/empty/a"
touch "$mnt/empty/b"
names_are "$mnt/empty" "a b next" || fail "ls shows $(names "$mnt/empty")"
hear empty
rm "$mnt/empty/a" "$mnt/empty/b" && rmdir "$mnt/empty" || fail "empty drafts cannot be removed"

# semantics.md: "Bytes written to a descriptor after its content was sent by close of a duplicate fail with EIO, and the message that was sent stays as it is."
mkdir "$mnt/late"
python3 - "$mnt/late/f" <<'END' || fail "a write after the commit worked"
import errno, os, socket, sys
# The descriptor travels in a message to a process that is no descendant; the opener
# closes its own, which sends; then the other one writes.
here, there = socket.socketpair()
opener = os.fork()
if opener == 0:
    fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
    os.write(fd, b"first")
    socket.send_fds(here, [b"x"], [fd])
    os.close(fd)
    os._exit(0)
os.waitpid(opener, 0)
_, fds, _, _ = socket.recv_fds(there, 1, 1)
try:
    os.write(fds[0], b"second")
except OSError as e:
    sys.exit(e.errno != errno.EIO)
sys.exit(1)
END
hear_body late >"$tmp/late" || fail "the first part was not sent"
[ "$(cat "$tmp/late")" = first ] || fail "the first part is altered: $(cat "$tmp/late")"
hear late
