#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
began=$(now_s)
mount_sqsfs -o wait=1
mkdir "$mnt/q" "$mnt/r"
say one q
say two q

inode() { # FILE
	stat -L -c %i "$1"
}

# semantics.md: "Inode numbers are unique on the machine; all idle and open `next` of a queue share one."
idle=$(inode "$mnt/q/next")
exec 3<"$mnt/q/next" 4<"$mnt/q/next"
[ "$(inode /proc/self/fd/3) $(inode /proc/self/fd/4) $(inode "$mnt/q/next")" = "$idle $idle $idle" ] ||
	fail "next has other numbers: $idle, $(inode /proc/self/fd/3), $(inode /proc/self/fd/4)"
# Read, they stay: what nobody read goes back at some moment.
cat <&3 >"$tmp/one" && cat <&4 >"$tmp/two" || fail "read"
exec 3<&- 4<&-
[ "$(inode "$mnt/r/next")" != "$idle" ] || fail "two queues share a next"
for number in "$idle" "$(inode "$mnt")" "$(inode "$mnt/q")" "$(inode "$mnt/q/$(held q)")"; do
	[ "$number" -gt 4294967296 ] || fail "a small inode number: $number"
done

# semantics.md: "The modification time of a queue's directory is the time of the mount."
mtime=$(stat -c %Y "$mnt/q")
[ "$mtime" -ge "$began" ] && [ "$mtime" -le "$(now_s)" ] || fail "mtime $mtime, mounted at $began"
say three q
[ "$(stat -c %Y "$mnt/q")" = "$mtime" ] || fail "mtime changed"
