#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
is_root || skip "needs root: another PID namespace that shares the mounts"
unshare -p true || skip "no PID namespaces here"

# sqsfs in a namespace of its own sees every caller as process 0.
unshare -p -f --kill-child=TERM "$SQSFS" -f -o wait=1 "local:$tmp/queues" "$mnt" >>"$log" 2>&1 &
sqsfs_pid=$!
await 20 is_mounted
mkdir "$mnt/q"

# semantics.md: "Where the caller's process cannot be seen (another PID namespace), the file is sent in the background after its last close."
{
	/bin/echo a
	/bin/echo b
} >"$mnt/q/f"
is_sent() {
	names_are "$mnt/q" next
}
await 5 is_sent
sync "$mnt/q"
hear q 'a
b'
hear q
