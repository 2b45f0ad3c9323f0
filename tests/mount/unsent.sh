#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
expect_errors_in_log
start_server
mount_sqsfs -o drain=2 "$endpoint"
mkdir "$mnt/q"
kill_server

# semantics.md: "A file that could not be sent stays listed with its content, and `user.sqs.error` says why in the service's own words."
printf 'kept\n' >"$tmp/kept"
expect_errno EHOSTUNREACH cp "$tmp/kept" "$mnt/q/f"
names_are "$mnt/q" "f next" || fail "ls shows $(names "$mnt/q")"
cmp "$tmp/kept" "$mnt/q/f" || fail "the content is altered"
[ -n "$(xattr error "$mnt/q/f")" ] || fail "no user.sqs.error"

# semantics.md: "`sync FILE` on a file that could not be sent tries again and reports the outcome."
expect_errno EHOSTUNREACH sync "$mnt/q/f"

# semantics.md: "Writing an unsent file anew, as `cp` to the same name does, replaces it."
printf 'newer\n' >"$tmp/newer"
expect_errno EHOSTUNREACH cp "$tmp/newer" "$mnt/q/f"
cmp "$tmp/newer" "$mnt/q/f" || fail "it is not replaced"

# semantics.md: "`rm` of an unsent file discards it."
expect_errno EHOSTUNREACH cp "$tmp/kept" "$mnt/q/g"
rm "$mnt/q/g" || fail "rm"
names_are "$mnt/q" "f next" || fail "ls shows $(names "$mnt/q")"

# What nobody could be told of is kept too: a builtin does not look at close.
echo builtin >"$mnt/q/h"
names_are "$mnt/q" "f h next" || fail "ls shows $(names "$mnt/q")"
expect_errno EHOSTUNREACH sync "$mnt/q/h"

# semantics.md: "Unsent files are saved at unmount in `$XDG_STATE_HOME/sqsfs/unsent`, named in the log, and offered again by the next mount of the same source."
unmount
find "$XDG_STATE_HOME/sqsfs/unsent" -type f -name f -perm 600 | grep -q . || fail "f is not saved"
grep -q 'f' "$log" || fail "the log does not name it"
start_server
mount_sqsfs "$endpoint"
both_sent() {
	names_are "$mnt/q" next && ! find "$XDG_STATE_HOME/sqsfs/unsent" -type f | grep -q .
}
await 20 both_sent
drain q "$tmp/q"
[ "$drained" = 2 ] || fail "$drained of 2"
[ "$(cat "$tmp"/q/* | sort | tr '\n' ' ')" = "builtin newer " ] || fail "$(cat "$tmp"/q/*)"

# semantics.md: "What is sent in the background stays listed until the service has accepted it, and is retried until then."
# semantics.md: "A file that failed where nobody could be told is retried with growing pauses until it is sent or removed."
echo later >"$mnt/q/later.tmp"
kill_server
mv "$mnt/q/later.tmp" "$mnt/q/later" || fail "rename"
expect_errno EHOSTUNREACH sync "$mnt/q/later"
names_are "$mnt/q" "later next" || names "$mnt/q" | grep -q later || fail "ls shows $(names "$mnt/q")"
start_server
is_sent() {
	! names "$mnt/q" | grep -q later
}
await 40 is_sent
hear q later

# semantics.md: "Where its name is taken there, by what another mount of the source or a group has left, it is kept as `NAME.2`, and so on."
kept_are() { # BODIES
	[ "$(find "$XDG_STATE_HOME/sqsfs/unsent" -type f -not -path '*/.sqs/*' -exec cat {} + | sort | tr '\n' ' ')" = "$1" ]
}
mkdir "$mnt/q/b"
kill_server
echo one >"$mnt/q/a"
echo two >"$mnt/q/b/f"
unmount
start_server
faults 'SendMessage* error=InternalFailure'
mount_sqsfs -o drain=2 "$endpoint"
mv "$mnt/q/b/f" "$mnt/q/f"
rmdir "$mnt/q/b"
mv "$mnt/q/f" "$mnt/q/b"
remount -o drain=2 "$endpoint"
kept_are 'one two ' || fail "a file in the place of a group is not kept"
# Two files that change their names write neither over the other.
b=$(basename "$mnt"/q/b*)
mv "$mnt/q/a" "$mnt/q/c" && mv "$mnt/q/$b" "$mnt/q/a" && mv "$mnt/q/c" "$mnt/q/$b" || fail "rename"
remount -o drain=2 "$endpoint"
kept_are 'one two ' || fail "two files that changed their names are not kept"

# Nor do two mounts of one source.
first_pid=$sqsfs_pid
mkdir "$tmp/second"
mnt=$tmp/second mount_sqsfs -o drain=2 "$endpoint"
echo three >"$mnt/q/same"
echo four >"$tmp/second/q/same"
mnt=$tmp/second unmount
sqsfs_pid=$first_pid
unmount
kept_are 'four one three two ' || fail "two mounts did not keep what each has"

# semantics.md: "Of several mounts of one source at the same time one alone offers them again; the others say so in the log, and still save what they could not send themselves."
mount_sqsfs -o drain=2 "$endpoint"
first_pid=$sqsfs_pid
[ "$(names "$mnt/q" | wc -w)" = 5 ] || fail "it offers $(names "$mnt/q") of four files"
mnt=$tmp/second mount_sqsfs -o drain=2 "$endpoint"
grep -q 'nothing kept is offered again' "$log" || fail "the log does not say who offers the files"
echo five >"$tmp/second/q/same"
mnt=$tmp/second unmount
kept_are 'five four one three two ' || fail "a mount beside another did not keep what it has"
mnt=$tmp/second mount_sqsfs -o drain=2 "$endpoint"
faults ''
all_sent() {
	names_are "$mnt/q" next && names_are "$tmp/second/q" next
}
await 40 all_sent
mnt=$tmp/second unmount
sqsfs_pid=$first_pid
drain q "$tmp/once"
[ "$(cat "$tmp"/once/* | sort | tr '\n' ' ')" = 'four one three two ' ] || fail "heard $(cat "$tmp"/once/*)"
rm "$mnt"/q/*-*-*
remount -o drain=2 "$endpoint"
await 40 names_are "$mnt/q" next
sync "$mnt/q"
hear q five
rm "$mnt"/q/*-*-*
unmount

# semantics.md: "With `-o dedup=name`, the first message of a file that fsync sends in parts has the name, those behind it `NAME/2`, `NAME/3` and so on."
# Also where a part has waited for the next mount.
mount_sqsfs -o drain=2,dedup=name "$endpoint"
faults ''
mkdir "$mnt/n.fifo"
python3 - "$mnt/n.fifo/parts" "$endpoint/_sqs-local/faults" <<'END' && fail "nobody was told that the second part failed"
import os, sys, urllib.request
with open(sys.argv[1], "wb", buffering=0) as f:
    f.write(b"part 1\n")
    os.fsync(f.fileno())
    urllib.request.urlopen(sys.argv[2], b"SendMessage* error=InternalFailure")
    f.write(b"part 2\n")
END
remount -o drain=2,dedup=name "$endpoint"
faults ''
parts_are_sent() {
	names_are "$mnt/n.fifo" next
}
await 40 parts_are_sent
hear n.fifo 'part 1'
rm "$mnt"/n.fifo/*-*-*
sync "$mnt/n.fifo"
hear n.fifo 'part 2'
