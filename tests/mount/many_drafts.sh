#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs -o wait=1,visibility=600
mkdir "$mnt/q"

# semantics.md: "A draft can be read back, rewritten, truncated and removed as any file."
for n in $(seq 1000); do
	echo "draft $n" >"$mnt/q/.d$n"
done
[ "$(names "$mnt/q" | wc -w)" = 1001 ] || fail "ls shows $(names "$mnt/q" | wc -w) names"
for n in $(seq 1000); do
	[ "$(cat "$mnt/q/.d$n")" = "draft $n" ] || fail "draft $n is $(cat "$mnt/q/.d$n")"
done
# semantics.md: "Renaming a draft to a name that is not a draft's completes it: it is sent in the background."
for n in $(seq 500); do
	mv "$mnt/q/.d$n" "$mnt/q/d$n" || fail "mv"
done
find "$mnt/q" -name '.d*' -delete || fail "rm"
sync "$mnt/q" || fail "sync"
names_are "$mnt/q" next || fail "ls shows $(names "$mnt/q")"
drain q "$tmp/q"
[ "$drained" = 500 ] || fail "$drained of 500"
