#!/bin/sh
# SPDX-License-Identifier: MIT
# sqsfs-starved is sqsfs with allocations that fail as a file says (tests/lib/starve.c).
. "$(dirname "$0")/../lib/mount.sh"
need python3
rounds=${STARVED_ROUNDS:-4}
options=list_ttl=0,visibility=queue${STARVED_OPTIONS:+,$STARVED_OPTIONS}
SQSFS=${SQSFS_STARVED:-$(dirname "$SQSFS")/../tests/mount/sqsfs-starved}
[ -x "$SQSFS" ] || skip "$SQSFS is not built"
export STARVE="$tmp/starve" STARVE_SEED="${STARVE_SEED:-1}"
expect_errors_in_log
start_server

# One allocation in so many fails; 0: none.
starve() { # RATE
	printf '%-15d' "$1" >"$STARVE.new"
	cat "$STARVE.new" 1<>"$STARVE" # in place: it is mapped
}
starve 0

# semantics.md: "When memory runs out an operation fails with ENOMEM, or is tried again; no message that was confirmed is lost, and sqsfs goes on."
mount_sqsfs -o "$options" "$endpoint"

# semantics.md: "A file of which a write has failed is not sent: it stays with `user.sqs.error` until it is written anew or removed."
# The first that needs to know the queue's limit.
mkdir "$mnt/part"
exec 3>"$mnt/part/f"
starve 1
printf '%01500d' 0 >&3 2>"$tmp/err" && fail "there was memory for a write"
starve 0
printf rest >&3 2>"$tmp/err" && fail "a write goes on after one that failed"
exec 3>&-
[ "$(cat "$mnt/part/.sqs/count")" = 0 ] || fail "a part of a file was sent"
[ -n "$(xattr error "$mnt/part/f")" ] || fail "it has no user.sqs.error"
rm "$mnt/part/f"

python3 "$(dirname "$0")/starved.py" "$mnt" "$STARVE" "$rounds" "$STARVE_SEED" || fail "seed $STARVE_SEED"
unmount

# semantics.md: "When the mount cannot be made, the command says why in one line and its exit status is not 0."
is_in_kernel_or_dead() {
	grep -q " $mnt fuse" /proc/self/mounts || is_gone "$sqsfs_pid"
}

for seed in 1 2 3 4 5 6 7 8; do
	starve $((seed * 20))
	STARVE_SEED=$seed "$SQSFS" -f -o "$options" "$endpoint" "$mnt" >>"$log" 2>&1 &
	sqsfs_pid=$!
	await 20 is_in_kernel_or_dead
	if grep -q " $mnt fuse" /proc/self/mounts; then
		ls "$mnt" >/dev/null 2>&1
		detach || detach -z
	fi
	await 40 is_gone "$sqsfs_pid"
	wait "$sqsfs_pid"
	[ $? -lt 128 ] || fail "sqsfs crashed: rate $((seed * 20)), seed $seed"
done
sqsfs_pid=
starve 0
