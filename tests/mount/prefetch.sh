#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
start_server
mount_sqsfs -o wait=1,prefetch=10,visibility=600 "$endpoint"
mkdir "$mnt/q"
for n in $(seq 30); do
	say "$n" q "f$n"
done

# semantics.md: "`-o prefetch=N` keeps up to N messages of a queue ready for coming readers, extends their leases, and gives them back at unmount."
mark
for _ in $(seq 10); do
	cat "$mnt/q/next" >>"$tmp/got" || fail "cat"
done
count_requests ReceiveMessage
[ "$counted" -le 5 ] || fail "ten reads cost $counted receives"
for n in $(seq 10); do
	cat "$mnt/q/next.$n" >>"$tmp/got" || fail "cat next.$n"
done
count_requests ReceiveMessage
[ "$counted" -le 5 ] || fail "ten reads of names cost $counted receives"
[ "$(sort -u "$tmp/got" | wc -l)" = 20 ] || fail "twenty reads got $(cat "$tmp/got")"
remount -o wait=1,visibility=600 "$endpoint"
drain q "$tmp/q"
[ "$drained" = 30 ] || fail "$drained of 30 after unmount gave back"
