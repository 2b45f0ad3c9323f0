#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs -o wait=1,visibility=600
mkdir "$mnt/a" "$mnt/b"
for n in $(seq 20); do
	say "$n" a
	say "$n" b
done

# semantics.md: "Nothing but opening `next` or `next.NAME`, listing `.sqs/inbox` and reading `.sqs/dump` receives: stat, ls, find and lookups do not."
find "$mnt" -ls >/dev/null
du -a "$mnt" >/dev/null
ls -laR "$mnt" >/dev/null
find "$mnt" -type f -size +1k >/dev/null
python3 -c 'import os, sys; [os.stat(os.path.join(d, f)) for d, _, fs in os.walk(sys.argv[1]) for f in fs]' "$mnt"
drain a "$tmp/a"
[ "$drained" = 20 ] || fail "looking took $((20 - drained)) messages"

# What opens every file it sees takes what it opens and no more: one of each queue.
grep -r nothing-has-this "$mnt/b" >/dev/null 2>&1
drain b "$tmp/b"
[ "$drained" -ge 19 ] || fail "grep -r hid $((20 - drained)) messages"
remount -o wait=1,hide_next
mkdir "$mnt/c"
say one c
grep -r one "$mnt/c" >/dev/null 2>&1
hear c one
